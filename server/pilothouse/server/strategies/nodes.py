"""Nodes."""

from collections.abc import Iterable

from pilothouse.api.core.v1.nodes_pb2 import Node
from pilothouse.api.core.v1.references_pb2 import Taint

from ..errors import Cause
from ..meta.context import RequestContext
from ..schema.causes import duplicate, faulty, forbidden, invalid, not_supported, required
from ..schema.checks import label_key, label_value
from .addresses import is_dual, range_faults
from .base import Strategy, copy
from .resource_names import amount, quantities

_EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")


class Nodes(Strategy[Node]):
    # A kubelet registers its node with what it knows of it.
    clears_status = False

    def default(self, obj: Node) -> None:
        if obj.spec.pod_cidr and not obj.spec.pod_cidrs:
            obj.spec.pod_cidrs.append(obj.spec.pod_cidr)
        if obj.status.capacity and not obj.status.allocatable:
            copy(obj.status.allocatable, obj.status.capacity)

    def validate(self, context: RequestContext, obj: Node) -> list[Cause]:
        causes = _taints(obj.spec.taints)
        for name in ("capacity", "allocatable"):
            for resource, quantity in quantities(getattr(obj.status, name)).items():
                causes += amount(resource, quantity, f"status.{name}.{resource}")
        return causes + _ranges(obj)

    def validate_update(self, context: RequestContext, obj: Node, old: Node) -> list[Cause]:
        causes: list[Cause] = []
        for index, address in enumerate(obj.status.addresses):
            if address in obj.status.addresses[:index]:
                causes.append(duplicate(f"status.addresses[{index}]", address))
        if old.spec.pod_cidrs and list(obj.spec.pod_cidrs) != list(old.spec.pod_cidrs):
            detail = 'node updates may not change podCIDR except from "" to valid'
            causes.append(forbidden("spec.podCIDRs", detail))
        if old.spec.provider_id and obj.spec.provider_id != old.spec.provider_id:
            detail = 'node updates may not change providerID except from "" to valid'
            causes.append(forbidden("spec.providerID", detail))
        if obj.spec.external_id != old.spec.external_id:
            causes.append(forbidden("spec.externalID", "may not be updated"))
        return causes


def _taints(taints: Iterable[Taint]) -> list[Cause]:
    causes: list[Cause] = []
    seen: set[tuple[str, str]] = set()
    for index, taint in enumerate(taints):
        at = f"metadata.taints[{index}]"
        causes += faulty(f"{at}.key", taint.key, label_key(taint.key))
        faults = label_value(taint.value)
        if faults:
            causes.append(invalid(f"{at}.value", taint.value, ";".join(faults)))
        if not taint.effect:
            causes.append(required(f"{at}.effect"))
        elif taint.effect not in _EFFECTS:
            causes.append(not_supported(f"{at}.effect", taint.effect, _EFFECTS))
        key = (taint.key, taint.effect)
        if key in seen:
            shown = {"Key": taint.key, "Value": taint.value, "Effect": taint.effect, "TimeAdded": None}
            cause = duplicate(at, shown)
            message = f"{cause.message}: taints must be unique by key and effect pair"
            causes.append(Cause(cause.reason, message, cause.field))
        seen.add(key)
    return causes


def _ranges(obj: Node) -> list[Cause]:
    """The ranges that a node's pods have their addresses from: one, or one of each family."""
    found, path = list(obj.spec.pod_cidrs), "spec.podCIDRs"
    causes = [cause for i, text in enumerate(found) for cause in faulty(f"{path}[{i}]", text, range_faults(text))]
    if len(found) > 2 or (len(found) == 2 and not is_dual(found)):
        causes.append(invalid(path, found, "may specify no more than one CIDR for each IP family"))
    return causes
