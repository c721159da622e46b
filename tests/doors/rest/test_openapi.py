"""OpenAPI: what the documents say of the API, and how they are asked for."""

import asyncio
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from pilothouse.server.doors.rest.openapi.comments import comment
from pilothouse.server.doors.rest.openapi.names import descriptor_of
from pilothouse.server.doors.rest.openapi.schemas import reached
from pilothouse.server.meta.resource import ResourceType
from pilothouse.server.verbs.plane import Plane

from tests.support.rest import Door, Reply, open_door

V2 = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"
V3 = "application/com.github.proto-openapi.spec.v3.v1.0+protobuf"
GVK = "x-kubernetes-group-version-kind"
# Some hundredths where nobody else is on the machine.

Json = dict[str, Any]


async def index(door: Door) -> Mapping[str, str]:
    paths = orjson.loads((await door.send("GET", "/openapi/v3")).body)["paths"]
    return {name: entry["serverRelativeURL"] for name, entry in paths.items()}


async def read(door: Door, path: str) -> Json:
    reply = await door.send("GET", path)
    assert reply.code == 200, reply
    document: Json = orjson.loads(reply.body)
    return document


def references(value: object) -> Iterator[str]:
    """Every reference in a document."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "$ref" and isinstance(item, str):
                yield item
            else:
                yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


def operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                yield path, method, operation


def at(document: Json, reference: str) -> object:
    found: Any = document
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found


def fields(data: bytes) -> dict[int, list[Any]]:
    """A protobuf message by field numbers: numbers, and bytes for all that has a length."""
    found: dict[int, list[Any]] = {}
    place = 0

    def number() -> int:
        nonlocal place
        value = shift = 0
        while True:
            byte = data[place]
            place += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while place < len(data):
        tag = number()
        match tag & 7:
            case 0:
                value: object = number()
            case 1:
                value, place = data[place : place + 8], place + 8
            case 2:
                size = number()
                value, place = data[place : place + size], place + size
                assert len(data) >= place
            case kind:
                raise AssertionError(f"wire type {kind}")
        found.setdefault(tag >> 3, []).append(value)
    return found


def pairs(items: list[bytes]) -> dict[str, dict[int, list[Any]]]:
    """Messages of a name (1) and a message (2)."""
    split = [fields(item) for item in items]
    return {item[1][0].decode(): fields(item[2][0]) for item in split}


async def test_every_type_has_paths_and_schemas(plane: Plane, door: Door) -> None:
    found, listed = set(), set()
    for name, address in (await index(door)).items():
        document = await read(door, address)
        assert document["openapi"].startswith("3.0")
        if name.count("/") in (1, 2) and name.rpartition("/")[2].startswith("v"):
            for schema in document["components"]["schemas"].values():
                listed |= {(k["group"], k["version"], k["kind"]) for k in schema.get(GVK, ())}
            found |= {
                (o[GVK]["group"], o[GVK]["version"], o[GVK]["kind"]) for _, _, o in operations(document) if GVK in o
            }
    served = {(r.group, r.version, r.kind) for r in (*plane.registry, *plane.registry.reviews)}
    assert served <= found
    assert served <= listed
    assert {(r.group, r.version, f"{r.kind}List") for r in plane.registry} <= listed


async def test_every_reference_leads_somewhere_and_every_operation_has_its_name(door: Door) -> None:
    whole = await read(door, "/openapi/v2")
    for document in (whole, *[await read(door, address) for address in (await index(door)).values()]):
        for reference in set(references({key: document[key] for key in document if key != "swagger"})):
            assert isinstance(at(document, reference), dict)
        names = [operation["operationId"] for _, _, operation in operations(document)]
        assert len(names) == len(set(names))


async def test_every_path_of_the_registry_is_described(plane: Plane, door: Door) -> None:
    paths = (await read(door, "/openapi/v2"))["paths"]
    for resource in (*plane.registry, *plane.registry.reviews):
        base = f"/apis/{resource.api_version}" if resource.group else f"/api/{resource.version}"
        scope = "namespaces/{namespace}/" if resource.namespaced else ""
        for part in ("", *(f"/{part.name}" for part in resource.subresources)):
            path = f"{base}/{scope}{resource.plural}" + (f"/{{name}}{part}" if part else "")
            assert path in paths
    for path, item in paths.items():
        own = {p["name"] for p in item.get("parameters", ()) if p.get("in") == "path"}
        assert own == {word.strip("{}") for word in path.split("/") if word.startswith("{")}, path


async def test_schemas_say_what_merging_and_checking_need(door: Door) -> None:
    schemas = (await read(door, "/openapi/v3/api/v1"))["components"]["schemas"]
    container = schemas["io.k8s.api.core.v1.Container"]
    ports = container["properties"]["ports"]
    assert {key: value for key, value in ports.items() if key.startswith("x-")} == {
        "x-kubernetes-list-map-keys": ["containerPort", "protocol"],
        "x-kubernetes-list-type": "map",
        "x-kubernetes-patch-merge-key": "containerPort",
        "x-kubernetes-patch-strategy": "merge",
    }
    assert ports["items"] == {
        "allOf": [{"$ref": "#/components/schemas/io.k8s.api.core.v1.ContainerPort"}],
        "default": {},
    }
    assert container["required"] == ["name"]
    port = schemas["io.k8s.api.core.v1.ContainerPort"]["properties"]
    assert port["protocol"] | {"description": ""} == {
        "description": "",
        "type": "string",
        "default": "TCP",
        "enum": ["SCTP", "TCP", "UDP"],
    }
    assert (port["containerPort"]["type"], port["containerPort"]["format"]) == ("integer", "int32")
    spec = schemas["io.k8s.api.core.v1.PodSpec"]["properties"]
    assert spec["nodeSelector"]["x-kubernetes-map-type"] == "atomic"
    assert schemas["io.k8s.api.core.v1.SecretKeySelector"]["x-kubernetes-map-type"] == "atomic"
    volume = schemas["io.k8s.api.core.v1.PersistentVolumeSpec"]["properties"]
    assert volume["claimRef"]["x-kubernetes-map-type"] == "granular"
    assert spec["volumes"]["x-kubernetes-patch-strategy"] == "merge,retainKeys"
    assert schemas["io.k8s.api.core.v1.ConfigMapKeySelector"]["x-kubernetes-map-type"] == "atomic"
    secret = schemas["io.k8s.api.core.v1.Secret"]
    assert secret["properties"]["data"]["additionalProperties"] == {"type": "string", "format": "byte"}
    assert secret[GVK] == [{"group": "", "kind": "Secret", "version": "v1"}]
    base = "io.k8s.apimachinery.pkg."
    assert schemas[base + "util.intstr.IntOrString"]["format"] == "int-or-string"
    assert schemas[base + "apis.meta.v1.Time"]["format"] == "date-time"
    assert schemas[base + "api.resource.Quantity"]["oneOf"] == [{"type": "string"}, {"type": "number"}]
    options = schemas[base + "apis.meta.v1.DeleteOptions"][GVK]
    assert {"group": "apps", "kind": "DeleteOptions", "version": "v1"} in options


async def test_operations_say_what_they_do(door: Door) -> None:
    paths = (await read(door, "/openapi/v3/apis/apps/v1"))["paths"]
    one = paths["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"]
    assert [p["name"] for p in one["parameters"]] == ["name", "namespace", "pretty"]
    assert one["patch"]["operationId"] == "patchAppsV1NamespacedDeployment"
    assert [p["name"] for p in one["patch"]["parameters"]] == ["dryRun", "fieldManager", "fieldValidation", "force"]
    forms = one["patch"]["requestBody"]["content"].keys()
    assert {"application/strategic-merge-patch+json", "application/apply-patch+yaml"} <= forms
    assert (one["get"]["operationId"], one["get"]["x-kubernetes-action"]) == ("readAppsV1NamespacedDeployment", "get")
    many = paths["/apis/apps/v1/namespaces/{namespace}/deployments"]
    assert many["delete"]["operationId"] == "deleteAppsV1CollectionNamespacedDeployment"
    assert many["post"]["x-kubernetes-action"] == "post"
    scale = paths["/apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale"]["put"]
    assert scale[GVK] == {"group": "autoscaling", "kind": "Scale", "version": "v1"}
    assert references(scale["requestBody"])
    watch = paths["/apis/apps/v1/watch/deployments"]["get"]
    assert (watch["operationId"], watch["deprecated"]) == ("watchAppsV1DeploymentListForAllNamespaces", True)


async def test_every_field_that_people_are_shown_has_a_comment(plane: Plane) -> None:
    roots = [descriptor_of(resource.message) for resource in (*plane.registry, *plane.registry.reviews)]
    bare = [
        f"{descriptor.full_name}.{name}"
        for descriptor in reached(roots)
        for name in ("", *(field.name for field in descriptor.fields))
        if len(comment(descriptor, name)) < 8
    ]
    assert bare == []


async def test_version_2_is_version_3_in_other_words(door: Door) -> None:
    whole = await read(door, "/openapi/v2")
    assert whole["swagger"] == "2.0"
    pod = whole["definitions"]["io.k8s.api.core.v1.Pod"]
    assert pod["properties"]["spec"]["$ref"] == "#/definitions/io.k8s.api.core.v1.PodSpec"
    assert "default" not in pod["properties"]["spec"]
    assert whole["definitions"]["io.k8s.apimachinery.pkg.util.intstr.IntOrString"]["type"] == "string"
    post = whole["paths"]["/api/v1/namespaces/{namespace}/pods"]["post"]
    body, *others = post["parameters"]
    assert (body["in"], body["schema"]["$ref"]) == ("body", "#/definitions/io.k8s.api.core.v1.Pod")
    assert "fieldValidation" in [at(whole, p["$ref"])["name"] for p in others]  # type: ignore[index]


async def test_the_protobuf_of_version_2_says_the_same(door: Door) -> None:
    """By the field numbers of gnostic's Document."""
    whole = await read(door, "/openapi/v2")
    reply = await door.send("GET", "/openapi/v2", headers={"Accept": V2.replace(".v2.v1.0", ".v2@v1.0")})
    assert reply.headers["content-type"] == [V2]
    document = fields(reply.body)
    assert document[1] == [b"2.0"]
    paths = pairs(fields(document[8][0])[2])
    assert paths.keys() == whole["paths"].keys()
    definitions = pairs(fields(document[9][0])[1])
    assert definitions.keys() == whole["definitions"].keys()
    spec = pairs(fields(definitions["io.k8s.api.core.v1.PodSpec"][25][0])[1])
    assert spec.keys() == whole["definitions"]["io.k8s.api.core.v1.PodSpec"]["properties"].keys()
    assert fields(spec["containers"][22][0])[1] == [b"array"]
    assert fields(fields(spec["containers"][23][0])[1][0])[1] == [b"#/definitions/io.k8s.api.core.v1.Container"]
    extensions = pairs(spec["containers"][31])
    assert orjson.loads(extensions["x-kubernetes-patch-merge-key"][2][0]) == "name"
    kinds = orjson.loads(pairs(definitions["io.k8s.api.core.v1.Pod"][31])[GVK][2][0])
    assert kinds == [{"group": "", "kind": "Pod", "version": "v1"}]
    patch = fields(paths["/api/v1/namespaces/{namespace}/pods/{name}"][8][0])
    named = {fields(fields(item)[2][0])[1][0].decode() for item in patch[8] if 2 in fields(item)}
    assert "#/parameters/fieldValidation" in named


async def test_the_protobuf_of_version_3_says_the_same(door: Door) -> None:
    plain = await read(door, "/openapi/v3/apis/batch/v1")
    reply = await door.send("GET", "/openapi/v3/apis/batch/v1", headers={"Accept": V3})
    assert reply.headers["content-type"] == [V3]
    document = fields(reply.body)
    assert pairs(fields(document[4][0])[1]).keys() == plain["paths"].keys()
    schemas = pairs(fields(fields(document[5][0])[1][0])[1])
    assert schemas.keys() == plain["components"]["schemas"].keys()
    job = fields(schemas["io.k8s.api.batch.v1.Job"][1][0])
    assert job[25] == [b"object"]
    assert set(pairs(fields(job[31][0])[1])) == {"apiVersion", "kind", "metadata", "spec", "status"}


async def test_an_address_with_a_digest_may_be_kept_for_ever(door: Door) -> None:
    address = (await index(door))["apis/apps/v1"]
    kept = await door.send("GET", address)
    assert kept.headers["cache-control"] == ["public, immutable"]
    assert kept.headers["etag"] == [f'"{address.partition("hash=")[2]}"']
    assert "expires" in kept.headers
    assert kept.headers["vary"] == ["Accept, Accept-Encoding"]
    plain = await door.send("GET", "/openapi/v3/apis/apps/v1")
    assert (plain.headers["cache-control"], plain.body) == (["no-cache, private"], kept.body)
    stale = await door.send("GET", "/openapi/v3/apis/apps/v1?hash=0123")
    assert (stale.code, stale.headers["location"]) == (301, [address])
    binary = await door.send("GET", address, headers={"Accept": V3})
    assert binary.code == 200


@pytest.mark.parametrize("path", ["/openapi/v2", "/openapi/v3/apis/apps/v1"])
async def test_a_document_is_sent_to_who_has_not_got_it(door: Door, path: str) -> None:
    plain = await door.send("GET", path)
    packed = await door.send("GET", path, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == ["gzip"]
    assert zlib.decompress(packed.body, 31) == plain.body
    again = await door.send("GET", path, headers={"If-None-Match": plain.headers["etag"][0]})
    assert (again.code, again.body) == (304, b"")
    assert (await door.send("GET", path, headers={"Accept": "text/html"})).code == 406
    head = await door.send("HEAD", path)
    assert (head.code, head.body) == (200, b"")
    refused = await door.send("POST", path)
    assert (refused.code, refused.headers["allow"]) == (405, ["GET, HEAD"])


@pytest.mark.parametrize("path", ["/openapi", "/openapi/v1", "/openapi/v2/x", "/openapi/v3/apis/none.example.test/v1"])
async def test_documents_that_are_none(door: Door, path: str) -> None:
    assert (await door.send("GET", path)).code == 404


async def test_documents_follow_what_is_served(plane: Plane, door: Door) -> None:
    leases = plane.registry.get("coordination.k8s.io", "v1", "leases")
    before = await index(door)
    plane.registry.remove(leases)
    after = await index(door)
    gone = {"apis/coordination.k8s.io", "apis/coordination.k8s.io/v1"}
    assert before.keys() - after.keys() == gone
    # What has not changed keeps its address.
    assert {name: before[name] for name in after} == after
    assert "/apis/coordination.k8s.io/v1/leases" not in (await read(door, "/openapi/v2"))["paths"]
    plane.registry.add(leases)
    assert await index(door) == before


async def test_a_kind_without_a_message_is_described_by_its_schema(plane: Plane, tmp_path: Path) -> None:
    maps = plane.registry.get("", "v1", "configmaps")
    boats = replace(
        maps, group="sea.example.test", version="v1", kind="Boat", plural="boats", singular="boat", list_kind="Fleet"
    )
    size = {"oneOf": [{"type": "integer"}, {"type": "string"}], "x-kubernetes-int-or-string": True}
    schema = {
        "type": "object",
        "description": "A boat.",
        "properties": {
            "spec": {
                "type": "object",
                "required": ["name"],
                "properties": {"name": {"type": "string", "nullable": True}},
            },
            "size": size,
        },
    }

    def describe(resource: ResourceType) -> Json | None:
        return schema if resource is boats else None

    async with open_door(plane, tmp_path, describe=describe) as door:
        plane.registry.add(boats)
        document = await read(door, "/openapi/v3/apis/sea.example.test/v1")
        boat = document["components"]["schemas"]["test.example.sea.v1.Boat"]
        assert boat["description"] == "A boat."
        assert boat["properties"].keys() == {"apiVersion", "kind", "metadata", "size", "spec"}
        assert boat["properties"]["spec"] == schema["properties"]["spec"]  # type: ignore[index]
        assert boat[GVK] == [{"group": "sea.example.test", "kind": "Boat", "version": "v1"}]
        assert "test.example.sea.v1.Fleet" in document["components"]["schemas"]
        create = document["paths"]["/apis/sea.example.test/v1/namespaces/{namespace}/boats"]["post"]
        assert create["operationId"] == "createSeaExampleTestV1NamespacedBoat"
        whole = await read(door, "/openapi/v2")
        older = whole["definitions"]["test.example.sea.v1.Boat"]["properties"]
        # Version 2 has no word for null, or for one of two types.
        assert older["spec"]["properties"]["name"] == {}
        assert older["size"] == {"type": "string", "x-kubernetes-int-or-string": True}
        assert (await door.send("GET", "/openapi/v2", headers={"Accept": V2})).code == 200


async def test_others_do_not_wait_while_documents_are_made(door: Door) -> None:
    answered = 0
    done = asyncio.Event()

    async def others() -> None:
        nonlocal answered
        while not done.is_set():
            assert (await door.send("GET", "/livez", user="")).code == 200
            answered += 1

    async def asked(path: str, accept: str) -> Reply:
        return await door.send("GET", path, headers={"Accept": accept})

    await door.send("GET", "/livez", user="")
    async with asyncio.TaskGroup() as group:
        group.create_task(others())
        made = await asyncio.gather(
            asked("/openapi/v3", "*/*"), asked("/openapi/v2", "*/*"), asked("/openapi/v2", V2), asked("/openapi/v2", V2)
        )
        done.set()
    assert [reply.code for reply in made] == [200] * 4
    assert made[2].body == made[3].body
    # They are hundreds; were the documents made on the loop, it would be one between a document and the next.
    assert answered > 20
