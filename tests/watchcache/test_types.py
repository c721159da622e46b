"""Types that come and go while the feed runs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from pilothouse.server.errors import NotFound
from pilothouse.server.store.base import Store
from pilothouse.server.watchcache.cache import WatchCache
from pilothouse.server.watchcache.cursor import Closed

from tests.support.feeding import cursor, kinds, next_frame, put, reached, remove, scope, seen, type_of, write

MAPS, SECRETS = type_of("configmaps"), type_of("secrets")


@asynccontextmanager
async def small_cache(store: Store) -> AsyncIterator[WatchCache]:
    """It knows ConfigMaps."""
    cache = WatchCache(store, 8 << 20)
    cache.serve({MAPS: kinds().forms[MAPS]})
    try:
        await cache.start()
        yield cache
    finally:
        await cache.close()


async def added(cache: WatchCache) -> None:
    loaded = asyncio.Event()
    cache.add(SECRETS, kinds().forms[SECRETS], loaded.set)
    async with asyncio.timeout(10):
        await loaded.wait()


def names(cache: WatchCache) -> list[str]:
    return [item.name for item in cache.collection(SECRETS).under(SECRETS.prefix(""))]


async def test_a_type_that_comes_has_what_was_there_and_what_changes_meanwhile(either_store: Store) -> None:
    await write(either_store, *(put(SECRETS, "a", f"s{i}") for i in range(20)))
    async with small_cache(either_store) as cache:
        loaded = asyncio.Event()
        cache.add(SECRETS, kinds().forms[SECRETS], loaded.set)
        assert cache.collection(SECRETS).held is not None
        await write(either_store, remove(SECRETS, "a", "s3"))
        await write(either_store, put(SECRETS, "a", "s4", fill="new"))
        last = await write(either_store, put(SECRETS, "a", "t"))
        async with asyncio.timeout(10):
            await loaded.wait()
        await reached(cache, last)
        assert names(cache) == [*sorted(f"s{i}" for i in range(20) if i != 3), "t"]
        assert cache.collection(SECRETS).held is None


async def test_a_watch_of_a_type_that_goes_is_over(either_store: Store) -> None:
    async with small_cache(either_store) as cache:
        await added(cache)
        scopes = [scope(SECRETS)]
        watching = cursor(cache, scopes, cache.revision)
        revision = await write(either_store, put(SECRETS, "a", "s"))
        await reached(cache, revision)
        assert [event.place for event in seen(await next_frame(watching), scopes)] == ["a/s"]
        watching.heartbeat = 0
        waiting = asyncio.create_task(watching.next())
        await asyncio.sleep(0)
        cache.remove(SECRETS)
        with pytest.raises(Closed):
            async with asyncio.timeout(10):
                await waiting
        with pytest.raises(NotFound):
            cache.collection(SECRETS)


async def test_others_do_not_notice_that_a_type_goes(either_store: Store) -> None:
    async with small_cache(either_store) as cache:
        await added(cache)
        scopes = [scope(MAPS)]
        watching = cursor(cache, scopes, cache.revision)
        cache.remove(SECRETS)
        revision = await write(either_store, put(MAPS, "a", "m"))
        await reached(cache, revision)
        assert [event.place for event in seen(await next_frame(watching), scopes)] == ["a/m"]


async def test_a_type_in_the_place_of_another_knows_its_past(either_store: Store) -> None:
    newer = replace(SECRETS)
    kinds()[newer] = replace(kinds()[SECRETS], type=newer)
    async with small_cache(either_store) as cache:
        await added(cache)
        before = cache.revision
        await reached(cache, await write(either_store, put(SECRETS, "a", "s")))
        cache.renew(SECRETS, newer, kinds().forms[SECRETS])
        assert cache.collection(SECRETS) is cache.collection(newer)
        cache.remove(SECRETS)
        scopes = [scope(newer)]
        await reached(cache, await write(either_store, put(SECRETS, "a", "t")))
        watching = cursor(cache, scopes, before)
        assert [event.place for event in seen(await next_frame(watching), scopes)] == ["a/s", "a/t"]


async def test_a_feed_that_starts_anew_fills_what_came_since(store: Store) -> None:
    async with small_cache(store) as cache:
        await added(cache)
        await reached(cache, await write(store, put(SECRETS, "a", "s")))
        loaded = asyncio.Event()
        cache.remove(SECRETS)
        cache.add(SECRETS, kinds().forms[SECRETS], loaded.set)
        await cache._fill()
        async with asyncio.timeout(10):
            await loaded.wait()
        assert names(cache) == ["s"]
