"""PriorityClasses and RuntimeClasses: how pods come before others, and what runs them."""

from collections.abc import Sequence

from pilothouse.api.core.v1.references_pb2 import Toleration
from pilothouse.api.node.v1.node_pb2 import RuntimeClass
from pilothouse.api.scheduling.v1.scheduling_pb2 import PriorityClass

from ..errors import Cause
from ..meta.context import RequestContext
from ..schema.causes import duplicate, forbidden, immutable
from ..schema.checks import labels
from .base import Strategy
from .pods.resources import overhead
from .pods.scheduling import tolerations

_HIGHEST = 1_000_000_000
_SYSTEM = "system-"
_OF_SYSTEM = {"system-node-critical": 2_000_001_000, "system-cluster-critical": 2_000_000_000}


class PriorityClasses(Strategy[PriorityClass]):
    def validate(self, context: RequestContext, obj: PriorityClass) -> list[Cause]:
        name = obj.metadata.name
        if not name.startswith(_SYSTEM):
            detail = f"maximum allowed value of a user defined priority is {_HIGHEST}"
            return [forbidden("value", detail)] if obj.value > _HIGHEST else []
        fault = ""
        if name not in _OF_SYSTEM:
            fault = f"{name} is not a known system priority class"
        elif obj.value != _OF_SYSTEM[name]:
            fault = f"value of {name} PriorityClass must be {_OF_SYSTEM[name]}"
        elif obj.global_default:
            fault = f"globalDefault of {name} PriorityClass must be false"
        detail = f"priority class names with '{_SYSTEM}' prefix are reserved for system use only. error: {fault}"
        return [forbidden("metadata.name", detail)] if fault else []

    def validate_update(self, context: RequestContext, obj: PriorityClass, old: PriorityClass) -> list[Cause]:
        causes: list[Cause] = []
        if obj.value != old.value:
            causes.append(forbidden("value", "may not be changed in an update."))
        if obj.preemption_policy != old.preemption_policy:
            causes.append(immutable("preemptionPolicy", obj.preemption_policy))
        return causes


class RuntimeClasses(Strategy[RuntimeClass]):
    def validate(self, context: RequestContext, obj: RuntimeClass) -> list[Cause]:
        causes: list[Cause] = []
        overhead(obj.overhead.pod_fixed, "overhead", causes)
        causes += labels("scheduling.nodeSelector", obj.scheduling.node_selector)
        tolerations(obj.scheduling.tolerations, "scheduling.tolerations", causes)
        return causes + _twice(obj.scheduling.tolerations)


def _twice(found: Sequence[Toleration]) -> list[Cause]:
    return [
        duplicate(f"scheduling.tolerations[{index}]", toleration)
        for index, toleration in enumerate(found)
        if toleration in found[:index]
    ]
