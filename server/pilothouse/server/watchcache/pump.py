"""The pump: wakes the cursors, so paced that many changes travel in one frame when there is much to do.

Woken one by one at each change, five hundred watchers take most of a core in task switches alone. The pump wakes all
that have something to see, waits until nearly all are back, rests as long as that took, and goes again; what came
meanwhile goes out together. A lone watcher notices nothing: its round takes microseconds, and so does the rest.
"""

import asyncio
from typing import Protocol

from ..meta.resource import ResourceType

REST_AT_MOST = 0.05
ROUND_AT_MOST = 0.05
BACK = 0.9


class Sleeper(Protocol):
    """A cursor that waits: `types` are what it watches; `due` is when it wants to be woken anyway (loop time)."""

    types: frozenset[ResourceType]
    due: float
    wake: asyncio.Future[None] | None


class Pump:
    """Wakes sleepers. One per cache."""

    def __init__(self) -> None:
        self._dirty: set[ResourceType] = set()
        self._asleep: dict[ResourceType, set[Sleeper]] = {}
        self._work = asyncio.Event()
        self._back = asyncio.Event()
        self._out = 0
        self._enough = 0
        self._tasks: list[asyncio.Task[None]] = []
        self.closed = False

    def start(self) -> None:
        if not self._tasks:
            self._tasks = [
                asyncio.create_task(self._run(), name="pump"),
                asyncio.create_task(self._clock(), name="heartbeats"),
            ]

    async def close(self) -> None:
        """Wakes everyone for the last time."""
        self.closed = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._wake(self._sleepers())

    def dirty(self, resource: ResourceType) -> None:
        """Something of this type changed."""
        self._dirty.add(resource)
        self._work.set()

    def wake_all(self) -> None:
        """Everything changed."""
        self._dirty.update(self._asleep)
        self._work.set()

    async def sleep(self, sleeper: Sleeper) -> None:
        """Returns when one of the sleeper's types changed, when it is due, or when the pump closes."""
        if self.closed:
            return
        sleeper.wake = asyncio.get_running_loop().create_future()
        for resource in sleeper.types:
            self._asleep.setdefault(resource, set()).add(sleeper)
        if self._out:
            self._out -= 1
            if self._out <= self._enough:
                self._back.set()
        try:
            await sleeper.wake
        finally:
            sleeper.wake = None
            for resource in sleeper.types:
                self._asleep[resource].discard(sleeper)

    def _sleepers(self) -> set[Sleeper]:
        return {s for asleep in self._asleep.values() for s in asleep}

    @staticmethod
    def _wake(sleepers: set[Sleeper]) -> None:
        for sleeper in sleepers:
            if sleeper.wake is not None and not sleeper.wake.done():
                sleeper.wake.set_result(None)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._work.wait()
            self._work.clear()
            woken = {s for resource in self._dirty for s in self._asleep.get(resource, ())}
            self._dirty.clear()
            if not woken:
                continue
            started = loop.time()
            self._out = len(woken)
            # One may always be late, so that of two the slow one does not set the pace.
            self._enough = max(int(len(woken) * (1 - BACK)), min(1, len(woken) - 1))
            self._back.clear()
            self._wake(woken)
            try:
                async with asyncio.timeout(ROUND_AT_MOST):
                    await self._back.wait()
            except TimeoutError:
                pass
            self._out = 0
            await asyncio.sleep(min(loop.time() - started, REST_AT_MOST))

    async def _clock(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(0.5)
            now = loop.time()
            self._wake({s for s in self._sleepers() if s.due <= now})
