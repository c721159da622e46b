"""Discovery, and the other paths of no resource."""

import orjson
import pytest
from pilothouse.server.verbs.plane import Plane

from tests.support.rest import Door

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


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/healthz", "/readyz?exclude=store"])
async def test_health_is_told_to_everybody(door: Door, path: str) -> None:
    reply = await door.send("GET", path, user="")
    assert (reply.code, reply.body) == (200, b"ok")


async def test_checks_are_told_one_by_one(door: Door) -> None:
    text = (await door.send("GET", "/readyz?verbose&exclude=store&exclude=ghost")).body.decode()
    assert text.splitlines() == [
        "[+]ping ok",
        "[+]store excluded: ok",
        "warn: some health checks cannot be excluded: no matches for ghost",
        "readyz check passed",
    ]
    assert (await door.send("GET", "/livez/store")).code == 404
    assert (await door.send("GET", "/readyz/store")).body == b"ok"


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
