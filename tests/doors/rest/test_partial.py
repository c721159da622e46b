"""Metadata alone over HTTP, as informers of metadata ask for it."""

from struct import unpack
from typing import Any

import orjson
import pytest
import yaml
from pilothouse.api.meta.v1 import meta_pb2 as meta
from pilothouse.server.meta.envelope import opened

from tests.doors.rest.test_requests import MAPS, PROTOBUF, config_map, create, status
from tests.doors.rest.test_watches import event, present, watching
from tests.support.rest import Door

GROUP = "g=meta.k8s.io;v=v1"
ONE, MANY = (
    f"application/json;as=PartialObjectMetadata;{GROUP}",
    f"application/json;as=PartialObjectMetadataList;{GROUP}",
)
ONE_PROTOBUF, MANY_PROTOBUF = ONE.replace("application/json", PROTOBUF), MANY.replace("application/json", PROTOBUF)


async def asked(door: Door, path: str, accept: str) -> dict[str, Any]:
    value: dict[str, Any] = orjson.loads((await door.send("GET", path, headers={"Accept": accept})).body)
    return value


async def test_an_object_is_its_metadata(door: Door) -> None:
    made = orjson.loads((await create(door, config_map("ant", a="1"))).body)
    expected = {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": made["metadata"]}
    assert await asked(door, f"{MAPS}/ant", ONE) == expected
    older = {**expected, "apiVersion": "meta.k8s.io/v1beta1"}
    assert await asked(door, f"{MAPS}/ant", ONE.replace("v=v1", "v=v1beta1")) == older
    as_yaml = await door.send("GET", f"{MAPS}/ant", headers={"Accept": ONE.replace("json", "yaml")})
    assert yaml.safe_load(as_yaml.body)["metadata"]["uid"] == made["metadata"]["uid"]


async def test_a_list_is_the_metadata_of_its_objects(door: Door) -> None:
    made = [orjson.loads((await create(door, config_map(name, a="1"))).body) for name in ("ant", "bee", "cat")]
    value = await asked(door, f"{MAPS}?limit=2", MANY)
    assert (value["kind"], value["apiVersion"]) == ("PartialObjectMetadataList", "meta.k8s.io/v1")
    assert value["metadata"]["remainingItemCount"] == 1
    expected = {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": made[0]["metadata"]}
    assert value["items"][0] == expected
    rest = await asked(door, f"{MAPS}?limit=2&continue={value['metadata']['continue']}", MANY)
    assert [item["metadata"]["name"] for item in rest["items"]] == ["cat"]
    assert (await asked(door, f"{MAPS}?labelSelector=none=such", MANY))["items"] == []


async def test_protobuf_carries_nothing_else(door: Door) -> None:
    made = orjson.loads((await create(door, config_map("ant", secret="not for you"))).body)
    one = await door.send("GET", f"{MAPS}/ant", headers={"Accept": ONE_PROTOBUF})
    assert one.headers["content-type"] == [PROTOBUF]
    assert b"not for you" not in one.body
    envelope = opened(one.body)
    assert (envelope.type_meta.api_version, envelope.type_meta.kind) == ("meta.k8s.io/v1", "PartialObjectMetadata")
    found = meta.PartialObjectMetadata.FromString(envelope.raw).metadata
    assert (found.name, found.resource_version) == ("ant", made["metadata"]["resourceVersion"])
    listed = opened((await door.send("GET", MAPS, headers={"Accept": MANY_PROTOBUF})).body)
    assert listed.type_meta.kind == "PartialObjectMetadataList"
    items = meta.PartialObjectMetadataList.FromString(listed.raw).items
    assert made["metadata"]["uid"] in [item.metadata.uid for item in items]
    assert b"not for you" not in listed.raw


async def test_changes_answer_with_metadata(door: Door) -> None:
    made = await create(door, config_map("ant"), Accept=ONE)
    assert (made.code, orjson.loads(made.body)["kind"]) == (201, "PartialObjectMetadata")
    headers = {"Accept": ONE, "Content-Type": "application/merge-patch+json"}
    patched = orjson.loads((await door.send("PATCH", f"{MAPS}/ant", b'{"data":{"c":"3"}}', headers)).body)
    assert patched["kind"] == "PartialObjectMetadata"
    gone = orjson.loads((await door.send("DELETE", f"{MAPS}/ant", headers={"Accept": ONE})).body)
    assert gone["kind"] == "Status"


async def test_the_form_of_one_is_not_that_of_many(door: Door) -> None:
    await create(door, config_map("ant"))
    for path, accept, message in (
        (MAPS, ONE, "you requested PartialObjectMetadata, but the requested object is a list (*core.ConfigMapList)"),
        (
            "/apis/apps/v1/deployments",
            ONE_PROTOBUF,
            "you requested PartialObjectMetadata, but the requested object is a list (*apps.DeploymentList)",
        ),
        (
            f"{MAPS}/ant",
            MANY,
            "you requested PartialObjectMetadataList, but the requested object is not a list (*core.ConfigMap)",
        ),
    ):
        reply = await door.send("GET", path, headers={"Accept": accept})
        assert reply.code == 406
        assert message.encode() in reply.body


@pytest.mark.parametrize("version", ["v1", "v1beta1"])
async def test_a_watch_tells_of_metadata(door: Door, version: str) -> None:
    since = await present(door)
    accept = ONE.replace("v=v1", f"v={version}")
    async with watching(door, f"{MAPS}?watch=1&resourceVersion={since}", accept) as answer:
        made = orjson.loads((await create(door, config_map("ant"))).body)
        await door.send("DELETE", f"{MAPS}/ant")
        first, last = await event(answer), await event(answer)
        kind = {"kind": "PartialObjectMetadata", "apiVersion": f"meta.k8s.io/{version}"}
        assert first == {"type": "ADDED", "object": {**kind, "metadata": made["metadata"]}}
        assert (last["type"], last["object"]["metadata"]["name"]) == ("DELETED", "ant")


async def test_a_watch_in_protobuf_begins_as_informers_expect(door: Door) -> None:
    query = "watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"
    await create(door, config_map("ant"))
    seen = []
    async with watching(door, f"{MAPS}?{query}&fieldSelector=metadata.name=ant", f"{ONE_PROTOBUF},{ONE}") as answer:
        for _ in range(2):
            (size,) = unpack(">I", await answer.content.readexactly(4))
            found = meta.WatchEvent.FromString(await answer.content.readexactly(size))
            envelope = opened(found.object.raw)
            assert envelope.type_meta.kind == "PartialObjectMetadata"
            seen.append((found.type, meta.PartialObjectMetadata.FromString(envelope.raw).metadata))
    assert [kind for kind, _ in seen] == ["ADDED", "BOOKMARK"]
    assert seen[0][1].name == "ant"
    assert seen[1][1].annotations["k8s.io/initial-events-end"] == "true"


async def test_a_watch_of_lists_is_refused(door: Door) -> None:
    refused = await door.send("GET", f"{MAPS}?watch=1", headers={"Accept": MANY})
    assert status(refused)["code"] == 406
