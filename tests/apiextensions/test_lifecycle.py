"""A definition from its creation to its end, through the REST door."""

import asyncio
import json
from pathlib import Path

from pilothouse.server.store.sqlite import SqliteStore

from tests.support.custom import DEFINITIONS, Client, conditions, definition, mug, schema, version
from tests.support.plane import admitting_plane
from tests.support.rest import open_door

MUGS = "/apis/shop.example.test/v1/namespaces/shop/mugs"
CRD = f"{DEFINITIONS}/mugs.shop.example.test"


async def test_a_definition_is_established_and_served_at_once(client: Client) -> None:
    assert (await client.send("GET", MUGS)).code == 404
    crd = await client.define(definition())
    listed = await client.ask("GET", MUGS)
    assert (listed["kind"], listed["items"]) == ("MugList", [])
    said = [(c["type"], c["status"], c["reason"], c["message"]) for c in crd["status"]["conditions"]]
    assert said == [
        ("NamesAccepted", "True", "NoConflicts", "no conflicts found"),
        ("Established", "True", "InitialNamesAccepted", "the initial names have been accepted"),
    ]
    names = {"plural": "mugs", "singular": "mug", "kind": "Mug", "listKind": "MugList"}
    assert crd["status"]["acceptedNames"] == names
    assert crd["status"]["storedVersions"] == ["v1"]


async def test_custom_objects_are_written_and_read(client: Client) -> None:
    await client.define(definition())
    made = await client.ask("POST", MUGS, mug(size=2, ghost=1))
    assert made["spec"] == {"color": "red", "size": 2}
    assert made["metadata"]["generation"] == 1
    patched = await client.ask("PATCH", f"{MUGS}/m", {"spec": {"size": 4}}, "application/merge-patch+json")
    assert (patched["spec"]["size"], patched["metadata"]["generation"]) == (4, 2)
    operations = [{"op": "replace", "path": "/spec/color", "value": "blue"}]
    patched = await client.ask("PATCH", f"{MUGS}/m", operations, "application/json-patch+json")
    assert patched["spec"] == {"color": "blue", "size": 4}
    assert await client.ask("GET", f"{MUGS}/m") == patched
    await client.refused(415, "PATCH", f"{MUGS}/m", {"spec": {}}, "application/strategic-merge-patch+json")
    gone = await client.ask("DELETE", f"{MUGS}/m")
    assert (gone["kind"], gone["details"]["kind"]) == ("Status", "mugs")
    await client.refused(404, "GET", f"{MUGS}/m")


async def test_status_is_written_by_itself(client: Client) -> None:
    await client.define(definition())
    made = await client.ask("POST", MUGS, {**mug(), "status": {"size": 7}})
    assert "status" not in made
    made["metadata"]["labels"] = {"a": "b"}
    told = await client.ask("PUT", f"{MUGS}/m/status", {**made, "spec": {"color": "blue"}, "status": {"size": 1}})
    assert (told["spec"]["color"], told["status"], told["metadata"]["generation"]) == ("red", {"size": 1}, 1)
    assert "labels" not in told["metadata"]
    kept = await client.ask("PUT", f"{MUGS}/m", {**told, "status": {"size": 5}})
    assert (kept["status"], kept["metadata"]["resourceVersion"]) == ({"size": 1}, told["metadata"]["resourceVersion"])


async def test_a_watch_shows_changes_and_ends_with_the_type(client: Client) -> None:
    await client.define(definition())
    first = await client.ask("POST", MUGS, mug())
    async with client.watch(f"{MUGS}?watch=1") as stream, asyncio.timeout(10):
        await client.ask("PATCH", f"{MUGS}/m", {"spec": {"size": 4}}, "application/merge-patch+json")
        await client.ask("DELETE", CRD)
        events = [event async for event in stream]
    assert [event["type"] for event in events] == ["ADDED", "MODIFIED", "DELETED"]
    assert {event["object"]["metadata"]["uid"] for event in events} == {first["metadata"]["uid"]}
    assert all(event["object"]["kind"] == "Mug" for event in events)


async def test_objects_go_before_their_definition(client: Client) -> None:
    await client.define(definition())
    held = {**mug(), "metadata": {"name": "m", "finalizers": ["example.test/hold"]}}
    await client.ask("POST", MUGS, held)
    await client.ask("POST", MUGS, mug("n"))
    crd = await client.ask("DELETE", CRD)
    assert crd["metadata"]["finalizers"] == ["customresourcecleanup.apiextensions.k8s.io"]
    assert conditions(crd)["Terminating"] == "True"
    await client.until(MUGS, lambda code, found: [m["metadata"]["name"] for m in found["items"]] == ["m"])
    refused = await client.refused(405, "POST", MUGS, mug("o"))
    assert refused["message"] == "create not allowed while custom resource definition is terminating"
    await client.ask("PATCH", f"{MUGS}/m", {"metadata": {"finalizers": None}}, "application/merge-patch+json")
    await client.until(CRD, lambda code, found: code == 404)
    await client.until(MUGS, lambda code, found: code == 404)
    await client.define(definition())
    assert (await client.ask("GET", MUGS))["items"] == []


async def test_a_name_that_is_taken_waits_until_it_is_free(client: Client) -> None:
    await client.define(definition())
    second = definition(plural="cups")
    second["spec"]["names"]["shortNames"] = ["mug"]
    second["spec"]["names"]["kind"] = "Mug"
    await client.ask("POST", DEFINITIONS, second)
    path = f"{DEFINITIONS}/cups.shop.example.test"
    crd = await client.until(path, lambda code, found: conditions(found).get("NamesAccepted") == "False")
    said = {c["type"]: (c["reason"], c["message"]) for c in crd["status"]["conditions"]}
    assert said["NamesAccepted"] == ("ListKindConflict", '"MugList" is already in use')
    assert said["Established"] == ("NotAccepted", "not all names are accepted")
    assert (await client.send("GET", MUGS.replace("mugs", "cups"))).code == 404
    await client.ask("DELETE", CRD)
    await client.established("cups.shop.example.test")
    assert (await client.ask("GET", MUGS.replace("mugs", "cups")))["kind"] == "MugList"


async def test_a_changed_schema_counts_for_the_next_request(client: Client) -> None:
    await client.define(definition())
    await client.ask("POST", MUGS, mug(size=5))
    crd = await client.ask("GET", CRD)
    spec = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]
    spec["size"]["maximum"] = 4
    spec["tall"] = {"type": "boolean", "default": True}
    await client.ask("PUT", CRD, crd)
    found = await client.until(f"{MUGS}/m", lambda code, found: "tall" in found["spec"])
    assert found["spec"] == {"color": "red", "size": 5, "tall": True}
    refused = await client.refused(422, "POST", MUGS, mug("n", size=5))
    assert [c["field"] for c in refused["details"]["causes"]] == ["spec.size"]
    kept = await client.ask("PATCH", f"{MUGS}/m", {"spec": {"note": "x"}}, "application/merge-patch+json")
    assert kept["spec"]["size"] == 5


async def test_a_restart_keeps_serving(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    for start in range(2):
        store = SqliteStore(path)
        async with admitting_plane(store) as plane, open_door(plane, tmp_path) as door:
            client = Client(door)
            if not start:
                await client.namespace("shop")
                await client.define(definition())
                await client.ask("POST", MUGS, mug())
            found = await client.ask("GET", MUGS)
            assert [m["metadata"]["name"] for m in found["items"]] == ["m"]
        await store.close()


async def test_versions_are_one_object(client: Client) -> None:
    old = version("v1beta1", False, deprecated=True)
    await client.define(definition("shop.example.test", version(), old))
    await client.ask("POST", MUGS, mug())
    beta = MUGS.replace("/v1/", "/v1beta1/")
    reply = await client.send("GET", f"{beta}/m")
    found = json.loads(reply.body)
    assert found["apiVersion"] == "shop.example.test/v1beta1"
    assert reply.headers["warning"] == ['299 - "shop.example.test/v1beta1 Mug is deprecated"']
    found["spec"]["size"] = 8
    await client.ask("PUT", f"{beta}/m", found)
    seen = await client.ask("GET", f"{MUGS}/m")
    assert (seen["spec"]["size"], seen["apiVersion"]) == (8, "shop.example.test/v1")
    refused = await client.refused(400, "POST", MUGS, mug("n", "v1beta1"))
    assert "does not match the expected API version (shop.example.test/v1)" in refused["message"]


async def test_replicas_are_scaled_by_the_paths_of_the_definition(client: Client) -> None:
    paths = {"specReplicasPath": ".spec.size", "statusReplicasPath": ".status.size"}
    spec = {"type": "object", "properties": {"size": {"type": "integer"}, "pick": {"type": "string"}}}
    parts = {"status": {}, "scale": {**paths, "labelSelectorPath": ".spec.pick"}}
    await client.define(definition("shop.example.test", version(schema=schema(spec), subresources=parts)))
    await client.ask("POST", MUGS, {**mug(), "spec": {"pick": "a=b"}})
    refused = await client.refused(500, "GET", f"{MUGS}/m/scale")
    assert refused["message"] == 'Internal error occurred: the spec replicas field ".spec.size" does not exist'
    change = {"spec": {"replicas": 4}}
    scale = await client.ask("PATCH", f"{MUGS}/m/scale", change, "application/merge-patch+json")
    assert (scale["kind"], scale["spec"], scale["status"]) == (
        "Scale",
        {"replicas": 4},
        {"replicas": 0, "selector": "a=b"},
    )
    found = await client.ask("GET", f"{MUGS}/m")
    assert (found["spec"]["size"], found["metadata"]["generation"]) == (4, 2)
    scale["spec"]["replicas"] = -1
    await client.refused(422, "PUT", f"{MUGS}/m/scale", scale)
    refused = await client.refused(422, "POST", MUGS, {**mug("n"), "spec": {"size": -1}})
    assert refused["details"]["causes"][0]["message"] == "Invalid value: -1: should be a non-negative integer"
