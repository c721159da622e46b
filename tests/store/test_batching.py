"""The batching loop, over real stores that note how they are called."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from pilothouse.server.store.base import (
    Committed,
    Op,
    Outcome,
    Put,
    Refused,
    Remove,
    Store,
    StoreUnavailable,
    ValueTooLarge,
)
from pilothouse.server.store.batching import Batcher
from pilothouse.server.store.sqlite import SqliteStore


class Noting(SqliteStore):
    """Notes the groups of each commit; while `gate` is closed, commits wait before they begin."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.commits: list[Sequence[Sequence[Op]]] = []
        self.revisions_asked = 0
        self.begun = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()

    async def commit(self, groups: Sequence[Sequence[Op]]) -> Sequence[Outcome]:
        self.commits.append(groups)
        self.begun.set()
        await self.gate.wait()
        return await super().commit(groups)

    async def revision(self) -> int:
        self.revisions_asked += 1
        await self.gate.wait()
        return await super().revision()


@pytest.fixture
async def noting(tmp_path: Path) -> AsyncIterator[Noting]:
    store = Noting(tmp_path / "store.db")
    yield store
    await store.close()


@pytest.fixture
async def batcher(noting: Noting) -> AsyncIterator[Batcher]:
    batcher = Batcher(noting)
    yield batcher
    noting.gate.set()
    await batcher.close()


async def held_back(store: Noting, batcher: Batcher) -> "asyncio.Task[Outcome]":
    """A write that is under way until the gate opens."""
    store.gate.clear()
    first = asyncio.create_task(batcher.write([Put("/first", b"v")]))
    await store.begun.wait()
    return first


class TestSharing:
    async def test_a_lone_write_is_one_call_of_its_own(self, noting: Noting, batcher: Batcher) -> None:
        for n in range(5):
            assert isinstance(await batcher.write([Put(f"/a/{n}", b"v", 0)]), Committed)
        assert [len(groups) for groups in noting.commits] == [1] * 5

    async def test_a_lone_caller_waits_for_nothing(self, noting: Noting, batcher: Batcher) -> None:
        loop = asyncio.get_running_loop()
        direct, shared = [], []
        for n in range(40):
            begun = loop.time()
            await noting.transact([Put(f"/a/{n}", b"v")])
            between = loop.time()
            await batcher.write([Put(f"/b/{n}", b"v")])
            direct.append(between - begun)
            shared.append(loop.time() - between)
        # The quickest of each: load from elsewhere only ever adds. A pause would add 3 ms to every one.
        assert min(shared) < min(direct) + 0.002

    async def test_concurrent_writes_share_few_calls(self, noting: Noting, batcher: Batcher) -> None:
        outcomes = await asyncio.gather(*(batcher.write([Put(f"/a/{n}", b"v", 0)]) for n in range(64)))
        assert all(isinstance(outcome, Committed) for outcome in outcomes)
        assert len(noting.commits) <= 3
        assert len((await noting.list("/a/")).entries) == 64

    async def test_what_comes_while_a_call_is_under_way_goes_together(self, noting: Noting, batcher: Batcher) -> None:
        first = await held_back(noting, batcher)
        others = [asyncio.create_task(batcher.write([Put(f"/a/{n}", b"v")])) for n in range(10)]
        await asyncio.sleep(0)
        noting.gate.set()
        await asyncio.gather(first, *others)
        assert [len(groups) for groups in noting.commits] == [1, 10]

    async def test_a_call_holds_at_most_64_operations(self, noting: Noting, batcher: Batcher) -> None:
        await asyncio.gather(*(batcher.write([Put(f"/a/{n}", b"v"), Put(f"/b/{n}", b"v")]) for n in range(100)))
        assert max(sum(len(group) for group in groups) for groups in noting.commits) <= 64

    async def test_a_call_holds_at_most_half_a_megabyte(self, noting: Noting, batcher: Batcher) -> None:
        await asyncio.gather(*(batcher.write([Put(f"/a/{n}", bytes(100_000))]) for n in range(12)))
        assert max(len(groups) for groups in noting.commits) <= 5

    async def test_a_single_write_may_be_larger_than_a_batch(self, noting: Noting, batcher: Batcher) -> None:
        assert isinstance(await batcher.write([Put(f"/a/{n}", b"v") for n in range(100)]), Committed)
        assert isinstance(await batcher.write([Put("/b", bytes(1_000_000))]), Committed)

    async def test_writes_of_one_key_keep_their_order_in_calls_of_their_own(
        self, noting: Noting, batcher: Batcher
    ) -> None:
        await asyncio.gather(
            batcher.write([Put("/x", b"1"), Put("/y", b"1")]),
            batcher.write([Put("/y", b"2"), Put("/z", b"2")]),
            batcher.write([Put("/z", b"3")]),
            batcher.write([Put("/w", b"4")]),
        )
        standing = {e.key: e.value for e in (await noting.list("/")).entries}
        assert standing == {"/w": b"4", "/x": b"1", "/y": b"2", "/z": b"3"}
        assert len(noting.commits) == 3

    async def test_without_sharing_each_write_has_its_call(self, noting: Noting) -> None:
        batcher = Batcher(noting, sharing=False)
        await asyncio.gather(*(batcher.write([Put(f"/a/{n}", b"v")]) for n in range(10)))
        await batcher.close()
        assert [len(groups) for groups in noting.commits] == [1] * 10

    async def test_over_either_store_concurrent_writes_end_as_they_would_alone(self, store: Store) -> None:
        batcher = Batcher(store)
        outcomes = await asyncio.gather(
            *(batcher.write([Put(f"/a/{n % 40}", b"%d" % n, 0)]) for n in range(200)),
        )
        await batcher.close()
        won = [n for n, outcome in enumerate(outcomes) if isinstance(outcome, Committed)]
        assert won == list(range(40))
        assert {e.key: e.value for e in (await store.list("/a/")).entries} == {f"/a/{n}": b"%d" % n for n in won}


class TestReads:
    async def test_readers_share_one_question(self, noting: Noting, batcher: Batcher) -> None:
        revisions = await asyncio.gather(*(batcher.revision() for _ in range(50)))
        assert set(revisions) == {await SqliteStore.revision(noting)}
        assert noting.revisions_asked == 1

    async def test_a_write_of_the_same_round_answers_readers(self, noting: Noting, batcher: Batcher) -> None:
        outcome, revision = await asyncio.gather(batcher.write([Put("/a", b"v")]), batcher.revision())
        assert revision == outcome.revision
        assert noting.revisions_asked == 0

    async def test_a_reader_is_never_answered_by_a_call_that_began_before(
        self, noting: Noting, batcher: Batcher
    ) -> None:
        first = await held_back(noting, batcher)
        reading = asyncio.create_task(batcher.revision())
        await asyncio.sleep(0)
        other = await SqliteStore.commit(noting, [[Put("/elsewhere", b"v")]])
        noting.gate.set()
        assert await reading >= other[0].revision
        await first
        assert noting.revisions_asked == 1

    async def test_readers_get_a_revision_when_the_write_beside_them_fails(
        self, noting: Noting, batcher: Batcher
    ) -> None:
        failing, revision = await asyncio.gather(
            batcher.write([Put("/a", bytes(2_000_000))]), batcher.revision(), return_exceptions=True
        )
        assert isinstance(failing, ValueTooLarge)
        assert revision == await noting.revision()


class TestFailures:
    async def test_one_refused_write_leaves_the_others(self, noting: Noting, batcher: Batcher) -> None:
        await batcher.write([Put("/a/5", b"taken")])
        outcomes = await asyncio.gather(*(batcher.write([Put(f"/a/{n}", b"v", 0)]) for n in range(10)))
        assert [n for n, outcome in enumerate(outcomes) if isinstance(outcome, Refused)] == [5]

    async def test_a_write_that_is_too_large_fails_alone(self, noting: Noting, batcher: Batcher) -> None:
        outcomes = await asyncio.gather(
            batcher.write([Put("/a/1", b"v")]),
            batcher.write([Put("/a/x", bytes(2_000_000))]),
            batcher.write([Put("/a/2", b"v")]),
            return_exceptions=True,
        )
        assert [type(outcome) for outcome in outcomes] == [Committed, ValueTooLarge, Committed]

    async def test_a_batch_refused_as_a_whole_is_tried_one_by_one(self, noting: Noting, batcher: Batcher) -> None:
        outcomes = await asyncio.gather(
            batcher.write([Put("/a/1", b"v")]),
            batcher.write([Put("/a/twice", b"v"), Remove("/a/twice")]),
            batcher.write([]),
            batcher.write([Put("/a/2", b"v")]),
            return_exceptions=True,
        )
        assert [type(outcome) for outcome in outcomes] == [Committed, ValueError, ValueError, Committed]

    async def test_an_unreachable_store_is_told_to_everyone(self, noting: Noting, batcher: Batcher) -> None:
        await noting.close()
        outcomes = await asyncio.gather(
            *(batcher.write([Put(f"/a/{n}", b"v")]) for n in range(5)), batcher.revision(), return_exceptions=True
        )
        assert {type(outcome) for outcome in outcomes} == {StoreUnavailable}

    async def test_the_cancelled_are_not_sent(self, noting: Noting, batcher: Batcher) -> None:
        first = await held_back(noting, batcher)
        others = [asyncio.create_task(batcher.write([Put(f"/a/{n}", b"v")])) for n in range(4)]
        await asyncio.sleep(0)
        others[1].cancel()
        await asyncio.sleep(0)
        noting.gate.set()
        await asyncio.gather(first, *others, return_exceptions=True)
        assert [e.key for e in (await noting.list("/a/")).entries] == ["/a/0", "/a/2", "/a/3"]

    async def test_what_was_sent_is_written_though_its_caller_is_cancelled(
        self, noting: Noting, batcher: Batcher
    ) -> None:
        first = await held_back(noting, batcher)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        noting.gate.set()
        await batcher.write([Put("/second", b"v")])
        assert (await noting.get("/first"))[0] is not None

    async def test_closing_finishes_what_was_asked_and_takes_no_more(self, noting: Noting) -> None:
        batcher = Batcher(noting)
        writing = [asyncio.create_task(batcher.write([Put(f"/a/{n}", b"v")])) for n in range(100)]
        await asyncio.sleep(0)
        await batcher.close()
        assert all(isinstance(outcome, Committed) for outcome in await asyncio.gather(*writing))
        with pytest.raises(StoreUnavailable):
            await batcher.write([Put("/b", b"v")])
