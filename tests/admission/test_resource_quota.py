"""What quotas let in, what they are charged, and that nothing slips through."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pilothouse.server.admission.plugins.resource_quota import ResourceQuotas, recount
from pilothouse.server.admission.plugins.resource_quota.scopes import in_scope
from pilothouse.server.errors import AlreadyExists, Forbidden
from pilothouse.server.meta.codec import codec_for
from pilothouse.server.objects import CachedObjects
from pilothouse.server.verbs.plane import Plane

from tests.admission.quotas import add_quota, pod, used
from tests.allocation.planes import caught_up, requests, small_plane, three_planes
from tests.support.objects import resource_of


@pytest.fixture
async def plane(tmp_path: Path) -> AsyncIterator[Plane]:
    async with small_plane(tmp_path) as plane:
        yield plane


def ledgers(plane: Plane) -> list[Any]:
    return [plugin.ledger for plugin in plane.admission.plugins if isinstance(plugin, ResourceQuotas)]


async def test_three_servers_let_in_exactly_what_there_is_room_for(etcd_url: str, etcd_prefix: str) -> None:
    async with three_planes(etcd_url, etcd_prefix) as planes:
        await add_quota(planes[0], "purse", {"configmaps": "10", "count/configmaps": "50"})
        for plane in planes:
            await caught_up(plane)
        outcomes = await asyncio.gather(
            *(
                requests(planes[number % 3], "configmaps").create({"metadata": {"name": f"m{number}"}})
                for number in range(200)
            ),
            return_exceptions=True,
        )
        refusals = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
        assert len(refusals) == 190
        assert {type(refusal) for refusal in refusals} == {Forbidden}
        assert len((await planes[0].store.list("/registry/configmaps/orchard/")).entries) == 10
        for plane in planes:
            for ledger in ledgers(plane):
                await ledger.idle()
        assert await used(planes[0], "purse") == {"configmaps": "10", "count/configmaps": "10"}


async def test_a_charge_is_given_back_where_nothing_is_created(plane: Plane) -> None:
    await add_quota(plane, "purse", {"configmaps": "2"})
    maps = requests(plane, "configmaps")
    await maps.create({"metadata": {"name": "a"}})
    with pytest.raises(AlreadyExists):
        await maps.create({"metadata": {"name": "a"}})
    for ledger in ledgers(plane):
        await ledger.idle()
    assert await used(plane, "purse") == {"configmaps": "1"}


async def test_a_dry_run_is_checked_and_not_charged(plane: Plane) -> None:
    await add_quota(plane, "purse", {"configmaps": "1"})
    maps = requests(plane, "configmaps")
    await maps.create({"metadata": {"name": "a"}}, dry_run=True)
    assert await used(plane, "purse") == {"configmaps": "0"}
    await maps.create({"metadata": {"name": "a"}})
    with pytest.raises(Forbidden, match="exceeded quota: purse, requested: configmaps=1, used: configmaps=1"):
        await maps.create({"metadata": {"name": "b"}}, dry_run=True)


async def test_one_quota_that_refuses_leaves_the_others_as_they_were(plane: Plane) -> None:
    await add_quota(plane, "a", {"configmaps": "5"})
    await add_quota(plane, "b", {"configmaps": "0"})
    with pytest.raises(Forbidden, match="exceeded quota: b"):
        await requests(plane, "configmaps").create({"metadata": {"name": "m"}})
    assert await used(plane, "a") == {"configmaps": "0"}


async def test_pods_are_charged_what_they_ask_for(plane: Plane) -> None:
    hard = {"pods": "9", "requests.cpu": "2", "limits.memory": "1Gi", "requests.example.test/gpu": "4"}
    await add_quota(plane, "purse", hard)
    pods = requests(plane, "pods")
    with pytest.raises(
        Forbidden, match=r"failed quota: purse: must specify limits\.memory for: press; requests\.cpu for: press"
    ):
        await pods.create(pod())
    wants = {"requests": {"cpu": "500m"}, "limits": {"memory": "256Mi", "example.test/gpu": "1"}}
    await pods.create(pod(resources=wants))
    assert await used(plane, "purse") == {
        "pods": "1",
        "requests.cpu": "500m",
        "limits.memory": "256Mi",
        "requests.example.test/gpu": "1",
    }
    wants = {"requests": {"cpu": "2"}, "limits": {"memory": "256Mi"}}
    text = "exceeded quota: purse, requested: requests.cpu=2, used: requests.cpu=500m, limited: requests.cpu=2"
    with pytest.raises(Forbidden, match=text):
        await pods.create(pod("more", wants))


async def test_an_update_is_charged_what_it_adds(plane: Plane) -> None:
    await add_quota(plane, "purse", {"services.nodeports": "2"})
    services = requests(plane, "services")
    await services.create({"metadata": {"name": "stall"}, "spec": {"ports": [{"port": 80}]}})
    await services.patch("stall", {"spec": {"type": "NodePort"}})
    assert await used(plane, "purse") == {"services.nodeports": "1"}
    two = [{"name": "a", "port": 80}, {"name": "b", "port": 81}]
    await services.patch("stall", {"spec": {"ports": two}})
    assert await used(plane, "purse") == {"services.nodeports": "2"}
    with pytest.raises(Forbidden, match=r"requested: services\.nodeports=1, used: services\.nodeports=2"):
        await services.patch("stall", {"spec": {"ports": [*two, {"name": "c", "port": 82}]}})


async def test_storage_is_charged_by_class_too(plane: Plane) -> None:
    of_class = "slow.storageclass.storage.k8s.io/requests.storage"
    await add_quota(plane, "purse", {"requests.storage": "10Gi", of_class: "1Gi", "persistentvolumeclaims": "5"})
    claims = requests(plane, "persistentvolumeclaims")

    def claim(name: str, size: str, storage_class: str) -> dict[str, Any]:
        resources = {"requests": {"storage": size}}
        spec = {"accessModes": ["ReadWriteOnce"], "resources": resources, "storageClassName": storage_class}
        return {"metadata": {"name": name}, "spec": spec}

    await claims.create(claim("a", "4Gi", "fast"))
    with pytest.raises(Forbidden, match="exceeded quota: purse, requested: slow"):
        await claims.create(claim("b", "2Gi", "slow"))
    await claims.create(claim("b", "1Gi", "slow"))
    assert await used(plane, "purse") == {"requests.storage": "5Gi", of_class: "1Gi", "persistentvolumeclaims": "2"}


async def test_a_recount_finds_what_is_there(plane: Plane) -> None:
    await requests(plane, "pods").create(pod("a", {"requests": {"cpu": "250m"}}))
    await requests(plane, "pods").create(pod("b", {"requests": {"cpu": "250m"}}))
    await requests(plane, "deployments", group="apps").create(
        {
            "metadata": {"name": "presses"},
            "spec": {
                "selector": {"matchLabels": {"app": "press"}},
                "template": {"metadata": {"labels": {"app": "press"}}, "spec": pod()["spec"]},
            },
        }
    )
    hard = {"pods": "5", "requests.cpu": "4", "count/deployments.apps": "3", "secrets": "1"}
    await add_quota(plane, "purse", hard)
    objects = CachedObjects(plane.registry, plane.kinds, plane.cache, plane.store, plane.writer)
    counted = (await recount(objects, "orchard"))["purse"]
    assert {name: str(amount) for name, amount in counted.items()} == {
        "pods": "2",
        "requests.cpu": "500m",
        "count/deployments.apps": "1",
        "secrets": "0",
    }


SOME = {"requests": {"cpu": "1"}}
OTHERS_DECIDE = {
    "podAffinity": {
        "requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "zone", "namespaces": ["elsewhere"]}]
    }
}


def selector(scope: str, operator: str, *values: str) -> dict[str, Any]:
    return {"scopeSelector": {"matchExpressions": [{"scopeName": scope, "operator": operator, "values": list(values)}]}}


@pytest.mark.parametrize(
    ("spec", "found", "matches"),
    [
        ({"scopes": ["Terminating"]}, pod(activeDeadlineSeconds=5), True),
        ({"scopes": ["Terminating"]}, pod(), False),
        ({"scopes": ["NotTerminating"]}, pod(), True),
        ({"scopes": ["BestEffort"]}, pod(), True),
        ({"scopes": ["BestEffort"]}, pod(resources=SOME), False),
        ({"scopes": ["NotBestEffort", "NotTerminating"]}, pod(resources=SOME), True),
        ({"scopes": ["NotBestEffort", "Terminating"]}, pod(resources=SOME), False),
        (selector("PriorityClass", "In", "high", "low"), pod(priorityClassName="low"), True),
        (selector("PriorityClass", "In", "high"), pod(), False),
        (selector("PriorityClass", "NotIn", "high"), pod(priorityClassName="low"), True),
        (selector("PriorityClass", "NotIn", "high"), pod(), True),
        (selector("PriorityClass", "NotIn", "high"), pod(priorityClassName="high"), False),
        (selector("PriorityClass", "Exists"), pod(priorityClassName="low"), True),
        (selector("PriorityClass", "DoesNotExist"), pod(), True),
        ({"scopes": ["CrossNamespacePodAffinity"]}, pod(affinity=OTHERS_DECIDE), True),
        ({"scopes": ["CrossNamespacePodAffinity"]}, pod(), False),
    ],
)
def test_scopes(spec: dict[str, Any], found: dict[str, Any], matches: bool) -> None:
    quota: Any = codec_for(resource_of("v1", "ResourceQuota").message).from_value({"spec": spec})
    assert in_scope(quota, codec_for(resource_of("v1", "Pod").message).from_value(found)) is matches


def test_the_class_of_a_volume_is_a_scope() -> None:
    quota: Any = codec_for(resource_of("v1", "ResourceQuota").message).from_value(
        {"spec": selector("VolumeAttributesClass", "In", "gold")}
    )
    claims = codec_for(resource_of("v1", "PersistentVolumeClaim").message)
    assert in_scope(quota, claims.from_value({"spec": {"volumeAttributesClassName": "gold"}}))
    assert in_scope(quota, claims.from_value({"status": {"currentVolumeAttributesClassName": "gold"}}))
    assert not in_scope(quota, claims.from_value({"spec": {"volumeAttributesClassName": "tin"}}))
