"""Services, what is behind them, and what lets traffic in."""

from collections.abc import Iterable, Mapping
from typing import Any

from pilothouse.api.core.v1 import networking_pb2 as core
from pilothouse.api.discovery.v1 import discovery_pb2 as discovery
from pilothouse.api.networking.v1 import networking_pb2 as networking

from ....meta.tables import Cells, Column
from .base import AGE, NAME, Shown
from .cells import NONE, UNKNOWN, UNSET, age, first_few, joined, labels, selector_text

HOSTS_SHOWN = 3


def _service(service: core.Service, now: float) -> Cells:
    spec = service.spec
    return [
        service.metadata.name,
        spec.type,
        next(iter(spec.cluster_ips), "") or spec.cluster_ip or NONE,
        _outside(service),
        joined(_port(port) for port in spec.ports),
        age(service, now),
        labels(spec.selector),
    ]


def _port(port: core.ServicePort) -> str:
    number = f"{port.port}:{port.node_port}" if port.node_port > 0 else str(port.port)
    return f"{number}/{port.protocol}"


def _outside(service: core.Service) -> str:
    """Where a service can be reached from outside."""
    spec = service.spec
    match spec.type:
        case "ClusterIP" | "NodePort":
            return joined(spec.external_ips)
        case "LoadBalancer":
            balanced = _balanced(service.status.load_balancer.ingress)
            return ",".join((*balanced, *spec.external_ips)) or "<pending>"
        case "ExternalName":
            return spec.external_name
    return UNKNOWN


def _balanced(ingress: Iterable[core.LoadBalancerIngress | networking.IngressLoadBalancerIngress]) -> list[str]:
    return sorted({point.ip or point.hostname for point in ingress} - {""})


def _endpoints(endpoints: core.Endpoints, now: float) -> Cells:
    found = []
    for subset in endpoints.subsets:
        ports = [f":{port.port}" for port in subset.ports] or [""]
        for port in ports:
            found += [_joined_host(address.ip, port) for address in subset.addresses]
    return [endpoints.metadata.name, first_few(found) if endpoints.subsets else NONE, age(endpoints, now)]


def _joined_host(host: str, port: str) -> str:
    return f"[{host}]{port}" if ":" in host and port else f"{host}{port}"


def _slice(it: discovery.EndpointSlice, now: float) -> Cells:
    ports = [str(p.port) if p.HasField("port") else p.name if p.HasField("name") else "*" for p in it.ports]
    addresses = [address for endpoint in it.endpoints for address in endpoint.addresses]
    return [it.metadata.name, it.address_type, first_few(ports) or UNSET, first_few(addresses) or UNSET, age(it, now)]


def _ingress(ingress: networking.Ingress, now: float) -> Cells:
    spec = ingress.spec
    return [
        ingress.metadata.name,
        spec.ingress_class_name if spec.HasField("ingress_class_name") else NONE,
        _hosts(spec.rules),
        ",".join(_balanced(ingress.status.load_balancer.ingress)),
        "80, 443" if spec.tls else "80",
        age(ingress, now),
    ]


def _hosts(rules: Iterable[networking.IngressRule]) -> str:
    """The first hosts. What is left out is counted by rules, with or without a host."""
    hosts = [rule.host for rule in rules]
    shown: list[str] = []
    for host in hosts:
        if len(shown) == HOSTS_SHOWN:
            return f"{','.join(shown)} + {len(hosts) - HOSTS_SHOWN} more..."
        if host:
            shown.append(host)
    return ",".join(shown) or "*"


def _ingress_class(it: networking.IngressClass, now: float) -> Cells:
    parameters = NONE
    if it.spec.HasField("parameters"):
        given = it.spec.parameters
        kind = f"{given.kind}.{given.api_group}" if given.HasField("api_group") else given.kind
        parameters = f"{kind}/{given.name}"
    return [it.metadata.name, it.spec.controller, parameters, age(it, now)]


def _address(address: networking.IPAddress, now: float) -> Cells:
    """One cell more than there are columns, as a kube-apiserver has it; clients leave it out."""
    parent = NONE
    if address.spec.HasField("parent_ref"):
        ref = address.spec.parent_ref
        resource = f"{ref.resource}.{ref.group}" if ref.group else ref.resource
        parent = "/".join((resource.lower(), *([ref.namespace] if ref.namespace else []), ref.name))
    return [address.metadata.name, parent, age(address, now)]


def _policy(policy: networking.NetworkPolicy, now: float) -> Cells:
    return [policy.metadata.name, selector_text(policy.spec.pod_selector, "<error>") or NONE, age(policy, now)]


SHOWN: Mapping[str, Shown[Any]] = {
    "Endpoints": Shown((NAME, Column("Endpoints", "Addresses and ports behind the service."), AGE), _endpoints),
    "EndpointSlice": Shown(
        (
            NAME,
            Column("AddressType", "What the addresses are: IPv4, IPv6 or names."),
            Column("Ports", "Ports of the endpoints."),
            Column("Endpoints", "Addresses of the endpoints."),
            AGE,
        ),
        _slice,
    ),
    "Ingress": Shown(
        (
            NAME,
            Column("Class", "Class of the ingress."),
            Column("Hosts", "Hosts that the rules are for."),
            Column("Address", "Where the ingress can be reached."),
            Column("Ports", "Ports that are open."),
            AGE,
        ),
        _ingress,
    ),
    "IngressClass": Shown(
        (
            NAME,
            Column("Controller", "Controller that serves ingresses of the class."),
            Column("Parameters", "Object with more settings for the controller."),
            AGE,
        ),
        _ingress_class,
    ),
    "IPAddress": Shown((NAME, Column("ParentRef", "Object that the address is for.")), _address),
    "NetworkPolicy": Shown((NAME, Column("Pod-Selector", "Labels of the pods that it is for."), AGE), _policy),
    "Service": Shown(
        (
            NAME,
            Column("Type", "How the service is exposed."),
            Column("Cluster-IP", "Address of the service within the cluster."),
            Column("External-IP", "Where the service can be reached from outside."),
            Column("Port(s)", "Ports of the service, each with its node port where it has one."),
            AGE,
            Column("Selector", "Labels of the pods behind the service.", priority=1),
        ),
        _service,
    ),
    "ServiceCIDR": Shown(
        (NAME, Column("CIDRs", "Ranges that addresses of services are taken from."), AGE),
        lambda it, now: [it.metadata.name, ",".join(it.spec.cidrs), age(it, now)],
    ),
}
