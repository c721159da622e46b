"""The doors: how requests arrive and how answers travel.

A door authenticates, builds the RequestContext, bounds the body, calls one verb and encodes what it returns. Doors know
nothing of each other, of the store, or of what a request means.
"""
