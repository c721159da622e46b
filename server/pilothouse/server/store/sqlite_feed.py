"""Recent commits in memory, from which watches in the same process are fed."""

import asyncio
from bisect import bisect_right
from collections import deque
from collections.abc import Sequence

from pilothouse.server.store.base import Change

_MAX_REVISIONS = 4096
_MAX_BYTES = 4 << 20


class Feed:
    """The newest revisions' changes, and who waits for more. Used on the event loop only."""

    def __init__(self, revision: int) -> None:
        self.revision = revision
        self.closed = False
        # Of each revision in the ring: itself, its changes, their size. `_floor` is the revision just before the ring.
        self._ring: deque[tuple[int, Sequence[Change], int]] = deque()
        self._floor = revision
        self._bytes = 0
        self._waiters: list[asyncio.Future[None]] = []

    def publish(self, changes: Sequence[Change]) -> None:
        """The changes of the revision that follows the newest one."""
        size = sum(len(c.key) + len(c.value or b"") for c in changes)
        self.revision = changes[0].revision
        self._ring.append((self.revision, changes, size))
        self._bytes += size
        while self._ring and (len(self._ring) > _MAX_REVISIONS or self._bytes > _MAX_BYTES):
            self._floor, _, dropped = self._ring.popleft()
            self._bytes -= dropped
        self._wake()

    def after(self, revision: int, prefix: str) -> list[Change] | None:
        """The changes under `prefix` after `revision`; None when the ring does not reach back so far."""
        if revision < self._floor:
            return None
        first = bisect_right(self._ring, revision, key=lambda item: item[0])
        return [
            change
            for index in range(first, len(self._ring))
            for change in self._ring[index][1]
            if change.key.startswith(prefix)
        ]

    async def beyond(self, revision: int) -> None:
        """Returns when there is a revision after this one, or the feed is closed."""
        while self.revision <= revision and not self.closed:
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.append(waiter)
            await waiter

    def close(self) -> None:
        self.closed = True
        self._wake()

    def _wake(self) -> None:
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)
