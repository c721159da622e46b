"""WorkQueue: keys that wait for work, each once, worked off a few at a time; what fails waits longer each time.

The shape is that of client-go's rate-limited work queue.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from .base import Report

FIRST_RETRY_SECONDS = 0.05
LAST_RETRY_SECONDS = 60.0

Work = Callable[[str], Awaitable[None]]


class WorkQueue:
    """A key that is added while it waits is worked on once; while it is worked on, once more afterwards.

    work: of one key; what it raises is reported and tried again. what: names a key's work for people. together: how
    many keys at a time. rest: of the time that a key took, how many times as long its worker rests afterwards, so that
    much to do leaves room for requests.
    """

    def __init__(
        self, work: Work, what: Callable[[str], str], report: Report, together: int = 4, rest: float = 0.0
    ) -> None:
        self._work = work
        self._what = what
        self._report = report
        self._together = together
        self._rest = rest
        self._ready: deque[str] = deque()
        self._queued: set[str] = set()
        self._busy: set[str] = set()
        self._failures: dict[str, int] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._idle: deque[asyncio.Future[None]] = deque()

    def __len__(self) -> int:
        return len(self._queued) + len(self._busy) + len(self._timers)

    def add(self, key: str) -> None:
        """At once."""
        timer = self._timers.pop(key, None)
        if timer is not None:
            timer.cancel()
        if key in self._queued:
            return
        self._queued.add(key)
        if key not in self._busy:
            self._make_ready(key)

    def add_after(self, key: str, seconds: float) -> None:
        """Later, or sooner where that was asked for already."""
        if key in self._queued:
            return
        loop = asyncio.get_running_loop()
        timer = self._timers.get(key)
        if timer is not None:
            if timer.when() <= loop.time() + seconds:
                return
            timer.cancel()
        self._timers[key] = loop.call_later(seconds, self.add, key)

    async def run(self) -> None:
        """Works until it is cancelled; what waits then is forgotten."""
        self._report.waiting = self.__len__
        try:
            async with asyncio.TaskGroup() as workers:
                for number in range(self._together):
                    workers.create_task(self._serve(), name=f"{self._report.name} {number}")
        finally:
            for timer in self._timers.values():
                timer.cancel()
            for kept in (self._timers, self._queued, self._busy, self._ready, self._failures):
                kept.clear()

    def _make_ready(self, key: str) -> None:
        self._ready.append(key)
        while self._idle:
            waiting = self._idle.popleft()
            if not waiting.done():
                waiting.set_result(None)
                return

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            while not self._ready:
                waiting = loop.create_future()
                self._idle.append(waiting)
                await waiting
            key = self._ready.popleft()
            self._queued.discard(key)
            self._busy.add(key)
            started = loop.time()
            await self._attend(key)
            self._busy.discard(key)
            if key in self._queued:
                self._make_ready(key)
            # Even work that waits for nothing lets others have their turn.
            await asyncio.sleep((loop.time() - started) * self._rest)

    async def _attend(self, key: str) -> None:
        try:
            await self._work(key)
        except Exception as error:  # noqa: BLE001 (the queue must outlive whatever one key brings up)
            self._report.failed(self._what(key), error)
            failures = self._failures[key] = self._failures.get(key, 0) + 1
            self.add_after(key, min(FIRST_RETRY_SECONDS * 2.0**failures, LAST_RETRY_SECONDS))
        else:
            self._failures.pop(key, None)
