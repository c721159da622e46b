"""Endpoints: addresses and ports behind a Service, in subsets."""

from pilothouse.api.core.v1.networking_pb2 import EndpointAddress, EndpointPort, Endpoints

from ...errors import Cause
from ...meta import names
from ...meta.context import RequestContext
from ...schema.causes import faulty, required
from ...schema.checks import label_key
from ...schema.order import Orders
from ..addresses import address_faults, ordinary_address
from ..base import Strategy

_ENDPOINTS_RULES_ORDERS: Orders = {"EndpointPort": ("name", "port", "protocol", "appProtocol")}


class EndpointsRules(Strategy[Endpoints]):
    orders = _ENDPOINTS_RULES_ORDERS

    def validate(self, context: RequestContext, obj: Endpoints) -> list[Cause]:
        causes: list[Cause] = []
        for index, subset in enumerate(obj.subsets):
            at = f"subsets[{index}]"
            if not subset.addresses and not subset.not_ready_addresses:
                causes.append(required(at, "must specify `addresses` or `notReadyAddresses`"))
            for i, address in enumerate(subset.addresses):
                causes += _address(address, f"{at}.addresses[{i}]")
            for i, address in enumerate(subset.not_ready_addresses):
                causes += _address(address, f"{at}.notReadyAddresses[{i}]")
            for i, port in enumerate(subset.ports):
                causes += _port(port, len(subset.ports) > 1, f"{at}.ports[{i}]")
        return causes


def _address(address: EndpointAddress, path: str) -> list[Cause]:
    causes = faulty(f"{path}.ip", address.ip, address_faults(address.ip))
    if address.hostname:
        causes += faulty(f"{path}.hostname", address.hostname, names.dns1123_label(address.hostname))
    if address.HasField("node_name"):
        causes += faulty(f"{path}.nodeName", address.node_name, names.dns1123_subdomain(address.node_name))
    return causes + ordinary_address(address.ip, f"{path}.ip")


def _port(port: EndpointPort, named: bool, path: str) -> list[Cause]:
    causes: list[Cause] = []
    if port.name:
        causes += faulty(f"{path}.name", port.name, names.dns1123_label(port.name))
    elif named:
        causes.append(required(f"{path}.name"))
    causes += faulty(f"{path}.port", port.port, names.port_number(port.port))
    if port.HasField("app_protocol"):
        causes += faulty(f"{path}.appProtocol", port.app_protocol, label_key(port.app_protocol))
    return causes
