"""The client against a real server."""

import asyncio
from pathlib import Path
from typing import TypeVar

import pytest
from pilothouse.api.apps.v1.apps_pb2 import Deployment
from pilothouse.api.core.v1.core_pb2 import ConfigMap
from pilothouse.api.core.v1.pods_pb2 import Pod
from pilothouse.api.dynamic.v1.dynamic_pb2 import ResourceName, WatchScope
from pilothouse.api.meta.v1.meta_pb2 import CreateOptions, DeleteOptions, ListOptions, Preconditions
from pilothouse.client import (
    Client,
    ClientConfig,
    Event,
    EventType,
    PatchType,
    Progress,
    Watch,
    create_operation,
    delete_operation,
    protobuf,
    update_operation,
)
from pilothouse.client.errors import AlreadyExists, Conflict, Invalid, NotFound

from tests.support.server import ServerProcess

DEADLINE = 30.0
MAPS = ResourceName(version="v1", resource="configmaps")
SECRETS = ResourceName(version="v1", resource="secrets")


def config_map(name: str, **data: str) -> ConfigMap:
    return ConfigMap(metadata={"name": name}, data=data)


def pod(name: str) -> Pod:
    return Pod(metadata={"name": name}, spec={"containers": [{"name": "c", "image": "nginx"}]})


async def test_an_object_lives(client: Client, namespace: str) -> None:
    maps = client.resource(ConfigMap)
    made = await maps.create(config_map("a", k="1"), namespace=namespace)
    assert made.metadata.uid
    assert await maps.get("a", namespace=namespace) == made
    with pytest.raises(AlreadyExists, match='configmaps "a" already exists'):
        await maps.create(config_map("a"), namespace=namespace)
    made.data["k"] = "2"
    updated = await maps.update(made)
    assert updated.data["k"] == "2"
    assert int(updated.metadata.resource_version) > int(made.metadata.resource_version)
    with pytest.raises(Conflict):
        await maps.update(made)
    await maps.delete("a", namespace=namespace)
    with pytest.raises(NotFound):
        await maps.get("a", namespace=namespace)


async def test_a_status_is_written_by_itself(client: Client, namespace: str) -> None:
    pods = client.resource(Pod)
    made = await pods.create(pod("p"), namespace=namespace)
    made.status.phase = "Running"
    made.spec.containers[0].image = "another"
    after = await pods.update_status(made)
    assert after.status.phase == "Running"
    assert after.spec.containers[0].image == "nginx"


async def test_patches_of_each_type(client: Client, namespace: str) -> None:
    maps, pods = client.resource(ConfigMap), client.resource(Pod)
    await maps.create(config_map("a", k="1"), namespace=namespace)
    merged = await maps.patch("a", {"data": {"k": None, "l": "2"}}, namespace=namespace)
    assert dict(merged.data) == {"l": "2"}
    operations = [{"op": "add", "path": "/data/m", "value": "3"}]
    assert (await maps.patch("a", operations, PatchType.JSON_PATCH, namespace=namespace)).data["m"] == "3"
    await pods.create(pod("p"), namespace=namespace)
    change = {"spec": {"containers": [{"name": "c", "image": "nginx:2"}]}}
    patched = await pods.patch("p", change, PatchType.STRATEGIC_MERGE_PATCH, namespace=namespace)
    assert [(c.name, c.image) for c in patched.spec.containers] == [("c", "nginx:2")]


async def test_a_dry_run_leaves_nothing(client: Client, namespace: str) -> None:
    maps = client.resource(ConfigMap)
    await maps.create(config_map("a"), namespace=namespace, options=CreateOptions(dry_run=["All"]))
    with pytest.raises(NotFound):
        await maps.get("a", namespace=namespace)


async def test_what_is_invalid_is_told_by_field(client: Client, namespace: str) -> None:
    with pytest.raises(Invalid) as caught:
        await client.resource(Pod).create(Pod(metadata={"name": "p"}, spec={}), namespace=namespace)
    assert "spec.containers" in [c.field for c in caught.value.causes]
    assert caught.value.kind == "Pod"


async def test_a_precondition_must_hold(client: Client, namespace: str) -> None:
    maps = client.resource(ConfigMap)
    await maps.create(config_map("a"), namespace=namespace)
    other = DeleteOptions(preconditions=Preconditions(uid="another"))
    with pytest.raises(Conflict):
        await maps.delete("a", namespace=namespace, options=other)


async def test_lists_in_pages_and_by_label(client: Client, namespace: str) -> None:
    maps = client.resource(ConfigMap)
    for index in range(7):
        labelled = ConfigMap(metadata={"name": f"m{index}", "labels": {"even": str(index % 2 == 0).lower()}})
        await maps.create(labelled, namespace=namespace)
    names = [m.metadata.name async for m in maps.list(namespace=namespace, page_size=3)]
    assert names == [f"m{index}" for index in range(7)]
    even = [m.metadata.name async for m in maps.list(namespace=namespace, label_selector="even=true")]
    assert even == ["m0", "m2", "m4", "m6"]
    page = await maps.list_page(ListOptions(limit=3), namespace=namespace)
    assert (len(page.items), page.remaining, bool(page.continue_token)) == (3, 4, True)
    selected = ListOptions(label_selector="even=false")
    assert await maps.delete_collection(namespace=namespace, list_options=selected) == 3
    assert [m.metadata.name async for m in maps.list(namespace=namespace)] == even


async def test_the_dynamic_service_speaks_json_and_bytes(client: Client, namespace: str) -> None:
    deployments = ResourceName(group="apps", version="v1", resource="deployments")
    template = {
        "metadata": {"labels": {"app": "web"}},
        "spec": {"containers": [{"name": "c", "image": "nginx", "resources": {"limits": {"cpu": "500m"}}}]},
    }
    web = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": namespace},
        "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "web"}}, "template": template},
    }
    made = await client.dynamic.resource(deployments).create(web)
    assert made["kind"] == "Deployment"
    assert made["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"] == {"cpu": "500m"}
    typed = await client.dynamic.resource(deployments, protobuf(Deployment)).get("web", namespace=namespace)
    assert typed == await client.resource(Deployment).get("web", namespace=namespace)
    assert typed.spec.replicas == 2


async def test_a_transaction_is_all_or_nothing(client: Client, namespace: str) -> None:
    maps = client.dynamic.resource(MAPS)
    old = await maps.create(body("old", namespace))
    result = await client.dynamic.transact(
        [
            create_operation(MAPS, body("new", namespace)),
            update_operation(MAPS, old | {"data": {"k": "2"}}),
            create_operation(SECRETS, body("new", namespace, "Secret")),
        ]
    )
    assert len(result.objects) == 3
    stored = [await client.dynamic.resource(r).get("new", namespace=namespace) for r in (MAPS, SECRETS)]
    assert {obj["metadata"]["resourceVersion"] for obj in stored} == {str(result.revision)}
    with pytest.raises(NotFound):
        await client.dynamic.transact(
            [delete_operation(MAPS, "new", namespace), delete_operation(MAPS, "absent", namespace)]
        )
    assert (await maps.get("new", namespace=namespace))["metadata"]["name"] == "new"


def body(name: str, namespace: str, kind: str = "ConfigMap") -> dict[str, object]:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": namespace}}


async def test_discovery_names_every_kind(client: Client) -> None:
    served = {(i.name.group, i.name.resource): i for i in await client.dynamic.discover()}
    pods = served["", "pods"]
    assert (pods.kind, pods.namespaced, list(pods.short_names)) == ("Pod", True, ["po"])
    assert "status" in pods.subresources
    assert not served["", "nodes"].namespaced
    assert served["apps", "deployments"].message == "pilothouse.api.apps.v1.Deployment"


async def test_one_watch_follows_many_kinds_in_order(client: Client, namespace: str) -> None:
    scopes = [WatchScope(resource=resource, namespace=namespace) for resource in (MAPS, SECRETS)]
    async with client.dynamic.watch(scopes) as watch, asyncio.timeout(DEADLINE):
        await until_synced(watch)
        await client.dynamic.resource(SECRETS).create(body("s", namespace, "Secret"))
        await client.dynamic.resource(MAPS).create(body("m", namespace))
        await client.dynamic.resource(SECRETS).delete("s", namespace=namespace)
        events = watch.events()
        told = [await anext(events) for _ in range(3)]
    assert [(e.type, e.scope, e.object["metadata"]["name"]) for e in told] == [
        (EventType.ADDED, 1, "s"),
        (EventType.ADDED, 0, "m"),
        (EventType.DELETED, 1, "s"),
    ]


async def test_a_watch_by_label_sees_objects_come_and_go(client: Client, namespace: str) -> None:
    maps = client.resource(ConfigMap)
    async with maps.watch(namespace=namespace, label_selector="on=yes") as watch, asyncio.timeout(DEADLINE):
        await until_synced(watch)
        await maps.create(config_map("a"), namespace=namespace)
        for value in ("yes", "no"):
            await maps.patch("a", {"metadata": {"labels": {"on": value}}}, namespace=namespace)
        events = watch.events()
        assert [(await anext(events)).type for _ in range(2)] == [EventType.ADDED, EventType.DELETED]


async def test_a_watch_from_a_revision_begins_after_it(client: Client, namespace: str) -> None:
    maps = client.resource(ConfigMap)
    await maps.create(config_map("before"), namespace=namespace)
    page = await maps.list_page(namespace=namespace)
    await maps.create(config_map("after"), namespace=namespace)
    events = maps.watch(namespace=namespace, resource_version=page.resource_version).events()
    async with asyncio.timeout(DEADLINE):
        assert (await anext(events)).object.metadata.name == "after"


async def test_a_watch_survives_a_crash_of_the_server(tmp_path: Path) -> None:
    process = ServerProcess(tmp_path)
    process.start()
    try:
        async with Client.connect(ClientConfig.load(process.config)) as client:
            maps = client.resource(ConfigMap)
            async with maps.watch(namespace="default") as watch, asyncio.timeout(DEADLINE):
                await until_synced(watch)
                await maps.create(config_map("a"))
                told = [await anext(watch.events())]
                process.kill()
                await asyncio.to_thread(process.start)
                await maps.create(config_map("b"))
                await maps.delete("a")
                events = watch.events()
                told += [await anext(events), await anext(events)]
        names = [(e.type.name, e.object.metadata.name) for e in told]
        assert names == [("ADDED", "a"), ("ADDED", "b"), ("DELETED", "a")]
    finally:
        process.kill()


T = TypeVar("T")


async def until_synced(watch: Watch[T]) -> list[Event[T]]:
    seen: list[Event[T]] = []
    async for item in watch:
        match item:
            case Event():
                seen.append(item)
            case Progress(synced=True):
                return seen
    raise AssertionError("the watch ended by itself")
