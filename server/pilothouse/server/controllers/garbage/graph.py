"""The graph of owners and dependents, by the keys of objects: only who names an owner is in it.

An object without owners costs nothing here. A dependent costs one place in two dictionaries and one in a set; those
with equal references share them.
"""

from collections.abc import Iterator, Set
from typing import NamedTuple

NOBODY: frozenset[str] = frozenset()


class Owner(NamedTuple):
    """A reference to an owner. key: where the object that it names would lie, seen from the dependent; "" where its
    kind is not served, or lives in namespaces and the dependent does not. blocks: whether the owner waits for the
    dependent when it is deleted in the foreground."""

    key: str
    uid: str
    blocks: bool


Owners = tuple[Owner, ...]


class Graph:
    """Who names whom."""

    def __init__(self) -> None:
        self._owners: dict[str, Owners] = {}
        self._dependents: dict[str, set[str]] = {}

    def __len__(self) -> int:
        return len(self._owners)

    def put(self, key: str, owners: Owners) -> Owners:
        """An object's references are these now; what they were."""
        before = self._owners.get(key, ())
        if before == owners:
            return before
        for owner in before:
            self._forget(owner.key, key)
        if owners:
            self._owners[key] = self._shared(owners)
            for owner in owners:
                self._dependents.setdefault(owner.key, set()).add(key)
        else:
            self._owners.pop(key, None)
        return before

    def owners(self, key: str) -> Owners:
        return self._owners.get(key, ())

    def dependents(self, key: str) -> Set[str]:
        """The objects that name the one under a key, rightly or by another uid; with "" those with an owner whose kind
        is not known. Not to be kept: it changes."""
        return self._dependents.get(key, NOBODY)

    def is_blocked(self, key: str, uid: str) -> bool:
        """Whether an object that is deleted in the foreground waits for a dependent; for itself it does not."""
        return any(d != key and self._blocks(d, key, uid) for d in self.dependents(key))

    def keys(self) -> Iterator[str]:
        """All that name an owner."""
        return iter(self._owners)

    def clear(self) -> None:
        self._owners.clear()
        self._dependents.clear()

    def _blocks(self, dependent: str, key: str, uid: str) -> bool:
        return any(o.blocks and o.key == key and o.uid == uid for o in self._owners[dependent])

    def _shared(self, owners: Owners) -> Owners:
        """The equal references of a sibling, so that many dependents of one owner hold them once."""
        sibling = next(iter(self._dependents.get(owners[0].key, ())), None)
        known = self._owners.get(sibling) if sibling is not None else None
        return known if known == owners else owners

    def _forget(self, owner: str, dependent: str) -> None:
        siblings = self._dependents.get(owner)
        if siblings is not None:
            siblings.discard(dependent)
            if not siblings:
                del self._dependents[owner]
