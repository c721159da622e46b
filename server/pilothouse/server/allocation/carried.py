"""What an update of a Service keeps of what was allocated, and what goes with its type.

The rules are those of a kube-apiserver: a client that leaves out what it was given keeps it; a client that sends it
back unchanged with a type that has no use for it gives it up.
"""

from pilothouse.api.core.v1.networking_pb2 import Service, ServiceSpec

from ..strategies.services.exposure import is_external

PORTED = ("NodePort", "LoadBalancer")


def needs_health_port(spec: ServiceSpec) -> bool:
    """Whether a load balancer must ask nodes whether they serve a Service."""
    return spec.type == "LoadBalancer" and spec.external_traffic_policy == "Local"


def sync_new(service: Service) -> None:
    """clusterIP of a new Service is the first of its clusterIPs."""
    spec = service.spec
    if spec.cluster_ip and not spec.cluster_ips:
        spec.cluster_ips.append(spec.cluster_ip)


def carry_over(new: Service, old: Service) -> None:
    """Completes a changed Service with what it had, and takes out what its type has no use for."""
    now, before = new.spec, old.spec
    if _addressed(now) and _addressed(before):
        if not now.cluster_ip and not now.cluster_ips:
            now.cluster_ip = before.cluster_ip
        if not now.cluster_ips and now.cluster_ip == before.cluster_ip:
            now.cluster_ips.extend(before.cluster_ips)
    if now.type in PORTED and before.type in PORTED:
        _carry_ports(now, before)
    if needs_health_port(now) and needs_health_port(before) and not now.health_check_node_port:
        now.health_check_node_port = before.health_check_node_port
    _sync(now, before)
    _drop(now, before)


def _addressed(spec: ServiceSpec) -> bool:
    return spec.type != "ExternalName"


def _carry_ports(now: ServiceSpec, before: ServiceSpec) -> None:
    kept = {port.name: port.node_port for port in before.ports}
    used = {port.node_port for port in now.ports if port.node_port}
    for port in now.ports:
        known = kept.get(port.name, 0)
        if not port.node_port and known and known not in used:
            port.node_port = known
            used.add(known)


def _sync(now: ServiceSpec, before: ServiceSpec) -> None:
    """A client that knows only one of clusterIP and clusterIPs changes both."""
    if now.cluster_ip == before.cluster_ip:
        return
    if list(now.cluster_ips) == list(before.cluster_ips):
        now.ClearField("cluster_ips")
    if now.cluster_ip and not now.cluster_ips:
        now.cluster_ips.append(now.cluster_ip)


def _drop(now: ServiceSpec, before: ServiceSpec) -> None:
    if _addressed(before) and not _addressed(now):
        if list(now.cluster_ips) in ([], list(before.cluster_ips)) and now.cluster_ip in ("", before.cluster_ip):
            now.ClearField("cluster_ip")
            now.ClearField("cluster_ips")
        if list(now.ip_families) == list(before.ip_families):
            now.ClearField("ip_families")
        if now.ip_family_policy == before.ip_family_policy:
            now.ClearField("ip_family_policy")
        if now.internal_traffic_policy == before.internal_traffic_policy:
            now.ClearField("internal_traffic_policy")
    if before.type in PORTED and now.type not in PORTED:
        had = [port.node_port for port in before.ports]
        if [port.node_port for port in now.ports] == had:
            for port in now.ports:
                port.ClearField("node_port")
    closed = is_external(before) and not is_external(now)
    if closed and now.external_traffic_policy == before.external_traffic_policy:
        now.ClearField("external_traffic_policy")
    unhealthy = needs_health_port(before) and not needs_health_port(now)
    if unhealthy and now.health_check_node_port == before.health_check_node_port:
        now.ClearField("health_check_node_port")
    if before.type == "LoadBalancer" and now.type != "LoadBalancer":
        if now.allocate_load_balancer_node_ports == before.allocate_load_balancer_node_ports:
            now.ClearField("allocate_load_balancer_node_ports")
        if now.load_balancer_class == before.load_balancer_class:
            now.ClearField("load_balancer_class")
