"""What the rest of the server does with custom objects: lists and selectors, roles, quotas, owners, namespaces."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pilothouse.server.controllers.names import GARBAGE_COLLECTOR, NAMESPACES, QUOTAS

from tests.controllers.world import laid_plane, running
from tests.support.custom import DEFINITIONS, Client, definition, mug, version
from tests.support.rest import open_door

MUGS = "/apis/shop.example.test/v1/namespaces/shop/mugs"


@pytest.fixture
async def busy(tmp_path: Path) -> AsyncIterator[Client]:
    """A client of a server whose controllers run, with the definition of mugs."""
    async with (
        laid_plane(tmp_path) as plane,
        running(plane, GARBAGE_COLLECTOR, NAMESPACES, QUOTAS) as reports,
        open_door(plane, tmp_path) as door,
    ):
        client = Client(door)
        await client.namespace("shop")
        await client.define(definition())
        yield client
        assert not reports.failures()


async def names(client: Client, query: str) -> tuple[list[str], dict[str, Any]]:
    found = await client.ask("GET", f"{MUGS}?{query}")
    return [item["metadata"]["name"] for item in found["items"]], found["metadata"]


async def test_lists_go_on_and_select(client: Client) -> None:
    fields = [{"jsonPath": ".spec.color"}, {"jsonPath": ".spec.size"}]
    await client.define(definition("shop.example.test", version(selectableFields=fields)))
    for name, color in (("a", "red"), ("b", "blue"), ("c", "red")):
        obj = mug(name, color=color)
        obj["metadata"]["labels"] = {"side": "left" if name < "c" else "right"}
        await client.ask("POST", MUGS, obj)
    first, metadata = await names(client, "limit=2")
    assert (first, metadata["remainingItemCount"]) == (["a", "b"], 1)
    rest, metadata = await names(client, f"limit=2&continue={metadata['continue']}")
    assert (rest, metadata["continue"]) == (["c"], "")
    assert (await names(client, "labelSelector=side%3Dleft"))[0] == ["a", "b"]
    assert (await names(client, "fieldSelector=spec.color%3Dred"))[0] == ["a", "c"]
    assert (await names(client, "fieldSelector=spec.size%3D3,spec.color!%3Dred"))[0] == ["b"]
    refused = await client.refused(400, "GET", f"{MUGS}?fieldSelector=spec.note%3Dx")
    assert refused["message"] == "field label not supported: spec.note"
    gone = await client.ask("DELETE", f"{MUGS}?labelSelector=side%3Dleft")
    assert [item["metadata"]["name"] for item in gone["items"]] == ["a", "b"]
    assert (await names(client, ""))[0] == ["c"]


async def test_a_watch_selects_by_fields(client: Client) -> None:
    await client.define(definition("shop.example.test", version(selectableFields=[{"jsonPath": ".spec.color"}])))
    await client.ask("POST", MUGS, mug("a"))
    async with client.watch(f"{MUGS}?watch=1&fieldSelector=spec.color%3Dred&timeoutSeconds=20") as stream:
        merge = "application/merge-patch+json"
        await client.ask("PATCH", f"{MUGS}/a", {"spec": {"color": "blue"}}, merge)
        await client.ask("PATCH", f"{MUGS}/a", {"spec": {"color": "red"}}, merge)
        kinds: list[str] = []
        async for event in stream:
            kinds.append(event["type"])
            if len(kinds) == 3:
                break
    assert kinds == ["ADDED", "DELETED", "ADDED"]


async def test_a_watch_goes_on_where_it_was_after_its_definition_changed(client: Client) -> None:
    crd = await client.define(definition())
    made = await client.ask("POST", MUGS, mug("a"))
    async with client.watch(f"{MUGS}?watch=1&resourceVersion={made['metadata']['resourceVersion']}") as stream:
        crd["spec"]["names"]["shortNames"] = ["mg"]
        await client.ask("PUT", f"{DEFINITIONS}/mugs.shop.example.test", crd)
        assert [event async for event in stream] == []
    await client.ask("POST", MUGS, mug("b"))
    async with client.watch(f"{MUGS}?watch=1&resourceVersion={made['metadata']['resourceVersion']}") as stream:
        event = await anext(stream)
    assert (event["type"], event["object"]["metadata"]["name"]) == ("ADDED", "b")


async def test_roles_speak_of_custom_kinds(busy: Client) -> None:
    role = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role",
        "metadata": {"name": "r"},
        "rules": [{"apiGroups": ["shop.example.test"], "resources": ["mugs/status"], "verbs": ["patch"]}],
    }
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "r"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "r"},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "potter"}],
    }
    base = "/apis/rbac.authorization.k8s.io/v1/namespaces/shop"
    await busy.ask("POST", f"{base}/roles", role)
    await busy.ask("POST", f"{base}/rolebindings", binding)
    await busy.ask("POST", MUGS, mug())
    headers = {"content-type": "application/merge-patch+json"}
    for path, code in ((f"{MUGS}/m/status", 200), (f"{MUGS}/m", 403)):
        reply = await busy.door.send("PATCH", path, b'{"status":{"size":1}}', headers, user="potter", groups=())
        assert reply.code == code
    # Who may not know of a type is not told whether there is one.
    reply = await busy.door.send("GET", MUGS.replace("mugs", "jugs"), user="potter", groups=())
    assert reply.code == 403


async def test_quotas_count_custom_objects(busy: Client) -> None:
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "q"},
        "spec": {"hard": {"count/mugs.shop.example.test": "1"}},
    }
    path = "/api/v1/namespaces/shop/resourcequotas"
    await busy.ask("POST", path, quota)
    await busy.until(f"{path}/q", lambda code, found: "hard" in found["status"])
    await busy.ask("POST", MUGS, mug("a"))
    refused = await busy.refused(403, "POST", MUGS, mug("b"))
    assert "exceeded quota: q, requested: count/mugs.shop.example.test=1" in refused["message"]


async def test_owners_take_custom_objects_with_them(busy: Client) -> None:
    owner = await busy.ask("POST", MUGS, mug("owner"))
    reference = {
        "apiVersion": "shop.example.test/v1",
        "kind": "Mug",
        "name": "owner",
        "uid": owner["metadata"]["uid"],
    }
    owned = mug("owned")
    owned["metadata"]["ownerReferences"] = [reference]
    await busy.ask("POST", MUGS, owned)
    jar = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "jar", "ownerReferences": [reference]}}
    await busy.ask("POST", "/api/v1/namespaces/shop/configmaps", jar)
    await busy.ask("DELETE", f"{MUGS}/owner")
    for path in (f"{MUGS}/owned", "/api/v1/namespaces/shop/configmaps/jar"):
        await busy.until(path, lambda code, found: code == 404)


async def test_a_namespace_takes_its_custom_objects_with_it(busy: Client) -> None:
    await busy.ask("POST", MUGS, mug())
    await busy.ask("DELETE", "/api/v1/namespaces/shop")
    await busy.until("/api/v1/namespaces/shop", lambda code, found: code == 404)
    assert (await busy.ask("GET", "/apis/shop.example.test/v1/mugs"))["items"] == []
    refused = await busy.refused(404, "POST", MUGS, mug())
    assert refused["message"] == 'namespaces "shop" not found'


async def test_dry_runs_leave_nothing(client: Client) -> None:
    await client.define(definition())
    made = await client.ask("POST", f"{MUGS}?dryRun=All", mug())
    assert made["spec"] == {"color": "red", "size": 3}
    await client.refused(404, "GET", f"{MUGS}/m")
    invalid = await client.refused(422, "POST", f"{MUGS}?dryRun=All", mug(size=0))
    assert invalid["details"]["causes"][0]["field"] == "spec.size"


async def test_discovery_tells_of_custom_kinds(client: Client) -> None:
    crd = definition()
    crd["spec"]["names"] |= {"shortNames": ["mg"], "categories": ["kitchen"]}
    await client.define(crd)
    found = await client.ask("GET", "/apis/shop.example.test/v1")
    whole, status = found["resources"]
    assert (whole["name"], whole["singularName"], whole["shortNames"]) == ("mugs", "mug", ["mg"])
    assert (whole["categories"], whole["namespaced"], status["name"]) == (["kitchen"], True, "mugs/status")
    assert whole["verbs"] == ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"]
    group = await client.ask("GET", "/apis/shop.example.test")
    assert group["preferredVersion"]["version"] == "v1"
    accept = {"accept": "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"}
    assert b'"shop.example.test"' in (await client.door.send("GET", "/apis", b"", accept)).body
    schema = await client.ask("GET", "/openapi/v3/apis/shop.example.test/v1")
    (described,) = [s for name, s in schema["components"]["schemas"].items() if name.endswith(".Mug")]
    assert described["properties"]["spec"]["properties"]["color"]["enum"] == ["red", "blue"]
    crd = await client.ask("GET", f"{DEFINITIONS}/mugs.shop.example.test")
    spec = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]
    spec["color"]["enum"] = ["green"]
    spec["color"]["description"] = "Of the glaze."
    await client.ask("PUT", f"{DEFINITIONS}/mugs.shop.example.test", crd)
    schema = await client.ask("GET", "/openapi/v3/apis/shop.example.test/v1")
    (described,) = [s for name, s in schema["components"]["schemas"].items() if name.endswith(".Mug")]
    assert described["properties"]["spec"]["properties"]["color"]["enum"] == ["green"]


async def test_the_version_to_use_first_is_the_most_stable(client: Client) -> None:
    others = [version(name, False) for name in ("v1alpha1", "v2beta1", "v1beta2")]
    await client.define(definition("shop.example.test", version(), *others))
    group = await client.ask("GET", "/apis/shop.example.test")
    assert [v["version"] for v in group["versions"]] == ["v1", "v2beta1", "v1beta2", "v1alpha1"]
    assert group["preferredVersion"]["version"] == "v1"
    found = await client.ask("GET", "/apis/shop.example.test/v1beta2")
    assert "storageVersionHash" not in found["resources"][0]
