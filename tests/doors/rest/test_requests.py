"""Objects written and read over HTTP: paths, methods, forms, options, and the words of what is refused."""

import asyncio
import gzip
import json
from typing import Any

import orjson
import pytest
import yaml
from pilothouse.api.core.v1 import core_pb2 as core
from pilothouse.api.meta.v1 import meta_pb2 as meta
from pilothouse.server.meta.envelope import envelope_head, enveloped, opened

from tests.support.rest import Door, Reply

MAPS = "/api/v1/namespaces/default/configmaps"
PROTOBUF = "application/vnd.kubernetes.protobuf"


def config_map(name: str, **data: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


async def create(door: Door, value: dict[str, Any], path: str = MAPS, **headers: str) -> Reply:
    return await door.send("POST", path, orjson.dumps(value), headers)


def status(reply: Reply) -> dict[str, Any]:
    value: dict[str, Any] = orjson.loads(reply.body)
    assert value["kind"] == "Status"
    assert value["code"] == reply.code
    return value


async def test_an_object_lives_and_dies(door: Door) -> None:
    made = await create(door, config_map("jar", a="1"))
    assert made.code == 201
    assert made.headers["content-type"] == ["application/json"]
    value = orjson.loads(made.body)
    assert list(value)[:2] == ["kind", "apiVersion"]
    value["data"] = {"b": "2"}
    put = await door.send("PUT", f"{MAPS}/jar", orjson.dumps(value))
    assert (put.code, orjson.loads(put.body)["data"]) == (200, {"b": "2"})
    stale = await door.send("PUT", f"{MAPS}/jar", orjson.dumps(value))
    assert (stale.code, status(stale)["reason"]) == (409, "Conflict")
    read = await door.send("GET", f"{MAPS}/jar")
    assert read.body == put.body
    gone = await door.send("DELETE", f"{MAPS}/jar")
    assert (gone.code, orjson.loads(gone.body)["details"]["kind"]) == (200, "configmaps")
    missing = await door.send("GET", f"{MAPS}/jar")
    assert missing.code == 404
    assert status(missing)["details"] == {"name": "jar", "kind": "configmaps"}


async def test_put_creates_what_may_be_created_so(door: Door) -> None:
    path = "/api/v1/namespaces/default/endpoints"
    value = {"apiVersion": "v1", "kind": "Endpoints", "metadata": {"name": "counter"}}
    assert (await door.send("PUT", f"{path}/counter", orjson.dumps(value))).code == 201
    assert (await door.send("PUT", f"{path}/counter", orjson.dumps(value))).code == 200


@pytest.mark.parametrize(
    ("content_type", "patch"),
    [
        ("application/json-patch+json", [{"op": "add", "path": "/data/b", "value": "2"}]),
        ("application/merge-patch+json", {"data": {"b": "2"}}),
        ("application/strategic-merge-patch+json", {"data": {"b": "2"}}),
    ],
)
async def test_patches_of_three_kinds(door: Door, content_type: str, patch: object) -> None:
    await create(door, config_map("jar", a="1"))
    headers = {"Content-Type": content_type}
    patched = await door.send("PATCH", f"{MAPS}/jar", orjson.dumps(patch), headers)
    assert (patched.code, orjson.loads(patched.body)["data"]) == (200, {"a": "1", "b": "2"})


async def test_what_is_held_is_answered_with_itself(door: Door) -> None:
    held = config_map("jar")
    held["metadata"]["finalizers"] = ["example.test/hold"]
    await create(door, held)
    marked = await door.send("DELETE", f"{MAPS}/jar")
    assert (marked.code, orjson.loads(marked.body)["kind"]) == (200, "ConfigMap")
    again = await door.send("DELETE", f"{MAPS}/jar?orphanDependents=false")
    assert again.code == 202


async def test_a_collection_is_deleted_by_its_labels(door: Door) -> None:
    for name, side in (("a", "left"), ("b", "right"), ("c", "left")):
        value = config_map(name)
        value["metadata"]["labels"] = {"side": side}
        await create(door, value)
    deleted = orjson.loads((await door.send("DELETE", f"{MAPS}?labelSelector=side%3Dleft")).body)
    assert [item["metadata"]["name"] for item in deleted["items"]] == ["a", "c"]
    left = orjson.loads((await door.send("GET", MAPS)).body)
    assert "b" in [item["metadata"]["name"] for item in left["items"]]


async def test_yaml_goes_in_and_comes_out(door: Door) -> None:
    body = b"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: jar\ndata:\n  'n': 'no'\n"
    headers = {"Content-Type": "application/yaml", "Accept": "application/yaml"}
    made = await door.send("POST", MAPS, body, headers)
    assert (made.code, made.headers["content-type"]) == (201, ["application/yaml"])
    assert b'"n": "no"' in made.body
    assert yaml.safe_load(made.body)["metadata"]["name"] == "jar"


async def test_protobuf_goes_in_and_comes_out(door: Door) -> None:
    sent = core.ConfigMap(metadata={"name": "jar"}, data={"a": "1"})
    body = enveloped(envelope_head("v1", "ConfigMap"), sent.SerializeToString())
    headers = {"Content-Type": PROTOBUF, "Accept": PROTOBUF}
    made = await door.send("POST", MAPS, body, headers)
    assert (made.code, made.headers["content-type"]) == (201, [PROTOBUF])
    envelope = opened(made.body)
    assert (envelope.type_meta.api_version, envelope.type_meta.kind) == ("v1", "ConfigMap")
    assert core.ConfigMap.FromString(envelope.raw).data["a"] == "1"
    listed = opened((await door.send("GET", MAPS, headers={"Accept": PROTOBUF})).body)
    assert listed.type_meta.kind == "ConfigMapList"
    assert core.ConfigMap.FromString(envelope.raw) in core.ConfigMapList.FromString(listed.raw).items
    refused = await door.send("POST", MAPS, body, headers)
    assert meta.Status.FromString(opened(refused.body).raw).reason == "AlreadyExists"


@pytest.mark.parametrize(
    ("content_type", "body", "why"),
    [
        (PROTOBUF, b"{}", "does not appear to be a protobuf message"),
        (PROTOBUF, enveloped(envelope_head("v1", "Secret"), b""), "converting (v1.Secret) to (core.ConfigMap)"),
        (PROTOBUF, enveloped(envelope_head("v1", "Ghost"), b""), 'no kind "Ghost" is registered'),
        (PROTOBUF, enveloped(envelope_head("v1", "ConfigMap"), b"\xff\xff"), "cannot be handled as a ConfigMap"),
        ("application/yaml", b"a: [1\nb\n", "yaml: line 2: did not find expected ',' or ']'"),
        ("application/yaml", b"- 1", "json: cannot unmarshal array"),
        ("application/json", b"{", "unexpected end of JSON input"),
        ("application/json", b"", "unexpected end of JSON input"),
        ("application/json", b'{"kind":"ConfigMap","apiVersion":"v1","metadata":1}', "cannot unmarshal number"),
    ],
)
async def test_a_body_that_is_no_object_is_refused(door: Door, content_type: str, body: bytes, why: str) -> None:
    refused = await door.send("POST", MAPS, body, {"Content-Type": content_type})
    assert refused.code == 400
    assert why in status(refused)["message"]


@pytest.mark.parametrize("content_type", ["application/json", "application/yaml"])
async def test_fields_that_are_not_known_or_twice_there(door: Door, content_type: str) -> None:
    body = b'{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"jar"},"ghost":1,"data":{"a":"1","a":"2"}}'
    headers = {"Content-Type": content_type}
    strict = await door.send("POST", f"{MAPS}?fieldValidation=Strict&dryRun=All", body, headers)
    assert strict.code == 400
    assert 'unknown field "ghost"' in status(strict)["message"]
    assert "data.a" in status(strict)["message"] or 'key "a" already set' in status(strict)["message"]
    warned = await door.send("POST", f"{MAPS}?dryRun=All", body, headers)
    assert warned.code == 201
    assert len(warned.headers["warning"]) == 2
    assert all(header.startswith("299 - ") for header in warned.headers["warning"])
    ignored = await door.send("POST", f"{MAPS}?fieldValidation=Ignore&dryRun=All", body, headers)
    assert "warning" not in ignored.headers
    assert (await door.send("GET", f"{MAPS}/jar")).code == 404


@pytest.mark.parametrize(
    ("method", "path", "code", "reason"),
    [
        ("GET", f"{MAPS}?limit=many", 400, "BadRequest"),
        ("GET", f"{MAPS}?limit=99999999999999999999", 400, "BadRequest"),
        ("GET", f"{MAPS}?labelSelector=%3D%3D", 400, "BadRequest"),
        ("GET", f"{MAPS}?timeout=soon", 400, "BadRequest"),
        ("GET", f"{MAPS}?" + "&".join(f"a{n}=1" for n in range(300)), 400, "BadRequest"),
        ("PUT", MAPS, 405, "MethodNotAllowed"),
        ("POST", f"{MAPS}/jar", 405, "MethodNotAllowed"),
        ("POST", "/api/v1/configmaps", 405, "MethodNotAllowed"),
        ("BREW", MAPS, 405, "MethodNotAllowed"),
        ("POST", "/version", 405, "MethodNotAllowed"),
        ("GET", "/api/v1/configmaps/jar", 404, "NotFound"),
        ("GET", "/api/v1/namespaces/default/nodes", 404, "NotFound"),
        ("GET", "/api/v1/ghosts", 404, "NotFound"),
        ("GET", "/api/v7", 404, "NotFound"),
        ("GET", f"{MAPS}/jar/ghost", 404, "NotFound"),
        ("GET", f"{MAPS}/jar/status/more/still", 404, "NotFound"),
        ("PATCH", f"{MAPS}/jar", 415, "UnsupportedMediaType"),
    ],
)
async def test_requests_that_nothing_takes(door: Door, method: str, path: str, code: int, reason: str) -> None:
    refused = await door.send(method, path)
    assert (refused.code, status(refused)["reason"]) == (code, reason)
    assert ("allow" in refused.headers) == (code == 405)


@pytest.mark.parametrize(
    "path", ["/teapot", "/apis/none.example.test/v1", "/apis/none.example.test/v1/ghosts", "/api/v1//x"]
)
async def test_paths_below_which_nothing_is(door: Door, path: str) -> None:
    missing = await door.send("GET", path)
    assert (missing.code, missing.body) == (404, b"404 page not found\n")


async def test_forms_that_are_not_served(door: Door) -> None:
    assert (await door.send("GET", MAPS, headers={"Accept": "image/png"})).code == 406
    assert (await door.send("GET", f"{MAPS}?watch=1", headers={"Accept": "application/yaml"})).code == 406
    assert (await create(door, config_map("jar"), **{"Content-Type": "image/png"})).code == 415
    apply = {"Content-Type": "application/apply-patch+cbor"}
    assert (await door.send("PATCH", f"{MAPS}/jar", b"{}", apply)).code == 415


async def test_head_is_get_without_its_body(door: Door) -> None:
    got, head = await door.send("GET", MAPS), await door.send("HEAD", MAPS)
    assert (head.code, head.body) == (200, b"")
    assert head.headers["content-length"] == [str(len(got.body))]
    assert (await door.send("HEAD", f"{MAPS}/ghost")).code == 404
    assert (await door.send("HEAD", f"{MAPS}?watch=1")).code == 405


async def test_people_get_it_set_out(door: Door) -> None:
    await create(door, config_map("jar"))
    for path, agent in ((f"{MAPS}/jar?pretty=true", "x"), (f"{MAPS}/jar", "curl/8.0")):
        assert b'\n  "kind": "ConfigMap"' in (await door.send("GET", path, headers={"User-Agent": agent})).body
    plain = await door.send("GET", f"{MAPS}/jar?pretty=0", headers={"User-Agent": "curl/8.0"})
    assert plain.body.count(b"\n") == 1


async def test_a_list_is_whole_and_large_ones_are_compressed(door: Door) -> None:
    await asyncio.gather(*(create(door, config_map(f"jar-{n:02}", fill="x" * 100_000)) for n in range(40)))
    plain = await door.send("GET", MAPS)
    assert int(plain.headers["content-length"][0]) == len(plain.body) > 4_000_000
    value = orjson.loads(plain.body)
    assert "continue" not in value["metadata"]
    assert len([item for item in value["items"] if item["metadata"]["name"].startswith("jar-")]) == 40
    packed = await door.send("GET", MAPS, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == ["gzip"]
    assert orjson.loads(gzip.decompress(packed.body))["items"] == value["items"]
    small = await door.send("GET", f"{MAPS}/jar-00", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in small.headers


async def test_a_list_goes_on_page_by_page(door: Door) -> None:
    for name in "abcde":
        await create(door, config_map(f"page-{name}"))
    seen: list[str] = []
    token = ""
    while True:
        page = orjson.loads((await door.send("GET", f"{MAPS}?limit=2&continue={token}")).body)
        seen += [item["metadata"]["name"] for item in page["items"]]
        token = page["metadata"].get("continue", "")
        if not token:
            break
        assert page["metadata"]["remainingItemCount"] > 0
    assert [name for name in seen if name.startswith("page-")] == [f"page-{name}" for name in "abcde"]


async def test_every_answer_names_its_audit_id(door: Door) -> None:
    assert (await door.send("GET", MAPS, headers={"Audit-ID": "mine"})).headers["audit-id"] == ["mine"]
    one, two = [(await door.send("GET", "/teapot")).headers["audit-id"] for _ in range(2)]
    assert one != two


async def test_status_is_a_part_of_its_own(door: Door) -> None:
    labels = {"app": "web"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "c", "image": "i"}]}}
    spec = {"selector": {"matchLabels": labels}, "template": template}
    value = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": spec}
    path = "/apis/apps/v1/namespaces/default/deployments"
    assert (await create(door, value, path)).code == 201
    merge = {"Content-Type": "application/merge-patch+json"}
    change = json.dumps({"spec": {"replicas": 7}, "status": {"replicas": 3}}).encode()
    patched = orjson.loads((await door.send("PATCH", f"{path}/web/status", change, merge)).body)
    assert (patched["spec"]["replicas"], patched["status"]["replicas"]) == (1, 3)


async def test_who_writes_is_known_by_the_user_agent(door: Door) -> None:
    agents = {"spoon/1.0 (linux)": "spoon", "": "unknown", "a b": "a b", "x" * 200: "x" * 128}
    for place, (agent, manager) in enumerate(agents.items()):
        made = await create(door, config_map(f"jar-{place}", a="1"), **{"User-Agent": agent})
        assert orjson.loads(made.body)["metadata"]["managedFields"][0]["manager"] == manager
    named = await create(door, config_map("named", a="1"), f"{MAPS}?fieldManager=hand", **{"User-Agent": "spoon/1"})
    assert orjson.loads(named.body)["metadata"]["managedFields"][0]["manager"] == "hand"
