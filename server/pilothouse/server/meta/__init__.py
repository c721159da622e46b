"""What ties requests and objects together: resource types and their registry, the request's context, names, selectors,
quantities, times, tokens and the JSON codec.

No rule about one kind lives here (those are in `schema/` and `strategies/`), and nothing that waits or stores.
"""
