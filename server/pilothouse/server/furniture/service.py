"""The Service `kubernetes`, by which pods find the server, and what is behind it: the addresses of all servers."""

import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import Message
from pilothouse.api.core.v1 import networking_pb2 as core

from ..authorization.bootstrap import JsonObject
from ..store.base import Put, Remove
from ..verbs.plane import Plane
from .laying import Piece

NAMESPACE, NAME = "default", "kubernetes"
PORT_NAME, PORT = "https", 443
LEASES = "/registry/masterleases/"
LEASE_SECONDS = 15


@dataclass(frozen=True, slots=True)
class Place:
    """Where the cluster finds this server. address: "" where it has none that others could use; service_address: of the
    Service."""

    address: str
    port: int
    service_address: str


def place_of(bind_address: str, port: int, ranges: Sequence[str]) -> Place:
    """bind_address: where the server listens; what is everywhere, or the loopback, is no address to tell others."""
    bound = ipaddress.ip_address(bind_address)
    address = bind_address
    if bound.is_unspecified or bound.is_loopback:
        address = _host_address(ipaddress.ip_network(ranges[0]).version)
    first = next(ipaddress.ip_network(ranges[0]).hosts())
    return Place(address, port, str(first))


def _host_address(version: int) -> str:
    """The address from which the host would reach others; nothing is sent."""
    family, far = (socket.AF_INET, "192.0.2.1") if version == 4 else (socket.AF_INET6, "2001:db8::1")
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((far, 9))
        except OSError:
            return ""
        found = str(probe.getsockname()[0])
    return "" if ipaddress.ip_address(found).is_loopback else found


def service(place: Place) -> Piece:
    """The Service, whose address is the first of the range."""
    spec = {
        "type": "ClusterIP",
        "clusterIP": place.service_address,
        "ipFamilyPolicy": "SingleStack",
        "sessionAffinity": "None",
        "ports": [{"name": PORT_NAME, "port": PORT, "protocol": "TCP", "targetPort": place.port}],
    }
    metadata = _metadata({"component": "apiserver", "provider": "kubernetes"})
    return Piece({"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec}, _mend_service)


def behind(place: Place, addresses: Sequence[str]) -> tuple[Piece, Piece]:
    """The Endpoints, and the EndpointSlice, whose addresses are of one family. addresses: of all servers."""
    ports = [{"name": PORT_NAME, "port": place.port, "protocol": "TCP"}]
    version = _version(addresses[0])
    alike = [address for address in addresses if _version(address) == version]
    subset = {"addresses": [{"ip": address} for address in addresses], "ports": ports}
    endpoints: JsonObject = {
        "apiVersion": "v1",
        "kind": "Endpoints",
        "metadata": _metadata({"endpointslice.kubernetes.io/skip-mirror": "true"}),
        "subsets": [subset],
    }
    slice_: JsonObject = {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": _metadata({"kubernetes.io/service-name": NAME}),
        "addressType": f"IPv{version}",
        "endpoints": [{"addresses": [address], "conditions": {"ready": True}} for address in alike],
        "ports": ports,
    }
    return Piece(endpoints, _mend_endpoints), Piece(slice_, _mend_slice)


def _metadata(labels: dict[str, str]) -> JsonObject:
    return {"name": NAME, "namespace": NAMESPACE, "labels": labels}


def _mend_service(existing: core.Service, default: core.Service) -> Message | None:
    given, wanted = existing.spec, default.spec
    if given.type == wanted.type and list(given.ports) == list(wanted.ports):
        return None
    given.type = wanted.type
    del given.ports[:]
    given.ports.extend(wanted.ports)
    return existing


def _mend_endpoints(existing: core.Endpoints, default: core.Endpoints) -> Message | None:
    return _with(existing, default, ("subsets",))


def _mend_slice(existing: Any, default: Any) -> Message | None:
    return _with(existing, default, ("endpoints", "ports"))


def _with(existing: Any, default: Any, members: Sequence[str]) -> Message | None:
    """The object with these members and the labels as they should be."""
    labels = dict(default.metadata.labels)
    same = all(list(getattr(existing, name)) == list(getattr(default, name)) for name in members)
    if same and all(existing.metadata.labels.get(key) == value for key, value in labels.items()):
        return None
    existing.metadata.labels.update(labels)
    for name in members:
        existing.ClearField(name)
        getattr(existing, name).extend(getattr(default, name))
    mended: Message = existing
    return mended


class AddressLeases:
    """Which servers there are, by keys of the store that go by themselves when nobody renews them. Their form is that
    of a kube-apiserver's, so that servers of both kinds find each other."""

    def __init__(self, plane: Plane, address: str) -> None:
        self._plane = plane
        self._key = LEASES + address
        form = plane.kind(plane.registry.get("", "v1", "endpoints")).form
        subset = core.EndpointSubset(addresses=[core.EndpointAddress(ip=address)])
        self._value = form.stored(core.Endpoints(subsets=[subset]))

    async def renew(self) -> list[str]:
        """The addresses of all servers. Raises StoreError."""
        await self._plane.writer.write([Put(self._key, self._value, None, LEASE_SECONDS)])
        return await self._addresses()

    async def leave(self) -> list[str]:
        """The addresses of the others. Raises StoreError."""
        await self._plane.writer.write([Remove(self._key)])
        return await self._addresses()

    async def _addresses(self) -> list[str]:
        page = await self._plane.store.list(LEASES, 0, LEASES, 0)
        names = sorted(entry.key.removeprefix(LEASES) for entry in page.entries)
        # Others write there, too.
        return [name for name in names if _version(name)]


def _version(address: str) -> int:
    """4 or 6, and 0 for what is no address."""
    try:
        return ipaddress.ip_address(address).version
    except ValueError:
        return 0
