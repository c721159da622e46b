"""The pump: who is woken, when, and at whose pace. And what a cursor costs."""

import asyncio
import gc
import time
import tracemalloc

from pilothouse.server.store.sqlite import SqliteStore
from pilothouse.server.watchcache.audience import Audiences
from pilothouse.server.watchcache.cursor import Cursor
from pilothouse.server.watchcache.pump import REST_AT_MOST

from tests.support.feeding import DEADLINE, cursor, put, reached, running_cache, scope, seen, type_of, write

CONFIGMAPS, SECRETS = type_of("configmaps"), type_of("secrets")
# Half of what the pump may rest. Of many waits a quarter at least is as short, whatever else the machine has to do.
PROMPT = REST_AT_MOST / 2


async def test_a_lone_watcher_gets_its_event_promptly(store: SqliteStore) -> None:
    async with running_cache(store) as cache:
        watching, waits = cursor(cache, [scope(CONFIGMAPS)], cache.revision), []
        for _ in range(20):
            coming = asyncio.create_task(watching.next())
            revision = await write(store, put(CONFIGMAPS, "n", "a"))
            await reached(cache, revision)
            started = time.perf_counter()
            async with asyncio.timeout(DEADLINE):
                frame = await coming
            waits.append(time.perf_counter() - started)
            assert frame.revision == revision
        assert sorted(waits)[5] < PROMPT


async def test_a_slow_watcher_does_not_slow_others(store: SqliteStore) -> None:
    async with running_cache(store) as cache:
        start, count = cache.revision, 20
        quick, slow = (cursor(cache, [scope(CONFIGMAPS)], start) for _ in range(2))

        async def read_slowly() -> int:
            events = 0
            while slow.position < start + count:
                events += (await slow.next()).events
                # As long as it takes to send a frame to who is slow to take it.
                await asyncio.sleep(0.04)
            return events

        reading = asyncio.create_task(read_slowly())
        waits = []
        for _ in range(count):
            coming = asyncio.create_task(quick.next())
            await asyncio.sleep(0)
            await reached(cache, await write(store, put(CONFIGMAPS, "n", "a")))
            started = time.perf_counter()
            async with asyncio.timeout(DEADLINE):
                await coming
            waits.append(time.perf_counter() - started)
        assert sorted(waits)[count // 4] < PROMPT
        # It has missed nothing.
        async with asyncio.timeout(DEADLINE):
            assert await reading == count


async def test_who_cancels_while_woken_holds_nobody_up(store: SqliteStore) -> None:
    async with running_cache(store) as cache:
        start = cache.revision
        leaving = [asyncio.create_task(cursor(cache, [scope(CONFIGMAPS)], start).next()) for _ in range(30)]
        staying = cursor(cache, [scope(CONFIGMAPS)], start)
        await asyncio.sleep(0)
        coming = asyncio.create_task(staying.next())
        revision = await write(store, put(CONFIGMAPS, "n", "a"))
        for task in leaving:
            task.cancel()
        async with asyncio.timeout(DEADLINE):
            await coming
            coming = asyncio.create_task(staying.next())
            revision = await write(store, put(CONFIGMAPS, "n", "a"))
            assert (await coming).revision == revision
        await asyncio.gather(*leaving, return_exceptions=True)
        assert all(not asleep for asleep in cache.pump._asleep.values())


async def test_many_changes_reach_many_watchers_in_few_frames(store: SqliteStore) -> None:
    async with running_cache(store) as cache:
        start, count = cache.revision, 60
        last = start + count
        frames = [0] * 100

        async def watch(index: int) -> int:
            scopes = [scope(CONFIGMAPS)]
            watching = cursor(cache, scopes, start)
            found = 0
            while watching.position < last:
                frame = await watching.next()
                frames[index] += 1
                found += len(seen(frame, scopes))
            return found

        watchers = [asyncio.create_task(watch(index)) for index in range(len(frames))]
        for number in range(count):
            await write(store, put(CONFIGMAPS, "n", f"o{number}"))
        async with asyncio.timeout(DEADLINE):
            assert await asyncio.gather(*watchers) == [count] * len(frames)
        assert max(frames) < count


async def test_who_watches_another_type_is_left_asleep(store: SqliteStore) -> None:
    async with running_cache(store) as cache:
        other = cursor(cache, [scope(SECRETS)], cache.revision)
        waiting = asyncio.create_task(other.next())
        watching = cursor(cache, [scope(CONFIGMAPS)], cache.revision)
        coming = asyncio.create_task(watching.next())
        await asyncio.sleep(0)
        wake = other.wake
        await write(store, put(CONFIGMAPS, "n", "a"))
        async with asyncio.timeout(DEADLINE):
            await coming
            assert wake is not None
            assert not wake.done()
            revision = await write(store, put(SECRETS, "n", "a"))
            assert (await waiting).revision == revision


async def test_a_cursor_of_several_types_wakes_for_each_and_keeps_their_order(store: SqliteStore) -> None:
    async with running_cache(store) as cache:
        scopes = [scope(SECRETS), scope(CONFIGMAPS)]
        both = cursor(cache, scopes, cache.revision)
        order = [CONFIGMAPS, SECRETS, SECRETS, CONFIGMAPS]
        found = []
        async with asyncio.timeout(DEADLINE):
            for resource in order:
                coming = asyncio.create_task(both.next())
                await asyncio.sleep(0)
                await write(store, put(resource, "n", "a"))
                found += [e.scope for e in seen(await coming, scopes)]
        assert found == [1, 0, 0, 1]


async def test_a_heartbeat_tells_a_quiet_watcher_how_far_it_is(store: SqliteStore) -> None:
    async with running_cache(store) as cache:
        quiet = cursor(cache, [scope(SECRETS)], cache.revision, heartbeat=0.05)
        revision = await write(store, put(CONFIGMAPS, "n", "a"))
        await reached(cache, revision)
        async with asyncio.timeout(DEADLINE):
            frame = await quiet.next()
        assert (frame.revision, frame.events, quiet.position) == (revision, 0, revision)


async def test_a_waiting_cursor_costs_less_than_four_kilobytes(store: SqliteStore) -> None:
    count = 2000
    async with running_cache(store) as cache:
        known = Audiences(cache)

        def watch(number: int) -> asyncio.Task[object]:
            audience = known.find((scope(CONFIGMAPS, f"n{number}"),))
            return asyncio.create_task(Cursor(cache, audience, cache.revision, 5.0).next())

        first = watch(-1)
        await asyncio.sleep(0)
        gc.collect()
        tracemalloc.start()
        try:
            before = tracemalloc.get_traced_memory()[0]
            tasks = [watch(number) for number in range(count)]
            await asyncio.sleep(0)
            gc.collect()
            each = (tracemalloc.get_traced_memory()[0] - before) / count
        finally:
            tracemalloc.stop()
        assert len(cache.pump._asleep[CONFIGMAPS]) == count + 1
        assert each < 4096
        for task in (first, *tasks):
            task.cancel()
        await asyncio.gather(first, *tasks, return_exceptions=True)
        assert not cache.pump._asleep[CONFIGMAPS]
        del tasks, first, task
        await asyncio.sleep(0)
        gc.collect()
        assert not known._known
