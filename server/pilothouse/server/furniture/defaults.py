"""What every plane needs before it serves: the default namespaces, priority classes, range of addresses, roles and
bindings."""

import logging
from collections.abc import Sequence

from google.protobuf.message import Message
from pilothouse.api.networking.v1 import networking_pb2 as networking

from ..allocation import default_range
from ..authorization.bindings import GROUP
from ..authorization.bootstrap import JsonObject, bootstrap_objects
from ..authorization.reconciling import must_be_recreated, reconciled
from ..verbs.plane import Plane
from .laying import Layer, MustBeRecreated, Piece, leave

log = logging.getLogger(__name__)

NAMESPACES: tuple[Piece, ...] = tuple(
    Piece({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    for name in ("default", "kube-system", "kube-public", "kube-node-lease")
)
PRIORITY_CLASSES: tuple[JsonObject, ...] = tuple(
    {
        "apiVersion": "scheduling.k8s.io/v1",
        "kind": "PriorityClass",
        "metadata": {"name": name},
        "value": value,
        "description": description,
    }
    for name, value, description in (
        ("system-node-critical", 2_000_001_000, "For pods that a node cannot do without: they are not to be moved."),
        ("system-cluster-critical", 2_000_000_000, "For pods that the cluster cannot do without; they may move."),
    )
)


async def lay_down(plane: Plane, cluster_ranges: Sequence[str] = ("10.0.0.0/24",)) -> None:
    """Creates what is missing of the default namespaces, PriorityClasses, ServiceCIDR, ClusterRoles, Roles and
    bindings, and adds what the roles and bindings that exist lack of the defaults. cluster_ranges: of cluster IPs, as
    CIDRs."""
    layer = Layer(plane)
    objects = (default_range(cluster_ranges), *PRIORITY_CLASSES, *bootstrap_objects())
    # What lives in a namespace is written only where that exists.
    count = await layer.lay(NAMESPACES)
    count += await layer.lay(
        Piece(obj, _mend_role if str(obj["apiVersion"]).startswith(GROUP) else leave) for obj in objects
    )
    if count:
        log.info("default namespaces, priority classes, roles and bindings laid down", extra={"count": count})


def ranges_ready(now: float) -> Piece:
    """The state of the default ServiceCIDR. now: seconds since the epoch."""

    def ready(existing: networking.ServiceCIDR, default: networking.ServiceCIDR) -> Message | None:
        if any(condition.type == "Ready" for condition in existing.status.conditions):
            return None
        message = "Kubernetes default Service CIDR is ready"
        condition = existing.status.conditions.add(type="Ready", status="True", message=message)
        condition.last_transition_time.seconds = int(now)
        return existing

    return Piece(default_range(()), ready, "status")


def _mend_role(existing: Message, default: Message) -> Message | None:
    """A role or a binding gets what it lacks."""
    if must_be_recreated(existing, default):
        raise MustBeRecreated
    return reconciled(existing, default)
