"""One type's objects as of the feed's revision, in the order of their keys, with the ring of their changes."""

import asyncio
import logging
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from google.protobuf.message import Message

from ..meta.resource import ResourceType
from ..meta.wire import Undecodable
from ..store.base import Entry
from .item import Item, StoredForm, make_item
from .pages import Pages
from .ring import Event, Ring

log = logging.getLogger(__name__)

# Listings that go on find their snapshot for so many seconds, and among so many; later, what the store has of it. A
# snapshot keeps every object alive that was changed since.
KEPT_SNAPSHOTS = 4
KEPT_SECONDS = 60.0

OnChange = Callable[[str, Message | None], None]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A type's objects at one revision; it never changes. `broken` names the keys whose values cannot be decoded."""

    revision: int
    keys: Sequence[str]
    items: Sequence[Item]
    broken: Mapping[str, str]
    pages: Pages

    def range(self, prefix: str, start: str = "") -> tuple[int, int]:
        """Where the keys under `prefix`, from key `start` on, begin and end."""
        after = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        return bisect_left(self.keys, max(prefix, start)), bisect_left(self.keys, after)


class Collection:
    """The present objects of one type. Only the feed writes to it."""

    def __init__(self, resource: ResourceType, form: StoredForm, floor: int) -> None:
        self.type = resource
        self.form = form
        self.ring = Ring(floor)
        self.broken: dict[str, str] = {}
        # Changes that wait until the objects before them are here; None: they are.
        self.held: list[tuple[str, bytes | None, int]] | None = None
        self._by_key: dict[str, Item] = {}
        self._keys: list[str] = []
        self._items: list[Item] = []
        self._snapshot: Snapshot | None = None
        self._kept: OrderedDict[int, tuple[Snapshot, asyncio.TimerHandle]] = OrderedDict()
        self._followers: list[OnChange] = []
        self._changed_at = floor

    def __len__(self) -> int:
        return len(self._keys)

    def get(self, key: str) -> Item | None:
        return self._by_key.get(key)

    def under(self, prefix: str) -> Sequence[Item]:
        """The objects whose keys begin with `prefix`, in the order of their keys."""
        if not self._keys:
            return ()
        after = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        return self._items[bisect_left(self._keys, prefix) : bisect_left(self._keys, after)]

    def load(self, entries: Sequence[Entry]) -> None:
        """Starts from these entries, which are in the order of their keys."""
        for entry in entries:
            item = self._decode(entry.key, entry.value, entry.revision)
            if item is not None:
                self._keys.append(entry.key)
                self._items.append(item)
                self._by_key[entry.key] = item

    def hold(self) -> None:
        """Lets changes wait, until release()."""
        self.held = []

    def release(self) -> Sequence[tuple[str, bytes | None, int]]:
        """What has waited: key, value (None: deleted) and revision, oldest first."""
        held, self.held = self.held or [], None
        return held

    def redo(self, entries: Sequence[Entry]) -> None:
        """Decodes anew what has not changed since these entries were read. No watcher is told."""
        self._snapshot = None
        for entry in entries:
            known = self._by_key.get(entry.key)
            if (known.revision if known is not None else 0) not in (0, entry.revision):
                continue
            if known is None and entry.key not in self.broken:
                continue
            self.broken.pop(entry.key, None)
            item = self._decode(entry.key, entry.value, entry.revision)
            if item is not None or known is not None:
                self._place(entry.key, item, known)

    def change(self, key: str, value: bytes | None, revision: int) -> Event | None:
        """Takes in one change; None where a watcher has nothing to see."""
        previous = self._by_key.get(key)
        self._changed_at = revision
        self._snapshot = None
        self.broken.pop(key, None)
        item = None if value is None else self._decode(key, value, revision)
        if item is None and previous is None:
            return None
        self._place(key, item, previous)
        if item is None:
            for follower in self._followers:
                follower(key, None)
        return Event(revision, item, previous)

    def snapshot(self, revision: int) -> Snapshot:
        """The objects as they are now, which is how they were at `revision` too."""
        if self._snapshot is None:
            items = list(self._items)
            self._snapshot = Snapshot(revision, list(self._keys), items, dict(self.broken), Pages(items))
        elif self._snapshot.revision != revision:
            self._snapshot = replace(self._snapshot, revision=revision)
        return self._snapshot

    def keep(self, snapshot: Snapshot) -> None:
        """Remembers a snapshot whose listing will go on, for a while."""
        revision = snapshot.revision
        self._forget(revision)
        forgetting = asyncio.get_running_loop().call_later(KEPT_SECONDS, self._forget, revision)
        self._kept[revision] = snapshot, forgetting
        while len(self._kept) > KEPT_SNAPSHOTS:
            self._forget(next(iter(self._kept)))

    def close(self) -> None:
        """Lets go of what it would remember for a while."""
        for revision in tuple(self._kept):
            self._forget(revision)

    def at(self, revision: int, current: int) -> Snapshot | None:
        """The objects at exactly `revision`, where they are still known: nothing changed since, or a listing keeps
        them. `current` is the feed's revision."""
        if self._changed_at <= revision <= current:
            return self.snapshot(revision)
        kept = self._kept.get(revision)
        return kept[0] if kept is not None else None

    def follow(self, on_change: OnChange) -> None:
        """Calls on_change(key, message) for each object now and at each change from now on, in order; message None:
        deleted. It must not raise, nor change the message."""
        for item in self._items:
            on_change(item.key, self.type.message.FromString(item.body))
        self._followers.append(on_change)

    def follow_changes(self, on_change: OnChange) -> Sequence[Item]:
        """Calls on_change as follow() does, but not for the objects that there are now: they are the answer, for who
        needs to see no more of them than their metadata. Should the feed start anew, all are told."""
        self._followers.append(on_change)
        return list(self._items)

    def unfollow(self, on_change: OnChange) -> None:
        """Ends what follow() or follow_changes() began. Raises ValueError where it had not."""
        self._followers.remove(on_change)

    def adopt_followers(self, other: "Collection") -> None:
        """Takes over those who followed a collection that this one replaces, and tells them the difference."""
        for follower in other._followers:
            for key in other._keys:
                if key not in self._by_key:
                    follower(key, None)
            self.follow(follower)

    def _decode(self, key: str, value: bytes, revision: int) -> Item | None:
        try:
            item, message = make_item(self.type, self.form, key, value, revision)
        except Undecodable as error:
            self.broken[key] = str(error)
            return None
        except Exception as error:  # one object, whatever is wrong with it, never stops the feed
            log.exception("the value stored under %s cannot be served", key)
            self.broken[key] = f"the value stored under {key} is no {self.type.kind}: {error!r}"
            return None
        for follower in self._followers:
            follower(key, message)
        return item

    def _forget(self, revision: int) -> None:
        kept = self._kept.pop(revision, None)
        if kept is not None:
            kept[1].cancel()

    def _place(self, key: str, item: Item | None, previous: Item | None) -> None:
        at = bisect_left(self._keys, key)
        if item is None:
            del self._keys[at], self._items[at], self._by_key[key]
            return
        self._by_key[key] = item
        if previous is None:
            self._keys.insert(at, key)
            self._items.insert(at, item)
        else:
            self._items[at] = item
