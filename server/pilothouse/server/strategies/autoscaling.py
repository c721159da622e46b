"""HorizontalPodAutoscalers."""

from pilothouse.api.autoscaling.v1.autoscaling_pb2 import HorizontalPodAutoscaler as HorizontalPodAutoscalerV1
from pilothouse.api.autoscaling.v2.autoscaling_pb2 import (
    HorizontalPodAutoscaler,
    HorizontalPodAutoscalerSpec,
    HPAScalingPolicy,
    HPAScalingRules,
)

from ..conversion.autoscaling import METRICS, from_v1
from ..errors import Cause
from ..meta.context import RequestContext
from ..schema.causes import forbidden, invalid
from ..schema.order import Orders, in_order
from ..schema.validation import validator_for
from .autoscaling_metrics import behavior_faults, metric_faults
from .base import Strategy

_TARGET_PERCENT = 80
_ORDERS: Orders = {
    "HorizontalPodAutoscalerSpec": ("minReplicas", "maxReplicas", "scaleTargetRef", "metrics", "behavior"),
    "HPAScalingRules": ("stabilizationWindowSeconds", "selectPolicy", "policies"),
}
_arrange = in_order(HorizontalPodAutoscaler, _ORDERS)
_validate_v2 = validator_for(HorizontalPodAutoscaler)


class HorizontalPodAutoscalers(Strategy[HorizontalPodAutoscaler]):
    orders = _ORDERS

    def default(self, obj: HorizontalPodAutoscaler) -> None:
        if not obj.spec.HasField("behavior"):
            return
        behavior = obj.spec.behavior
        _default_rules(behavior.scale_up, (("Pods", 4), ("Percent", 100)))
        if not behavior.scale_up.HasField("stabilization_window_seconds"):
            behavior.scale_up.stabilization_window_seconds = 0
        _default_rules(behavior.scale_down, (("Percent", 100),))

    def validate(self, context: RequestContext, obj: HorizontalPodAutoscaler) -> list[Cause]:
        return _bounds(obj)


class HorizontalPodAutoscalersV1(Strategy[HorizontalPodAutoscalerV1]):
    def default(self, obj: HorizontalPodAutoscalerV1) -> None:
        spec = obj.spec
        if not spec.HasField("target_cpu_utilization_percentage") and METRICS not in obj.metadata.annotations:
            spec.target_cpu_utilization_percentage = _TARGET_PERCENT

    def validate(self, context: RequestContext, obj: HorizontalPodAutoscalerV1) -> list[Cause]:
        """Faults are named by the fields of v2, which is what is stored."""
        stored = from_v1(obj)
        return _arrange(_validate_v2(stored) + _bounds(stored))


def _bounds(obj: HorizontalPodAutoscaler) -> list[Cause]:
    spec = obj.spec
    causes: list[Cause] = []
    if not spec.scale_target_ref.api_version:
        causes.append(invalid("spec.scaleTargetRef.apiVersion", "", "apiVersion must specify API group"))
    if spec.HasField("min_replicas") and spec.min_replicas < 1:
        causes.extend(_below_one(spec))
    if spec.max_replicas < 1:
        causes.append(invalid("spec.maxReplicas", spec.max_replicas, "must be greater than 0"))
    if spec.HasField("min_replicas") and spec.max_replicas < spec.min_replicas:
        detail = "must be greater than or equal to `minReplicas`"
        causes.append(invalid("spec.maxReplicas", spec.max_replicas, detail))
    causes.extend(metric_faults(spec.metrics, "spec.metrics"))
    if spec.HasField("behavior"):
        causes.extend(behavior_faults(spec.behavior, "spec.behavior"))
    return causes


def _default_rules(rules: HPAScalingRules, policies: tuple[tuple[str, int], ...]) -> None:
    rules.SetInParent()
    if not rules.HasField("select_policy"):
        rules.select_policy = "Max"
    if not rules.policies:
        rules.policies.extend(HPAScalingPolicy(type=t, value=value, period_seconds=15) for t, value in policies)


def _below_one(spec: HorizontalPodAutoscalerSpec) -> list[Cause]:
    """Nothing is left running only where something outside of the pods is measured."""
    causes = [invalid("spec.minReplicas", spec.min_replicas, "must be greater than or equal to 1")]
    if spec.min_replicas == 0 and not any(m.type in ("Object", "External") for m in spec.metrics):
        detail = "must specify at least one Object or External metric to support scaling to zero replicas"
        causes.append(forbidden("spec.metrics", detail))
    return causes
