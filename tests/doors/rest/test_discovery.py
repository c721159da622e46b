"""Discovery, and the other paths of no resource."""

import orjson
import pytest
from pilothouse.api.apidiscovery.v2 import apidiscovery_pb2 as v2
from pilothouse.api.meta.v1 import meta_pb2 as meta
from pilothouse.server.meta.envelope import opened
from pilothouse.server.verbs.plane import Plane

from tests.support.rest import Door

PROTOBUF = "application/vnd.kubernetes.protobuf"
AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"


async def test_every_type_of_the_registry_is_in_its_list(plane: Plane, door: Door) -> None:
    found = set()
    groups = orjson.loads((await door.send("GET", "/apis")).body)["groups"]
    bases = ["/api/v1", *(f"/apis/{v['groupVersion']}" for group in groups for v in group["versions"])]
    for base in bases:
        document = orjson.loads((await door.send("GET", base)).body)
        assert document["kind"] == "APIResourceList"
        found |= {(document["groupVersion"], entry["name"]) for entry in document["resources"]}
    served = (*plane.registry, *plane.registry.reviews)
    assert {(r.api_version, r.plural) for r in served} | {
        (r.api_version, f"{r.plural}/{part.name}") for r in served for part in r.subresources
    } == found


async def test_an_entry_says_what_clients_need(door: Door) -> None:
    resources = orjson.loads((await door.send("GET", "/apis/apps/v1")).body)["resources"]
    assert [r["name"] for r in resources] == sorted(r["name"] for r in resources)
    entry = next(r for r in resources if r["name"] == "daemonsets")
    assert entry == {
        "name": "daemonsets",
        "singularName": "daemonset",
        "namespaced": True,
        "kind": "DaemonSet",
        "verbs": ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"],
        "shortNames": ["ds"],
        "categories": ["all"],
        "storageVersionHash": "dd7pWHUlMKQ=",
    }
    scale = next(r for r in resources if r["name"] == "deployments/scale")
    assert (scale["group"], scale["version"], scale["kind"]) == ("autoscaling", "v1", "Scale")


async def test_the_newest_version_of_a_group_is_preferred(door: Door) -> None:
    group = orjson.loads((await door.send("GET", "/apis/autoscaling")).body)
    assert group["preferredVersion"] == {"groupVersion": "autoscaling/v2", "version": "v2"}
    assert [v["version"] for v in group["versions"]] == ["v2", "v1"]


async def test_one_document_tells_all(door: Door) -> None:
    for path, names in (("/api", [""]), ("/apis", None)):
        reply = await door.send("GET", path, headers={"Accept": f"{AGGREGATED},application/json"})
        assert reply.headers["content-type"] == [AGGREGATED]
        document = orjson.loads(reply.body)
        assert (document["kind"], document["apiVersion"]) == ("APIGroupDiscoveryList", "apidiscovery.k8s.io/v2")
        groups = [group["metadata"].get("name", "") for group in document["items"]]
        assert groups == names or "apps" in groups
    deployments = next(
        resource
        for group in document["items"]
        if group["metadata"].get("name") == "apps"
        for resource in group["versions"][0]["resources"]
        if resource["resource"] == "deployments"
    )
    assert (deployments["scope"], deployments["responseKind"]["kind"]) == ("Namespaced", "Deployment")
    assert "status" in [part["subresource"] for part in deployments["subresources"]]


async def test_a_document_that_is_known_is_not_sent_again(door: Door) -> None:
    first = await door.send("GET", "/apis")
    (etag,) = first.headers["etag"]
    again = await door.send("GET", "/apis", headers={"If-None-Match": etag})
    assert (again.code, again.body) == (304, b"")


async def test_a_type_that_goes_is_gone_from_discovery(plane: Plane, door: Door) -> None:
    leases = plane.registry.get("coordination.k8s.io", "v1", "leases")
    assert (await door.send("GET", "/apis/coordination.k8s.io")).code == 200
    plane.registry.remove(leases)
    assert (await door.send("GET", "/apis/coordination.k8s.io/v1")).code == 404
    assert (await door.send("GET", "/apis/coordination.k8s.io")).code == 404
    plane.registry.add(leases)
    assert (await door.send("GET", "/apis/coordination.k8s.io/v1")).code == 200


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/healthz", "/readyz?exclude=etcd"])
async def test_health_is_told_to_everybody(door: Door, path: str) -> None:
    reply = await door.send("GET", path, user="")
    assert (reply.code, reply.body) == (200, b"ok")


async def test_checks_are_told_one_by_one(door: Door) -> None:
    text = (await door.send("GET", "/readyz?verbose&exclude=etcd&exclude=ghost")).body.decode()
    assert text.splitlines() == [
        "[+]ping ok",
        "[+]etcd excluded: ok",
        'warn: some health checks cannot be excluded: no matches for "ghost"',
        "readyz check passed",
    ]
    assert (await door.send("GET", "/livez/etcd")).code == 404
    assert (await door.send("GET", "/readyz/etcd")).body == b"ok"


async def test_the_version_is_one_of_kubernetes(door: Door) -> None:
    version = orjson.loads((await door.send("GET", "/version")).body)
    assert (version["major"], version["gitVersion"].split(".")[:2]) == ("1", ["v1", version["minor"]])


async def test_metrics_count_requests(door: Door) -> None:
    await door.send("GET", "/api/v1/namespaces/default/configmaps")
    text = (await door.send("GET", "/metrics")).body.decode()
    wanted = 'pilothouse_requests_total{code="OK",group="",resource="configmaps",subresource="",verb="list"} 1.0'
    assert wanted in text


async def test_the_root_names_its_paths(door: Door) -> None:
    paths = orjson.loads((await door.send("GET", "/")).body)["paths"]
    assert {"/api", "/api/v1", "/apis", "/apis/apps/v1", "/version"} <= set(paths)


@pytest.mark.parametrize("version", ["v2", "v2beta1"])
@pytest.mark.parametrize("media", ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"])
async def test_one_document_in_every_version_and_form(door: Door, version: str, media: str) -> None:
    accept = f"{media};g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList"
    reply = await door.send("GET", "/apis", headers={"Accept": f"{accept},{media}"})
    assert reply.headers["content-type"] == [accept]
    assert reply.headers["vary"] == ["Accept"]
    assert f"apidiscovery.k8s.io/{version}".encode() in reply.body
    if media.endswith("protobuf"):
        found = v2.APIGroupDiscoveryList.FromString(opened(reply.body).raw)
        names = [group.metadata.name for group in found.items]
        assert "apps" in names
        assert {version.freshness for group in found.items for version in group.versions} == {"Current"}


async def test_the_legacy_documents_as_protobuf(door: Door) -> None:
    for path, kind, message in (
        ("/api", "APIVersions", meta.APIVersions),
        ("/apis", "APIGroupList", meta.APIGroupList),
        ("/apis/apps", "APIGroup", meta.APIGroup),
        ("/apis/apps/v1", "APIResourceList", meta.APIResourceList),
    ):
        reply = await door.send("GET", path, headers={"Accept": PROTOBUF})
        assert reply.headers["content-type"] == [PROTOBUF]
        envelope = opened(reply.body)
        assert envelope.type_meta.kind == kind
        assert message.FromString(envelope.raw).ByteSize()


async def test_documents_of_the_core_group_say_no_version(door: Door) -> None:
    """As clients know them."""
    for path in ("/api", "/api/v1"):
        assert "apiVersion" not in orjson.loads((await door.send("GET", path)).body)
    for path in ("/apis", "/apis/apps", "/apis/apps/v1"):
        assert orjson.loads((await door.send("GET", path)).body)["apiVersion"] == "v1"


@pytest.mark.parametrize("path", ["/api", "/apis", "/apis/apps", "/apis/apps/v1", "/openapi/v2", "/version", "/"])
async def test_documents_are_only_read(door: Door, path: str) -> None:
    head = await door.send("HEAD", path)
    whole = await door.send("GET", path)
    assert (head.code, head.body, head.headers["content-type"]) == (200, b"", whole.headers["content-type"])
    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        refused = await door.send(method, path)
        assert (refused.code, refused.headers["allow"]) == (405, ["GET, HEAD"])
        assert orjson.loads(refused.body)["reason"] == "MethodNotAllowed"


@pytest.mark.parametrize("path", ["/apis/ghost.test", "/apis/ghost.test/v1", "/apis/ghost.test/v1/boats", "/ap"])
async def test_what_no_group_has_is_no_page(door: Door, path: str) -> None:
    reply = await door.send("GET", path)
    assert (reply.code, reply.body) == (404, b"404 page not found\n")


@pytest.mark.parametrize("path", ["/apis/apps/v9", "/apis/apps/v9/deployments", "/api/v2", "/apis/apps/v1/ghosts"])
async def test_what_a_group_has_not_is_told_as_a_status(door: Door, path: str) -> None:
    reply = await door.send("GET", path)
    assert (reply.code, orjson.loads(reply.body)["message"]) == (
        404,
        "the server could not find the requested resource",
    )


@pytest.mark.parametrize("path", ["/api", "/apis", "/apis/apps/v1", "/openapi/v3/api/v1"])
async def test_forms_that_documents_do_not_have(door: Door, path: str) -> None:
    refused = await door.send("GET", path, headers={"Accept": "text/html"})
    assert (refused.code, orjson.loads(refused.body)["reason"]) == (406, "NotAcceptable")


async def test_metrics_are_for_those_who_may_see_them(door: Door) -> None:
    refused = await door.send("GET", "/metrics", user="jane", groups=())
    assert (refused.code, orjson.loads(refused.body)["reason"]) == (403, "Forbidden")
