"""Controllers: what the server itself brings about, by writing through the verbs as any client would.

Each is made of the same parts: it follows the cache (`following.py`), puts keys into a queue (`queue.py`), and works
them off one by one; what fails is told, counted and tried again. Of several servers on one store one runs them
(`election.py`, `manager.py`). What a request needs before it is answered is for admission or a strategy.
"""
