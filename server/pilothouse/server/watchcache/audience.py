"""Audiences: cursors that watch the same, and the frames that they share.

A frame is made when the first cursor asks for it; cursors of the audience that stand at the same place get the same
bytes. A frame holds the changes of whole revisions, never a part of one.
"""

import heapq
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Protocol
from weakref import WeakValueDictionary

from ..meta.resource import ResourceType
from ..meta.selectors import Selector
from ..meta.wire import varint
from .cache import WatchCache
from .collection import Snapshot
from .item import Item
from .ring import Event

FRAME_BYTES = 1 << 20
# Most cursors of an audience stand at one of a few places; frames for more would only take memory.
FRAMES_KEPT = 4

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


class Framing(Protocol):
    """How events become the bytes of a frame. Watchers of equal framings share their frames, so it must be hashable."""

    def event(self, kind: int, resource: ResourceType, item: Item, index: int) -> Sequence[bytes]:
        """The pieces of one event; `index` is the place of its scope in the request."""
        ...

    def end(self, revision: int, initial: bool) -> bytes:
        """What ends a frame that brings the watcher to `revision`; initial: all that existed has been shown."""
        ...


@dataclass(frozen=True, slots=True)
class WatchFrames:
    """Frames as gRPC's WatchFrame. `numbered`: events carry the index of their scope; `encode`: what is sent in place
    of the protobuf frame of an item."""

    numbered: bool = False
    encode: Encode | None = None

    def event(self, kind: int, resource: ResourceType, item: Item, index: int) -> Sequence[bytes]:
        frame = item.frame if self.encode is None else self.encode(resource, item)
        tail = b"\x18" + varint(index) if self.numbered and index else b""
        size = len(frame) + 2 + len(tail)
        return b"\x12" + varint(size) + b"\x08" + bytes((kind,)), frame, tail

    def end(self, revision: int, initial: bool) -> bytes:
        return b"\x08" + varint(revision) + (b"\x18\x01" if initial else b"")


# The scopes of one type, each with its place in the request.
Group = Sequence[tuple[int, Scope]]


@dataclass(frozen=True, slots=True)
class Frame:
    """Bytes as the framing makes them. `revision`: where it brings the watcher; `events`: how many it holds."""

    data: bytes
    revision: int
    events: int


def first_match(group: Group, item: Item | None) -> int | None:
    """The place of the first scope that an object belongs to, None where it belongs to none."""
    if item is not None:
        for index, scope in group:
            if scope.matches(item):
                return index
    return None


def classify(group: Group, event: Event) -> tuple[int, int, Item] | None:
    """What an event is to those who watch scopes of its type together: the place of the scope, the event's type, and
    the object shown. An object that comes to match one of them is ADDED; one that ceases to match any is DELETED, with
    its old content at the new revision."""
    before, now = first_match(group, event.previous), first_match(group, event.item)
    if now is not None:
        assert event.item is not None
        return now, (MODIFIED if before is not None else ADDED), event.item
    if before is not None:
        assert event.previous is not None
        return before, DELETED, event.gone or event.previous.at(event.revision)
    return None


class Audience:
    """All cursors with the same scopes and framing."""

    def __init__(self, cache: WatchCache, scopes: tuple[Scope, ...], framing: Framing) -> None:
        self.types = frozenset(s.type for s in scopes)
        self._cache = cache
        self._scopes = scopes
        groups: dict[ResourceType, list[tuple[int, Scope]]] = {}
        for index, scope in enumerate(scopes):
            groups.setdefault(scope.type, []).append((index, scope))
        self._groups = groups
        self._framing = framing
        self._frames: OrderedDict[int, Frame] = OrderedDict()
        self._frames_until = -1
        # All there is, where one frame holds it: many come at once after a restart.
        self._whole: Frame | None = None

    def after(self, revision: int) -> Frame:
        """The changes after `revision`, up to the cache's, or as many whole revisions as fit. Raises FellBehind."""
        until = self._cache.revision
        if until != self._frames_until:
            self._frames.clear()
            self._whole = None
            self._frames_until = until
        frame = self._frames.get(revision)
        if frame is None:
            frame = self._frames[revision] = self._make(revision, until)
            if len(self._frames) > FRAMES_KEPT:
                self._frames.popitem(last=False)
        return frame

    def initial(self) -> Iterator[Frame]:
        """Every object of now as ADDED, in frames without a revision; the last one has it, and the mark of the end."""
        revision = self._cache.revision
        if self._whole is not None and self._whole.revision == revision:
            return iter((self._whole,))
        return self._initial(revision, [self._cache.collection(s.type).snapshot(revision) for s in self._scopes])

    def _initial(self, revision: int, snapshots: Sequence[Snapshot]) -> Iterator[Frame]:
        parts: list[bytes] = []
        size = count = 0
        single = True
        # An object is told of once, in the first scope that it belongs to.
        told: dict[ResourceType, set[str]] = {resource: set() for resource in self._groups}
        for index, (scope, snapshot) in enumerate(zip(self._scopes, snapshots, strict=True)):
            start, end = snapshot.range(scope.type.prefix(scope.namespace))
            known, alone = told[scope.type], len(self._groups[scope.type]) == 1
            for item in snapshot.items[start:end]:
                if item.key in known or not scope.matches(item):
                    continue
                if not alone:
                    known.add(item.key)
                size += self._append(parts, ADDED, item, index)
                count += 1
                if size >= FRAME_BYTES:
                    yield Frame(b"".join(parts), 0, count)
                    parts, size, count, single = [], 0, 0, False
        parts.append(self._framing.end(revision, True))
        last = Frame(b"".join(parts), revision, count)
        if single:
            self._whole = last
        yield last

    def _make(self, after: int, until: int) -> Frame:
        parts: list[bytes] = []
        size = count = 0
        done = after
        for group, event in self._events(after):
            if event.revision != done:
                if size >= FRAME_BYTES:
                    until = done
                    break
                done = event.revision
            shown = classify(group, event)
            if shown is not None:
                index, kind, item = shown
                size += self._append(parts, kind, item, index)
                count += 1
        parts.append(self._framing.end(until, False))
        return Frame(b"".join(parts), until, count)

    def _events(self, after: int) -> Iterator[tuple[Group, Event]]:
        """The events after a revision of all types, in the store's order, each with the scopes of its type."""
        streams: list[Iterator[tuple[Group, Event]]] = []
        for resource, group in self._groups.items():
            ring = self._cache.collection(resource).ring
            if after < ring.floor:
                raise FellBehind(ring.floor)
            streams.append(zip(repeat(group), ring.after(after), strict=False))
        return streams[0] if len(streams) == 1 else heapq.merge(*streams, key=lambda e: e[1].revision)

    def _append(self, parts: list[bytes], kind: int, item: Item, index: int) -> int:
        """Appends one event; returns its size."""
        pieces = self._framing.event(kind, self._scopes[index].type, item, index)
        parts.extend(pieces)
        return sum(map(len, pieces))


class Audiences:
    """Finds the audience that a new cursor belongs to. An audience lives as long as a cursor of it does."""

    def __init__(self, cache: WatchCache) -> None:
        self._cache = cache
        self._known: WeakValueDictionary[tuple[tuple[Scope, ...], Framing], Audience] = WeakValueDictionary()

    def find(self, scopes: tuple[Scope, ...], framing: Framing | None = None) -> Audience:
        """framing: that of gRPC where none is given, with the indexes of scopes where there are many."""
        framing = framing or WatchFrames(numbered=len(scopes) > 1)
        key = (scopes, framing)
        audience = self._known.get(key)
        if audience is None:
            audience = self._known[key] = Audience(self._cache, scopes, framing)
        return audience
