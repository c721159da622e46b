"""What Services say of load balancers, and what load balancers say of themselves."""

from pilothouse.api.core.v1.networking_pb2 import LoadBalancerIngress, Service

from ...errors import Cause
from ...meta import names
from ...schema.causes import faulty, forbidden, invalid, not_supported, required
from ..addresses import address_faults, address_of, range_faults

_RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges"
_ONLY = "may only be used when `type` is 'LoadBalancer'"


def source_ranges(obj: Service) -> list[Cause]:
    """Whom a load balancer lets through, by the field or by the annotation that was there before it."""
    spec = obj.spec
    balanced = spec.type == "LoadBalancer"
    if spec.load_balancer_source_ranges:
        path = "spec.LoadBalancerSourceRanges"
        causes = [] if balanced else [forbidden(path, _ONLY)]
        for index, text in enumerate(spec.load_balancer_source_ranges):
            causes += faulty(f"{path}[{index}]", text.strip(), range_faults(text.strip()))
        return causes
    if _RANGES not in obj.metadata.annotations:
        return []
    path = f"metadata.annotations[{_RANGES}]"
    causes = [] if balanced else [forbidden(path, _ONLY)]
    text = obj.metadata.annotations[_RANGES].strip()
    for part in text.split(",") if text else ():
        causes += faulty(path, part.strip(), range_faults(part.strip()))
    return causes


def status_faults(obj: Service) -> list[Cause]:
    """What is wrong with a status that is written."""
    found = obj.status.load_balancer.ingress
    path = "status.loadBalancer.ingress"
    if found and obj.spec.type != "LoadBalancer":
        return [forbidden(path, "may only be used when `spec.type` is LoadBalancer")]
    return [cause for i, ingress in enumerate(found) for cause in _ingress(ingress, f"{path}[{i}]")]


def _ingress(ingress: LoadBalancerIngress, path: str) -> list[Cause]:
    causes = faulty(f"{path}.ip", ingress.ip, address_faults(ingress.ip)) if ingress.ip else []
    if not ingress.HasField("ip_mode"):
        if ingress.ip:
            causes.append(required(f"{path}.ipMode", "must be specified when `ip` is set"))
    elif not ingress.ip:
        causes.append(forbidden(f"{path}.ipMode", "may not be specified when `ip` is not set"))
    elif ingress.ip_mode not in ("Proxy", "VIP"):
        causes.append(not_supported(f"{path}.ipMode", ingress.ip_mode, ("Proxy", "VIP")))
    return causes + host_name(ingress.hostname, f"{path}.hostname")


def host_name(name: str, path: str) -> list[Cause]:
    """The name of a load balancer, where it has one."""
    if not name:
        return []
    causes = faulty(path, name, names.dns1123_subdomain(name))
    if address_of(name) is not None:
        causes.append(invalid(path, name, "must be a DNS name, not an IP address"))
    return causes
