"""An APIService for each version of a group that the server itself serves."""

from typing import Any

from google.protobuf.message import Message

from ..meta.resource import Registry
from .laying import Piece

GROUP = "apiregistration.k8s.io"
MANAGED = "kube-aggregator.kubernetes.io/automanaged"
# How an APIService says that it is there from the start on.
ON_START = "onstart"
# Which group is looked into first for a resource that several have: higher numbers come first.
GROUP_PRIORITIES = {
    "": 18000,
    "apps": 17800,
    "events.k8s.io": 17750,
    "authentication.k8s.io": 17700,
    "authorization.k8s.io": 17600,
    "autoscaling": 17500,
    "batch": 17400,
    "certificates.k8s.io": 17300,
    "networking.k8s.io": 17200,
    "policy": 17100,
    "rbac.authorization.k8s.io": 17000,
    "storage.k8s.io": 16800,
    "admissionregistration.k8s.io": 16700,
    "apiextensions.k8s.io": 16700,
    "scheduling.k8s.io": 16600,
    "coordination.k8s.io": 16500,
    "node.k8s.io": 16300,
    "discovery.k8s.io": 16200,
    "flowcontrol.apiserver.k8s.io": 16100,
    "resource.k8s.io": 15900,
}
# As these, where not the common one.
VERSION_PRIORITIES = {("", "v1"): 1, ("autoscaling", "v2"): 30, ("flowcontrol.apiserver.k8s.io", "v1"): 21}
COMMON_PRIORITY = 15


def api_services(registry: Registry) -> list[Piece]:
    """Those of the groups that are always served; APIServices themselves have none."""
    served = {(resource.group, resource.version) for resource in (*registry, *registry.reviews)}
    return [
        registered(
            group,
            version,
            GROUP_PRIORITIES[group],
            VERSION_PRIORITIES.get((group, version), COMMON_PRIORITY),
            ON_START,
        )
        for group, version in sorted(served)
        if group in GROUP_PRIORITIES
    ]


def registered(group: str, version: str, group_priority: int, version_priority: int, managed: str) -> Piece:
    """One APIService. managed: when it comes and goes."""
    spec = {
        **({"group": group} if group else {}),
        "version": version,
        "groupPriorityMinimum": group_priority,
        "versionPriority": version_priority,
    }
    metadata = {"name": f"{version}.{group}", "labels": {MANAGED: managed}}
    return Piece({"apiVersion": f"{GROUP}/v1", "kind": "APIService", "metadata": metadata, "spec": spec}, _mend)


def _mend(existing: Any, default: Any) -> Message | None:
    """One that somebody has taken over is left."""
    if MANAGED not in existing.metadata.labels or existing.spec == default.spec:
        return None
    existing.spec.CopyFrom(default.spec)
    mended: Message = existing
    return mended
