"""One type's objects: their order, snapshots that stay as they are, values that cannot be decoded, and who follows."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from pilothouse.server.meta.wire import Undecodable
from pilothouse.server.store.base import Entry, Put
from pilothouse.server.store.sqlite import SqliteStore
from pilothouse.server.watchcache import collection as collections
from pilothouse.server.watchcache.collection import Collection

from tests.support.feeding import (
    Seen,
    cursor,
    kinds,
    next_frame,
    put,
    reached,
    registry,
    remove,
    running_cache,
    scope,
    seen,
    type_of,
    write,
)

CONFIGMAPS, NODES = type_of("configmaps"), type_of("nodes")
HPA1 = type_of("horizontalpodautoscalers", "autoscaling", "v1")
HPA2 = type_of("horizontalpodautoscalers", "autoscaling", "v2")


def filled(*places: tuple[str, str]) -> Collection:
    made = Collection(CONFIGMAPS, kinds()[CONFIGMAPS].form, 0)
    for revision, (namespace, name) in enumerate(places, 1):
        made.change(CONFIGMAPS.key(namespace, name), put(CONFIGMAPS, namespace, name).value, revision)
    return made


def test_keys_stand_in_the_order_of_the_store_whatever_order_they_came_in() -> None:
    places = [("b", "z"), ("a", "m"), ("a-b", "c"), ("a", "a.b"), ("a", "a-b"), ("a.b", "x"), ("ab", "x"), ("a", "aa")]
    snapshot = filled(*places).snapshot(len(places))
    assert list(snapshot.keys) == sorted((CONFIGMAPS.key(*p) for p in places), key=str.encode)
    assert [i.key for i in snapshot.items] == list(snapshot.keys)


@pytest.mark.parametrize("namespace", ["a", "a-b", "a.b", "ab", "b", "none"])
def test_the_range_of_a_namespace_holds_its_objects_and_no_others(namespace: str) -> None:
    places = [(n, name) for n in ("a", "a-b", "a.b", "ab", "b") for name in ("x", "y-z", "y.z")]
    snapshot = filled(*places).snapshot(len(places))
    start, end = snapshot.range(CONFIGMAPS.prefix(namespace))
    found = [(i.namespace, i.name) for i in snapshot.items[start:end]]
    assert found == sorted((p for p in places if p[0] == namespace), key=lambda p: CONFIGMAPS.key(*p))
    start, end = snapshot.range(CONFIGMAPS.prefix(namespace), CONFIGMAPS.key(namespace, "y.z"))
    assert [i.name for i in snapshot.items[start:end]] == ["y.z"] * bool(found)


def test_a_range_from_a_key_outside_of_the_prefix_reads_nothing_of_others() -> None:
    snapshot = filled(("a", "x"), ("b", "x"), ("c", "x")).snapshot(3)
    start, end = snapshot.range(CONFIGMAPS.prefix("b"), CONFIGMAPS.key("a", ""))
    assert [i.namespace for i in snapshot.items[start:end]] == ["b"]
    start, end = snapshot.range(CONFIGMAPS.prefix("b"), CONFIGMAPS.key("c", "x"))
    assert snapshot.items[start:end] == []


def test_a_snapshot_never_changes() -> None:
    made = filled(("n", "a"), ("n", "b"))
    before = made.snapshot(2)
    made.change(CONFIGMAPS.key("n", "a"), None, 3)
    made.change(CONFIGMAPS.key("n", "b"), put(CONFIGMAPS, "n", "b", fill="new").value, 4)
    made.change(CONFIGMAPS.key("n", "c"), b"nonsense", 5)
    assert [(i.name, i.revision) for i in before.items] == [("a", 1), ("b", 2)]
    assert before.broken == {}
    after = made.snapshot(5)
    assert [(i.name, i.revision) for i in after.items] == [("b", 4)]
    assert list(after.broken) == [CONFIGMAPS.key("n", "c")]


def test_a_broken_value_is_in_snapshots_only_as_long_as_it_is_there() -> None:
    made = filled(("n", "a"))
    made.snapshot(1)
    key = CONFIGMAPS.key("n", "bad")
    made.change(key, b"k8s\0\xff\xff", 2)
    assert key in made.snapshot(2).broken[key]
    made.change(key, None, 3)
    assert made.snapshot(3).broken == {}


async def test_the_past_is_known_where_nothing_changed_since_or_a_listing_keeps_it() -> None:
    made = filled(("n", "a"), ("n", "b"))
    kept = made.snapshot(7)
    made.keep(kept)
    made.change(CONFIGMAPS.key("n", "b"), None, 9)
    assert made.at(7, 20) is kept
    assert made.at(8, 20) is None
    at_nine = made.at(9, 20)
    assert at_nine is not None
    assert [i.name for i in at_nine.items] == ["a"]
    assert at_nine.revision == 9
    assert made.at(21, 20) is None
    made.close()
    assert made.at(7, 20) is None


async def test_a_kept_snapshot_is_let_go_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collections, "KEPT_SECONDS", 0.01)
    made = filled(("n", "a"))
    made.keep(made.snapshot(1))
    made.change(CONFIGMAPS.key("n", "a"), None, 2)
    assert made.at(1, 2) is not None
    async with asyncio.timeout(10):
        while made.at(1, 2) is not None:  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0.005)


async def test_of_many_kept_snapshots_the_newest_stay() -> None:
    made = filled(("n", "a"))
    for revision in range(1, 8):
        made.keep(made.snapshot(revision))
        made.change(CONFIGMAPS.key("n", "a"), put(CONFIGMAPS, "n", "a", fill=str(revision)).value, revision + 1)
    assert [r for r in range(1, 8) if made.at(r, 8)] == [4, 5, 6, 7]
    made.close()


async def test_an_undecodable_object_is_an_error_by_its_key_and_the_feed_goes_on(store: SqliteStore) -> None:
    async with running_cache(store) as cache:
        good = await write(store, put(CONFIGMAPS, "n", "a", fill="good"))
        await reached(cache, good)
        scopes = [scope(CONFIGMAPS)]
        watching = cursor(cache, scopes, good)
        key = CONFIGMAPS.key("n", "a")
        bad = await write(store, Put(key, b"k8s\0 no envelope"))
        await reached(cache, bad)
        # Who watches is told that what was there is gone, and later that it is back.
        assert seen(await next_frame(watching), scopes) == [Seen("DELETED", 0, "n/a", bad, "good")]
        assert key in cache.collection(CONFIGMAPS).broken[key]
        assert cache.collection(CONFIGMAPS).get(key) is None
        back = await write(store, put(CONFIGMAPS, "n", "a", fill="back"), put(CONFIGMAPS, "n", "b"))
        await reached(cache, back)
        assert seen(await next_frame(watching), scopes) == [
            Seen("ADDED", 0, "n/a", back, "back"),
            Seen("ADDED", 0, "n/b", back, ""),
        ]
        assert cache.collection(CONFIGMAPS).broken == {}


async def test_a_value_whose_decoding_fails_in_no_foreseen_way_is_broken_too(store: SqliteStore) -> None:
    class Form:
        def served(self, key: str, value: bytes) -> tuple[bytes, Any]:
            if b"weird" in value:
                raise KeyError("surprise")
            return kinds()[CONFIGMAPS].form.served(key, value)

    made = Collection(CONFIGMAPS, Form(), 0)
    made.change(CONFIGMAPS.key("n", "a"), put(CONFIGMAPS, "n", "a").value, 1)
    made.change(CONFIGMAPS.key("n", "b"), b"weird", 2)
    assert "surprise" in made.broken[CONFIGMAPS.key("n", "b")]
    assert len(made) == 1


def test_loading_sets_broken_values_aside() -> None:
    made = Collection(NODES, kinds()[NODES].form, 0)
    made.load([Entry(NODES.key("", "a"), put(NODES, "", "a").value, 3), Entry(NODES.key("", "b"), b"?", 4)])
    assert [(i.namespace, i.name, i.revision) for i in made.snapshot(5).items] == [("", "a", 3)]
    assert list(made.broken) == [NODES.key("", "b")]


async def test_a_stored_identity_is_served_as_each_of_its_types(store: SqliteStore) -> None:
    async with running_cache(store) as cache:
        revision = await write(store, put(HPA2, "n", "scaler", fill="two"))
        await reached(cache, revision)
        key = HPA1.key("n", "scaler")
        one, two = cache.collection(HPA1).get(key), cache.collection(HPA2).get(key)
        assert one is not None
        assert two is not None
        for served, resource in ((one, HPA1), (two, HPA2)):
            message: Any = resource.message.FromString(served.body)
            assert message.metadata.annotations["fill"] == "two"
            assert message.metadata.resource_version == str(revision)
        scopes = [scope(HPA1), scope(HPA2)]
        shown = seen(await next_frame(cursor(cache, scopes, revision - 1)), scopes)
        assert shown == [Seen("ADDED", 0, "n/scaler", revision, "two"), Seen("ADDED", 1, "n/scaler", revision, "two")]


async def test_every_type_of_the_registry_finds_its_own_keys(store: SqliteStore) -> None:
    async with running_cache(store) as cache:
        types = [r for r in registry() if r.message is r.storage.message]
        for at in range(0, len(types), 30):
            revision = await write(store, *(put(r, "n" if r.namespaced else "", "x.y") for r in types[at : at + 30]))
        await reached(cache, revision)
        for resource in types:
            collection = cache.collection(resource)
            assert [(i.namespace, i.name) for i in collection.snapshot(revision).items] == [
                ("n" if resource.namespaced else "", "x.y")
            ], resource.qualified


async def test_who_follows_hears_what_is_there_and_then_each_change(store: SqliteStore) -> None:
    await write(store, put(CONFIGMAPS, "n", "a", fill="1"))
    heard: list[tuple[str, Any]] = []
    async with running_cache(store) as cache:
        cache.follow(CONFIGMAPS, lambda key, message: heard.append((key, fill_of(message))))
        await write(store, put(CONFIGMAPS, "n", "a", fill="2"))
        await write(store, Put(CONFIGMAPS.key("n", "a"), b"broken"))
        await write(store, put(CONFIGMAPS, "n", "a", fill="3"))
        await reached(cache, await write(store, remove(CONFIGMAPS, "n", "a")))
    assert heard == [(CONFIGMAPS.key("n", "a"), fill) for fill in ("1", "2", None, "3", None)]


def fill_of(message: Any) -> str | None:
    if message is None:
        return None
    annotations: Mapping[str, str] = message.metadata.annotations
    return annotations["fill"]


def test_an_item_gives_its_bytes_with_and_without_its_revision() -> None:
    made = filled(("n", "a"))
    item = made.get(CONFIGMAPS.key("n", "a"))
    assert item is not None
    raw, message = kinds()[CONFIGMAPS].form.served("key", put(CONFIGMAPS, "n", "a").value)
    assert item.raw == raw
    for revision in (1, 9, 10, 123456789012345678):
        other = item.at(revision)
        assert other.raw == raw
        served: Any = CONFIGMAPS.message.FromString(other.body)
        assert served.metadata.resource_version == str(revision)
        served.metadata.ClearField("resource_version")
        assert served == message
    with pytest.raises(Undecodable):
        kinds()[CONFIGMAPS].form.served("key", b"?")
