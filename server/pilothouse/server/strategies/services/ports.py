"""The ports of Services, and what all ports of endpoints have in common."""

from pilothouse.api.core.v1.networking_pb2 import ServicePort, ServiceSpec

from ...errors import Cause
from ...meta import names
from ...schema.causes import duplicate, faulty, forbidden, required
from ...schema.checks import label_key


def port_faults(spec: ServiceSpec) -> list[Cause]:
    causes: list[Cause] = []
    seen: set[str] = set()
    for index, port in enumerate(spec.ports):
        at = f"spec.ports[{index}]"
        if port.name in seen:
            causes.append(duplicate(f"{at}.name", port.name))
        elif port.name:
            causes += faulty(f"{at}.name", port.name, names.dns1123_label(port.name))
            seen.add(port.name)
        elif len(spec.ports) > 1:
            causes.append(required(f"{at}.name"))
        if not port.port:
            causes += faulty(f"{at}.port", 0, names.port_number(0))
        causes += _target(port, f"{at}.targetPort")
        if port.HasField("app_protocol"):
            causes += faulty(f"{at}.appProtocol", port.app_protocol, label_key(port.app_protocol))
    return causes


def _target(port: ServicePort, path: str) -> list[Cause]:
    target = port.target_port
    if target.type:
        return faulty(path, target.str_val, names.port_name(target.str_val))
    # Without a target it is the port itself, of which enough is said by then.
    number = target.int_val
    return faulty(path, number, names.port_number(number)) if number != port.port else []


def node_ports(spec: ServiceSpec) -> list[Cause]:
    """Ports of nodes where there may be none."""
    detail = "may not be used when `type` is 'ClusterIP'"
    return [forbidden(f"spec.ports[{i}].nodePort", detail) for i, port in enumerate(spec.ports) if port.node_port]


def twice(spec: ServiceSpec) -> list[Cause]:
    """Ports that are there already, by protocol: those of nodes, then those of the service."""
    causes: list[Cause] = []
    seen: set[tuple[str, int]] = set()
    for index, port in enumerate(spec.ports):
        if port.node_port and (port.protocol, port.node_port) in seen:
            causes.append(duplicate(f"spec.ports[{index}].nodePort", port.node_port))
        seen.add((port.protocol, port.node_port))
    seen = set()
    for index, port in enumerate(spec.ports):
        if (port.protocol, port.port) in seen:
            causes.append(duplicate(f"spec.ports[{index}]", _shown(port)))
        seen.add((port.protocol, port.port))
    return causes


def _shown(port: ServicePort) -> dict[str, object]:
    return {
        "Name": "",
        "Protocol": port.protocol,
        "AppProtocol": None,
        "Port": port.port,
        "TargetPort": 0,
        "NodePort": 0,
    }
