"""Server-side apply of custom objects, by their schemas."""

import asyncio
from typing import Any

from tests.support.custom import SECONDS, SPEC, Client, definition, mug, schema, version

APPLY = "application/apply-patch+yaml"
MUGS = "/apis/shop.example.test/v1/namespaces/shop/mugs"
CRD = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/mugs.shop.example.test"


async def applied(client: Client, value: dict[str, Any], manager: str, query: str = "", part: str = "") -> Any:
    return await client.ask("PATCH", f"{MUGS}/m{part}?fieldManager={manager}{query}", value, APPLY)


async def conflicts(client: Client, value: dict[str, Any], manager: str) -> list[str]:
    status = await client.refused(409, "PATCH", f"{MUGS}/m?fieldManager={manager}", value, APPLY)
    return [cause["field"] for cause in status["details"]["causes"]]


def owners(obj: Any) -> dict[str, Any]:
    return {entry["manager"]: entry["fieldsV1"] for entry in obj["metadata"].get("managedFields", ())}


def partial(**spec: Any) -> dict[str, Any]:
    value = mug(**spec)
    del value["spec"]["color"]
    return value


async def test_lists_are_merged_by_their_keys(client: Client) -> None:
    await client.define(definition())
    made = await applied(client, mug(parts=[{"name": "a", "n": 2}]), "hand")
    part: dict[str, Any] = {"f:parts": {'k:{"name":"a"}': {".": {}, "f:n": {}, "f:name": {}}}}
    assert owners(made)["hand"] == {"f:spec": {"f:color": {}, **part}}
    assert made["spec"]["size"] == 3
    both = await applied(client, partial(parts=[{"name": "b"}]), "foot")
    assert [p["name"] for p in both["spec"]["parts"]] == ["a", "b"]
    assert await conflicts(client, partial(parts=[{"name": "a", "n": 3}]), "foot") == ['.spec.parts[name="a"].n']
    left = await applied(client, partial(labels={"x": "1"}), "foot")
    assert [p["name"] for p in left["spec"]["parts"]] == ["a"]
    again = await applied(client, partial(labels={"x": "1"}), "foot")
    assert again == left


async def test_what_the_schema_does_not_know_is_refused(client: Client) -> None:
    await client.define(definition())
    refused = await client.refused(500, "PATCH", f"{MUGS}/m?fieldManager=hand", mug(ghost=1), APPLY)
    assert refused["message"] == (
        "failed to create typed patch object (/m; shop.example.test/v1, Kind=Mug): .spec.ghost: field not declared in "
        "schema"
    )
    open_ended = await applied(client, mug(free={"a": {"b": [1]}}), "hand")
    assert owners(open_ended)["hand"]["f:spec"]["f:free"] == {"f:a": {".": {}, "f:b": {}}}


async def test_updates_are_known_with_what_holds_them(client: Client) -> None:
    await client.define(definition())
    made = await client.ask("POST", f"{MUGS}?fieldManager=pen", mug(parts=[{"name": "a"}]))
    parts: dict[str, Any] = {".": {}, 'k:{"name":"a"}': {".": {}, "f:n": {}, "f:name": {}}}
    assert owners(made)["pen"] == {"f:spec": {".": {}, "f:color": {}, "f:parts": parts, "f:size": {}}}
    told = await applied(client, {**mug(), "spec": None, "status": {"size": 2}}, "meter", part="/status")
    assert owners(told)["meter"] == {"f:status": {"f:size": {}}}
    assert told["spec"] == made["spec"]


async def test_who_owned_parts_owns_the_whole_once_that_is_atomic(client: Client) -> None:
    crd = await client.define(definition())
    await applied(client, mug(labels={"a": "1"}), "hand")
    coarser = {**SPEC, "properties": {**SPEC["properties"]}}
    coarser["properties"]["labels"] = {**SPEC["properties"]["labels"], "x-kubernetes-map-type": "atomic"}
    crd["spec"]["versions"] = [version(schema=schema(coarser))]
    await client.ask("PUT", CRD, crd)
    async with asyncio.timeout(SECONDS):
        while owners(await applied(client, mug(), "probe", "&dryRun=All"))["hand"]["f:spec"]["f:labels"]:
            continue
    assert await conflicts(client, partial(labels={"b": "1"}), "foot") == [".spec.labels"]


async def test_versions_share_their_owners(client: Client) -> None:
    await client.define(definition("shop.example.test", version("v1"), version("v2", storage=False)))
    await applied(client, mug(size=2), "hand")
    other = MUGS.replace("/v1/", "/v2/")
    status = await client.refused(409, "PATCH", f"{other}/m?fieldManager=foot", mug(version="v2", size=4), APPLY)
    assert [cause["message"] for cause in status["details"]["causes"]] == ['conflict with "hand"']
    less = await client.ask("PATCH", f"{other}/m?fieldManager=hand", mug(version="v2"), APPLY)
    assert less["spec"]["size"] == 3
    assert [entry["apiVersion"] for entry in less["metadata"]["managedFields"]] == ["shop.example.test/v2"]
