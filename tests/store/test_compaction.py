"""Who compacts, and to where."""

import asyncio

import pytest
from pilothouse.server.store.base import Put, RevisionCompacted, Store
from pilothouse.server.store.compaction import Compactor

from tests.support.watching import DEADLINE


async def test_it_compacts_to_the_revision_of_a_turn_ago(store: Store) -> None:
    compactor = Compactor(store)
    first = (await store.transact([Put("/a/x", b"1")])).revision
    assert await compactor.turn() == 0
    then = await store.revision()
    later = (await store.transact([Put("/a/x", b"2")])).revision
    assert await compactor.turn() == then
    with pytest.raises(RevisionCompacted):
        await store.list("/a/", revision=first)
    assert [e.value for e in (await store.list("/a/", revision=then)).entries] == [b"1"]
    assert [e.value for e in (await store.list("/a/", revision=later)).entries] == [b"2"]


async def test_of_several_servers_one_compacts_in_each_turn(store: Store) -> None:
    servers = [Compactor(store) for _ in range(4)]
    for turn in range(5):
        compacted = await asyncio.gather(*(server.turn() for server in servers))
        assert sum(revision > 0 for revision in compacted) == (1 if turn else 0)
        await store.transact([Put("/a/x", b"%d" % turn)])


async def test_a_server_takes_over_from_one_that_is_gone(store: Store) -> None:
    gone, staying = Compactor(store), Compactor(store)
    await gone.turn()
    await staying.turn()
    assert await gone.turn() > 0
    assert await staying.turn() == 0
    assert await staying.turn() > 0


async def test_it_goes_on_when_someone_else_compacted_further(store: Store) -> None:
    compactor = Compactor(store)
    await compactor.turn()
    await store.transact([Put("/a/x", b"1")])
    await store.compact(await store.revision())
    assert await compactor.turn() == 0
    await store.transact([Put("/a/x", b"2")])
    assert await compactor.turn() > 0


async def test_it_runs_by_itself(store: Store) -> None:
    first = (await store.transact([Put("/a/x", b"1")])).revision
    running = asyncio.create_task(Compactor(store, interval=0.02).run())
    async with asyncio.timeout(DEADLINE):
        while True:
            await store.transact([Put("/a/x", b"2")])
            try:
                await store.list("/a/", revision=first)
            except RevisionCompacted:
                break
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
