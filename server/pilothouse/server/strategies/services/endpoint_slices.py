"""EndpointSlices: endpoints of one type of address."""

from collections.abc import Sequence

from pilothouse.api.discovery.v1.discovery_pb2 import Endpoint, EndpointHints, EndpointPort, EndpointSlice

from ...errors import Cause
from ...meta import names
from ...meta.context import RequestContext
from ...schema.causes import duplicate, faulty, invalid, required, too_many
from ...schema.checks import label_key, label_value
from ...schema.order import Orders
from ..addresses import NOT_AN_ADDRESS, address_of, ordinary_address
from ..base import Strategy
from ..domains import full_domain

_ENDPOINTS, _ADDRESSES, _PORTS, _TOPOLOGY, _HINTS = 1000, 100, 20000, 16, 8
_FAMILIES = {"IPv4": 4, "IPv6": 6}


_ENDPOINT_SLICES_ORDERS: Orders = {"EndpointSlice": ("addressType", "endpoints", "ports")}


class EndpointSlices(Strategy[EndpointSlice]):
    orders = _ENDPOINT_SLICES_ORDERS

    def validate(self, context: RequestContext, obj: EndpointSlice) -> list[Cause]:
        causes: list[Cause] = []
        if len(obj.endpoints) > _ENDPOINTS:
            causes.append(too_many("endpoints", len(obj.endpoints), _ENDPOINTS))
        else:
            for index, endpoint in enumerate(obj.endpoints):
                causes += _endpoint(endpoint, obj.address_type, f"endpoints[{index}]")
        return causes + _ports(obj.ports)


def _endpoint(endpoint: Endpoint, kind: str, path: str) -> list[Cause]:
    causes: list[Cause] = []
    count = len(endpoint.addresses)
    if not count:
        causes.append(required(f"{path}.addresses", "must contain at least 1 address"))
    elif count > _ADDRESSES:
        causes.append(too_many(f"{path}.addresses", count, _ADDRESSES))
    for index, address in enumerate(endpoint.addresses):
        at = f"{path}.addresses[{index}]"
        if kind == "FQDN":
            causes += full_domain(address, at)
        elif kind in _FAMILIES:
            causes += _ip(address, kind, f"{path}.addresses", at)
    if endpoint.HasField("node_name"):
        causes += faulty(f"{path}.nodeName", endpoint.node_name, names.dns1123_subdomain(endpoint.node_name))
    causes += _topology(endpoint, f"{path}.deprecatedTopology")
    if endpoint.HasField("hostname"):
        causes += faulty(f"{path}.hostname", endpoint.hostname, names.dns1123_label(endpoint.hostname))
    return causes + _hints(endpoint.hints, f"{path}.hints")


def _ip(address: str, kind: str, whole: str, path: str) -> list[Cause]:
    found = address_of(address)
    if found is None:
        return [invalid(path, address, NOT_AN_ADDRESS)]
    causes = [] if found.version == _FAMILIES[kind] else [invalid(whole, address, f"must be an {kind} address")]
    return causes + ordinary_address(address, path)


def _topology(endpoint: Endpoint, path: str) -> list[Cause]:
    found = endpoint.deprecated_topology
    causes = [too_many(path, len(found), _TOPOLOGY)] if len(found) > _TOPOLOGY else []
    for key in sorted(found):
        causes += faulty(path, key, label_key(key))
        causes += faulty(path, found[key], label_value(found[key]))
    return causes


def _hints(hints: EndpointHints, path: str) -> list[Cause]:
    zones, nodes = [zone.name for zone in hints.for_zones], [node.name for node in hints.for_nodes]
    return _hinted(zones, label_value, f"{path}.forZones") + _hinted(nodes, names.dns1123_subdomain, f"{path}.forNodes")


def _hinted(found: Sequence[str], rule: names.NameRule, path: str) -> list[Cause]:
    if len(found) > _HINTS:
        return [too_many(path, len(found), _HINTS)]
    causes: list[Cause] = []
    for index, name in enumerate(found):
        at = f"{path}[{index}].name"
        if name in found[:index]:
            causes.append(duplicate(at, name))
        causes += faulty(at, name, rule(name))
    return causes


def _ports(ports: Sequence[EndpointPort]) -> list[Cause]:
    if len(ports) > _PORTS:
        return [too_many("ports", len(ports), _PORTS)]
    causes: list[Cause] = []
    seen: set[str] = set()
    for index, port in enumerate(ports):
        at = f"ports[{index}]"
        if port.name:
            causes += faulty(f"{at}.name", port.name, names.dns1123_label(port.name))
        if port.name in seen:
            causes.append(duplicate(f"{at}.name", port.name))
        seen.add(port.name)
        if port.HasField("port"):
            causes += faulty(f"{at}.port", port.port, names.port_number(port.port))
        if port.HasField("app_protocol"):
            causes += faulty(f"{at}.appProtocol", port.app_protocol, label_key(port.app_protocol))
    return causes
