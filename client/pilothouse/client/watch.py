"""A watch that never loses a change nor tells it twice, whatever happens to the connection.

A frame of the server holds whole revisions, so that to go on after the last frame's revision is exact. Where that is
not possible (Expired), the objects are listed again and the difference to what was told before is told.
"""

import asyncio
import enum
import logging
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from grpc.aio import EOF, AioRpcError, UnaryStreamCall  # type: ignore[attr-defined]  # EOF is missing in the stubs

from .channel import Connection, pause
from .errors import ApiError, Expired, ServerTimeout, Timeout, TooManyRequests, Unavailable

T = TypeVar("T")

HEARTBEAT_SECONDS = 5
MISSED_HEARTBEATS = 3

log = logging.getLogger(__name__)


class EventType(enum.IntEnum):
    """What happened to an object; the numbers are the wire's."""

    ADDED = 1
    MODIFIED = 2
    DELETED = 3


@dataclass(frozen=True, slots=True)
class Event(Generic[T]):
    """One change. DELETED carries the object's last known state. `revision` is the object's resourceVersion, not a
    point to resume at (that is Progress); `scope` is the index of the watch's scope that it belongs to."""

    type: EventType
    object: T
    revision: str
    scope: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """Everything up to and including `revision` has been told: to watch again after it is exact. `synced`: with this,
    the objects that existed when the watch began (or began again) have all been told."""

    revision: int
    synced: bool = False


class Identity(NamedTuple):
    """What tells objects of a resource, and their states, apart."""

    namespace: str
    name: str
    uid: str
    resource_version: str


@dataclass(frozen=True, slots=True)
class Source(Generic[T]):
    """Where a watch's frames come from.

    open: starts a stream after a revision, or ("") from the objects that exist; decode: the object of a frame's event;
    families: per scope, the index of the first scope of the same resource (overlapping scopes share their objects);
    what: for the log.
    """

    connection: Connection
    open: Callable[[str], UnaryStreamCall[Any, Any]]
    decode: Callable[[Any], T]
    identity: Callable[[T], Identity]
    families: Sequence[int]
    what: str


class Watch(Generic[T]):
    """An asynchronous iterator of Event and Progress; `events()` leaves the latter out. Iterating raises ApiError where
    the server refuses for good; lost connections, a silent server and Expired are dealt with, waiting in between.

    A watch from a revision that was given no `known` objects cannot tell what an Expired gap swallowed: it raises
    Expired. One reader at a time; cancelling it is safe, the next read goes on exactly there.
    """

    def __init__(
        self,
        source: Source[T],
        resource_version: str = "",
        known: Iterable[tuple[int, T]] | None = None,
        heartbeat_seconds: int = HEARTBEAT_SECONDS,
    ) -> None:
        self._source = source
        self._patience = heartbeat_seconds * MISSED_HEARTBEATS
        self._call: UnaryStreamCall[Any, Any] | None = None
        self._pending: deque[Event[T] | Progress] = deque()
        self._failures = 0
        self._retry_after = 0.0
        self._closed = False
        self._resume = "" if resource_version == "0" else resource_version
        # While the existing objects come in: those already seen. None: following changes.
        self._seen: set[Hashable] | None = None if self._resume else set()
        # None: what exists is not known, as the watch began in the middle.
        self._known: dict[Hashable, tuple[int, T]] | None = None
        if known is not None or not self._resume:
            self._known = {self._key(scope, obj): (scope, obj) for scope, obj in known or ()}

    def __aiter__(self) -> "Watch[T]":
        return self

    async def __anext__(self) -> Event[T] | Progress:
        while not self._pending:
            if self._closed:
                raise StopAsyncIteration
            await self._fill()
        return self._pending.popleft()

    async def __aenter__(self) -> "Watch[T]":
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    def events(self) -> "Events[T]":
        """The same stream without Progress."""
        return Events(self)

    def close(self) -> None:
        """Ends the stream and the iteration."""
        self._closed = True
        self._pending.clear()
        self._drop()

    def _drop(self) -> None:
        if self._call is not None:
            self._call.cancel()
            self._call = None

    async def _fill(self) -> None:
        """Reads one frame, or deals with one failure."""
        if self._call is None:
            if self._failures:
                await asyncio.sleep(max(pause(self._failures), self._retry_after))
            self._call = self._source.open(self._resume if self._seen is None else "")
        try:
            async with asyncio.timeout(self._patience or None):
                frame = await self._call.read()
        except TimeoutError:
            self._lost(f"no heartbeat for {self._patience} s")
        except AioRpcError as error:
            self._failed(self._source.connection.failure(error))
        except asyncio.CancelledError:
            self._drop()
            if not self._closed:
                raise
        else:
            if frame is EOF:
                self._lost("the server ended the stream")
            else:
                self._failures, self._retry_after = 0, 0.0
                self._ingest(frame)

    def _lost(self, why: str, retry_after: float = 0) -> None:
        self._drop()
        self._failures += 1
        self._retry_after = retry_after
        if self._seen:
            self._seen = set()  # the list broke off in the middle: it is begun again
        log.info("watch of %s lost: %s; going on after revision %s", self._source.what, why, self._resume or "0")

    def _failed(self, error: ApiError) -> None:
        if isinstance(error, Expired) or _ahead_of_server(error):
            if self._known is None:
                self._drop()
                raise error
            self._seen = set()
            self._lost(f"{error.message}; listing again")
        elif isinstance(error, (Unavailable, ServerTimeout, Timeout, TooManyRequests)):
            self._lost(error.message, error.retry_after)
        else:
            self._drop()
            raise error

    def _ingest(self, frame: Any) -> None:
        for change in frame.events:
            self._change(EventType(change.type), getattr(change, "scope", 0), self._source.decode(change))
        synced = bool(frame.initial_events_end)
        if synced:
            self._vanished()
        if self._seen is None:
            # A list may lead back, to a store that was restored; a stream that follows never does.
            self._resume = str(frame.revision)
            self._pending.append(Progress(frame.revision, synced))

    def _change(self, kind: EventType, scope: int, obj: T) -> None:
        if self._seen is not None:
            self._listed(self._seen, kind, scope, obj)
        else:
            self._tell(kind, scope, obj)

    def _listed(self, seen: set[Hashable], kind: EventType, scope: int, obj: T) -> None:
        """Tells of an object that a list shows as far as it differs from what was told before."""
        key, identity = self._key(scope, obj), self._source.identity(obj)
        before = self._known.get(key) if self._known is not None else None
        if kind is EventType.DELETED:
            seen.discard(key)
            if before is not None:
                self._tell(kind, scope, obj)
            return
        seen.add(key)
        if before is None:
            self._tell(EventType.ADDED, scope, obj)
            return
        known = self._source.identity(before[1])
        if known.uid != identity.uid:
            self._tell(EventType.DELETED, *before)
            self._tell(EventType.ADDED, scope, obj)
        elif known.resource_version != identity.resource_version:
            self._tell(EventType.MODIFIED, scope, obj)

    def _vanished(self) -> None:
        """The list is complete: what is known and was not in it is gone."""
        if self._seen is not None and self._known is not None:
            for before in [known for key, known in self._known.items() if key not in self._seen]:
                self._tell(EventType.DELETED, *before)
        self._seen = None

    def _key(self, scope: int, obj: T) -> Hashable:
        identity = self._source.identity(obj)
        return self._source.families[scope], identity.namespace, identity.name

    def _tell(self, kind: EventType, scope: int, obj: T) -> None:
        if self._known is not None:
            key = self._key(scope, obj)
            if kind is EventType.DELETED:
                self._known.pop(key, None)
            else:
                self._known[key] = (scope, obj)
        self._pending.append(Event(kind, obj, self._source.identity(obj).resource_version, scope))


class Events(Generic[T]):
    """The events of a watch."""

    def __init__(self, watch: Watch[T]) -> None:
        self._watch = watch

    def __aiter__(self) -> "Events[T]":
        return self

    async def __anext__(self) -> Event[T]:
        while True:
            item = await self._watch.__anext__()
            if isinstance(item, Event):
                return item


def _ahead_of_server(error: ApiError) -> bool:
    """The server's store is older than what was told before: it was restored from a backup."""
    return isinstance(error, Timeout) and any(c.reason == "ResourceVersionTooLarge" for c in error.causes)
