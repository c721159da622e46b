"""Frames: what watchers are sent, compared with a model; and where a frame is cut."""

import asyncio
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pilothouse.server.meta.resource import ResourceType
from pilothouse.server.store.base import Op
from pilothouse.server.store.sqlite import SqliteStore
from pilothouse.server.watchcache import audience as audiences
from pilothouse.server.watchcache.audience import Audience, Audiences, Frame, Scope, WatchFrames
from pilothouse.server.watchcache.item import Item

from tests.support.feeding import Seen, put, reached, remove, running_cache, scope, seen, type_of, write

CONFIGMAPS, SECRETS, NODES = type_of("configmaps"), type_of("secrets"), type_of("nodes")
Place = tuple[int, str, str]
TYPES = (CONFIGMAPS, SECRETS, NODES)
PLACES: list[Place] = [(t, n, name) for t in (0, 1) for n in ("a", "a-b") for name in ("x", "y")]
PLACES += [(2, "", "x"), (2, "", "y")]
APPS = ("", "one", "two")

# What one transaction does to some places: "" deletes, else the value of the label "app" ("none": no label).
Transaction = Mapping[Place, str]
State = dict[Place, tuple[str, str, int]]

transactions: st.SearchStrategy[list[Transaction]] = st.lists(
    st.dictionaries(st.sampled_from(PLACES), st.sampled_from(["", "none", "one", "two"]), min_size=1, max_size=4),
    min_size=1,
    max_size=14,
)


class Wanted:
    """A scope as data, with a matcher of its own."""

    def __init__(self, type: int, namespace: str, labels: str, fields: str) -> None:
        self.type, self.labels, self.fields = type, labels, fields
        self.namespace = "" if type == 2 else namespace

    def matches(self, place: Place, app: str) -> bool:
        if place[0] != self.type or (self.namespace and place[1] != self.namespace):
            return False
        if self.labels and (app == "one") != (self.labels == "app=one"):
            return False
        return not self.fields or place[2] == "x"

    def scope(self) -> Scope:
        return scope(TYPES[self.type], self.namespace, self.labels, self.fields)

    def __repr__(self) -> str:
        return f"Wanted{self.type, self.namespace, self.labels, self.fields}"


wanted = st.builds(
    Wanted,
    st.integers(0, 2),
    st.sampled_from(["", "a", "a-b"]),
    st.sampled_from(["", "app=one", "app!=one"]),
    st.sampled_from(["", "metadata.name=x"]),
)


def first(scopes: Sequence[Wanted], place: Place, app: str | None) -> int | None:
    return next((i for i, s in enumerate(scopes) if app is not None and s.matches(place, app)), None)


def expected(scopes: Sequence[Wanted], before: State, after: State, revision: int) -> set[Seen]:
    found = set()
    for place in PLACES:
        old, new = before.get(place), after.get(place)
        if old == new:
            continue
        was = first(scopes, place, old[0] if old else None)
        now = first(scopes, place, new[0] if new else None)
        shown = f"{place[1]}/{place[2]}"
        if now is not None and new:
            found.add(Seen("ADDED" if was is None else "MODIFIED", now, shown, revision, new[1]))
        elif was is not None and old:
            found.add(Seen("DELETED", was, shown, revision, old[1]))
    return found


def ops_of(transaction: Transaction, state: State, serial: int) -> tuple[list[Op], State]:
    ops: list[Op] = []
    after = dict(state)
    for (number, namespace, name), app in transaction.items():
        resource, place = TYPES[number], (number, namespace, name)
        fill = f"{serial}-{name}"
        if app:
            ops.append(put(resource, namespace, name, {} if app == "none" else {"app": app}, fill))
            after[place] = (app, fill, serial)
        elif place in state:
            ops.append(remove(resource, namespace, name))
            del after[place]
    return ops, after


@settings(max_examples=60, deadline=None)
@given(transactions, st.lists(wanted, min_size=1, max_size=3), st.sampled_from([1, 200, 600, 1 << 20]))
def test_to_resume_at_any_revision_gives_exactly_the_rest(
    history: list[Transaction], scopes: list[Wanted], frame_bytes: int
) -> None:
    asyncio.run(check_frames(history, scopes, frame_bytes))


async def check_frames(history: list[Transaction], wanted: list[Wanted], frame_bytes: int) -> None:
    with tempfile.TemporaryDirectory() as directory, pytest.MonkeyPatch.context() as patch:
        patch.setattr(audiences, "FRAME_BYTES", frame_bytes)
        store = SqliteStore(Path(directory) / "store.db")
        async with running_cache(store) as cache:
            start, state, told = cache.revision, State(), dict[int, set[Seen]]()
            for serial, transaction in enumerate(history):
                ops, after = ops_of(transaction, state, serial)
                if ops:
                    revision = await write(store, *ops)
                    told[revision] = expected(wanted, state, after, revision)
                    state = after
            last = max(told, default=start)
            await reached(cache, last)
            scopes = [w.scope() for w in wanted]
            audience = Audiences(cache).find(tuple(scopes))
            for place in range(start, last):
                check_from(audience, scopes, place, told, frame_bytes)
            check_initial(audience, wanted, scopes, state)
        await store.close()


def check_from(
    audience: Audience, scopes: Sequence[Scope], place: int, told: Mapping[int, set[Seen]], frame_bytes: int
) -> None:
    while place < max(told):
        frame = audience.after(place)
        events = seen(frame, scopes)
        revisions = [e.revision for e in events]
        assert revisions == sorted(revisions)
        assert place < frame.revision
        between = [told[r] for r in range(place + 1, frame.revision + 1) if r in told]
        assert len(events) == sum(map(len, between))
        assert set(events) == set().union(*between)
        # A frame that is full ends with the revision that filled it.
        if frame_bytes == 1 and events:
            assert len(set(revisions)) == 1
        place = frame.revision


def check_initial(audience: Audience, wanted: Sequence[Wanted], scopes: Sequence[Scope], state: State) -> None:
    frames = list(audience.initial())
    found = {(e.kind, e.scope, e.place, e.fill) for f in frames for e in seen(f, scopes)}
    assert sum(f.events for f in frames) == len(found)
    model = {
        ("ADDED", index, f"{place[1]}/{place[2]}", fill)
        for place, (app, fill, _) in state.items()
        if (index := first(wanted, place, app)) is not None
    }
    assert found == model
    assert [f.revision for f in frames[:-1]] == [0] * (len(frames) - 1)


@pytest.mark.parametrize(
    ("fills", "frames"),
    [([1000] * 500, 1), ([200_000] * 14, 3), ([1_300_000, 10, 1_300_000, 10], 3), ([400_000] * 6, 2)],
)
async def test_a_frame_of_about_a_mebibyte_ends_with_a_whole_revision(
    store: SqliteStore, fills: list[int], frames: int
) -> None:
    async with running_cache(store, ring_bytes=64 << 20) as cache:
        start = cache.revision
        for number, fill in enumerate(fills):
            revision = await write(store, put(CONFIGMAPS, "n", f"o{number % 7}", fill="x" * fill))
        await reached(cache, revision)
        scopes = (scope(CONFIGMAPS),)
        audience = Audiences(cache).find(scopes)
        made: list[Frame] = []
        while not made or made[-1].revision < revision:
            made.append(audience.after(made[-1].revision if made else start))
        assert sum(f.events for f in made) == len(fills)
        assert len(made) == frames
        assert all(len(f.data) < (1 << 20) + max(fills) + 2000 for f in made)


async def test_cursors_at_one_place_share_the_bytes_of_a_frame(store: SqliteStore) -> None:
    async with running_cache(store) as cache:
        start = cache.revision
        await reached(cache, await write(store, put(CONFIGMAPS, "n", "a")))
        known = Audiences(cache)
        one, two = known.find((scope(CONFIGMAPS, labels="a!=b"),)), known.find((scope(CONFIGMAPS, labels="a!=b"),))
        assert one.after(start).data is two.after(start).data
        assert known.find((scope(CONFIGMAPS, labels="a!=c"),)) is not one


async def test_an_audience_keeps_few_frames_however_many_places_are_asked_for(store: SqliteStore) -> None:
    async with running_cache(store) as cache:
        start = cache.revision
        for number in range(50):
            revision = await write(store, put(CONFIGMAPS, "n", "a", fill=str(number)))
        await reached(cache, revision)
        audience = Audiences(cache).find((scope(CONFIGMAPS),))
        for place in range(start, revision):
            assert audience.after(place).events == revision - place
        assert len(audience._frames) <= audiences.FRAMES_KEPT


async def test_who_encodes_otherwise_gets_other_frames(store: SqliteStore) -> None:
    def encode(resource: ResourceType, item: Any) -> bytes:
        return b"\x12\x03" + bytes(item.name, "ascii")

    async with running_cache(store) as cache:
        start = cache.revision
        await reached(cache, await write(store, put(CONFIGMAPS, "n", "abc")))
        known = Audiences(cache)
        own = known.find((scope(CONFIGMAPS),), WatchFrames(encode=encode))
        assert own is not known.find((scope(CONFIGMAPS),))
        assert b"\x12\x03abc" in own.after(start).data


async def test_what_exists_is_looked_at_once_for_each_scope(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = 0
    matches = Scope.matches

    def counted(self: Scope, item: Item) -> bool:
        nonlocal looks
        looks += 1
        return matches(self, item)

    async with running_cache(store) as cache:
        await reached(cache, await write(store, *(put(CONFIGMAPS, "a", f"m{n}") for n in range(20))))
        scopes = tuple(scope(CONFIGMAPS, "a", f"app=none-{n}") for n in range(30))
        monkeypatch.setattr(Scope, "matches", counted)
        assert [f.events for f in Audiences(cache).find(scopes).initial()] == [0]
        assert looks == 20 * 30
