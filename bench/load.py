"""Load: a number of callers that call as fast as they are answered, and a pace of calls beside them."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass

from bench.stand import Process, settle

CALLERS = 32

Call = Callable[[int], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Cost:
    """What a round of calls came to, per call, in seconds; `client` is this process's own CPU."""

    server: float
    client: float
    wall: float


async def drive(call: Call, indexes: Iterator[int], callers: int = CALLERS) -> None:
    """Makes one call per index, by so many callers. The first failure ends it."""

    async def caller() -> None:
        for index in indexes:
            await call(index)

    async with asyncio.TaskGroup() as group:
        for _ in range(callers):
            group.create_task(caller())


@contextlib.asynccontextmanager
async def paced(call: Call | None, rate: float) -> AsyncIterator[None]:
    """Meanwhile makes `rate` calls a second, each in a task of its own, whatever the answers take."""
    if call is None:
        yield
        return

    async def one(index: int) -> None:
        await call(index)

    async def pace() -> None:
        start, index = time.perf_counter(), 0
        async with asyncio.TaskGroup() as group:
            while True:
                group.create_task(one(index))
                index += 1
                await asyncio.sleep(max(0.0, start + index / rate - time.perf_counter()))

    task = asyncio.create_task(pace())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@dataclass(frozen=True, slots=True)
class Side:
    """One of two servers that are compared: its process, the call, and what is written meanwhile (50 a second)."""

    process: Process
    call: Call
    write: Call | None = None

    async def round(self, indexes: list[int], callers: int = CALLERS) -> Cost:
        """The server is let settle before and after, so that what it does behind its answers counts too."""
        await asyncio.to_thread(settle, self.process)
        server, client, wall = self.process.cpu(), time.process_time(), time.perf_counter()
        async with paced(self.write, 50):
            await drive(self.call, iter(indexes), callers)
        wall, client = time.perf_counter() - wall, time.process_time() - client
        await asyncio.to_thread(settle, self.process)
        count = len(indexes)
        return Cost((self.process.cpu() - server) / count, client / count, wall / count)
