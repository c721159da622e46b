"""Rings of past changes, bounded in bytes over all types together."""

from bisect import bisect_right
from collections import deque
from collections.abc import Sequence

from .item import Item

# What Python keeps around an event and its places in the lists here, and around an item with a few labels and fields.
EVENT_BYTES = 250
ITEM_BYTES = 1000


class Event:
    """What one revision did to one object of one type. `item` None: it was deleted, and `gone` is what it last was, at
    the revision of its deletion; `previous` None: it was created."""

    __slots__ = ("gone", "item", "previous", "revision")

    def __init__(self, revision: int, item: Item | None, previous: Item | None) -> None:
        self.revision = revision
        self.item = item
        self.previous = previous
        self.gone = previous.at(revision) if item is None and previous is not None else None

    def hold(self) -> int:
        """The bytes that are kept because of this event, and of none before it."""
        size = EVENT_BYTES
        for item in (self.item, self.previous, self.gone):
            if item is not None:
                if not item.held:
                    size += ITEM_BYTES + len(item.frame)
                item.held += 1
        return size

    def release(self) -> int:
        """The bytes that are kept because of this event, and of no other."""
        size = EVENT_BYTES
        for item in (self.item, self.previous, self.gone):
            if item is not None:
                item.held -= 1
                if not item.held:
                    size += ITEM_BYTES + len(item.frame)
        return size


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

    def drop_oldest(self) -> Event:
        """Forgets and returns the oldest event; raises the floor to its revision."""
        event = self._events[self._head]
        assert event is not None
        self.floor = event.revision
        self._events[self._head] = None
        self._head += 1
        if self._head > 1024 and self._head * 2 > len(self._events):
            del self._events[: self._head], self._revisions[: self._head]
            self._head = 0
        return event

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
        self._order: deque[Ring] = deque()

    def append(self, ring: Ring, event: Event) -> None:
        ring.append(event)
        self._order.append(ring)
        self.size += event.hold()
        while self.size > self.limit and len(self._order) > 1:
            self.size -= self._order.popleft().drop_oldest().release()

    def clear(self) -> None:
        """Forgets all; every ring that fed this budget must be made anew."""
        self._order.clear()
        self.size = 0
