"""Rings of past changes, bounded in bytes over all types together."""

from bisect import bisect_right
from collections import deque
from collections.abc import Sequence

from .item import Item


class Event:
    """What one revision did to one object of one type. `item` None: it was deleted, and `gone` is what it last was, at
    the revision of its deletion; `previous` None: it was created."""

    __slots__ = ("gone", "item", "previous", "revision", "size")

    def __init__(self, revision: int, item: Item | None, previous: Item | None) -> None:
        self.revision = revision
        self.item = item
        self.previous = previous
        self.gone = previous.at(revision) if item is None and previous is not None else None
        # The previous object's bytes belong to the event before; a small sum covers what Python keeps around them.
        kept = item or self.gone
        self.size = 400 + (len(kept.frame) if kept is not None else 0)


class Ring:
    """The changes of one type, oldest first. `floor`: changes up to and including this revision are not in the ring any
    more, so a watcher that stands below it has missed something."""

    __slots__ = ("_events", "_head", "_revisions", "floor")

    def __init__(self, floor: int) -> None:
        self.floor = floor
        self._events: list[Event | None] = []
        self._revisions: list[int] = []
        self._head = 0

    def append(self, event: Event) -> None:
        self._events.append(event)
        self._revisions.append(event.revision)

    def drop_oldest(self) -> None:
        """Forgets the oldest event; raises the floor to its revision."""
        self.floor = self._revisions[self._head]
        self._events[self._head] = None
        self._head += 1
        if self._head > 1024 and self._head * 2 > len(self._events):
            del self._events[: self._head], self._revisions[: self._head]
            self._head = 0

    def after(self, revision: int) -> Sequence[Event]:
        """The events after `revision`, which is not below the floor."""
        start = max(self._head, bisect_right(self._revisions, revision))
        return self._events[start:]  # type: ignore[return-value]  # None stands only below the head

    def __len__(self) -> int:
        return len(self._events) - self._head


class Rings:
    """The budget that all rings share: when it is spent, the oldest change of all is forgotten first."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.size = 0
        self._order: deque[tuple[Ring, int]] = deque()

    def append(self, ring: Ring, event: Event) -> None:
        ring.append(event)
        self._order.append((ring, event.size))
        self.size += event.size
        while self.size > self.limit and len(self._order) > 1:
            oldest, size = self._order.popleft()
            oldest.drop_oldest()
            self.size -= size

    def clear(self) -> None:
        """Forgets all; every ring that fed this budget must be made anew."""
        self._order.clear()
        self.size = 0
