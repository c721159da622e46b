"""HorizontalPodAutoscalers, as autoscaling/v2 has them, and scales."""

from collections.abc import Mapping
from typing import Any, Protocol

from pilothouse.api.autoscaling.v2 import autoscaling_pb2 as autoscaling
from pilothouse.api.meta.v1 import meta_pb2 as meta

from ....meta.tables import Cells, Column
from .base import AGE, NAME, Shown
from .cells import NIL, NONE, UNKNOWN, UNSET, age, first_few, quantity

METRICS_SHOWN = 2
# Which member of a metric and of its status is the one of its type.
MEMBERS = {"External": "external", "Object": "object", "Pods": "pods"}
RESOURCES = {"ContainerResource": "container_resource", "Resource": "resource"}


class _Measured(Protocol):
    """A target, or what was measured of it."""

    @property
    def value(self) -> meta.Quantity: ...
    @property
    def average_value(self) -> meta.Quantity: ...
    def HasField(self, field_name: Any, /) -> bool: ...


def _autoscaler(it: autoscaling.HorizontalPodAutoscaler, now: float) -> Cells:
    spec = it.spec
    return [
        it.metadata.name,
        f"{spec.scale_target_ref.kind}/{spec.scale_target_ref.name}",
        _metrics(it),
        str(spec.min_replicas) if spec.HasField("min_replicas") else UNSET,
        spec.max_replicas,
        it.status.current_replicas,
        age(it, now),
    ]


def _metrics(it: autoscaling.HorizontalPodAutoscaler) -> str:
    """What was measured and what is aimed at, for the first metrics."""
    measured = it.status.current_metrics
    texts = [
        _metric(metric, measured[index] if index < len(measured) else autoscaling.MetricStatus())
        for index, metric in enumerate(it.spec.metrics)
    ]
    return first_few(texts, METRICS_SHOWN, ", ") or NONE


def _metric(metric: autoscaling.MetricSpec, status: autoscaling.MetricStatus) -> str:
    if metric.type in RESOURCES:
        return _resource(metric, status, RESOURCES[metric.type])
    if metric.type not in MEMBERS:
        return "<unknown type>"
    member = MEMBERS[metric.type]
    target: _Measured = getattr(metric, member).target
    current: _Measured = getattr(status, member).current
    known = status.HasField(member)
    if metric.type == "Pods":
        return f"{_amount(current, 'average_value') if known else UNKNOWN}/{_amount(target, 'average_value')}"
    if target.HasField("average_value"):
        average = quantity(current.average_value) if current.HasField("average_value") else UNKNOWN
        return f"{average}/{quantity(target.average_value)} (avg)"
    return f"{_amount(current, 'value') if known else UNKNOWN}/{_amount(target, 'value')}"


def _resource(metric: autoscaling.MetricSpec, status: autoscaling.MetricStatus, member: str) -> str:
    source = getattr(metric, member)
    target, current = source.target, getattr(status, member).current
    if target.HasField("average_value"):
        known = status.HasField(member)
        measured = _amount(current, "average_value") if known else UNKNOWN
        return f"{source.name}: {measured}/{quantity(target.average_value)}"
    used = f"{current.average_utilization}%" if current.HasField("average_utilization") else UNKNOWN
    wanted = f"{target.average_utilization}%" if target.HasField("average_utilization") else "<auto>"
    return f"{source.name}: {used}/{wanted}"


def _amount(measured: _Measured, member: str) -> str:
    return quantity(getattr(measured, member)) if measured.HasField(member) else NIL


SHOWN: Mapping[str, Shown[Any]] = {
    "HorizontalPodAutoscaler": Shown(
        (
            NAME,
            Column("Reference", "What is scaled."),
            Column("Targets", "What was measured, and what is aimed at."),
            Column("MinPods", "How many pods there are at least."),
            Column("MaxPods", "How many pods there are at most."),
            Column("Replicas", "How many pods there are."),
            AGE,
        ),
        _autoscaler,
    ),
    "Scale": Shown(
        (
            Column("Name", NAME.description),
            Column("Desired", "How many pods there should be.", "integer"),
            Column("Available", "How many pods there are.", "integer"),
            AGE,
        ),
        lambda it, now: [it.metadata.name, it.spec.replicas, it.status.replicas, age(it, now)],
    ),
}
