"""The one loop through which writes and consistent reads go to the store, many in one call."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic

from pilothouse.server.store.base import Op, Outcome, Put, Store, StoreError, StoreFull, StoreUnavailable

# Half and a third of what etcd takes at most (128 operations, 1.5 MB), so that a batch is rarely refused as a whole.
_MAX_OPS = 64
_MAX_BYTES = 512 * 1024
# Seconds between calls while many want in: fewer, fuller calls save more time than the pause costs.
_PACE = 0.005
# While more and more want in the pause goes on, step by step, for so long at most: those that a busy loop is still
# preparing come along.
_STEP = 0.0015
_LONGEST_PACE = 0.025


@dataclass(slots=True, eq=False)
class _Write:
    ops: Sequence[Op]
    size: int
    done: asyncio.Future[Outcome]
    patient: bool


class Batcher:
    """Shares calls to the store: one is under way at a time, and what is asked meanwhile goes together in the next.

    A caller that is alone is served at once. Writes to one key keep their order. To be made where an event loop runs.
    """

    def __init__(self, store: Store, sharing: bool = True) -> None:
        """sharing: False gives each write a call of its own."""
        self._store = store
        self._max_ops = _MAX_OPS if sharing else 1
        self._writes: deque[_Write] = deque()
        self._reads: list[asyncio.Future[int]] = []
        self._loop = asyncio.get_running_loop()
        self._idle: asyncio.Future[None] | None = None
        self._closed = False
        self._task = self._loop.create_task(self._run(), name="store-batches")

    async def write(self, ops: Sequence[Op], patient: bool = False) -> Outcome:
        """Writes one group, as Store.transact does, and raises what that does. A caller that is cancelled before its
        write was sent has written nothing; afterwards the write goes on. patient: nobody waits for it, so that others
        need not be slowed down to share calls with it."""
        size = 0
        for op in ops:
            size += len(op.key) + (len(op.value) if isinstance(op, Put) else 0)
        done: asyncio.Future[Outcome] = self._loop.create_future()
        self._wake()
        self._writes.append(_Write(ops, size, done, patient))
        return await done

    async def revision(self) -> int:
        """A revision that the store had at the moment of this call, or after."""
        done: asyncio.Future[int] = self._loop.create_future()
        self._wake()
        self._reads.append(done)
        return await done

    async def close(self) -> None:
        """Finishes what was asked; what is asked from now on raises StoreUnavailable."""
        if not self._closed:
            self._wake()
            self._closed = True
        await self._task

    def _wake(self) -> None:
        if self._closed:
            raise StoreUnavailable("the store is closed")
        if self._idle and not self._idle.done():
            self._idle.set_result(None)

    async def _run(self) -> None:
        next_call = 0.0
        while True:
            while not self._writes and not self._reads:
                if self._closed:
                    return
                self._idle = self._loop.create_future()
                await self._idle
            await self._pause(next_call)
            batch = self._take()
            reads, self._reads = [read for read in self._reads if not read.done()], []
            if batch:
                await self._commit(batch, reads)
            elif reads:
                await self._ask(reads)
            callers = len(reads) + sum(not write.patient for write in batch)
            next_call = monotonic() + _PACE if callers > 1 else 0.0

    async def _pause(self, until: float) -> None:
        """until: of the monotonic clock; the past where nobody need wait."""
        if (pause := until - monotonic()) <= 0:
            return
        await asyncio.sleep(pause)
        came = 0
        while (want := len(self._writes) + len(self._reads)) > came and monotonic() < until + _LONGEST_PACE - _PACE:
            came = want
            await asyncio.sleep(_STEP)

    def _take(self) -> list[_Write]:
        """The writes that go next: in order, but a key that occurs twice waits, and so do later writes of that key."""
        batch: list[_Write] = []
        waiting: list[_Write] = []
        keys: set[str] = set()
        ops = size = 0
        while self._writes:
            write = self._writes[0]
            if batch and (ops + len(write.ops) > self._max_ops or size + write.size > _MAX_BYTES):
                break
            self._writes.popleft()
            if write.done.done():
                continue
            if any(op.key in keys for op in write.ops):
                waiting.append(write)
            else:
                batch.append(write)
                ops += len(write.ops)
                size += write.size
            keys.update(op.key for op in write.ops)
        self._writes.extendleft(reversed(waiting))
        return batch

    async def _commit(self, batch: Sequence[_Write], reads: list[asyncio.Future[int]]) -> Exception | None:
        """Commits, and answers who waits for it; gives what it failed with."""
        try:
            outcomes = await self._store.commit([write.ops for write in batch])
        except Exception as error:  # noqa: BLE001 - whatever it is, those who wait must hear of it
            await self._after_failure(batch, reads, error)
            return error
        for write, outcome in zip(batch, outcomes, strict=True):
            if not write.done.done():
                write.done.set_result(outcome)
        # The commit began after each read was asked for, so it serves them too.
        _answer(reads, outcomes[0].revision)
        return None

    async def _ask(self, reads: list[asyncio.Future[int]]) -> None:
        try:
            _answer(reads, await self._store.revision())
        except Exception as error:  # noqa: BLE001 - as above
            _fail(reads, error)

    async def _after_failure(self, batch: Sequence[_Write], reads: list[asyncio.Future[int]], error: Exception) -> None:
        """Who was alone keeps the failure. Of many, each is tried alone where the others may have been the cause."""
        if isinstance(error, StoreUnavailable) or not isinstance(error, StoreError | ValueError):
            _fail([write.done for write in batch], error)
            _fail(reads, error)
            return
        self._reads[:0] = reads
        alone = deque(batch if len(batch) > 1 else ())
        if isinstance(error, StoreFull):
            # A full store still takes deletions, which make room.
            alone = deque(write for write in alone if not any(isinstance(op, Put) for op in write.ops))
        _fail([write.done for write in batch if write not in alone], error)
        while alone:
            write = alone.popleft()
            if write.done.done():
                continue
            failure = await self._commit([write], [])
            if isinstance(failure, StoreUnavailable):
                _fail([waiting.done for waiting in alone], failure)
                return


def _answer(reads: Sequence[asyncio.Future[int]], revision: int) -> None:
    for read in reads:
        if not read.done():
            read.set_result(revision)


def _fail(waiting: Sequence[asyncio.Future[Outcome]] | Sequence[asyncio.Future[int]], error: Exception) -> None:
    for future in waiting:
        if not future.done():
            future.set_exception(error)
