"""Watches over HTTP: events as they come, in both forms, and how they end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from struct import unpack
from typing import Any

import aiohttp
import orjson
from pilothouse.api.core.v1 import core_pb2 as core
from pilothouse.api.meta.v1 import meta_pb2 as meta
from pilothouse.server.meta.envelope import opened
from pilothouse.server.verbs.plane import Plane

from tests.doors.rest.test_requests import MAPS, PROTOBUF, config_map, create
from tests.support.rest import ADMIN_GROUPS, Door

PATIENCE = 20


@asynccontextmanager
async def watching(door: Door, path: str, accept: str = "application/json") -> AsyncIterator[aiohttp.ClientResponse]:
    session = door.session("admin", ADMIN_GROUPS)
    url = f"https://127.0.0.1:{door.port}{path}"
    async with asyncio.timeout(PATIENCE), session.get(url, headers={"Accept": accept}) as answer:
        yield answer


async def event(answer: aiohttp.ClientResponse) -> dict[str, Any]:
    value: dict[str, Any] = orjson.loads(await answer.content.readline())
    return value


async def ended(door: Door, path: str) -> list[dict[str, Any]]:
    """Every event of a watch that ends by itself."""
    return [orjson.loads(line) for line in (await door.send("GET", path)).body.splitlines()]


async def present(door: Door) -> str:
    version: str = orjson.loads((await door.send("GET", MAPS)).body)["metadata"]["resourceVersion"]
    return version


async def test_events_come_as_they_happen(door: Door) -> None:
    since = await present(door)
    async with watching(door, f"{MAPS}?watch=1&resourceVersion={since}") as answer:
        # Its head is there before anything happens.
        assert answer.status == 200
        assert answer.headers["Transfer-Encoding"] == "chunked"
        made = orjson.loads((await create(door, config_map("jar", a="1"))).body)
        assert await event(answer) == {"type": "ADDED", "object": made}
        await door.send("DELETE", f"{MAPS}/jar")
        last = await event(answer)
        assert (last["type"], last["object"]["kind"]) == ("DELETED", "ConfigMap")


async def test_protobuf_events_are_frames_with_a_length(door: Door) -> None:
    since = await present(door)
    async with watching(door, f"{MAPS}?watch=1&resourceVersion={since}", PROTOBUF) as answer:
        assert answer.headers["Content-Type"] == f"{PROTOBUF};stream=watch"
        await create(door, config_map("jar", a="1"))
        (size,) = unpack(">I", await answer.content.readexactly(4))
        found = meta.WatchEvent.FromString(await answer.content.readexactly(size))
        assert found.type == "ADDED"
        assert core.ConfigMap.FromString(opened(found.object.raw).raw).data["a"] == "1"


async def test_initial_events_end_with_a_bookmark(door: Door) -> None:
    await create(door, config_map("jar"))
    query = "watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&timeoutSeconds=1"
    events = await ended(door, f"{MAPS}?{query}&allowWatchBookmarks=true")
    assert [e["type"] for e in events] == ["ADDED"] * (len(events) - 1) + ["BOOKMARK"]
    mark = events[-1]["object"]
    assert (mark["kind"], mark["metadata"]["annotations"]) == ("ConfigMap", {"k8s.io/initial-events-end": "true"})
    assert int(mark["metadata"]["resourceVersion"]) >= int(events[0]["object"]["metadata"]["resourceVersion"])
    assert {e["type"] for e in await ended(door, f"{MAPS}?{query}")} == {"ADDED"}


async def test_the_old_prefix_watches_too(door: Door) -> None:
    for name in ("jar", "cup"):
        await create(door, config_map(name))
    all_of_them = await ended(door, "/api/v1/watch/namespaces/default/configmaps?timeoutSeconds=1")
    assert {"jar", "cup"} <= {e["object"]["metadata"]["name"] for e in all_of_them}
    one = await ended(door, "/api/v1/watch/namespaces/default/configmaps/jar?timeoutSeconds=1")
    assert [e["object"]["metadata"]["name"] for e in one] == ["jar"]


async def test_a_revision_out_of_reach_is_told_as_an_event(plane: Plane, door: Door) -> None:
    initial = "sendInitialEvents=true&resourceVersionMatch=NotOlderThan"
    ahead = await ended(door, f"{MAPS}?watch=1&resourceVersion=99999999&timeoutSeconds=1&{initial}")
    assert [(e["type"], e["object"]["code"]) for e in ahead] == [("ERROR", 504)]
    refused = await door.send(
        "GET", f"{MAPS}?watch=1&resourceVersionMatch=NotOlderThan&sendInitialEvents=false&limit=x"
    )
    assert refused.code == 400


async def test_a_watch_ends_when_its_time_is_over(door: Door) -> None:
    since = await present(door)
    assert await ended(door, f"{MAPS}?watch=true&resourceVersion={since}&timeoutSeconds=1") == []


async def test_watchers_that_leave_are_forgotten(plane: Plane, door: Door) -> None:
    since = await present(door)
    for _ in range(3):
        async with watching(door, f"{MAPS}?watch=1&resourceVersion={since}"):
            pass
    gauge = b'pilothouse_watches{group="",resource="configmaps"} '
    async with asyncio.timeout(PATIENCE):
        # Each look is a request, so that the door has its turn.
        while gauge + b"0.0" not in (await door.send("GET", "/metrics")).body:
            pass
