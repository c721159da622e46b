"""The feed: from a store's past into the rings, through restarts of the server and of the store."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pilothouse.server.store.base import Batch, Put, Store
from pilothouse.server.store.sqlite import SqliteStore
from pilothouse.server.watchcache import cache as caches
from pilothouse.server.watchcache.audience import FellBehind
from pilothouse.server.watchcache.cursor import Closed

from tests.support.feeding import (
    DEADLINE,
    Seen,
    cursor,
    follow,
    kinds,
    next_frame,
    put,
    reached,
    remove,
    running_cache,
    scope,
    seen,
    type_of,
    write,
)

CONFIGMAPS, SECRETS = type_of("configmaps"), type_of("secrets")


async def test_a_watcher_from_before_a_restart_finds_its_place(either_store: Store) -> None:
    first = await write(either_store, put(CONFIGMAPS, "n", "a", fill="1"), put(CONFIGMAPS, "n", "b"))
    async with running_cache(either_store) as cache:
        assert cache.revision >= first
    changed = await write(either_store, put(CONFIGMAPS, "n", "a", fill="2"))
    gone = await write(either_store, remove(CONFIGMAPS, "n", "b"))
    async with running_cache(either_store) as cache:
        scopes = [scope(CONFIGMAPS)]
        frames = await follow(cursor(cache, scopes, first), scopes, gone)
        assert [e for _, events in frames for e in events] == [
            Seen("MODIFIED", 0, "n/a", changed, "2"),
            Seen("DELETED", 0, "n/b", gone, ""),
        ]


async def test_history_reaches_back_as_far_as_it_is_kept(either_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    revisions = [await write(either_store, put(CONFIGMAPS, "n", "a", fill=str(n))) for n in range(12)]
    await either_store.compact(revisions[5])
    scopes = [scope(CONFIGMAPS)]
    async with running_cache(either_store) as cache:
        frames = await follow(cursor(cache, scopes, revisions[5]), scopes, revisions[-1])
        assert sum(len(events) for _, events in frames) == 6
        with pytest.raises(FellBehind):
            await next_frame(cursor(cache, scopes, revisions[4]))
    monkeypatch.setattr(caches, "HISTORY_REVISIONS", 3)
    now = await either_store.revision()
    async with running_cache(either_store) as cache:
        expected = sum(r > now - 3 for r in revisions)
        assert (await next_frame(cursor(cache, scopes, now - 3))).events == expected
        with pytest.raises(FellBehind):
            await next_frame(cursor(cache, scopes, revisions[-5]))


async def test_a_store_whose_newest_revision_is_of_a_foreign_key_does_not_hold_up_the_start(
    either_store: Store,
) -> None:
    await write(either_store, put(CONFIGMAPS, "n", "a"))
    foreign = await write(either_store, Put("/elsewhere/x", b""))
    async with asyncio.timeout(DEADLINE), running_cache(either_store) as cache:
        assert cache.ready
        assert cache.revision >= foreign
        assert cache.collection(CONFIGMAPS).get(CONFIGMAPS.key("n", "a")) is not None


async def test_many_objects_are_listed_page_by_page(store: SqliteStore) -> None:
    for start in range(0, 6000, 1000):
        await write(store, *(put(CONFIGMAPS, "n", f"o{n:05}") for n in range(start, start + 1000)))
    await store.compact(await store.revision())
    async with running_cache(store) as cache:
        assert len(cache.collection(CONFIGMAPS)) == 6000


async def restored(directory: Path) -> tuple[SqliteStore, Path, int]:
    """A store that has gone on after a copy of its file was made: the store, the copy and the copy's revision."""
    store = SqliteStore(directory / "store.db")
    await write(store, put(CONFIGMAPS, "n", "kept", fill="old"), put(CONFIGMAPS, "n", "deleted-later"))
    await store.close()
    shutil.copy(directory / "store.db", directory / "backup.db")
    store = SqliteStore(directory / "store.db")
    revision = await store.revision()
    return store, directory / "backup.db", revision


class Replaceable:
    """A store whose machine is restored from a backup while a cache follows it: from then on another file answers, and
    watches find out when they set up their streams again."""

    def __init__(self, store: SqliteStore) -> None:
        self.current = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self.current, name)

    async def watch(self, prefix: str, after_revision: int) -> AsyncIterator[Batch]:
        while True:
            watching = self.current
            async for batch in watching.watch(prefix, after_revision):
                after_revision = batch.revision
                yield batch
            if watching is self.current:
                return


async def test_a_store_restored_to_an_older_revision_starts_the_cache_anew(tmp_path: Path) -> None:
    store, backup, copied = await restored(tmp_path)
    replaceable = Replaceable(store)
    heard: dict[str, Any] = {}
    async with running_cache(replaceable) as cache:
        cache.follow(CONFIGMAPS, heard.__setitem__)
        for number in range(5):
            await write(store, put(CONFIGMAPS, "n", "kept", fill=str(number)))
        await write(store, put(CONFIGMAPS, "n", "lost"))
        await reached(cache, await write(store, remove(CONFIGMAPS, "n", "deleted-later")))
        watching, epoch = cursor(cache, [scope(CONFIGMAPS)], cache.revision), cache.epoch
        waiting = asyncio.create_task(watching.next())
        await asyncio.sleep(0)
        replaceable.current = SqliteStore(backup)
        await store.close()
        async with asyncio.timeout(DEADLINE):
            with pytest.raises(FellBehind):
                await waiting
            while not cache.ready:  # noqa: ASYNC110 - a restart takes moments
                await asyncio.sleep(0.01)
        assert cache.epoch == epoch + 1
        assert cache.revision == copied
        found = cache.collection(CONFIGMAPS).snapshot(cache.revision).items
        assert [i.name for i in found] == ["deleted-later", "kept"]
        # Who follows is told the difference.
        assert {k.rpartition("/")[2]: m and m.metadata.annotations["fill"] for k, m in heard.items()} == {
            "kept": "old",
            "deleted-later": "",
            "lost": None,
        }
        scopes = [scope(CONFIGMAPS)]
        new = cursor(cache, scopes, cache.revision)
        again = await write(replaceable.current, put(CONFIGMAPS, "n", "kept", fill="again"))
        await reached(cache, again)
        assert seen(await next_frame(new), scopes) == [Seen("MODIFIED", 0, "n/kept", again, "again")]
    await replaceable.current.close()


async def test_a_feed_that_fails_in_no_foreseen_way_starts_anew_and_says_so(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(caches, "RETRY_SECONDS", 0.01)
    async with running_cache(store) as cache:
        follower_fails = [True]

        def follower(key: str, message: Any) -> None:
            if message is not None and follower_fails.pop():
                follower_fails.append(False)
                raise RuntimeError("a follower failed")

        cache.follow(SECRETS, follower)
        epoch = cache.epoch
        await write(store, put(SECRETS, "n", "a"))
        revision = await write(store, put(CONFIGMAPS, "n", "a"))
        await reached(cache, revision)
        assert cache.epoch > epoch
        assert cache.collection(CONFIGMAPS).get(CONFIGMAPS.key("n", "a")) is not None
    assert "a follower failed" in caplog.text


async def test_to_wait_for_a_revision_ends_when_it_comes_or_when_patience_does(store: SqliteStore) -> None:
    async with running_cache(store) as cache:
        now = cache.revision
        assert await cache.wait_for(now, 0)
        assert not await cache.wait_for(now + 1, 0.01)
        waits = [asyncio.create_task(cache.wait_for(now + n, DEADLINE)) for n in (2, 1, 1, 3)]
        await asyncio.sleep(0)
        await write(store, put(CONFIGMAPS, "n", "a"))
        await write(store, put(CONFIGMAPS, "n", "a"))
        assert await asyncio.gather(*waits[:3]) == [True] * 3
        assert not waits[3].done()
        await write(store, Put("/elsewhere/x", b""))
        assert await waits[3]


async def test_who_waited_in_vain_leaves_nothing_behind(store: SqliteStore) -> None:
    async with running_cache(store) as cache:
        for _ in range(20):
            await asyncio.gather(*(cache.wait_for(10**9, 0.001) for _ in range(20)))
        tasks = [asyncio.create_task(cache.wait_for(10**9, DEADLINE)) for _ in range(50)]
        await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert len(cache._waiting) <= 2


async def test_a_watcher_of_the_future_sees_nothing_until_then(store: SqliteStore) -> None:
    async with running_cache(store) as cache:
        scopes = [scope(CONFIGMAPS)]
        ahead = cursor(cache, scopes, cache.revision + 2)
        for number in range(4):
            revision = await write(store, put(CONFIGMAPS, "n", "a", fill=str(number)))
            await reached(cache, revision)
        frames = await follow(ahead, scopes, revision)
        assert [e.fill for _, events in frames for e in events] == ["2", "3"]


async def test_closing_ends_every_wait(store: SqliteStore) -> None:
    async with running_cache(store) as cache:
        waits = [asyncio.create_task(cursor(cache, [scope(CONFIGMAPS)], cache.revision).next()) for _ in range(3)]
        await asyncio.sleep(0)
    for wait in waits:
        with pytest.raises(Closed):
            await wait


async def test_sizes_tell_objects_by_type_and_the_bytes_of_rings(store: SqliteStore) -> None:
    async with running_cache(store) as cache:
        await reached(cache, await write(store, put(CONFIGMAPS, "n", "a"), put(CONFIGMAPS, "n", "b")))
        sizes = cache.sizes()
        assert sizes["configmaps"] == 2
        assert sizes["secrets"] == 0
        assert sizes["rings"] > 0
        assert set(kinds().forms) == set(cache._collections)
