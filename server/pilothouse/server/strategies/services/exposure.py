"""How far a Service reaches: what its defaults, its validation and its allocation go by."""

from pilothouse.api.core.v1.networking_pb2 import ServiceSpec


def is_external(spec: ServiceSpec) -> bool:
    """Whether it is reached from outside of the cluster, so that an externalTrafficPolicy has a meaning."""
    return spec.type in ("NodePort", "LoadBalancer") or (spec.type == "ClusterIP" and bool(spec.external_ips))
