"""Kubernetes' functions for expressions: what they are called with (`signatures.py`), and what they do, a file each.

Functions take and give what the runtime hands over: plain values, and messages of `descriptors.OPAQUE` that carry their
value as text. What fails raises ValueError with the text that the expression's error has.
"""
