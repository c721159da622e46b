"""Cursors: a cursor is a watcher's place in the rings, not a queue. It holds a revision and little else."""

import asyncio

from ..meta.wire import varint
from .audience import Audience, FellBehind, Frame
from .cache import WatchCache


class Closed(Exception):
    """The cache is closing, or a type is no longer served: the watch ends here, and can go on elsewhere."""


class Cursor:
    """One watcher's place: it has seen everything up to `position`. `next()` is called by one task at a time.

    heartbeat: seconds after which an empty frame is due; 0: never.
    """

    __slots__ = ("_audience", "_cache", "_epoch", "_removals", "due", "heartbeat", "position", "types", "wake")

    def __init__(self, cache: WatchCache, audience: Audience, after: int, heartbeat: float) -> None:
        self._cache = cache
        self._audience = audience
        self._epoch = cache.epoch
        self._removals = 0
        self.types = audience.types
        self.position = after
        self.heartbeat = heartbeat
        self.due = float("inf")
        self.wake: asyncio.Future[None] | None = None

    async def next(self) -> Frame:
        """The next frame: of changes, or an empty one that says how far the watcher is, when `heartbeat` seconds passed
        without. Raises FellBehind, Closed."""
        cache = self._cache
        loop = asyncio.get_running_loop()
        self.due = loop.time() + self.heartbeat if self.heartbeat else float("inf")
        while True:
            if cache.pump.closed:
                raise Closed
            if cache.epoch != self._epoch:
                raise FellBehind(cache.revision)
            if cache.removals != self._removals:
                if not cache.has(self.types):
                    raise Closed
                self._removals = cache.removals
            if self.position < cache.revision:
                frame = self._audience.after(self.position)
                self.position = frame.revision
                if frame.events:
                    return frame
            if self.due <= loop.time():
                return Frame(b"\x08" + varint(self.position), self.position, 0)
            await cache.pump.sleep(self)
