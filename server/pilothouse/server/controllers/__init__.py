"""Controllers: what the server itself brings about, by writing through the verbs as any client would.

Each follows the cache, runs in every server and can be told twice: whoever loses a race finds the work done. What a
request needs before it is answered is for admission or a strategy.
"""
