"""Watch: where it starts, what it tells, and what ends it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from pilothouse.api.dynamic.v1 import dynamic_pb2 as dynamic
from pilothouse.server.errors import BadRequest, Expired, Forbidden, Invalid, Timeout, TooManyRequests, Unauthorized
from pilothouse.server.meta.user import User
from pilothouse.server.store.sqlite import SqliteStore
from pilothouse.server.verbs import reading
from pilothouse.server.verbs.plane import Plane
from pilothouse.server.verbs.watch import Pace, Start, watch, watch_many
from pilothouse.server.watchcache.audience import Frame

from tests.support.clock import Clock
from tests.support.plane import Requests, list_options, running_plane, version
from tests.verbs.test_update import grant, jar

DEADLINE = 10.0
KINDS = {1: "ADDED", 2: "MODIFIED", 3: "DELETED"}


class Watcher:
    """Frames of a watch, never waited for longer than a deadline."""

    def __init__(self, frames: AsyncIterator[Frame], requests: Requests) -> None:
        self._frames = frames
        self._requests = requests
        self.revision = 0
        self.initial_events_end = False

    async def frame(self) -> list[tuple[str, str]]:
        """The events of the next frame, each as type and name."""
        async with asyncio.timeout(DEADLINE):
            frame = await anext(self._frames)
        decoded = dynamic.WatchFrame.FromString(frame.data)
        self.revision, self.initial_events_end = decoded.revision, decoded.initial_events_end
        messages = [self._requests.message(e.object) for e in decoded.events]
        return [(KINDS[e.type], m.metadata.name) for e, m in zip(decoded.events, messages, strict=True)]

    async def events(self, count: int) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        while len(found) < count:
            found += await self.frame()
        return found

    async def ends(self) -> None:
        with pytest.raises(StopAsyncIteration):
            await self.frame()

    async def soon(self) -> "asyncio.Task[list[tuple[str, str]]]":
        """The next frame, asked for already."""
        coming = asyncio.create_task(self.frame())
        await asyncio.sleep(0.005)
        return coming


@asynccontextmanager
async def watching(requests: Requests, heartbeat: float = 0.0, **options: Any) -> AsyncIterator[Watcher]:
    frames = watch(requests.plane, requests.context("watch"), list_options(**options), heartbeat)
    try:
        yield Watcher(frames, requests)
    finally:
        await frames.aclose()  # type: ignore[attr-defined]


async def test_what_exists_comes_first_and_then_what_changes(configmaps: Requests) -> None:
    await configmaps.create({"metadata": {"name": "a"}})
    last = await configmaps.create({"metadata": {"name": "b"}})
    async with watching(configmaps) as watcher:
        assert await watcher.frame() == [("ADDED", "a"), ("ADDED", "b")]
        assert watcher.initial_events_end
        assert watcher.revision >= version(last)
        coming = await watcher.soon()
        changed = await configmaps.update({"metadata": {"name": "a"}, "data": {"x": "1"}})
        assert await coming == [("MODIFIED", "a")]
        assert watcher.revision >= version(changed)
        assert not watcher.initial_events_end
        await configmaps.delete("b")
        await configmaps.create({"metadata": {"name": "c"}})
        assert await watcher.events(2) == [("DELETED", "b"), ("ADDED", "c")]


async def test_initial_events_hold_every_write_that_was_answered_before_at_any_server(either_plane: Plane) -> None:
    async with running_plane(either_plane.store) as other:
        here, there = (Requests(p, p.registry.get("", "v1", "configmaps"), "orchard") for p in (either_plane, other))
        for number in range(10):
            await here.create({"metadata": {"name": f"o{number}"}})
            async with watching(there) as watcher:
                assert len(await watcher.frame()) == number + 1


async def test_many_initial_events_come_in_frames_of_about_a_mebibyte(configmaps: Requests) -> None:
    for number in range(5):
        await configmaps.create({"metadata": {"name": f"o{number}"}, "data": {"x": "y" * 600_000}})
    async with watching(configmaps) as watcher:
        sizes = [len(await watcher.frame()) for _ in range(2)]
        assert not watcher.initial_events_end
        assert watcher.revision == 0
        sizes.append(len(await watcher.frame()))
        assert watcher.initial_events_end
        assert sizes == [2, 2, 1]


async def test_a_watch_from_a_revision_tells_what_came_after_it(configmaps: Requests) -> None:
    first = await configmaps.create({"metadata": {"name": "a"}})
    await configmaps.create({"metadata": {"name": "b"}})
    await configmaps.delete("a")
    async with watching(configmaps, resource_version=str(version(first))) as watcher:
        assert await watcher.events(2) == [("ADDED", "b"), ("DELETED", "a")]


@pytest.mark.parametrize("resource_version", ["", "0"])
async def test_a_watch_without_initial_events_tells_only_what_is_new(
    configmaps: Requests, resource_version: str
) -> None:
    made = await configmaps.create({"metadata": {"name": "a"}})
    assert await configmaps.plane.cache.wait_for(version(made), DEADLINE)
    options: dict[str, Any] = {"send_initial_events": False, "resource_version_match": "NotOlderThan"}
    async with watching(configmaps, resource_version=resource_version, **options) as watcher:
        coming = await watcher.soon()
        await configmaps.create({"metadata": {"name": "b"}})
        assert await coming == [("ADDED", "b")]


async def test_initial_events_not_older_than_a_revision(configmaps: Requests, monkeypatch: pytest.MonkeyPatch) -> None:
    made = await configmaps.create({"metadata": {"name": "a"}})
    options: dict[str, Any] = {"send_initial_events": True, "resource_version_match": "NotOlderThan"}
    async with watching(configmaps, resource_version=str(version(made)), **options) as watcher:
        assert await watcher.frame() == [("ADDED", "a")]
    monkeypatch.setattr(reading, "NEWER_REVISION_WAIT", 0.01)
    async with watching(configmaps, resource_version="100000", **options) as watcher:
        with pytest.raises(Timeout, match="Too large resource version"):
            await watcher.frame()


async def test_a_watch_from_the_future_is_quiet_until_then(configmaps: Requests) -> None:
    now = await configmaps.plane.store.revision()
    async with watching(configmaps, resource_version=str(now + 2)) as watcher:
        coming = await watcher.soon()
        for name in ("a", "b", "c"):
            await configmaps.create({"metadata": {"name": name}})
        assert await coming == [("ADDED", "c")]


async def test_a_revision_that_is_no_longer_kept_is_expired(sqlite_store: SqliteStore) -> None:
    async with running_plane(sqlite_store) as plane:
        configmaps = Requests(plane, plane.registry.get("", "v1", "configmaps"), "orchard")
        first = await configmaps.create(jar())
        for number in range(5):
            await configmaps.update(jar(n=str(number)))
        await sqlite_store.compact(await sqlite_store.revision())
    async with running_plane(sqlite_store) as plane:
        configmaps = Requests(plane, plane.registry.get("", "v1", "configmaps"), "orchard")
        async with watching(configmaps, resource_version=str(version(first))) as watcher:
            with pytest.raises(Expired, match=rf"too old resource version: {version(first)} \(\d+\)"):
                await watcher.frame()


async def test_an_object_that_leaves_the_selector_is_deleted_and_one_that_comes_is_added(configmaps: Requests) -> None:
    await configmaps.create({"metadata": {"name": "a", "labels": {"side": "left"}}})
    await configmaps.create({"metadata": {"name": "b", "labels": {"side": "right"}}})
    async with watching(configmaps, label_selector="side=left") as watcher:
        assert await watcher.frame() == [("ADDED", "a")]
        await configmaps.patch("a", {"metadata": {"labels": {"side": "right"}}})
        await configmaps.patch("b", {"metadata": {"labels": {"side": "left"}}})
        await configmaps.patch("a", {"data": {"x": "1"}})
        await configmaps.delete("a")
        await configmaps.delete("b")
        assert await watcher.events(3) == [("DELETED", "a"), ("ADDED", "b"), ("DELETED", "b")]


async def test_a_namespace_and_a_field_narrow_a_watch(configmaps: Requests) -> None:
    other = Requests(configmaps.plane, configmaps.type, "orchard-2")
    everywhere = Requests(configmaps.plane, configmaps.type)
    async with (
        watching(configmaps) as here,
        watching(everywhere, field_selector="metadata.name=x") as named,
        watching(everywhere, field_selector="metadata.namespace=orchard") as placed,
    ):
        for watcher in (here, named, placed):
            assert await watcher.frame() == []
        await other.create({"metadata": {"name": "a"}})
        await other.create({"metadata": {"name": "x"}})
        await configmaps.create({"metadata": {"name": "b"}})
        await configmaps.create({"metadata": {"name": "x"}})
        assert await here.events(2) == [("ADDED", "b"), ("ADDED", "x")]
        assert await named.events(2) == [("ADDED", "x"), ("ADDED", "x")]
        assert await placed.events(2) == [("ADDED", "b"), ("ADDED", "x")]


async def test_heartbeats_tell_how_far_a_quiet_watch_is(configmaps: Requests) -> None:
    secrets = Requests(configmaps.plane, configmaps.plane.registry.get("", "v1", "secrets"), "orchard")
    async with watching(configmaps, heartbeat=0.2) as watcher:
        await watcher.frame()
        made = await secrets.create({"metadata": {"name": "s"}})
        assert await watcher.frame() == []
        while watcher.revision < version(made):
            assert await watcher.frame() == []


async def test_a_watch_ends_by_itself_after_its_timeout(configmaps: Requests) -> None:
    async with watching(configmaps, timeout_seconds=1) as watcher:
        await watcher.frame()
        await watcher.ends()


async def test_a_watch_ends_when_the_server_does(configmaps: Requests) -> None:
    async with watching(configmaps) as watcher:
        await watcher.frame()
        coming = await watcher.soon()
        await configmaps.plane.cache.close()
        with pytest.raises((StopAsyncIteration, RuntimeError)):
            await coming


async def test_who_stops_reading_leaves_nothing_behind(configmaps: Requests) -> None:
    async with watching(configmaps) as watcher:
        await watcher.frame()
        coming = await watcher.soon()
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)
    assert not configmaps.plane.cache.pump._asleep[configmaps.type]


async def test_only_who_may_watch_does(configmaps: Requests) -> None:
    stranger = Requests(configmaps.plane, configmaps.type, "orchard", User("stranger"))
    async with watching(stranger) as watcher:
        with pytest.raises(Forbidden, match="cannot watch"):
            await watcher.frame()


def of_watcher(configmaps: Requests) -> Requests:
    return Requests(configmaps.plane, configmaps.type, "orchard", User("watcher"))


RULE = {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["watch"]}


async def revoke(plane: Plane) -> None:
    group = "rbac.authorization.k8s.io"
    bindings = Requests(plane, plane.registry.get(group, "v1", "clusterrolebindings"))
    gone = bindings.message((await bindings.delete("watcher")).body)
    assert await plane.cache.wait_for(version(gone), DEADLINE)


async def test_an_open_watch_is_authorized_again_when_roles_change(configmaps: Requests) -> None:
    await grant(configmaps.plane, "watcher", [RULE])
    async with watching(of_watcher(configmaps)) as watcher:
        await watcher.frame()
        # A change that takes nothing away does not end it.
        await grant(configmaps.plane, "somebody-else", [RULE])
        await configmaps.create({"metadata": {"name": "a"}})
        assert await watcher.frame() == [("ADDED", "a")]
        coming = await watcher.soon()
        await revoke(configmaps.plane)
        await configmaps.create({"metadata": {"name": "b"}})
        with pytest.raises(Forbidden):
            await coming


async def test_a_role_that_is_taken_away_while_initial_events_are_sent_ends_the_watch(configmaps: Requests) -> None:
    await grant(configmaps.plane, "watcher", [RULE])
    for number in range(4):
        await configmaps.create({"metadata": {"name": f"o{number}"}, "data": {"x": "y" * 600_000}})
    async with watching(of_watcher(configmaps)) as watcher:
        assert len(await watcher.frame()) == 2
        await revoke(configmaps.plane)
        await configmaps.create({"metadata": {"name": "secret"}})
        assert len(await watcher.frame()) == 2
        assert await watcher.frame() == []
        assert watcher.initial_events_end
        with pytest.raises(Forbidden):
            await watcher.frame()


async def test_a_watch_ends_with_the_certificate_that_opened_it(sqlite_store: SqliteStore) -> None:
    clock = Clock(1_700_000_000.0)
    async with running_plane(sqlite_store, now=clock) as plane:
        user = User("admin", ("system:masters",), expires_at=clock() + 60)
        configmaps = Requests(plane, plane.registry.get("", "v1", "configmaps"), "orchard", user)
        async with watching(configmaps) as watcher:
            await watcher.frame()
            await configmaps.create({"metadata": {"name": "a"}})
            assert await watcher.frame() == [("ADDED", "a")]
            clock.advance(61)
            await configmaps.create({"metadata": {"name": "b"}})
            with pytest.raises(Unauthorized, match="expired"):
                await watcher.frame()


async def test_a_quiet_watch_ends_soon_after_its_certificate_does(sqlite_store: SqliteStore) -> None:
    async with running_plane(sqlite_store) as plane:
        user = User("admin", ("system:masters",), expires_at=plane.now() + 0.3)
        configmaps = Requests(plane, plane.registry.get("", "v1", "configmaps"), "orchard", user)
        async with watching(configmaps) as watcher:
            await watcher.frame()
            loop = asyncio.get_running_loop()
            started = loop.time()
            with pytest.raises(Unauthorized):
                await watcher.frame()
            assert loop.time() - started < 10


async def test_who_comes_while_the_cache_fills_is_told_to_come_again(configmaps: Requests) -> None:
    configmaps.plane.cache.ready = False
    async with watching(configmaps) as watcher:
        with pytest.raises(TooManyRequests) as error:
            await watcher.frame()
    assert error.value.retry_after == 1


@pytest.mark.parametrize(
    ("options", "reasons"),
    [
        ({"send_initial_events": True}, ["FieldValueForbidden"]),
        ({"send_initial_events": False}, ["FieldValueForbidden"]),
        (
            {"send_initial_events": True, "resource_version_match": "Exact"},
            ["FieldValueForbidden", "FieldValueNotSupported"],
        ),
        ({"resource_version": "5", "resource_version_match": "NotOlderThan"}, ["FieldValueForbidden"]),
        (
            {"resource_version": "5", "resource_version_match": "Exact"},
            ["FieldValueForbidden", "FieldValueNotSupported"],
        ),
        (
            {"send_initial_events": True, "resource_version_match": "NotOlderThan", "after": "x"},
            ["FieldValueForbidden"],
        ),
    ],
)
async def test_options_that_contradict_are_invalid(
    configmaps: Requests, options: dict[str, Any], reasons: list[str]
) -> None:
    async with watching(configmaps, **options) as watcher:
        with pytest.raises(Invalid) as error:
            await watcher.frame()
    assert [c.reason for c in error.value.causes] == reasons


@pytest.mark.parametrize(
    "options", [{"resource_version": "x"}, {"label_selector": "a in"}, {"field_selector": "spec.x=1"}]
)
async def test_what_cannot_be_understood_is_refused(configmaps: Requests, options: dict[str, Any]) -> None:
    async with watching(configmaps, **options) as watcher:
        with pytest.raises(BadRequest):
            await watcher.frame()


async def test_limit_and_continue_mean_nothing_to_a_watch_from_a_revision(configmaps: Requests) -> None:
    first = await configmaps.create({"metadata": {"name": "a"}})
    await configmaps.create({"metadata": {"name": "b"}})
    async with watching(configmaps, resource_version=str(version(first)), limit=1, after="x") as watcher:
        assert await watcher.frame() == [("ADDED", "b")]


async def test_many_types_are_watched_in_one_stream_in_their_order(configmaps: Requests) -> None:
    plane = configmaps.plane
    secrets = Requests(plane, plane.registry.get("", "v1", "secrets"), "orchard")
    await secrets.create({"metadata": {"name": "s"}})
    await configmaps.create({"metadata": {"name": "c"}})
    scopes = [(configmaps.context("watch"), "", ""), (secrets.context("watch"), "", "")]
    frames = watch_many(plane, scopes, Start(0, True, True), Pace(0, 0))
    async with asyncio.timeout(DEADLINE):
        first = dynamic.WatchFrame.FromString((await anext(frames)).data)
        assert [(e.type, e.scope) for e in first.events] == [(1, 0), (1, 1)]
        assert first.initial_events_end
        for requests, name in ((secrets, "s2"), (configmaps, "c2"), (secrets, "s3")):
            await requests.create({"metadata": {"name": name}})
        found: list[int] = []
        while len(found) < 3:
            found += [e.scope for e in dynamic.WatchFrame.FromString((await anext(frames)).data).events]
    assert found == [1, 0, 1]
    await frames.aclose()  # type: ignore[attr-defined]
    user = User("watcher")
    await grant(plane, "watcher", [RULE])
    half = [(replace(context, user=user), "", "") for context, _, _ in scopes]
    frames = watch_many(plane, half, Start(0, True, True), Pace(0, 0))
    with pytest.raises(Forbidden, match="secrets"):
        await anext(frames)
