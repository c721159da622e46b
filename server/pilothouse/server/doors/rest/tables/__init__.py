"""Tables: the columns that a listing of each kind has, and what its cells say, as `kubectl get` shows them.

One file per family of kinds, loaded when a table of it is first asked for. How answers are sent is the encoders'
business; what a kind means beyond how it is shown lives in its strategy.
"""
