"""What only the store over SQLite does: its file, its locks, its crash."""

import asyncio
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pilothouse.server.store.base import (
    Committed,
    Entry,
    Put,
    Remove,
    RevisionCompacted,
    StoreError,
    StoreFull,
)
from pilothouse.server.store.sqlite import SqliteStore

from tests.support.watching import DEADLINE, Follower, changes_until

# Writes one group after another, and says so after each; argument: the file.
_WRITER = """
import asyncio, sys
from pathlib import Path
from pilothouse.server.store.base import Put
from pilothouse.server.store.sqlite import SqliteStore

async def main() -> None:
    store = SqliteStore(Path(sys.argv[1]))
    for n in range(1_000_000):
        outcome = await store.transact([Put(f"/a/{n}", bytes(2000), 0), Put("/count", str(n).encode())])
        print(outcome.revision, n, flush=True)

asyncio.run(main())
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "pilothouse.db"


class TestFile:
    async def test_what_was_written_is_there_when_it_is_opened_again(self, path: Path) -> None:
        store = SqliteStore(path)
        first = await store.revision()
        for n in range(3):
            await store.transact([Put("/a/x", b"%d" % n)])
        await store.transact([Put("/a/gone", b"v")])
        last = (await store.transact([Remove("/a/gone")])).revision
        await store.compact(first + 2)
        await store.close()

        store = SqliteStore(path)
        assert await store.revision() == last
        assert (await store.get("/a/x"))[0] == Entry("/a/x", b"2", first + 3)
        assert [c.revision for c in await changes_until(store, "/a/", first + 2, last)] == [first + 3, last - 1, last]
        with pytest.raises(RevisionCompacted):
            await store.list("/a/", revision=first + 1)
        assert await store.transact([Put("/a/y", b"v", 0)]) == Committed(last + 1)
        await store.close()

    async def test_a_ttl_goes_on_across_a_restart(self, path: Path) -> None:
        store = SqliteStore(path)
        revision = (await store.transact([Put("/a/x", b"v", ttl=1)])).revision
        await store.close()
        store = SqliteStore(path)
        follower = Follower(store, "/a/", revision)
        await follower.reaches(revision + 1)
        assert [(c.key, c.value) for c in follower.changes] == [("/a/x", None)]
        await follower.stop()
        await store.close()

    async def test_only_its_owner_reads_it(self, path: Path) -> None:
        path.touch(mode=0o644)
        store = SqliteStore(path)
        await store.transact([Put("/a/x", b"v")])
        files = list(path.parent.glob("pilothouse.db*"))
        assert len(files) == 4
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
        await store.close()

    async def test_a_second_server_on_it_is_refused(self, path: Path) -> None:
        store = SqliteStore(path)
        with pytest.raises(StoreError, match="in use by another server"):
            SqliteStore(path)
        await store.close()
        await SqliteStore(path).close()

    async def test_a_file_of_another_program_is_refused_and_untouched(self, path: Path) -> None:
        with sqlite3.connect(path) as other:
            other.execute("CREATE TABLE theirs (x)")
        other.close()
        before = path.read_bytes()
        with pytest.raises(StoreError, match="another program"):
            SqliteStore(path)
        assert path.read_bytes() == before

    async def test_a_file_that_is_no_database_is_refused(self, path: Path) -> None:
        path.write_text("a letter to a friend, long enough to be taken for a header " * 20)
        with pytest.raises(StoreError, match="not a database"):
            SqliteStore(path)

    async def test_a_file_of_a_later_version_is_refused(self, path: Path) -> None:
        await SqliteStore(path).close()
        with sqlite3.connect(path) as file:
            file.execute("PRAGMA user_version = 99")
        file.close()
        with pytest.raises(StoreError, match="schema version 99"):
            SqliteStore(path)

    async def test_a_directory_that_is_not_there_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(StoreError, match="check the directory"):
            SqliteStore(tmp_path / "none" / "store.db")

    async def test_a_full_disk_refuses_writes_and_the_store_lives_on(self, path: Path) -> None:
        store = SqliteStore(path)
        await store.transact([Put("/a/x", b"v")])
        # As many pages as there are, and a few: what a full disk is to SQLite.
        pages = store._file.writer.execute("PRAGMA page_count").fetchone()[0]
        store._file.writer.execute(f"PRAGMA max_page_count = {pages + 2}")
        revision = await store.revision()
        with pytest.raises(StoreFull):
            await store.transact([Put("/a/large", bytes(100_000))])
        assert await store.revision() == revision
        assert await store.transact([Remove("/a/x")]) == Committed(revision + 1)
        await store.close()

    async def test_compaction_frees_what_it_forgets(self, path: Path) -> None:
        store = SqliteStore(path)
        for n in range(600):
            await store.transact([Put("/a/x", b"%d" % n)])
        await store.transact([Put("/a/gone", b"v")])
        await store.transact([Remove("/a/gone")])
        await store.compact(await store.revision())
        await store.close()
        with sqlite3.connect(path) as file:
            rows = file.execute("SELECT key, value FROM history").fetchall()
        file.close()
        assert rows == [(b"/a/x", b"599")]


class TestCrash:
    @pytest.mark.parametrize("after", [1, 40])
    async def test_nothing_acknowledged_is_lost_when_the_process_is_killed(self, path: Path, after: int) -> None:
        with subprocess.Popen([sys.executable, "-c", _WRITER, str(path)], stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            acknowledged = [writer.stdout.readline() for _ in range(after)]
            os.kill(writer.pid, signal.SIGKILL)
            acknowledged += writer.stdout.readlines()
        revision, count = (int(part) for part in [line for line in acknowledged if line.endswith("\n")][-1].split())

        store = SqliteStore(path)
        now = await store.revision()
        # One more may have been written and not yet told.
        assert revision <= now <= revision + 1
        found = await changes_until(store, "", 1, now)
        assert [c.revision for c in found] == [r for r in range(2, now + 1) for _ in range(2)]
        counted, _ = await store.get("/count")
        assert counted is not None
        assert int(counted.value) - count == now - revision
        assert len((await store.list("/a/")).entries) == int(counted.value) + 1
        await store.close()


class TestThreads:
    async def test_a_long_listing_leaves_the_event_loop_free(self, path: Path) -> None:
        store = SqliteStore(path)
        for start in range(0, 10_000, 500):
            await store.transact([Put(f"/a/{n:05}", bytes(1000)) for n in range(start, start + 500)])
        turns = 0

        async def spin() -> None:
            nonlocal turns
            while True:
                await asyncio.sleep(0)
                turns += 1

        spinning = asyncio.create_task(spin())
        page = await store.list("/a/")
        spinning.cancel()
        assert len(page.entries) == 10_000
        assert turns > 3
        await store.close()

    async def test_a_write_goes_on_when_its_caller_is_cancelled(self, path: Path) -> None:
        store = SqliteStore(path)
        revision = await store.revision()
        follower = Follower(store, "/a/", revision)
        # The first occupies the writing thread, so that the second is certainly not begun, or certainly told.
        first = asyncio.create_task(store.transact([Put(f"/a/{n}", bytes(5000)) for n in range(200)]))
        await asyncio.sleep(0)
        first.cancel()
        last = (await store.transact([Put("/a/last", b"v")])).revision
        await follower.reaches(last)
        assert len({c.key for c in follower.changes}) == len((await store.list("/a/")).entries)
        await follower.stop()
        await store.close()

    async def test_closing_waits_for_what_is_under_way(self, path: Path) -> None:
        store = SqliteStore(path)
        writing = [asyncio.create_task(store.transact([Put(f"/a/{n}", b"v")])) for n in range(20)]
        await asyncio.sleep(0)
        async with asyncio.timeout(DEADLINE):
            await store.close()
        outcomes = await asyncio.gather(*writing)
        assert all(isinstance(outcome, Committed) for outcome in outcomes)
        store = SqliteStore(path)
        assert len((await store.list("/a/")).entries) == 20
        await store.close()


class TestExpiry:
    async def test_keys_that_expired_while_it_was_closed_go_soon(self, path: Path) -> None:
        store = SqliteStore(path)
        await store.transact([Put(f"/a/{n}", b"v", ttl=3600) for n in range(100)])
        revision = (await store.transact([Put("/a/kept", b"v", ttl=7200)])).revision
        await store.close()
        with sqlite3.connect(path) as file:
            file.execute("UPDATE live SET expires = ? WHERE expires < ?", (time.time() - 5, time.time() + 4000))
        file.close()
        store = SqliteStore(path)
        follower = Follower(store, "/a/", revision)
        await follower.reaches(revision + 1)
        assert len(follower.changes) == 100
        assert [e.key for e in (await store.list("/a/")).entries] == ["/a/kept"]
        await follower.stop()
        await store.close()
