"""What a server lays down at its start, and how it is kept."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pilothouse.server.authentication.pki import Authority
from pilothouse.server.furniture import Furniture, keeper, lay_down
from pilothouse.server.furniture.api_services import MANAGED
from pilothouse.server.furniture.identity import forget_expired
from pilothouse.server.furniture.registrations import Registrations
from pilothouse.server.furniture.service import Place, place_of
from pilothouse.server.store.base import Put
from pilothouse.server.store.etcd import EtcdConfig, EtcdStore
from pilothouse.server.store.sqlite import SqliteStore
from pilothouse.server.verbs.plane import Plane
from pilothouse.server.verbs.reading import cache_is_current

from tests.support import custom
from tests.support.plane import Requests, admitting_plane

PATIENCE = 20
FLOW = "flowcontrol.apiserver.k8s.io"
AUTOUPDATE = "apf.kubernetes.io/autoupdate-spec"
HERE = Place("192.0.2.1", 6443, "10.0.0.1")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = SqliteStore(tmp_path / "furniture.db")
    yield store
    await store.close()


@pytest.fixture
async def plane(store: SqliteStore) -> AsyncIterator[Plane]:
    async with admitting_plane(store) as plane:
        await lay_down(plane)
        yield plane


def of(plane: Plane, place: str, namespace: str = "") -> Requests:
    """Requests for a type, by "group/version/plural"."""
    group, version, plural = place.split("/")
    return Requests(plane, plane.registry.get(group, version, plural), namespace)


async def laid(plane: Plane, place: Place = HERE, ca_file: Path | None = None) -> Furniture:
    furniture = Furniture(plane, place, ca_file)
    await furniture.lay()
    assert await cache_is_current(plane, PATIENCE)
    return furniture


async def again(plane: Plane, furniture: Furniture) -> None:
    await furniture.lay()
    assert await cache_is_current(plane, PATIENCE)


async def addresses(plane: Plane) -> tuple[list[str], list[str]]:
    """What is behind the service, by Endpoints and by EndpointSlice."""
    endpoints = await of(plane, "/v1/endpoints", "default").get("kubernetes")
    slice_ = await of(plane, "discovery.k8s.io/v1/endpointslices", "default").get("kubernetes")
    return [a.ip for s in endpoints.subsets for a in s.addresses], [a for e in slice_.endpoints for a in e.addresses]


async def test_the_service_has_the_first_address_and_this_server_behind_it(plane: Plane) -> None:
    await laid(plane)
    service = await of(plane, "/v1/services", "default").get("kubernetes")
    assert (service.spec.cluster_ip, service.spec.type) == ("10.0.0.1", "ClusterIP")
    (port,) = service.spec.ports
    assert (port.name, port.port, port.target_port.int_val) == ("https", 443, 6443)
    assert dict(service.metadata.labels) == {"component": "apiserver", "provider": "kubernetes"}
    claimed = await of(plane, "networking.k8s.io/v1/ipaddresses").get("10.0.0.1")
    assert claimed.spec.parent_ref.name == "kubernetes"
    assert await addresses(plane) == (["192.0.2.1"], ["192.0.2.1"])


def revisions(plane: Plane) -> dict[str, list[int]]:
    """Of everything but what is renewed."""
    kinds = [resource for resource in plane.registry if resource.plural not in ("leases", "events")]
    return {
        resource.qualified: [item.revision for item in plane.cache.collection(resource).under(resource.prefix(""))]
        for resource in kinds
    }


async def test_all_that_is_in_order_is_left_alone(plane: Plane) -> None:
    furniture = await laid(plane)
    before = revisions(plane)
    await again(plane, furniture)
    await laid(plane)
    assert revisions(plane) == before


async def test_a_service_that_is_gone_or_bent_comes_back(plane: Plane) -> None:
    furniture = await laid(plane)
    services = of(plane, "/v1/services", "default")
    await services.delete("kubernetes")
    assert await cache_is_current(plane, PATIENCE)
    await again(plane, furniture)
    service = await services.get("kubernetes")
    assert service.spec.cluster_ip == "10.0.0.1"
    service.spec.ports[0].target_port.int_val = 1
    await services.replace(service)
    assert await cache_is_current(plane, PATIENCE)
    await again(plane, furniture)
    assert (await services.get("kubernetes")).spec.ports[0].target_port.int_val == 6443


async def test_servers_share_the_service_and_leave_it_to_the_others(plane: Plane) -> None:
    first = await laid(plane)
    second = await laid(plane, Place("192.0.2.2", 6443, "10.0.0.1"))
    both = ["192.0.2.1", "192.0.2.2"]
    assert await addresses(plane) == (both, both)
    await first.close()
    assert await cache_is_current(plane, PATIENCE)
    assert await addresses(plane) == (["192.0.2.2"], ["192.0.2.2"])
    # The last one is still where it was when it comes back.
    await second.close()
    assert await addresses(plane) == (["192.0.2.2"], ["192.0.2.2"])


async def test_what_others_left_among_the_addresses_stops_nothing(plane: Plane) -> None:
    await plane.store.transact(
        [Put("/registry/masterleases/no-address", b"x"), Put("/registry/masterleases/fd00::7", b"x")]
    )
    await laid(plane)
    assert await addresses(plane) == (["192.0.2.1", "fd00::7"], ["192.0.2.1"])


async def test_servers_find_each_other_through_etcd(etcd_url: str, etcd_prefix: str) -> None:
    stores = [EtcdStore(EtcdConfig((etcd_url,), etcd_prefix)) for _ in range(2)]
    try:
        async with admitting_plane(stores[0]) as here, admitting_plane(stores[1]) as there:
            await asyncio.gather(lay_down(here), lay_down(there))
            first, second = Furniture(here, HERE, None), Furniture(there, Place("192.0.2.2", 6443, "10.0.0.1"), None)
            await asyncio.gather(first.lay(), second.lay())
            assert await cache_is_current(here, PATIENCE)
            await again(here, first)
            both = ["192.0.2.1", "192.0.2.2"]
            assert await addresses(here) == (both, both)
            assert await addresses(there) == (both, both)
            leases = await of(there, "coordination.k8s.io/v1/leases", "kube-system").list()
            # They tell the same host and port: one server took over from the other.
            assert len(leases.items) == 1
            await second.close()
            assert await addresses(here) == (["192.0.2.1"], ["192.0.2.1"])
    finally:
        for store in stores:
            await store.close()


async def test_servers_that_start_together_agree(plane: Plane) -> None:
    places = [Place(f"192.0.2.{number}", 6443, "10.0.0.1") for number in range(1, 5)]
    servers = [Furniture(plane, place, None) for place in places]
    await asyncio.gather(*(server.lay() for server in servers))
    assert await cache_is_current(plane, PATIENCE)
    await again(plane, servers[0])
    assert await addresses(plane) == ([place.address for place in places], [place.address for place in places])


async def test_a_server_without_an_address_lays_down_the_rest(plane: Plane, caplog: pytest.LogCaptureFixture) -> None:
    furniture = await laid(plane, Place("", 6443, "10.0.0.1"))
    assert (await of(plane, "/v1/services", "default").get("kubernetes")).spec.cluster_ip == "10.0.0.1"
    assert "no address" in caplog.text
    await furniture.close()


async def test_an_address_that_is_taken_stops_nothing(plane: Plane, caplog: pytest.LogCaptureFixture) -> None:
    spec = {"clusterIP": "10.0.0.1", "ports": [{"port": 80}]}
    await of(plane, "/v1/services", "kube-public").create({"metadata": {"name": "squatter"}, "spec": spec})
    await laid(plane)
    assert "provided IP is already allocated" in caplog.text
    assert (await of(plane, f"{FLOW}/v1/flowschemas").get("exempt")).spec.matching_precedence == 1


async def test_local_groups_have_an_api_service_each(plane: Plane) -> None:
    await laid(plane)
    services = of(plane, "apiregistration.k8s.io/v1/apiservices")
    names = {item.name for item in (await services.list()).items}
    served = {f"{r.version}.{r.group}" for r in (*plane.registry, *plane.registry.reviews)}
    assert names == served - {"v1.apiregistration.k8s.io"}
    core = await services.get("v1.")
    assert (core.spec.group_priority_minimum, core.spec.version_priority) == (18000, 1)
    assert core.metadata.labels[MANAGED] == "onstart"
    (condition,) = core.status.conditions
    assert (condition.type, condition.status, condition.reason) == ("Available", "True", "Local")
    versions = [await services.get(f"{version}.autoscaling") for version in ("v1", "v2")]
    assert [found.spec.version_priority for found in versions] == [15, 30]


async def test_an_api_service_that_somebody_took_over_is_left(plane: Plane) -> None:
    furniture = await laid(plane)
    services = of(plane, "apiregistration.k8s.io/v1/apiservices")
    for name, labels in (("v1.batch", {}), ("v1.apps", {MANAGED: "onstart"})):
        bent = await services.get(name)
        bent.spec.version_priority = 7
        bent.metadata.labels.clear()
        bent.metadata.labels.update(labels)
        await services.replace(bent)
    assert await cache_is_current(plane, PATIENCE)
    await again(plane, furniture)
    assert (await services.get("v1.batch")).spec.version_priority == 7
    assert (await services.get("v1.apps")).spec.version_priority == 15


async def test_flow_control_has_what_must_be_there(plane: Plane) -> None:
    await laid(plane)
    levels = of(plane, f"{FLOW}/v1/prioritylevelconfigurations")
    assert {item.name for item in (await levels.list()).items} == {
        "catch-all", "exempt", "global-default", "leader-election", "node-high", "system", "workload-high",
        "workload-low",
    }  # fmt: skip
    schemas = [item.name for item in (await of(plane, f"{FLOW}/v1/flowschemas").list()).items]
    assert len(schemas) == 13
    catch_all = await levels.get("catch-all")
    assert catch_all.spec.limited.limit_response.type == "Reject"
    assert catch_all.metadata.annotations[AUTOUPDATE] == "true"


@pytest.mark.parametrize(
    ("name", "annotation", "restored"),
    [
        ("catch-all", "false", True),
        ("global-default", "true", True),
        ("global-default", "false", False),
        ("global-default", "", False),
    ],
)
async def test_flow_control_is_mended_unless_it_is_its_users_own(
    plane: Plane, name: str, annotation: str, restored: bool
) -> None:
    furniture = await laid(plane)
    levels = of(plane, f"{FLOW}/v1/prioritylevelconfigurations")
    bent = await levels.get(name)
    shares = bent.spec.limited.nominal_concurrency_shares
    bent.spec.limited.nominal_concurrency_shares = 77
    bent.metadata.annotations.clear()
    if annotation:
        bent.metadata.annotations[AUTOUPDATE] = annotation
    await levels.replace(bent)
    assert await cache_is_current(plane, PATIENCE)
    await again(plane, furniture)
    found = (await levels.get(name)).spec.limited.nominal_concurrency_shares
    assert found == (shares if restored else 77)


async def test_the_server_has_a_lease_that_it_renews(plane: Plane) -> None:
    furniture = await laid(plane)
    leases = of(plane, "coordination.k8s.io/v1/leases", "kube-system")
    (item,) = (await leases.list(label_selector="apiserver.kubernetes.io/identity=kube-apiserver")).items
    assert item.name.startswith("apiserver-")
    first = await leases.get(item.name)
    assert (first.spec.lease_duration_seconds, first.spec.holder_identity[: len(item.name)]) == (3600, item.name)
    await again(plane, furniture)
    second = await leases.get(item.name)
    assert second.spec.holder_identity == first.spec.holder_identity
    assert second.spec.acquire_time == first.spec.acquire_time
    renewed = [(lease.spec.renew_time.seconds, lease.spec.renew_time.nanos) for lease in (first, second)]
    assert renewed[0] < renewed[1]


async def test_leases_of_servers_that_are_gone_end(plane: Plane) -> None:
    furniture = await laid(plane)
    leases = of(plane, "coordination.k8s.io/v1/leases", "kube-system")
    labels = {"apiserver.kubernetes.io/identity": "kube-apiserver"}
    spec = {"holderIdentity": "gone", "leaseDurationSeconds": 3600, "renewTime": "2001-02-03T04:05:06.000000Z"}
    await leases.create({"metadata": {"name": "apiserver-gone", "labels": labels}, "spec": spec})
    await leases.create({"metadata": {"name": "of-somebody-else"}, "spec": spec})
    assert await cache_is_current(plane, PATIENCE)
    await forget_expired(plane, plane.now())
    assert await cache_is_current(plane, PATIENCE)
    left = {item.name for item in (await leases.list()).items}
    assert "of-somebody-else" in left
    assert "apiserver-gone" not in left
    assert len(left) == 2
    await furniture.close()


async def test_clients_are_told_whom_the_server_trusts(plane: Plane, tmp_path: Path) -> None:
    old, new = Authority.create().pem.decode(), Authority.create().pem.decode()
    file = tmp_path / "ca.crt"
    file.write_text(old)
    furniture = await laid(plane, ca_file=file)
    maps = of(plane, "/v1/configmaps", "kube-system")
    found = await maps.get("extension-apiserver-authentication")
    assert found.data["client-ca-file"] == old
    assert found.data["requestheader-username-headers"] == '["X-Remote-User"]'
    assert "requestheader-client-ca-file" not in found.data
    # What other servers trust is kept beside it, and nothing else of the file gets there.
    file.write_text(f"-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----\n{new}")
    await again(plane, furniture)
    assert (await maps.get("extension-apiserver-authentication")).data["client-ca-file"] == old + new
    tracking = await maps.get("kube-apiserver-legacy-service-account-token-tracking")
    assert len(tracking.data["since"]) == len("2031-01-02")


async def test_what_is_laid_down_is_kept(plane: Plane, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "SECONDS", 0.02)
    furniture = await laid(plane)
    furniture.start()
    try:
        ranges, schemas = of(plane, "networking.k8s.io/v1/servicecidrs"), of(plane, f"{FLOW}/v1/flowschemas")
        async with asyncio.timeout(PATIENCE):
            # Each look is a request, so that others have their turn.
            while not (await ranges.get("kubernetes")).status.conditions:
                pass
            while not (await schemas.get("catch-all")).status.conditions:
                pass
            await schemas.delete("catch-all")
            while "catch-all" not in [item.name for item in (await schemas.list()).items]:
                pass
        (ready,) = (await ranges.get("kubernetes")).status.conditions
        assert (ready.type, ready.status) == ("Ready", "True")
    finally:
        await furniture.close()


@pytest.mark.parametrize(
    ("bind_address", "ranges", "address", "service"),
    [
        ("192.0.2.7", ("10.0.0.0/24",), "192.0.2.7", "10.0.0.1"),
        ("2001:db8::7", ("fd00::/112", "10.0.0.0/24"), "2001:db8::7", "fd00::1"),
    ],
)
def test_the_place_is_where_the_server_listens(
    bind_address: str, ranges: tuple[str, ...], address: str, service: str
) -> None:
    assert place_of(bind_address, 6443, ranges) == Place(address, 6443, service)


@pytest.mark.parametrize("bind_address", ["0.0.0.0", "127.0.0.1"])
def test_a_place_is_never_the_loopback(bind_address: str) -> None:
    assert not place_of(bind_address, 6443, ("10.0.0.0/24",)).address.startswith(("127.", "0."))


async def registered(plane: Plane) -> dict[str, str]:
    """APIServices of groups that are not always served: what manages them."""
    services = of(plane, "apiregistration.k8s.io/v1/apiservices")
    found = {item.name: item.labels.get(MANAGED, "") for item in (await services.list()).items}
    return {name: managed for name, managed in found.items() if managed != "onstart"}


async def test_groups_of_custom_resources_are_registered_while_they_are_served(plane: Plane) -> None:
    services = of(plane, "apiregistration.k8s.io/v1/apiservices")
    remote = {"service": {"namespace": "default", "name": "other"}, "groupPriorityMinimum": 7, "versionPriority": 7}
    own = {"group": "shop.example.test", "version": "v2", **remote}
    await services.create({"metadata": {"name": "v2.shop.example.test"}, "spec": own})
    left_over = {"metadata": {"name": "v1.gone.example.test", "labels": {MANAGED: "true"}}}
    spec = {"group": "gone.example.test", "version": "v1", "groupPriorityMinimum": 1000, "versionPriority": 100}
    await services.create({**left_over, "spec": spec})
    definitions = of(plane, "apiextensions.k8s.io/v1/customresourcedefinitions")
    versions = (custom.version("v1"), custom.version("v2", storage=False), custom.version("v3", False, served=False))
    await definitions.create(custom.definition("shop.example.test", *versions))
    registrations = Registrations(plane)
    registrations.start()
    try:
        async with asyncio.timeout(PATIENCE):
            while await registered(plane) != {"v1.shop.example.test": "true", "v2.shop.example.test": ""}:
                pass
            # One that somebody deletes is missed.
            await services.delete("v1.shop.example.test")
            while "v1.shop.example.test" not in await registered(plane):
                pass
            made = await services.get("v1.shop.example.test")
            assert (made.spec.group_priority_minimum, made.spec.version_priority) == (1000, 100)
            await definitions.delete("mugs.shop.example.test")
            while await registered(plane) != {"v2.shop.example.test": ""}:
                pass
    finally:
        await registrations.close()
