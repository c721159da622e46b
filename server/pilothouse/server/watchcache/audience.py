"""Audiences: cursors that watch the same, and the frames that they share.

A frame is made when the first cursor asks for it; cursors of the audience that stand at the same place get the same
bytes. A frame holds the changes of whole revisions, never a part of one.
"""

import heapq
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from weakref import WeakValueDictionary

from ..meta.resource import ResourceType
from ..meta.selectors import Selector
from ..meta.wire import varint
from .cache import WatchCache
from .item import Item
from .ring import Event

FRAME_BYTES = 1 << 20

ADDED, MODIFIED, DELETED = 1, 2, 3

Fields = Callable[[Item], Mapping[str, str]]
Encode = Callable[[ResourceType, Item], bytes]


class FellBehind(Exception):
    """The cursor's place is no longer in the rings; `oldest` is the oldest revision to watch from."""

    def __init__(self, oldest: int) -> None:
        super().__init__(f"the oldest revision to watch from is {oldest}")
        self.oldest = oldest


@dataclass(frozen=True, slots=True)
class Scope:
    """What is watched of one type: a namespace ("": all) and selectors. `fields` finds an item's selectable fields."""

    type: ResourceType
    namespace: str
    labels: Selector
    fields: Selector
    fields_of: Fields

    def matches(self, item: Item) -> bool:
        if self.namespace and item.namespace != self.namespace:
            return False
        if not self.labels.empty and not self.labels.matches(item.labels):
            return False
        return self.fields.empty or self.fields.matches(item.fields(self.fields_of))

    @property
    def everything(self) -> bool:
        return not self.namespace and self.labels.empty and self.fields.empty


@dataclass(frozen=True, slots=True)
class Frame:
    """Bytes of a WatchFrame. `revision`: where it brings the watcher; `events`: how many it holds."""

    data: bytes
    revision: int
    events: int


def classify(scope: Scope, event: Event) -> tuple[int, Item] | None:
    """What an event is to those who watch `scope`: its type and the object shown. An object that comes to match is
    ADDED; one that ceases to is DELETED, with its old content at the new revision."""
    item, previous = event.item, event.previous
    if scope.everything:
        if item is None:
            return (DELETED, event.gone) if event.gone is not None else None
        return (MODIFIED if previous is not None else ADDED), item
    now = item is not None and scope.matches(item)
    before = previous is not None and scope.matches(previous)
    if now:
        assert item is not None
        return (MODIFIED if before else ADDED), item
    if before:
        assert previous is not None
        return DELETED, event.gone or previous.at(event.revision)
    return None


class Audience:
    """All cursors with the same scopes. `numbered`: events carry the index of their scope; `encode`: what is sent in
    place of the protobuf frame of an item."""

    def __init__(self, cache: WatchCache, scopes: tuple[Scope, ...], numbered: bool, encode: Encode | None) -> None:
        self.types = frozenset(s.type for s in scopes)
        self._cache = cache
        self._scopes = scopes
        self._numbered = numbered
        self._encode = encode
        self._frames: dict[int, Frame] = {}
        self._frames_until = -1

    def after(self, revision: int) -> Frame:
        """The changes after `revision`, up to the cache's, or as many whole revisions as fit. Raises FellBehind."""
        until = self._cache.revision
        if until != self._frames_until:
            self._frames.clear()
            self._frames_until = until
        frame = self._frames.get(revision)
        if frame is None:
            frame = self._frames[revision] = self._make(revision, until)
        return frame

    def initial(self) -> Iterator[Frame]:
        """Every object as ADDED, in frames without a revision; the last one has it, and the mark of the end."""
        revision = self._cache.revision
        snapshots = [self._cache.collection(s.type).snapshot(revision) for s in self._scopes]
        parts: list[bytes] = []
        size = 0
        for index, (scope, snapshot) in enumerate(zip(self._scopes, snapshots, strict=True)):
            start, end = snapshot.range(scope.type.prefix(scope.namespace))
            for item in snapshot.items[start:end]:
                if not scope.matches(item) or any(
                    s.type is scope.type and s.matches(item) for s in self._scopes[:index]
                ):
                    continue
                size += self._append(parts, ADDED, item, index)
                if size >= FRAME_BYTES:
                    yield Frame(b"".join(parts), 0, 1)
                    parts, size = [], 0
        parts.append(b"\x08" + varint(revision) + b"\x18\x01")
        yield Frame(b"".join(parts), revision, 1)

    def _make(self, after: int, until: int) -> Frame:
        parts: list[bytes] = []
        size = count = 0
        done = after
        for index, event in self._events(after):
            if event.revision != done:
                if size >= FRAME_BYTES:
                    until = done
                    break
                done = event.revision
            shown = classify(self._scopes[index], event)
            if shown is not None and not self._shown_before(index, event):
                size += self._append(parts, shown[0], shown[1], index)
                count += 1
        parts.append(b"\x08" + varint(until))
        return Frame(b"".join(parts), until, count)

    def _events(self, after: int) -> Iterator[tuple[int, Event]]:
        """The events after a revision of all scopes, in the store's order, each with the index of its scope."""
        streams: list[Sequence[Event]] = []
        for scope in self._scopes:
            ring = self._cache.collection(scope.type).ring
            if after < ring.floor:
                raise FellBehind(ring.floor)
            streams.append(ring.after(after))
        if len(streams) == 1:
            return ((0, event) for event in streams[0])
        numbered = ([(i, event) for event in stream] for i, stream in enumerate(streams))
        return heapq.merge(*numbered, key=lambda e: e[1].revision)

    def _shown_before(self, index: int, event: Event) -> bool:
        """Whether an earlier scope of the same type shows this event already."""
        scope = self._scopes[index]
        return any(s.type is scope.type and classify(s, event) is not None for s in self._scopes[:index])

    def _append(self, parts: list[bytes], kind: int, item: Item, index: int) -> int:
        """Appends one event; returns its size."""
        frame = item.frame if self._encode is None else self._encode(self._scopes[index].type, item)
        tail = b"\x18" + varint(index) if self._numbered and index else b""
        size = len(frame) + 2 + len(tail)
        parts.append(b"\x12" + varint(size) + b"\x08" + bytes((kind,)))
        parts.append(frame)
        if tail:
            parts.append(tail)
        return size + 6


class Audiences:
    """Finds the audience that a new cursor belongs to. An audience lives as long as a cursor of it does."""

    def __init__(self, cache: WatchCache) -> None:
        self._cache = cache
        self._known: WeakValueDictionary[tuple[tuple[Scope, ...], bool, Encode | None], Audience] = (
            WeakValueDictionary()
        )

    def find(self, scopes: tuple[Scope, ...], numbered: bool = False, encode: Encode | None = None) -> Audience:
        key = (scopes, numbered, encode)
        audience = self._known.get(key)
        if audience is None:
            audience = self._known[key] = Audience(self._cache, scopes, numbered, encode)
        return audience
