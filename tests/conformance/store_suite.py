"""What every Store does. A test class of an implementation derives from it and has a fixture `store`.

The store may hold other keys and revisions than the test's own: keys of a test lie under prefixes of its own choice.
"""

import asyncio

import pytest
from pilothouse.server.store.base import (
    Change,
    Committed,
    Entry,
    Put,
    Refused,
    Remove,
    RevisionCompacted,
    RevisionInFuture,
    RevisionWentBack,
    Store,
    StoreUnavailable,
    ValueTooLarge,
)

from tests.support.watching import DEADLINE, Follower, changes_until


async def put(store: Store, key: str, value: bytes = b"v") -> int:
    outcome = await store.transact([Put(key, value)])
    assert isinstance(outcome, Committed)
    return outcome.revision


async def remove(store: Store, key: str) -> int:
    outcome = await store.transact([Remove(key)])
    assert isinstance(outcome, Committed)
    return outcome.revision


class ReadsAndWrites:
    async def test_a_key_that_was_never_written_is_absent(self, store: Store) -> None:
        assert (await store.get("/a/none"))[0] is None

    async def test_a_written_key_reads_back_with_its_revision(self, store: Store) -> None:
        revision = await put(store, "/a/x", b"\x00\xffbytes")
        assert await store.get("/a/x") == (Entry("/a/x", b"\x00\xffbytes", revision), revision)

    async def test_an_empty_value_is_a_value(self, store: Store) -> None:
        revision = await put(store, "/a/x", b"")
        assert (await store.get("/a/x"))[0] == Entry("/a/x", b"", revision)

    async def test_each_write_raises_the_revision_by_one(self, store: Store) -> None:
        first = await put(store, "/a/x")
        assert await put(store, "/a/y") == first + 1
        assert await remove(store, "/a/x") == first + 2
        assert await store.revision() == first + 2

    async def test_a_refused_write_raises_no_revision(self, store: Store) -> None:
        revision = await put(store, "/a/x")
        assert await store.transact([Put("/a/x", b"2", 0)]) == Refused(revision, Entry("/a/x", b"v", revision))
        assert await store.revision() == revision

    async def test_create_demands_absence(self, store: Store) -> None:
        assert isinstance(await store.transact([Put("/a/x", b"1", 0)]), Committed)
        assert isinstance(await store.transact([Put("/a/x", b"2", 0)]), Refused)
        await remove(store, "/a/x")
        assert isinstance(await store.transact([Put("/a/x", b"3", 0)]), Committed)

    async def test_update_demands_the_expected_revision(self, store: Store) -> None:
        first = await put(store, "/a/x", b"1")
        second = await store.transact([Put("/a/x", b"2", first)])
        assert second == Committed(first + 1)
        assert await store.transact([Put("/a/x", b"3", first)]) == Refused(first + 1, Entry("/a/x", b"2", first + 1))
        assert await store.transact([Put("/a/gone", b"3", first)]) == Refused(first + 1, None)

    async def test_delete_demands_existence_and_the_expected_revision(self, store: Store) -> None:
        assert isinstance(await store.transact([Remove("/a/x")]), Refused)
        first = await put(store, "/a/x", b"1")
        assert isinstance(await store.transact([Remove("/a/x", first - 1)]), Refused)
        assert await store.transact([Remove("/a/x", first)]) == Committed(first + 1)
        assert (await store.get("/a/x"))[0] is None

    async def test_a_transaction_takes_effect_wholly_or_not_at_all(self, store: Store) -> None:
        standing = await put(store, "/a/x", b"1")
        refused = await store.transact([Put("/a/new", b"n"), Put("/a/x", b"2", 0), Remove("/a/other")])
        assert refused == Refused(standing, Entry("/a/x", b"1", standing), 1)
        assert (await store.get("/a/new"))[0] is None
        done = await store.transact([Put("/a/new", b"n", 0), Put("/a/x", b"2", standing)])
        assert done == Committed(standing + 1)
        assert [e.revision for e in (await store.list("/a/")).entries] == [standing + 1, standing + 1]

    async def test_groups_of_one_commit_succeed_or_fail_alone_at_one_revision(self, store: Store) -> None:
        standing = await put(store, "/a/x", b"1")
        outcomes = await store.commit(
            [
                [Put("/a/p", b"p", 0)],
                [Put("/a/x", b"2", 0)],
                [Remove("/a/none")],
                [Put("/a/q", b"q"), Put("/a/r", b"r")],
            ]
        )
        revision = standing + 1
        assert list(outcomes) == [
            Committed(revision),
            Refused(revision, Entry("/a/x", b"1", standing)),
            Refused(revision, None),
            Committed(revision),
        ]
        page = await store.list("/a/")
        assert {e.key: e.revision for e in page.entries} == {
            "/a/p": revision,
            "/a/q": revision,
            "/a/r": revision,
            "/a/x": standing,
        }

    async def test_an_empty_commit_writes_nothing(self, store: Store) -> None:
        revision = await store.revision()
        assert list(await store.commit([])) == []
        assert await store.revision() == revision

    async def test_a_key_may_occur_once_in_a_commit(self, store: Store) -> None:
        with pytest.raises(ValueError, match="/a/x"):
            await store.commit([[Put("/a/x", b"1")], [Remove("/a/x")]])
        with pytest.raises(ValueError, match="empty"):
            await store.commit([[]])

    async def test_a_value_that_is_too_large_is_refused_and_nothing_written(self, store: Store) -> None:
        with pytest.raises(ValueTooLarge):
            await store.commit([[Put("/a/small", b"s")], [Put("/a/x", b"x" * 1_700_000)]])
        with pytest.raises(ValueTooLarge):
            await store.transact([Put("/a/x", b"x" * 8_000_000)])
        assert (await store.list("/a/")).entries == []

    async def test_a_value_of_more_than_a_megabyte_is_taken(self, store: Store) -> None:
        value = bytes(range(256)) * 5000
        await put(store, "/a/x", value)
        entry, _ = await store.get("/a/x")
        assert entry is not None
        assert entry.value == value

    async def test_of_racing_creates_one_wins(self, store: Store) -> None:
        outcomes = await asyncio.gather(*(store.transact([Put("/a/x", b"%d" % n, 0)]) for n in range(10)))
        winners = [n for n, outcome in enumerate(outcomes) if isinstance(outcome, Committed)]
        assert len(winners) == 1
        entry, _ = await store.get("/a/x")
        assert entry is not None
        assert entry.value == b"%d" % winners[0]

    async def test_a_key_with_a_ttl_goes_by_itself_and_the_watch_tells(self, store: Store) -> None:
        loop = asyncio.get_running_loop()
        before = loop.time()
        outcome = await store.transact([Put("/a/ttl", b"v", ttl=1), Put("/a/kept", b"v")])
        follower = Follower(store, "/a/", outcome.revision)
        await follower.reaches(outcome.revision + 1)
        assert loop.time() - before >= 1
        assert [(c.key, c.value) for c in follower.changes] == [("/a/ttl", None)]
        assert [e.key for e in (await store.list("/a/")).entries] == ["/a/kept"]
        await follower.stop()

    async def test_a_key_written_anew_without_ttl_stays(self, store: Store) -> None:
        await store.transact([Put("/a/x", b"1", ttl=1)])
        await put(store, "/a/x", b"2")
        fence = await store.transact([Put("/a/fence", b"f", ttl=1)])
        found = await changes_until(store, "/a/", fence.revision, fence.revision + 1)
        assert [c.key for c in found] == ["/a/fence"]
        assert (await store.get("/a/x"))[0] is not None

    async def test_a_closed_store_is_unavailable(self, store: Store) -> None:
        await store.close()
        with pytest.raises(StoreUnavailable):
            await store.get("/a/x")
        with pytest.raises(StoreUnavailable):
            await store.transact([Put("/a/x", b"1")])


class Listings:
    async def test_entries_come_in_byte_order(self, store: Store) -> None:
        keys = ["/a/b", "/a/B", "/a/a/z", "/a/a-b", "/a/é", "/a/😀", "/a/￿"]
        await store.commit([[Put(key, key.encode())] for key in keys])
        assert [e.key for e in (await store.list("/a/")).entries] == sorted(keys, key=str.encode)

    async def test_a_prefix_holds_only_what_begins_with_it(self, store: Store) -> None:
        await store.commit([[Put(key, b"v")] for key in ("/a/x", "/a0", "/a", "/ab/x", "/b/x")])
        assert [e.key for e in (await store.list("/a/")).entries] == ["/a/x"]
        assert [e.key for e in (await store.list("/a")).entries] == ["/a", "/a/x", "/a0", "/ab/x"]
        assert [e.key for e in (await store.list("")).entries] == ["/a", "/a/x", "/a0", "/ab/x", "/b/x"]

    async def test_pages_at_one_revision_miss_and_double_nothing(self, store: Store) -> None:
        keys = [f"/a/{n:02}" for n in range(10)]
        await store.commit([[Put(key, b"old")] for key in keys])
        page = await store.list("/a/", limit=3)
        assert page.more
        found = list(page.entries)
        await store.commit([[Remove("/a/05")], [Put("/a/045", b"new")], [Put("/a/07", b"new")]])
        while page.more:
            page = await store.list("/a/", 3, found[-1].key + "\0", page.revision)
            found += page.entries
        assert [e.key for e in found] == keys
        assert {e.value for e in found} == {b"old"}

    async def test_continue_key_is_inclusive(self, store: Store) -> None:
        await store.commit([[Put(f"/a/{n}", b"v")] for n in range(4)])
        page = await store.list("/a/", limit=2, continue_key="/a/2")
        assert [e.key for e in page.entries] == ["/a/2", "/a/3"]
        assert not page.more

    async def test_an_old_revision_shows_what_stood_then(self, store: Store) -> None:
        await put(store, "/a/x", b"1")
        then = await put(store, "/a/y", b"1")
        await put(store, "/a/x", b"2")
        await remove(store, "/a/y")
        await put(store, "/a/z", b"1")
        page = await store.list("/a/", revision=then)
        assert [(e.key, e.value, e.revision) for e in page.entries] == [("/a/x", b"1", then - 1), ("/a/y", b"1", then)]
        assert page.revision == then

    async def test_a_listing_longer_than_any_page_is_whole(self, store: Store) -> None:
        keys = [f"/a/{n:05}" for n in range(4500)]
        for start in range(0, len(keys), 100):
            await store.transact([Put(key, b"v") for key in keys[start : start + 100]])
        page = await store.list("/a/")
        assert [e.key for e in page.entries] == keys
        assert not page.more
        page = await store.list("/a/", limit=4400)
        assert [e.key for e in page.entries] == keys[:4400]
        assert page.more

    async def test_a_future_revision_is_an_error_that_names_the_newest(self, store: Store) -> None:
        current = await put(store, "/a/x")
        with pytest.raises(RevisionInFuture) as raised:
            await store.list("/a/", revision=current + 1000)
        assert raised.value.current >= current

    async def test_a_compacted_revision_is_an_error_that_names_the_oldest(self, store: Store) -> None:
        then = await put(store, "/a/x", b"1")
        now = await put(store, "/a/x", b"2")
        await store.compact(now)
        with pytest.raises(RevisionCompacted) as raised:
            await store.list("/a/", revision=then)
        assert raised.value.oldest == now
        assert [e.value for e in (await store.list("/a/", revision=now)).entries] == [b"2"]


class Compaction:
    async def test_what_stands_survives(self, store: Store) -> None:
        first = await put(store, "/a/x", b"1")
        await put(store, "/a/gone", b"1")
        await remove(store, "/a/gone")
        await store.compact(await store.revision())
        entry, _ = await store.get("/a/x")
        assert entry == Entry("/a/x", b"1", first)
        assert [e.key for e in (await store.list("/a/")).entries] == ["/a/x"]

    async def test_what_changed_later_stays_readable(self, store: Store) -> None:
        await put(store, "/a/x", b"1")
        kept = await put(store, "/a/x", b"2")
        last = await put(store, "/a/x", b"3")
        await store.compact(kept)
        assert [e.value for e in (await store.list("/a/", revision=kept)).entries] == [b"2"]
        found = await changes_until(store, "/a/", kept, last)
        assert found == [Change("/a/x", b"3", last)]

    async def test_a_deletion_just_after_the_compacted_revision_is_told(self, store: Store) -> None:
        created = await put(store, "/a/x", b"1")
        deleted = await remove(store, "/a/x")
        await store.compact(created)
        found = await changes_until(store, "/a/", created, deleted)
        assert found == [Change("/a/x", None, deleted)]

    async def test_compacting_backwards_or_ahead_is_an_error(self, store: Store) -> None:
        revision = await put(store, "/a/x")
        await store.compact(revision)
        with pytest.raises(RevisionCompacted):
            await store.compact(revision)
        with pytest.raises(RevisionInFuture):
            await store.compact(revision + 1000)

    async def test_a_watch_from_before_it_is_an_error(self, store: Store) -> None:
        before = await put(store, "/a/x", b"1")
        revision = await remove(store, "/a/x")
        await store.compact(revision)
        with pytest.raises(RevisionCompacted) as raised:
            await changes_until(store, "/a/", before, revision)
        assert raised.value.oldest == revision

    async def test_an_open_watch_goes_on(self, store: Store) -> None:
        follower = Follower(store, "/a/", await store.revision())
        for n in range(20):
            await follower.reaches(await put(store, "/a/x", b"%d" % n))
            await store.compact(await store.revision())
        assert [c.value for c in follower.changes] == [b"%d" % n for n in range(20)]
        await follower.stop()


class Watches:
    async def test_it_tells_creation_change_and_deletion_with_what_stood_before(self, store: Store) -> None:
        after = await store.revision()
        created = await put(store, "/a/x", b"1")
        changed = await put(store, "/a/x", b"2")
        deleted = await remove(store, "/a/x")
        assert await changes_until(store, "/a/", after, deleted) == [
            Change("/a/x", b"1", created),
            Change("/a/x", b"2", changed),
            Change("/a/x", None, deleted),
        ]

    async def test_old_and_live_changes_join_without_gap_or_double(self, store: Store) -> None:
        after = await store.revision()
        last = 0
        for n in range(30):
            last = await put(store, f"/a/{n}")
        follower = Follower(store, "/a/", after)
        await asyncio.gather(*(put(store, f"/a/{n}") for n in range(30, 60)))
        last = await put(store, "/a/60")
        await follower.reaches(last)
        assert [c.revision for c in follower.changes] == list(range(after + 1, last + 1))
        await follower.stop()

    async def test_it_begins_after_the_revision_given(self, store: Store) -> None:
        first = await put(store, "/a/x", b"1")
        second = await put(store, "/a/x", b"2")
        assert [c.revision for c in await changes_until(store, "/a/", first, second)] == [second]

    async def test_it_tells_only_of_its_prefix(self, store: Store) -> None:
        after = await store.revision()
        await store.transact([Put("/b/x", b"v"), Put("/a/x", b"v"), Put("/a", b"v"), Put("/a0", b"v")])
        await put(store, "/b/y")
        last = await put(store, "/a/y")
        assert [c.key for c in await changes_until(store, "/a/", after, last)] == ["/a/x", "/a/y"]

    async def test_the_empty_prefix_is_the_whole_store(self, store: Store) -> None:
        after = await store.revision()
        await put(store, "/a/x")
        last = await put(store, "b")
        assert [c.key for c in await changes_until(store, "", after, last)] == ["/a/x", "b"]

    async def test_one_revision_is_never_split(self, store: Store) -> None:
        after = await store.revision()
        follower = Follower(store, "/a/", after)
        revisions = []
        for n in range(5):
            outcomes = await store.commit([[Put(f"/a/{n}/{k}", bytes(40_000))] for k in range(30)])
            revisions.append(outcomes[0].revision)
        await follower.reaches(revisions[-1])
        ends = {batch.changes[-1].revision for batch in follower.batches if batch.changes}
        starts = [batch.changes[0].revision for batch in follower.batches if batch.changes]
        assert len(follower.changes) == 150
        assert ends <= set(revisions)
        assert len(starts) == len(set(starts))
        await follower.stop()

    async def test_history_larger_than_any_answer_is_whole(self, store: Store) -> None:
        after = await store.revision()
        last = 0
        for n in range(12):
            # More than etcd puts into one message.
            outcomes = await store.commit([[Put(f"/a/{k}", bytes([n]) * 140_000)] for k in range(10)])
            last = outcomes[0].revision
        found = await changes_until(store, "/a/", after, last)
        assert [(c.revision, c.value) for c in found] == [
            (after + 1 + n, bytes([n]) * 140_000) for n in range(12) for _ in range(10)
        ]

    async def test_many_watches_see_the_same(self, store: Store) -> None:
        after = await store.revision()
        followers = [Follower(store, "/a/", after) for _ in range(5)]
        last = 0
        for n in range(10):
            last = await put(store, f"/a/{n}")
        for follower in followers:
            await follower.reaches(last)
            assert [c.revision for c in follower.changes] == list(range(after + 1, last + 1))
            await follower.stop()

    async def test_a_revision_that_the_store_has_not_reached_means_it_went_back(self, store: Store) -> None:
        current = await store.revision()
        with pytest.raises(RevisionWentBack) as raised:
            await changes_until(store, "/a/", current + 1000, current + 1000)
        assert raised.value.seen == current + 1000

    async def test_it_ends_when_the_store_is_closed(self, store: Store) -> None:
        follower = Follower(store, "/a/", await store.revision())
        await follower.reaches(await put(store, "/a/x"))
        await store.close()
        await follower.ends()

    async def test_cancelling_it_ends_it_at_once(self, store: Store) -> None:
        follower = Follower(store, "/a/", await store.revision())
        await follower.reaches(await put(store, "/a/x"))
        async with asyncio.timeout(DEADLINE):
            await follower.stop()
        assert await put(store, "/a/y")

    async def test_a_cancelled_write_is_still_told_if_it_happened(self, store: Store) -> None:
        after = await store.revision()
        follower = Follower(store, "/a/", after)
        for n in range(20):
            writing = asyncio.create_task(store.transact([Put(f"/a/{n}", b"v")]))
            await asyncio.sleep(0)
            await asyncio.sleep(n % 3 / 2000)
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)
        last = await put(store, "/a/last")
        await follower.reaches(last)
        standing = [e.key for e in (await store.list("/a/")).entries]
        assert sorted(c.key for c in follower.changes if c.revision <= last) == standing
        await follower.stop()


class StoreSuite(ReadsAndWrites, Listings, Compaction, Watches):
    """All of it."""
