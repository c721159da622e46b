"""What a HorizontalPodAutoscaler measures, and how fast it may follow."""

from collections.abc import Iterable
from typing import Any

from pilothouse.api.autoscaling.v2.autoscaling_pb2 import (
    HorizontalPodAutoscalerBehavior,
    HPAScalingRules,
    MetricIdentifier,
    MetricSpec,
    MetricTarget,
)

from ..errors import Cause
from ..meta import names
from ..meta.quantities import QuantityError, parse_quantity
from ..schema.causes import forbidden, invalid, not_supported, required
from .pods.resources import container_resource_name

_MAX_WINDOW = 3600
_MAX_PERIOD = 1800
_TYPES = ("ContainerResource", "External", "Object", "Pods", "Resource")
_SOURCES = {
    "Object": "object",
    "External": "external",
    "Pods": "pods",
    "Resource": "resource",
    "ContainerResource": "containerResource",
}
_FIELDS = ("object", "external", "pods", "resource", "container_resource")


def metric_faults(metrics: Iterable[MetricSpec], path: str) -> list[Cause]:
    causes: list[Cause] = []
    for index, metric in enumerate(metrics):
        _metric(metric, f"{path}[{index}]", causes)
    return causes


def behavior_faults(behavior: HorizontalPodAutoscalerBehavior, path: str) -> list[Cause]:
    causes: list[Cause] = []
    for name, json in (("scale_up", "scaleUp"), ("scale_down", "scaleDown")):
        if behavior.HasField(name):
            _rules(getattr(behavior, name), f"{path}.{json}", causes)
    return causes


def _metric(metric: MetricSpec, path: str, causes: list[Cause]) -> None:
    if not metric.type:
        causes.append(required(f"{path}.type", "must specify a metric source type"))
        causes.append(not_supported(f"{path}.type", "", _TYPES))
    present = [name for name in _FIELDS if metric.HasField(name)]
    if present:
        first = present[0]
        json = metric.DESCRIPTOR.fields_by_name[first].json_name
        _source(first, getattr(metric, first), f"{path}.{json}", causes)
    wanted = _SOURCES.get(metric.type)
    if wanted is None:
        # A kube-apiserver says so a second time, after the schema did.
        causes.append(not_supported(f"{path}.type", metric.type, _TYPES))
    jsons = {metric.DESCRIPTOR.fields_by_name[name].json_name for name in present}
    if wanted is not None and wanted not in jsons:
        causes.append(required(f"{path}.{wanted}", "must populate information for the given metric source"))
    if len(present) != 1:
        causes.extend(
            forbidden(f"{path}.{json}", "must populate the given metric source only")
            for json in sorted(jsons)
            if json != wanted
        )


def _source(name: str, source: Any, path: str, causes: list[Cause]) -> None:
    target, at = source.target, f"{path}.target"
    if name == "object":
        _object(source.described_object, f"{path}.describedObject", causes)
    if name in ("object", "external", "pods"):
        _identifier(source.metric, f"{path}.metric", causes)
    elif not source.name:
        causes.append(required(f"{path}.name", "must specify a resource name"))
    elif name == "container_resource":
        container_resource_name(source.name, f"{path}.name", causes)
    if name == "container_resource":
        if source.container:
            faults = names.dns1123_label(source.container)
            causes.extend(invalid(f"{path}.container", source.container, fault) for fault in faults)
        else:
            causes.append(required(f"{path}.container", "must specify a container"))
    _target(target, at, causes)
    valued, averaged = target.HasField("value"), target.HasField("average_value")
    if name == "pods":
        if not averaged:
            causes.append(required(f"{at}.averageValue", "must specify a positive target averageValue"))
    elif name == "object":
        if not valued and not averaged:
            causes.append(required(f"{at}.averageValue", "must set either a target value or averageValue"))
    elif name == "external":
        both = "a target value for metric and a per-pod target"
        if not valued and not averaged:
            detail = "must set either a target value for metric or a per-pod target"
            causes.append(required(f"{at}.averageValue", detail))
        if valued and averaged:
            causes.append(forbidden(f"{at}.value", f"may not set both {both}"))
    else:
        _share(target, averaged, at, causes)


def _share(target: MetricTarget, averaged: bool, path: str, causes: list[Cause]) -> None:
    """A target for what containers use: an amount, or a share of what they request."""
    used = target.HasField("average_utilization")
    if not used and not averaged:
        detail = "must set either a target raw value or a target utilization"
        causes.append(required(f"{path}.averageUtilization", detail))
    if used and averaged:
        detail = "may not set both a target raw value and a target utilization"
        causes.append(forbidden(f"{path}.averageValue", detail))


def _object(ref: Any, path: str, causes: list[Cause]) -> None:
    for json, value in (("kind", ref.kind), ("name", ref.name)):
        if value:
            causes.extend(invalid(f"{path}.{json}", value, fault) for fault in names.path_segment(value))


def _identifier(metric: MetricIdentifier, path: str, causes: list[Cause]) -> None:
    if not metric.name:
        causes.append(required(f"{path}.name", "must specify a metric name"))
    else:
        causes.extend(invalid(f"{path}.name", metric.name, fault) for fault in names.path_segment(metric.name))


def _target(target: MetricTarget, path: str, causes: list[Cause]) -> None:
    if not target.type:
        causes.append(required(f"{path}.type", "must specify a metric target type"))
    if target.type not in ("Utilization", "Value", "AverageValue"):
        causes.append(invalid(f"{path}.type", target.type, "must be either Utilization, Value, or AverageValue"))
    for name, json in (("value", "value"), ("average_value", "averageValue")):
        if target.HasField(name):
            _positive(getattr(target, name).string, f"{path}.{json}", causes)
    if target.HasField("average_utilization") and target.average_utilization < 1:
        causes.append(invalid(f"{path}.averageUtilization", target.average_utilization, "must be greater than 0"))


def _positive(text: str, path: str, causes: list[Cause]) -> None:
    try:
        amount = parse_quantity(text or "0")
    except QuantityError:
        # Refused by the schema.
        return
    if amount.nanos <= 0:
        causes.append(invalid(path, str(amount), "must be positive"))


def _rules(rules: HPAScalingRules, path: str, causes: list[Cause]) -> None:
    window = rules.stabilization_window_seconds
    field = f"{path}.stabilizationWindowSeconds"
    if window < 0:
        causes.append(invalid(field, window, "must be greater than or equal to zero"))
    if window > _MAX_WINDOW:
        causes.append(invalid(field, window, f"must be less than or equal to {_MAX_WINDOW}"))
    if not rules.policies:
        causes.append(required(f"{path}.policies", "must specify at least one Policy"))
    for index, policy in enumerate(rules.policies):
        at = f"{path}.policies[{index}]"
        if not policy.type:
            causes.append(not_supported(f"{at}.type", "", ("Percent", "Pods")))
        if policy.value <= 0:
            causes.append(invalid(f"{at}.value", policy.value, "must be greater than zero"))
        if policy.period_seconds <= 0:
            causes.append(invalid(f"{at}.periodSeconds", policy.period_seconds, "must be greater than zero"))
        if policy.period_seconds > _MAX_PERIOD:
            detail = f"must be less than or equal to {_MAX_PERIOD}"
            causes.append(invalid(f"{at}.periodSeconds", policy.period_seconds, detail))
