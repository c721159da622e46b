"""A watch loses nothing and repeats nothing, whatever happens to its stream."""

import asyncio
from collections.abc import Iterable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pilothouse.api.core.v1.core_pb2 import ConfigMap
from pilothouse.api.dynamic.v1.dynamic_pb2 import ResourceName, WatchScope
from pilothouse.client import Client, Event, EventType, Progress, Watch
from pilothouse.client.errors import Expired, Forbidden

from tests.client.conftest import config_for
from tests.client.small_server import SmallServer
from tests.support.certificates import Authority

DEADLINE = 20.0  # seconds
Told = tuple[str, str, str]


async def follow(watch: Watch[ConfigMap], revision: int, synced: bool = False) -> list[Told]:
    """What is told until the watch has come to a revision (and just by a list): type, name, value."""
    told: list[Told] = []
    async with asyncio.timeout(DEADLINE):
        async for item in watch:
            match item:
                case Event(type=kind, object=obj):
                    told.append((kind.name, obj.metadata.name, obj.data["value"]))
                case Progress() if item.revision >= revision and item.synced >= synced:
                    return told
    raise AssertionError("the watch ended by itself")


async def test_tells_what_exists_then_each_change(client: Client, small_server: SmallServer) -> None:
    small_server.write({"a": "1", "b": "1"})
    async with client.resource(ConfigMap).watch() as watch:
        assert await follow(watch, 2) == [("ADDED", "a", "1"), ("ADDED", "b", "1")]
        small_server.write({"a": "2", "c": "1", "b": None})
        expected = [("MODIFIED", "a", "2"), ("ADDED", "c", "1"), ("DELETED", "b", "1")]
        assert await follow(watch, 3) == expected


async def test_goes_on_exactly_after_the_connection_broke(client: Client, small_server: SmallServer) -> None:
    small_server.write({"a": "1"})
    async with client.resource(ConfigMap).watch() as watch:
        await follow(watch, 2)
        small_server.proxy.cut()
        small_server.write({"a": "2"})
        assert await follow(watch, 3) == [("MODIFIED", "a", "2")]
    assert small_server.watched_from == ["", "2"]


async def test_notices_a_server_that_fell_silent(client: Client, small_server: SmallServer) -> None:
    async with client.resource(ConfigMap).watch(heartbeat_seconds=1) as watch:
        await follow(watch, 1)
        small_server.silent = True
        small_server.write({"a": "1"})
        reading = asyncio.create_task(follow(watch, 2))
        async with asyncio.timeout(DEADLINE):
            await small_server.watched(2)
        small_server.silent = False
        small_server.write({"b": "1"})
        assert await reading == [("ADDED", "a", "1"), ("ADDED", "b", "1")]


async def test_tells_the_difference_when_the_history_is_gone(client: Client, small_server: SmallServer) -> None:
    small_server.write({"same": "1", "changed": "1", "vanished": "1", "reborn": "1"})
    async with client.resource(ConfigMap).watch() as watch:
        await follow(watch, 2)
        small_server.silent = True
        small_server.history.write({"changed": "2", "vanished": None, "reborn": None, "new": "1"})
        small_server.history.write({"reborn": "2"})
        small_server.history.compact()
        small_server.silent = False
        small_server.proxy.cut()
        told = await follow(watch, 4)
    assert sorted(told) == [
        ("ADDED", "new", "1"),
        ("ADDED", "reborn", "2"),
        ("DELETED", "reborn", "1"),
        ("DELETED", "vanished", "1"),
        ("MODIFIED", "changed", "2"),
    ]
    assert told.index(("DELETED", "reborn", "1")) < told.index(("ADDED", "reborn", "2"))


async def test_begins_a_list_again_that_broke_off(client: Client, small_server: SmallServer) -> None:
    small_server.write({"a": "1", "b": "1", "c": "1", "d": "1"})
    small_server.broken_lists = 2
    async with client.resource(ConfigMap).watch() as watch:
        told = await follow(watch, 2)
    assert told == [("ADDED", name, "1") for name in "abcd"]


async def test_follows_a_store_that_was_set_back(client: Client, small_server: SmallServer) -> None:
    small_server.write({"a": "1"})
    small_server.write({"b": "1"})
    async with client.resource(ConfigMap).watch() as watch:
        await follow(watch, 3)
        small_server.history.objects.pop("b")
        small_server.history.changes.clear()
        small_server.history.revision = 2
        small_server.proxy.cut()
        assert await follow(watch, 2, synced=True) == [("DELETED", "b", "1")]
        small_server.write({"c": "1"})
        assert await follow(watch, 3) == [("ADDED", "c", "1")]
    assert small_server.watched_from == ["", "3", ""]


async def test_from_a_revision_alone_a_gap_is_an_error(client: Client, small_server: SmallServer) -> None:
    small_server.write({"a": "1"})
    small_server.history.compact()
    watch = client.resource(ConfigMap).watch(resource_version="2")
    with pytest.raises(Expired):
        await follow(watch, 3)


async def test_from_a_list_a_gap_is_filled(client: Client, small_server: SmallServer) -> None:
    small_server.write({"a": "1", "b": "1"})
    page = await client.resource(ConfigMap).list_page()
    small_server.write({"a": None})
    small_server.history.compact()
    watch = client.resource(ConfigMap).watch(resource_version=page.resource_version, known=page.items)
    assert await follow(watch, 4) == [("DELETED", "a", "1")]
    watch.close()


async def test_a_reader_that_was_cancelled_can_read_on(client: Client, small_server: SmallServer) -> None:
    async with client.resource(ConfigMap).watch() as watch:
        await follow(watch, 1)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await anext(watch.events())
        small_server.write({"a": "1"})
        assert await follow(watch, 2) == [("ADDED", "a", "1")]


async def test_closing_ends_the_iteration(client: Client, small_server: SmallServer) -> None:
    watch = client.resource(ConfigMap).watch()
    reading = asyncio.create_task(follow(watch, 2))
    async with asyncio.timeout(DEADLINE):
        await small_server.watched(1)
        watch.close()
        with pytest.raises(AssertionError, match="ended by itself"):
            await reading


async def test_a_refusal_is_raised(client: Client, small_server: SmallServer) -> None:
    small_server.forbidden = True
    with pytest.raises(Forbidden, match="configmaps is forbidden"):
        await follow(client.resource(ConfigMap).watch(), 1)
    assert small_server.watched_from == [""]


async def test_many_kinds_in_one_stream_resume_as_well(client: Client, small_server: SmallServer) -> None:
    secrets, maps = (ResourceName(version="v1", resource=plural) for plural in ("secrets", "configmaps"))
    watch = client.dynamic.watch([WatchScope(resource=secrets), WatchScope(resource=maps)])
    small_server.write({"a": "1"})
    events = watch.events()
    async with asyncio.timeout(DEADLINE):
        first = await anext(events)
        small_server.proxy.cut()
        small_server.history.write({"a": None})
        small_server.history.compact()
        second = await anext(events)
    assert (first.type, first.scope, first.object["metadata"]["name"]) == (EventType.ADDED, 1, "a")
    assert (second.type, second.scope, second.object["metadata"]["name"]) == (EventType.DELETED, 1, "a")
    watch.close()


names = st.sampled_from("abcd")
writes = st.dictionaries(names, st.sampled_from(["1", "2", None]), min_size=1, max_size=3)
steps = st.lists(st.one_of(writes, st.sampled_from(["cut", "compact", "fail", "break"])), max_size=12)


@given(steps=steps)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_view_built_of_events_is_the_servers(authority: Authority, steps: list[dict[str, str | None] | str]) -> None:
    async def check() -> None:
        server = SmallServer(authority)
        await server.start()
        async with Client.connect(config_for(server)) as client, client.resource(ConfigMap).watch() as watch:
            view: dict[str, str] = {}
            apply_all(view, await follow(watch, 1))
            for step in steps:
                disturb(server, step)
                if isinstance(step, dict):
                    apply_all(view, await follow(watch, server.history.revision))
            server.write({"last": "1"})
            apply_all(view, await follow(watch, server.history.revision))
            assert view == {name: obj.data["value"] for name, obj in server.history.objects.items()}
        await server.stop()

    asyncio.run(check())


def disturb(server: SmallServer, step: dict[str, str | None] | str) -> None:
    match step:
        case "cut":
            server.proxy.cut()
        case "compact":
            server.history.compact()
            server.proxy.cut()
        case "fail":
            server.failing = 1
            server.proxy.cut()
        case "break":
            server.broken_lists = 1
        case dict():
            server.write(step)


def apply_all(view: dict[str, str], told: Iterable[Told]) -> None:
    """Each event fits what is known: nothing is added twice, changed or deleted without being there."""
    for kind, name, value in told:
        assert (name in view) == (kind != "ADDED"), (kind, name)
        if kind == "DELETED":
            del view[name]
        else:
            view[name] = value
