"""Metrics of HorizontalPodAutoscalers: what v2 nests as metric, target and current, v1 has side by side.

v1 names a number by its side ("target" in a spec, "current" in a status) and by what v2 calls it there: target_value,
current_average_utilization; of objects the average goes without a side.
"""

from typing import Any

from google.protobuf.message import Message
from pilothouse.api import annotations_pb2 as options
from pilothouse.api.autoscaling.v1 import autoscaling_pb2 as v1
from pilothouse.api.autoscaling.v2 import autoscaling_pb2 as v2

from ..meta.members import option

_NUMBERS = {"Value": "value", "AverageValue": "average_value", "Utilization": "average_utilization"}
"""The members of a target or of a current by the types of targets."""
_TYPES = {
    "object": ("AverageValue", "Value"),
    "pods": ("AverageValue",),
    "resource": ("Utilization", "AverageValue"),
    "container_resource": ("Utilization", "AverageValue"),
    "external": ("Value", "AverageValue"),
}
"""The types that targets of v1 have, by kind of metric: the first whose number is there, else the last."""
_ZERO = ("", "0")


def metric_from_v1(metric: v1.MetricSpec) -> v2.MetricSpec:
    made = v2.MetricSpec()
    for kind in _from_v1(metric, made, "target"):
        target, types = getattr(made, kind).target, _TYPES[kind]
        target.type = next((t for t in types if target.HasField(_NUMBERS[t])), types[-1])
    return made


def metric_to_v1(metric: v2.MetricSpec) -> v1.MetricSpec:
    made = v1.MetricSpec()
    _to_v1(metric, made, "target")
    return made


def status_from_v1(metric: v1.MetricStatus) -> v2.MetricStatus:
    made = v2.MetricStatus()
    _from_v1(metric, made, "current")
    return made


def status_to_v1(metric: v2.MetricStatus) -> v1.MetricStatus:
    made = v1.MetricStatus()
    _to_v1(metric, made, "current")
    return made


def _from_v1(metric: Any, made: Any, side: str) -> list[str]:
    """Returns the kinds of metrics that there are."""
    _copy(metric, "type", made, "type")
    kinds = [kind for kind in _TYPES if metric.HasField(kind)]
    for kind in kinds:
        flat, nested = getattr(metric, kind), getattr(made, kind)
        nested.SetInParent()
        for name in ("name", "container"):
            _copy(flat, name, nested, name)
        if _has(flat, "target"):
            _copy(flat, "target", nested, "described_object")
        if _has(nested, "metric"):
            nested.metric.SetInParent()
            _copy(flat, "metric_name", nested.metric, "name")
            _copy(flat, _selector(flat), nested.metric, "selector")
        numbers = _numbers(flat, side)
        for name, number in numbers.items():
            if name != "value" or not _says_nothing(flat, number, numbers["average_value"]):
                _copy(flat, number, getattr(nested, side), name)
    return kinds


def _to_v1(metric: Any, made: Any, side: str) -> None:
    _copy(metric, "type", made, "type")
    for kind in _TYPES:
        if not metric.HasField(kind):
            continue
        nested, flat = getattr(metric, kind), getattr(made, kind)
        flat.SetInParent()
        for name in ("name", "container"):
            _copy(nested, name, flat, name)
        if _has(flat, "target"):
            _copy(nested, "described_object", flat, "target")
        if _has(nested, "metric"):
            _copy(nested.metric, "name", flat, "metric_name")
            _copy(nested.metric, "selector", flat, _selector(flat))
        for name, number in _numbers(flat, side).items():
            _copy(getattr(nested, side), name, flat, number)


def _numbers(flat: Message, side: str) -> dict[str, str]:
    """The names in v1 by those in v2, of the numbers that this kind of metric has."""
    named = {name: f"{side}_{name}" for name in _NUMBERS.values()}
    if _has(flat, "average_value"):
        named["average_value"] = "average_value"
    return {name: number for name, number in named.items() if _has(flat, number)}


def _says_nothing(flat: Any, value: str, average: str) -> bool:
    """Whether a value is zero only because v1 must always write it."""
    always = option(flat.DESCRIPTOR.fields_by_name[value], options.value)
    return always and flat.HasField(average) and getattr(flat, value).string in _ZERO


def _selector(flat: Message) -> str:
    return "metric_selector" if _has(flat, "metric_selector") else "selector"


def _has(message: Message, name: str) -> bool:
    """Whether messages of this class have such a field."""
    return name in message.DESCRIPTOR.fields_by_name


def _copy(source: Any, name: str, target: Any, target_name: str) -> None:
    """Copies what is set; messages of the two versions have the same numbers and types."""
    if not _has(source, name) or not source.HasField(name):
        return
    value = getattr(source, name)
    if isinstance(value, Message):
        copied = getattr(target, target_name)
        copied.SetInParent()
        copied.MergeFromString(value.SerializeToString())
    else:
        setattr(target, target_name, value)
