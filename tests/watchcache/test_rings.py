"""Rings of past changes: how far back they reach, and what they hold in memory."""

import gc
import tracemalloc

import pytest
from pilothouse.server.store.sqlite import SqliteStore
from pilothouse.server.watchcache.audience import FellBehind
from pilothouse.server.watchcache.item import Item
from pilothouse.server.watchcache.ring import Event, Ring, Rings

from tests.support.feeding import cursor, next_frame, put, reached, remove, running_cache, scope, type_of, write

CONFIGMAPS, SECRETS = type_of("configmaps"), type_of("secrets")


def item(revision: int, size: int = 1000, name: str = "a") -> Item:
    return Item(f"/registry/configmaps/n/{name}", ("n", name), revision, b"x" * size, {})


def test_a_ring_gives_what_came_after_a_revision_in_order() -> None:
    ring, rings = Ring(4), Rings(1 << 20)
    for revision in (5, 6, 6, 9):
        rings.append(ring, Event(revision, item(revision), None))
    assert [e.revision for e in ring.after(4)] == [5, 6, 6, 9]
    assert [e.revision for e in ring.after(5)] == [6, 6, 9]
    assert [e.revision for e in ring.after(6)] == [9]
    assert ring.after(9) == []
    assert ring.floor == 4


def test_a_spent_budget_forgets_the_oldest_change_of_all_rings() -> None:
    quiet, busy, rings = Ring(0), Ring(0), Rings(20_000)
    rings.append(quiet, Event(1, item(1), None))
    for revision in range(2, 100):
        rings.append(busy, Event(revision, item(revision), None))
    assert rings.size <= 20_000
    assert len(quiet) == 0
    assert quiet.floor == 1
    assert len(busy) > 5
    assert busy.floor == 99 - len(busy)


def test_the_last_change_is_kept_however_large_it_is() -> None:
    ring, rings = Ring(0), Rings(100)
    rings.append(ring, Event(1, item(1), None))
    rings.append(ring, Event(2, item(2, 5000), None))
    assert [e.revision for e in ring.after(1)] == [2]


def test_an_object_that_several_changes_refer_to_is_counted_once() -> None:
    ring, rings = Ring(0), Rings(1 << 20)
    one, two, three = item(1, 50_000), item(2, 50_000), item(3, 50_000)
    rings.append(ring, Event(2, two, one))
    rings.append(ring, Event(3, three, two))
    assert 150_000 < rings.size < 160_000


def test_an_old_object_kept_by_a_change_counts_until_that_change_is_forgotten() -> None:
    ring, rings = Ring(0), Rings(60_000)
    rings.append(ring, Event(2, item(2, 10), item(1, 50_000)))
    assert rings.size > 50_000
    rings.append(ring, Event(4, item(4, 10), item(3, 20_000)))
    assert ring.floor == 2
    assert 20_000 < rings.size < 30_000


def test_a_ring_stays_right_while_its_head_moves_far() -> None:
    ring, rings = Ring(0), Rings(40_000)
    for revision in range(1, 10_000):
        rings.append(ring, Event(revision, item(revision, 100), None))
        if revision % 997 == 0:
            assert [e.revision for e in ring.after(ring.floor)] == list(range(ring.floor + 1, revision + 1))


async def test_changes_and_deletions_that_were_forgotten_make_a_cursor_fall_behind(store: SqliteStore) -> None:
    async with running_cache(store, ring_bytes=50_000) as cache:
        start = await write(store, put(CONFIGMAPS, "n", "a"))
        quiet = await write(store, put(SECRETS, "n", "quiet"))
        for _ in range(40):
            await write(store, put(CONFIGMAPS, "n", "b", fill="x" * 5000))
            last = await write(store, remove(CONFIGMAPS, "n", "b"))
        await reached(cache, last)
        behind = cursor(cache, [scope(CONFIGMAPS)], start)
        with pytest.raises(FellBehind) as error:
            await behind.next()
        assert start < error.value.oldest < last
        # Nothing that happened to secrets since is missing.
        frame = await next_frame(cursor(cache, [scope(SECRETS)], quiet))
        assert (frame.revision, frame.events) == (cache.revision, 0)


async def test_rings_stay_within_their_bytes_under_load(store: SqliteStore) -> None:
    budget = 2 << 20
    async with running_cache(store, ring_bytes=budget) as cache:
        labels = {"app": "press", "tier": "front", "release": "seven"}
        watching = cursor(cache, [scope(CONFIGMAPS, fields="metadata.name=none")], cache.revision)

        async def load(rounds: int) -> int:
            for number in range(rounds):
                ops = [put(CONFIGMAPS, "n", f"name-{n}", labels, f"{number}" * 100) for n in range(20)]
                await reached(cache, await write(store, *ops))
                # Selectable fields are kept with each object once a selector asked for them.
                await next_frame(watching)
            # The store in this process remembers recent changes too, which is not what is measured.
            store._feed._ring.clear()
            gc.collect()
            return tracemalloc.get_traced_memory()[0]

        tracemalloc.start()
        try:
            before = await load(1)
            after = await load(200)
        finally:
            tracemalloc.stop()
        assert cache._rings.size > 0.9 * budget
        assert 0.6 * budget < after - before < budget
