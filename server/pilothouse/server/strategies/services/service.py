"""Services: how they are exposed, by type."""

from pilothouse.api.core.v1.networking_pb2 import Service, ServiceSpec

from ...errors import Cause
from ...meta import names
from ...meta.context import RequestContext
from ...schema.causes import faulty, forbidden, immutable, invalid, not_supported, required
from ...schema.checks import label_key
from ...schema.order import Orders
from ..addresses import address_of, ordinary_address
from ..base import Strategy
from .balancers import source_ranges, status_faults
from .exposure import is_external
from .ports import node_ports, port_faults, twice

_STICKY_SECONDS = 10800
_LONGEST_STICKY = 86400
_KUBELET = 10250
_HINTS = "service.kubernetes.io/topology-aware-hints"
_MODE = "service.kubernetes.io/topology-mode"
_DISTRIBUTIONS = ("PreferClose", "PreferSameNode", "PreferSameZone")
_ADDRESSED = ("ClusterIP", "NodePort", "LoadBalancer")
_ORDERS: Orders = {
    "ServiceSpec": ("ports", "selector", "sessionAffinity", "sessionAffinityConfig", "externalIPs", "type")
}


class Services(Strategy[Service]):
    orders = _ORDERS

    def default(self, obj: Service) -> None:
        spec = obj.spec
        _default_affinity(spec)
        for port in spec.ports:
            if not port.target_port.int_val and not port.target_port.str_val:
                port.target_port.Clear()
                port.target_port.int_val = port.port
        if not spec.external_traffic_policy and is_external(spec):
            spec.external_traffic_policy = "Cluster"
        if spec.type in _ADDRESSED and not spec.HasField("internal_traffic_policy"):
            spec.internal_traffic_policy = "Cluster"
        if spec.type == "LoadBalancer":
            if not spec.HasField("allocate_load_balancer_node_ports"):
                spec.allocate_load_balancer_node_ports = True
            for ingress in obj.status.load_balancer.ingress:
                if ingress.ip and not ingress.HasField("ip_mode"):
                    ingress.ip_mode = "VIP"

    def validate(self, context: RequestContext, obj: Service) -> list[Cause]:
        spec = obj.spec
        causes = _topology(obj)
        if not spec.ports and spec.type != "ExternalName" and spec.cluster_ip != "None":
            causes.append(required("spec.ports"))
        causes += _by_type(spec)
        causes += port_faults(spec)
        causes += _affinity(spec)
        for index, address in enumerate(spec.external_ips):
            # What is no address at all is refused by the schema.
            if address_of(address) is not None:
                causes += ordinary_address(address, f"spec.externalIPs[{index}]")
        if spec.type == "ClusterIP":
            causes += node_ports(spec)
        causes += twice(spec)
        causes += source_ranges(obj)
        causes += _balanced(spec)
        causes += _traffic(spec)
        return causes

    def validate_update(self, context: RequestContext, obj: Service, old: Service) -> list[Cause]:
        causes = super().validate_update(context, obj, old)
        if context.subresource == "status":
            return causes + status_faults(obj)
        now, before = obj.spec, old.spec
        if _asks_nodes(now) and _asks_nodes(before) and now.health_check_node_port != before.health_check_node_port:
            causes.append(immutable("spec.healthCheckNodePort", now.health_check_node_port))
        if now.type == before.type == "LoadBalancer":
            same = now.HasField("load_balancer_class") == before.HasField("load_balancer_class")
            if not same or now.load_balancer_class != before.load_balancer_class:
                shown = now.load_balancer_class if now.HasField("load_balancer_class") else None
                causes.append(invalid("spec.loadBalancerClass", shown, "may not change once set"))
        return causes


def _default_affinity(spec: ServiceSpec) -> None:
    if spec.session_affinity == "None":
        spec.ClearField("session_affinity_config")
    elif spec.session_affinity == "ClientIP" and not spec.session_affinity_config.client_ip.HasField("timeout_seconds"):
        spec.session_affinity_config.client_ip.timeout_seconds = _STICKY_SECONDS


def _topology(obj: Service) -> list[Cause]:
    found = obj.metadata.annotations
    if _HINTS in found and _MODE in found and found[_HINTS] != found[_MODE]:
        detail = f"must match annotations[{_HINTS}] when both are specified"
        return [invalid(f"metadata.annotations[{_MODE}]", found[_MODE], detail)]
    return []


def _by_type(spec: ServiceSpec) -> list[Cause]:
    causes: list[Cause] = []
    if spec.type in ("NodePort", "LoadBalancer") and spec.cluster_ip == "None":
        detail = f"may not be set to 'None' for {spec.type} services"
        causes.append(invalid("spec.clusterIPs[0]", "None", detail))
    if spec.type == "LoadBalancer":
        for index, port in enumerate(spec.ports):
            if port.port == _KUBELET:
                detail = f"may not expose port {_KUBELET} externally since it is used by kubelet"
                causes.append(invalid(f"spec.ports[{index}].port", port.port, detail))
    if spec.type == "ExternalName":
        causes += _external_name(spec)
    return causes


def _external_name(spec: ServiceSpec) -> list[Cause]:
    fields = (
        (bool(spec.cluster_ips), "clusterIPs"),
        (bool(spec.ip_families), "ipFamilies"),
        (spec.HasField("ip_family_policy"), "ipFamilyPolicy"),
    )
    causes = [forbidden(f"spec.{json}", "may not be set for ExternalName services") for set_, json in fields if set_]
    # A dot at the end says that the name is complete.
    name = spec.external_name.removesuffix(".")
    if not name:
        causes.append(required("spec.externalName"))
    else:
        causes += faulty("spec.externalName", name, names.dns1123_subdomain(name))
    return causes


def _affinity(spec: ServiceSpec) -> list[Cause]:
    config = spec.session_affinity_config
    if spec.session_affinity == "None" and spec.HasField("session_affinity_config"):
        return [forbidden("spec.sessionAffinityConfig", "must not be set when session affinity is None")]
    if spec.session_affinity == "ClientIP" and not 0 < config.client_ip.timeout_seconds <= _LONGEST_STICKY:
        detail = f"must be greater than 0 and less than {_LONGEST_STICKY}"
        seconds = config.client_ip.timeout_seconds
        return [invalid("spec.sessionAffinityConfig.clientIP.timeoutSeconds", seconds, detail)]
    return []


def _balanced(spec: ServiceSpec) -> list[Cause]:
    balanced, only = spec.type == "LoadBalancer", "may only be used when `type` is 'LoadBalancer'"
    causes: list[Cause] = []
    if spec.HasField("allocate_load_balancer_node_ports") and not balanced:
        causes.append(forbidden("spec.allocateLoadBalancerNodePorts", only))
    if spec.HasField("load_balancer_class"):
        if balanced:
            causes += faulty("spec.loadBalancerClass", spec.load_balancer_class, label_key(spec.load_balancer_class))
        else:
            causes.append(forbidden("spec.loadBalancerClass", only))
    return causes


def _asks_nodes(spec: ServiceSpec) -> bool:
    """Whether a load balancer asks each node if the service is there."""
    return spec.type == "LoadBalancer" and spec.external_traffic_policy == "Local"


def _traffic(spec: ServiceSpec) -> list[Cause]:
    causes: list[Cause] = []
    if spec.external_traffic_policy and not is_external(spec):
        detail = "may only be set for externally-accessible services"
        causes.append(invalid("spec.externalTrafficPolicy", spec.external_traffic_policy, detail))
    port = spec.health_check_node_port
    if port and not _asks_nodes(spec):
        detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"
        causes.append(invalid("spec.healthCheckNodePort", port, detail))
    elif port:
        causes += faulty("spec.healthCheckNodePort", port, names.port_number(port))
    if spec.HasField("traffic_distribution") and spec.traffic_distribution not in _DISTRIBUTIONS:
        causes.append(not_supported("spec.trafficDistribution", spec.traffic_distribution, _DISTRIBUTIONS))
    return causes
