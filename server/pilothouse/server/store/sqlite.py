"""The embedded store: one SQLite file, one process."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import time
from typing import TypeVar

from pilothouse.server.store.base import (
    Batch,
    Change,
    Entry,
    Op,
    Outcome,
    Page,
    Put,
    RevisionCompacted,
    RevisionWentBack,
    StoreError,
    StoreUnavailable,
    ValueTooLarge,
)
from pilothouse.server.store.rules import check_groups
from pilothouse.server.store.sqlite_feed import Feed
from pilothouse.server.store.sqlite_file import open_file, translate
from pilothouse.server.store.sqlite_reader import Reader
from pilothouse.server.store.sqlite_writer import Writer

_log = logging.getLogger(__name__)

Result = TypeVar("Result")

# As etcd's default, so that what fits one store fits the other.
_MAX_COMMIT_BYTES = 1536 * 1024
# An expired key goes at most this many seconds late; fewer commits then take many along.
_EXPIRY_ROUNDING = 1.0


class SqliteStore:
    """A Store on one file. To be made where an event loop runs.

    Writes run in one thread and reads in another; a write that has begun is finished, and told to the watches, also
    when its caller is cancelled.
    """

    def __init__(self, path: Path) -> None:
        """Opens or makes the file, readable by its owner alone; beside it lie `-wal`, `-shm` and `.lock`.
        Raises StoreError when it cannot be opened, is not such a file, or is in use by another process."""
        self._file = open_file(path)
        self._loop = asyncio.get_running_loop()
        self._writer = Writer(self._file.writer)
        self._reader = Reader(self._file.reader)
        self._write_thread = ThreadPoolExecutor(1, "sqlite-write")
        self._read_thread = ThreadPoolExecutor(1, "sqlite-read")
        self._feed = Feed(self._writer.revision)
        self._expiry: asyncio.TimerHandle | None = None
        self._expiring: asyncio.Task[None] | None = None
        self._expire_at(self._writer.next_expiry())

    async def get(self, key: str) -> tuple[Entry | None, int]:
        entry, revision = await self._run(self._read_thread, lambda: self._reader.get(key))
        await self._feed.beyond(revision - 1)
        return entry, revision

    async def list(self, prefix: str, limit: int = 0, continue_key: str = "", revision: int = 0) -> Page:
        page = await self._run(self._read_thread, lambda: self._reader.list(prefix, limit, continue_key, revision))
        await self._feed.beyond(page.revision - 1)
        return page

    async def revision(self) -> int:
        # Nobody hears of a commit before the feed has: who wrote it neither, nor who read it, hence the wait there.
        if self._feed.closed:
            raise StoreUnavailable("the store is closed")
        return self._feed.revision

    async def commit(self, groups: Sequence[Sequence[Op]]) -> Sequence[Outcome]:
        if not groups:
            return []
        check_groups(groups)
        size = sum(len(op.key) + (len(op.value) if isinstance(op, Put) else 0) for group in groups for op in group)
        if size > _MAX_COMMIT_BYTES:
            raise ValueTooLarge(f"{size} bytes in one commit; at most {_MAX_COMMIT_BYTES} are taken")
        return await self._run(self._write_thread, lambda: self._commit(groups))

    async def transact(self, ops: Sequence[Op]) -> Outcome:
        return (await self.commit([ops]))[0]

    async def watch(self, prefix: str, after_revision: int) -> AsyncIterator[Batch]:
        if after_revision > self._feed.revision:
            raise RevisionWentBack(after_revision, self._feed.revision)
        if after_revision < self._writer.compacted:
            raise RevisionCompacted(self._writer.compacted)
        seen = after_revision
        while True:
            await self._feed.beyond(seen)
            if self._feed.closed:
                return
            changes = self._feed.after(seen, prefix)
            if changes is None:
                from_file = seen
                batch = await self._run(self._read_thread, lambda: self._reader.changes(prefix, from_file))  # noqa: B023
            else:
                batch = Batch(changes, self._feed.revision)
            seen = batch.revision
            yield batch

    async def request_progress(self) -> bool:
        # Every watch yields a batch for every commit, be it empty.
        return True

    async def compact(self, revision: int) -> None:
        await self._run(self._write_thread, lambda: self._writer.compact(revision))
        # In steps, so that writes come between.
        while await self._run(self._write_thread, self._writer.sweep):
            pass

    async def close(self) -> None:
        if self._feed.closed:
            return
        self._feed.close()
        if self._expiry:
            self._expiry.cancel()
        if self._expiring:
            await asyncio.gather(self._expiring, return_exceptions=True)
        for thread in (self._write_thread, self._read_thread):
            await self._loop.run_in_executor(thread, lambda: None)
            thread.shutdown()
        self._file.close()

    async def _run(self, thread: ThreadPoolExecutor, job: Callable[[], Result]) -> Result:
        if self._feed.closed:
            raise StoreUnavailable("the store is closed")
        try:
            return await self._loop.run_in_executor(thread, job)
        except sqlite3.Error as error:
            raise translate(error) from error

    def _commit(self, groups: Sequence[Sequence[Op]]) -> Sequence[Outcome]:
        """In the writing thread. The loop hears of the changes first, then the caller of the outcome."""
        outcomes, changes = self._writer.commit(groups)
        if changes:
            self._loop.call_soon_threadsafe(self._feed.publish, changes)
            ttl = min((op.ttl for group in groups for op in group if isinstance(op, Put) and op.ttl), default=0)
            if ttl:
                self._loop.call_soon_threadsafe(self._expire_at, time() + ttl)
        return outcomes

    def _expire_at(self, when: float | None) -> None:
        """Sees to it that expired keys go at this time (seconds since the epoch), or earlier."""
        if when is None or self._feed.closed:
            return
        due = self._loop.time() + max(0.0, when - time()) + _EXPIRY_ROUNDING
        if self._expiry and self._expiry.when() <= due:
            return
        if self._expiry:
            self._expiry.cancel()
        self._expiry = self._loop.call_at(due, self._begin_expiry)

    def _begin_expiry(self) -> None:
        self._expiry = None
        self._expiring = self._loop.create_task(self._expire())

    async def _expire(self) -> None:
        try:
            while await self._run(self._write_thread, self._expire_some):
                pass
            self._expire_at(await self._run(self._write_thread, self._writer.next_expiry))
        except StoreError as error:
            if not self._feed.closed:
                _log.warning("keys whose time is over could not be deleted: %s", error)
                self._expire_at(time() + 10)

    def _expire_some(self) -> bool:
        changes: list[Change] = self._writer.expire()
        if changes:
            self._loop.call_soon_threadsafe(self._feed.publish, changes)
        return bool(changes)
