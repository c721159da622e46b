"""What every kind has in common: the life of an object over HTTP."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import orjson
from pilothouse.server.meta.resource import ResourceType
from pilothouse.server.verbs.plane import Plane

from tests.doors.rest.minimal import Json, minimal
from tests.doors.rest.test_watches import PATIENCE, event, watching
from tests.support.plane import add_namespace
from tests.support.rest import Door

MERGE = "application/merge-patch+json"
PATCHES: dict[str, Any] = {
    MERGE: {"metadata": {"annotations": {"one": "1"}}},
    "application/strategic-merge-patch+json": {"metadata": {"annotations": {"two": "2"}}},
    "application/json-patch+json": [{"op": "add", "path": "/metadata/annotations/three", "value": "3"}],
}
CLEANUP = "customresourcecleanup.apiextensions.k8s.io"
SELECTED = "labelSelector=life%3Dcommon"
Ask = Callable[..., Awaitable[Json]]


def asking(door: Door, resource: ResourceType) -> Ask:
    """ask(method, path, body, *codes, media="application/json") -> the answer, which must have one of the codes: 200
    where none is named."""

    async def ask(method: str, path: str, body: Any = None, *codes: int, media: str = "application/json") -> Json:
        data = b"" if body is None else orjson.dumps(body)
        reply = await door.send(method, path, data, {"Content-Type": media} if data else {})
        assert reply.code in (codes or (200,)), (resource.qualified, method, path, reply.body)
        answer: Json = orjson.loads(reply.body)
        return answer

    return ask


def roots(resource: ResourceType) -> tuple[str, str]:
    """The paths of all objects of the kind, and of those that live where the test's do."""
    group = f"/apis/{resource.api_version}" if resource.group else f"/api/{resource.version}"
    place = "namespaces/orchard/" if resource.namespaced else ""
    return f"{group}/{resource.plural}", f"{group}/{place}{resource.plural}"


async def seen(watch: aiohttp.ClientResponse, kind: str, answer: Json) -> None:
    """Waits for the event that brings what a write was answered with; the server may have written in between."""
    while True:
        found = await event(watch)
        if (found["type"], found["object"]) == (kind, answer):
            return


async def release(ask: Ask, path: str, deleted: Json) -> None:
    """Lets go of an object that a finalizer keeps, unless the server does that by itself."""
    if CLEANUP not in deleted["metadata"]["finalizers"]:
        await ask("PATCH", path, {"metadata": {"finalizers": None}}, media=MERGE)


async def update(ask: Ask, path: str, **annotations: str) -> Json:
    """By what it reads, again where the server writes to the object in between: a status of its own."""
    async with asyncio.timeout(PATIENCE):
        while True:
            value = await ask("GET", path)
            value["metadata"]["annotations"] |= annotations
            answer = await ask("PUT", path, value, 200, 409)
            if answer["kind"] != "Status":
                return answer


async def changes(ask: Ask, watch: aiohttp.ClientResponse, path: str, resource: ResourceType) -> None:
    for media, patch in PATCHES.items():
        patched = await ask("PATCH", path, patch, media=media)
        await seen(watch, "MODIFIED", patched)
    updated = await update(ask, path, four="4")
    await seen(watch, "MODIFIED", updated)
    assert updated["metadata"]["annotations"].items() >= {"one": "1", "two": "2", "three": "3", "four": "4"}.items()
    if resource.has_subresource("status"):
        part = await ask("GET", f"{path}/status")
        assert (part["kind"], part["metadata"]["uid"]) == (resource.kind, updated["metadata"]["uid"])
        await ask("PATCH", f"{path}/status", {"metadata": {"labels": {"life": "common"}}}, media=MERGE)
        await update(ask, f"{path}/status")


async def end(ask: Ask, watch: aiohttp.ClientResponse, path: str) -> None:
    await ask("DELETE", path)
    released = False
    while (found := await event(watch))["type"] == "MODIFIED":
        if "deletionTimestamp" in found["object"]["metadata"] and not released:
            released = True
            await release(ask, path, found["object"])
    assert found["type"] == "DELETED", found
    await ask("GET", path, None, 404)


async def live(door: Door, resource: ResourceType) -> None:
    ask, (everywhere, here) = asking(door, resource), roots(resource)
    before = (await ask("GET", here))["metadata"]["resourceVersion"]
    async with watching(door, f"{here}?watch=1&{SELECTED}&resourceVersion={before}") as watch:
        made = await ask("POST", here, minimal(resource.qualified, 1), 201)
        path = f"{here}/{made['metadata']['name']}"
        assert (made["kind"], made["apiVersion"]) == (resource.kind, resource.api_version)
        await seen(watch, "ADDED", made)
        assert (await ask("GET", path))["metadata"]["uid"] == made["metadata"]["uid"]
        for listed in (f"{here}?{SELECTED}", f"{everywhere}?{SELECTED}"):
            answer = await ask("GET", listed)
            assert answer["kind"] == f"{resource.kind}List"
            assert [item["metadata"]["uid"] for item in answer["items"]] == [made["metadata"]["uid"]]
        await changes(ask, watch, path, resource)
        if resource.kind != "Namespace":
            # The end of a namespace is the work of a controller.
            await end(ask, watch, path)
    if "deletecollection" in resource.verbs:
        for number in (2, 3):
            await ask("POST", here, minimal(resource.qualified, number), 201)
        assert len((await ask("DELETE", f"{here}?{SELECTED}"))["items"]) == 2
        for item in (await ask("GET", f"{here}?{SELECTED}"))["items"]:
            await release(ask, f"{here}/{item['metadata']['name']}", item)
        async with asyncio.timeout(PATIENCE):
            while (await ask("GET", f"{here}?{SELECTED}"))["items"]:
                pass


async def test_every_kind_lives_the_common_life(plane: Plane, door: Door) -> None:
    await add_namespace(plane, "orchard")
    for resource in list(plane.registry):
        await live(door, resource)
