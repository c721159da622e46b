"""Garbage collection: objects go when all their owners have gone.

`graph.py` knows who names whom as an owner, `owners.py` finds out what became of an owner, `collector.py` follows every
kind and deletes, orphans and releases. The rules are those of kube-controller-manager's garbage collector.
"""

from .collector import GarbageCollector

__all__ = ["GarbageCollector"]
