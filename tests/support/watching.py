"""Reading watches in tests, never for longer than a deadline."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

from pilothouse.server.store.base import Batch, Change, Store

DEADLINE = 15.0


async def changes_until(store: Store, prefix: str, after: int, revision: int) -> list[Change]:
    """What a watch after `after` yields until it has come to `revision`."""
    found: list[Change] = []
    async with asyncio.timeout(DEADLINE), aclosing(store.watch(prefix, after)) as watch:  # type: ignore[type-var]
        async for batch in watch:
            found += batch.changes
            if batch.revision >= revision:
                break
    return found


async def next_batch(watch: AsyncIterator[Batch]) -> Batch:
    async with asyncio.timeout(DEADLINE):
        return await anext(watch)


class Follower:
    """A watch read by a task of its own, into `changes`."""

    def __init__(self, store: Store, prefix: str, after: int) -> None:
        self.changes: list[Change] = []
        self.batches: list[Batch] = []
        self.revision = after
        self._moved = asyncio.Event()
        self._task = asyncio.create_task(self._follow(store.watch(prefix, after)))

    async def reaches(self, revision: int) -> None:
        """Returns when the watch has come to `revision`; raises what the watch raised."""
        async with asyncio.timeout(DEADLINE):
            while self.revision < revision:
                self._moved.clear()
                waiting = asyncio.create_task(self._moved.wait())
                await asyncio.wait([waiting, self._task], return_when=asyncio.FIRST_COMPLETED)
                waiting.cancel()
                if self._task.done():
                    self._task.result()
                    raise AssertionError("the watch ended")

    async def ends(self) -> None:
        """Returns when the watch is over; raises what it raised."""
        async with asyncio.timeout(DEADLINE):
            await self._task

    async def stop(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _follow(self, watch: AsyncIterator[Batch]) -> None:
        async for batch in watch:
            self.batches.append(batch)
            self.changes += batch.changes
            self.revision = batch.revision
            self._moved.set()
