"""Services and Endpoints. Addresses and node ports are allocated elsewhere: here is only what needs no allocation."""

from pilothouse.api.core.v1.networking_pb2 import Service, ServiceSpec

from ..errors import Cause
from ..meta.context import RequestContext
from ..schema.causes import forbidden, invalid, required
from .base import Strategy

_STICKY_SECONDS = 10800


class Services(Strategy[Service]):
    def default(self, obj: Service) -> None:
        spec = obj.spec
        _default_affinity(spec)
        for port in spec.ports:
            if not port.target_port.int_val and not port.target_port.str_val:
                port.target_port.Clear()
                port.target_port.int_val = port.port
        if not spec.external_traffic_policy and (
            spec.type in ("LoadBalancer", "NodePort") or (spec.type == "ClusterIP" and spec.external_ips)
        ):
            spec.external_traffic_policy = "Cluster"
        if spec.type in ("ClusterIP", "NodePort", "LoadBalancer") and not spec.HasField("internal_traffic_policy"):
            spec.internal_traffic_policy = "Cluster"
        if spec.type == "LoadBalancer":
            if not spec.HasField("allocate_load_balancer_node_ports"):
                spec.allocate_load_balancer_node_ports = True
            for ingress in obj.status.load_balancer.ingress:
                if ingress.ip and not ingress.HasField("ip_mode"):
                    ingress.ip_mode = "VIP"

    def validate(self, context: RequestContext, obj: Service) -> list[Cause]:
        spec = obj.spec
        causes: list[Cause] = []
        if not spec.ports and spec.type != "ExternalName" and spec.cluster_ip != "None":
            causes.append(required("spec.ports"))
        causes.extend(_ports(spec))
        if spec.type != "LoadBalancer" and spec.HasField("load_balancer_class"):
            causes.append(forbidden("spec.loadBalancerClass", "may only be used when `type` is 'LoadBalancer'"))
        if spec.type == "ExternalName" and spec.cluster_ips:
            causes.append(forbidden("spec.clusterIPs", "may not be set for ExternalName services"))
        if spec.type in ("NodePort", "LoadBalancer") and spec.cluster_ip == "None":
            detail = f"may not be set to 'None' for {spec.type} services"
            causes.append(invalid("spec.clusterIPs[0]", "None", detail))
        return causes


def _default_affinity(spec: ServiceSpec) -> None:
    if spec.session_affinity == "None":
        spec.ClearField("session_affinity_config")
    elif spec.session_affinity == "ClientIP" and not spec.session_affinity_config.client_ip.HasField("timeout_seconds"):
        spec.session_affinity_config.client_ip.timeout_seconds = _STICKY_SECONDS


def _ports(spec: ServiceSpec) -> list[Cause]:
    causes: list[Cause] = []
    for index, port in enumerate(spec.ports):
        if len(spec.ports) > 1 and not port.name:
            causes.append(required(f"spec.ports[{index}].name"))
        if spec.type == "ClusterIP" and port.node_port:
            detail = "may not be used when `type` is 'ClusterIP'"
            causes.append(forbidden(f"spec.ports[{index}].nodePort", detail))
    return causes
