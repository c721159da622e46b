"""What a Service is given, by what it asks for."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pilothouse.server.errors import ApiError, BadRequest, Invalid
from pilothouse.server.verbs.plane import Plane
from pilothouse.server.verbs.transact import Operation, transact

from tests.allocation.held import assert_nothing_shared_nor_left
from tests.allocation.planes import requests, small_plane, three_planes


def service(name: str = "stall", **spec: Any) -> dict[str, Any]:
    return {"metadata": {"name": name}, "spec": {"ports": [{"port": 80}], **spec}}


@pytest.fixture
async def plane(tmp_path: Path) -> AsyncIterator[Plane]:
    async with small_plane(tmp_path) as plane:
        yield plane


@pytest.fixture
async def dual(tmp_path: Path) -> AsyncIterator[Plane]:
    async with small_plane(tmp_path, service_cluster_ip_range=("10.0.0.0/24", "fd00::/112")) as plane:
        yield plane


async def refused(plane: Plane, obj: dict[str, Any]) -> str:
    with pytest.raises(ApiError) as caught:
        await requests(plane, "services").create(obj)
    return caught.value.message


async def test_an_address_is_an_object_that_names_its_service(plane: Plane) -> None:
    made = await requests(plane, "services").create(service())
    spec = made.spec
    assert spec.cluster_ip == spec.cluster_ips[0]
    assert spec.cluster_ip.startswith("10.0.0.")
    assert (list(spec.ip_families), spec.ip_family_policy) == (["IPv4"], "SingleStack")
    address = await requests(plane, "ipaddresses", "", "networking.k8s.io").get(spec.cluster_ip)
    parent = address.spec.parent_ref
    assert (parent.group, parent.resource, parent.namespace, parent.name) == ("", "services", "orchard", "stall")
    assert dict(address.metadata.labels) == {
        "ipaddress.kubernetes.io/ip-family": "IPv4",
        "ipaddress.kubernetes.io/managed-by": "ipallocator.k8s.io",
    }


async def test_what_was_asked_for_is_given_once(plane: Plane) -> None:
    await requests(plane, "services").create(service("a", clusterIP="10.0.0.7"))
    taken = "failed to allocate IP 10.0.0.7: provided IP is already allocated"
    assert taken in await refused(plane, service("b", clusterIP="10.0.0.7"))
    for outside in ("10.0.1.7", "10.0.0.0", "10.0.0.255"):
        text = "the provided network does not match the current range"
        assert text in await refused(plane, service("b", clusterIP=outside))
    node = service("c", type="NodePort", ports=[{"port": 80, "nodePort": 30123}])
    await requests(plane, "services").create(node)
    node["metadata"]["name"] = "d"
    message = await refused(plane, node)
    assert message.endswith("spec.ports[0].nodePort: Invalid value: 30123: provided port is already allocated")
    await assert_nothing_shared_nor_left(plane)


async def test_what_is_refused_costs_nothing(plane: Plane) -> None:
    bad = service(type="NodePort", ports=[{"port": 80}, {"port": 81}])
    with pytest.raises(Invalid):
        await requests(plane, "services").create(bad)
    assert await assert_nothing_shared_nor_left(plane) == ([], [])


async def test_a_dry_run_is_given_what_is_not_kept(plane: Plane) -> None:
    services = requests(plane, "services")
    tried = await services.create(service(type="NodePort"), dry_run=True)
    assert tried.spec.cluster_ip
    assert tried.spec.ports[0].node_port
    assert await assert_nothing_shared_nor_left(plane) == ([], [])
    await services.create(service(type="NodePort"))
    before = await assert_nothing_shared_nor_left(plane)
    await services.delete("stall", dry_run=True)
    assert await assert_nothing_shared_nor_left(plane) == before


async def test_a_type_without_addresses_gives_them_up_and_gets_new_ones(plane: Plane) -> None:
    services = requests(plane, "services")
    made = await services.create(service(type="NodePort"))
    made.spec.type, made.spec.external_name = "ExternalName", "stall.example.test"
    outside = await services.replace(made)
    assert (outside.spec.cluster_ip, outside.spec.ports[0].node_port) == ("", 0)
    assert await assert_nothing_shared_nor_left(plane) == ([], [])
    await services.patch("stall", {"spec": {"type": "ClusterIP", "externalName": None}})
    addresses, _ = await assert_nothing_shared_nor_left(plane)
    assert len(addresses) == 1


async def test_a_manifest_without_what_was_given_keeps_it(plane: Plane) -> None:
    services = requests(plane, "services")
    asked = service(type="NodePort", ports=[{"name": "a", "port": 80}, {"name": "b", "port": 81}])
    made = await services.create(asked)
    again = await services.update(asked)
    assert again.spec == made.spec
    swapped = await services.update(service(type="NodePort", ports=[{"name": "b", "port": 90}]))
    assert swapped.spec.ports[0].node_port == made.spec.ports[1].node_port
    await assert_nothing_shared_nor_left(plane)


async def test_a_policy_for_traffic_from_outside_goes_with_the_last_external_address(plane: Plane) -> None:
    services = requests(plane, "services")
    made = await services.create(service(externalIPs=["10.9.0.1"]))
    assert made.spec.external_traffic_policy == "Cluster"
    closed = await services.update(service(externalTrafficPolicy="Cluster"))
    assert (list(closed.spec.external_ips), closed.spec.external_traffic_policy) == ([], "")


async def test_an_address_stays(plane: Plane) -> None:
    services = requests(plane, "services")
    await services.create(service(clusterIP="10.0.0.7"))
    with pytest.raises(Invalid, match="may not change once set"):
        await services.update(service(clusterIP="10.0.0.8"))
    await assert_nothing_shared_nor_left(plane)


async def test_a_finalizer_keeps_the_address_until_the_service_goes(plane: Plane) -> None:
    services = requests(plane, "services")
    held = service(type="NodePort")
    held["metadata"]["finalizers"] = ["example.test/later"]
    await services.create(held)
    assert not (await services.delete("stall")).removed
    addresses, ports = await assert_nothing_shared_nor_left(plane)
    assert (len(addresses), len(ports)) == (1, 1)
    await services.patch("stall", {"metadata": {"finalizers": None}})
    assert await assert_nothing_shared_nor_left(plane) == ([], [])


async def test_a_headless_service_has_families_and_no_address(plane: Plane) -> None:
    services = requests(plane, "services")
    plain = await services.create(service("a", clusterIP="None", selector={"app": "press"}))
    assert (list(plain.spec.ip_families), plain.spec.ip_family_policy) == (["IPv4"], "SingleStack")
    bare = await services.create(service("b", clusterIP="None"))
    assert (list(bare.spec.ip_families), bare.spec.ip_family_policy) == (["IPv4", "IPv6"], "RequireDualStack")
    assert await assert_nothing_shared_nor_left(plane) == ([], [])


async def test_both_families_are_given_and_the_second_is_given_up(dual: Plane) -> None:
    services = requests(dual, "services")
    made = await services.create(service(ipFamilyPolicy="RequireDualStack"))
    first, second = made.spec.cluster_ips
    assert first.startswith("10.0.0.")
    assert second.startswith("fd00::")
    with pytest.raises(Invalid, match="must be 'SingleStack' to release the secondary cluster IP"):
        await services.update(service(clusterIP=first, clusterIPs=[first], ipFamilyPolicy="PreferDualStack"))
    single = await services.patch("stall", {"spec": {"ipFamilyPolicy": "SingleStack"}})
    assert (list(single.spec.cluster_ips), list(single.spec.ip_families)) == ([first], ["IPv4"])
    assert (await assert_nothing_shared_nor_left(dual))[0] == [first]
    again = await services.patch("stall", {"spec": {"ipFamilyPolicy": "PreferDualStack"}})
    assert len(again.spec.cluster_ips) == 2
    await assert_nothing_shared_nor_left(dual)


async def test_the_family_of_an_address_that_was_asked_for_comes_first(dual: Plane) -> None:
    made = await requests(dual, "services").create(service(clusterIP="fd00::7", ipFamilyPolicy="PreferDualStack"))
    assert list(made.spec.ip_families) == ["IPv6", "IPv4"]
    only = await requests(dual, "services").create(service("b", ipFamilies=["IPv6"]))
    assert only.spec.cluster_ip.startswith("fd00::")
    text = "expected an IPv4 value as indicated by `ipFamilies[0]`"
    assert text in await refused(dual, service("c", clusterIP="fd00::9", ipFamilies=["IPv4"]))


async def test_protocols_share_a_node_port_and_load_balancers_may_do_without(plane: Plane) -> None:
    services = requests(plane, "services")
    ports = [{"name": "t", "port": 53}, {"name": "u", "port": 53, "protocol": "UDP"}]
    made = await services.create(service(type="NodePort", ports=ports))
    assert made.spec.ports[0].node_port == made.spec.ports[1].node_port
    bare = await services.create(service("b", type="LoadBalancer", allocateLoadBalancerNodePorts=False))
    assert not bare.spec.ports[0].node_port
    local = await services.create(service("c", type="LoadBalancer", externalTrafficPolicy="Local"))
    assert local.spec.health_check_node_port not in (0, local.spec.ports[0].node_port)
    _, taken = await assert_nothing_shared_nor_left(plane)
    assert len(taken) == 3


async def test_a_range_that_is_used_up_says_so(tmp_path: Path) -> None:
    async with small_plane(tmp_path, service_cluster_ip_range=("10.9.0.0/29",)) as plane:
        for number in range(6):
            await requests(plane, "services").create(service(f"s{number}"))
        message = await refused(plane, service("more"))
        assert message == "Internal error occurred: failed to allocate a serviceIP: range is full"
        await requests(plane, "services").delete("s3")
        await requests(plane, "services").create(service("more"))
        addresses, _ = await assert_nothing_shared_nor_left(plane)
        assert len(addresses) == 6


async def test_a_transaction_gives_each_of_its_services_a_port(plane: Plane) -> None:
    services = requests(plane, "services")

    def made(name: str, **port: int) -> Operation:
        body = services.body(service(name, type="NodePort", ports=[{"port": 80, **port}]))
        return Operation("create", services.context("create"), body)

    await transact(plane, [made("a"), made("b"), made("c", nodePort=30005)], False)
    addresses, ports = await assert_nothing_shared_nor_left(plane)
    assert (len(addresses), len(ports)) == (3, 3)
    with pytest.raises(BadRequest, match="two Services of a transaction ask for one node port"):
        await transact(plane, [made("d", nodePort=30006), made("e", nodePort=30006)], False)
    gone = Operation("delete", services.context("delete", "a"))
    await transact(plane, [gone, made("f")], False)
    assert len((await assert_nothing_shared_nor_left(plane))[1]) == 3


async def test_a_transaction_that_chose_by_an_outdated_map_chooses_again(etcd_url: str, etcd_prefix: str) -> None:
    async with three_planes(etcd_url, etcd_prefix, service_node_port_range=(30000, 30015)) as planes:
        for number in range(15):
            plane = planes[number % 3]
            services = requests(plane, "services")
            bodies = [services.body(service(f"s{number}", type="NodePort"))]
            await transact(plane, [Operation("create", services.context("create"), body) for body in bodies], False)
        services = requests(planes[1], "services")
        pair = [
            Operation("create", services.context("create"), services.body(service(name, type="NodePort")))
            for name in ("x", "y")
        ]
        with pytest.raises(ApiError, match=r"failed to allocate a nodePort: range is full|two Services"):
            await transact(planes[1], pair, False)
        _, ports = await assert_nothing_shared_nor_left(planes[0])
        assert len(ports) == 15
