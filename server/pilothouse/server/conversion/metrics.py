"""Metrics of HorizontalPodAutoscalers: what v2 nests as metric, target and current, v1 has side by side."""

from typing import Any

from google.protobuf.message import Message
from pilothouse.api.autoscaling.v1 import autoscaling_pb2 as v1
from pilothouse.api.autoscaling.v2 import autoscaling_pb2 as v2

_ZERO = ("", "0")


def metric_from_v1(metric: v1.MetricSpec) -> v2.MetricSpec:
    made = v2.MetricSpec()
    _same(metric, made, "type")
    if metric.HasField("object"):
        source, target = metric.object, made.object
        _message(source, "target", target.described_object)
        _identifier(source, target.metric, "metric_name", "selector")
        _quantity(source, "average_value", target.target, "average_value")
        if not source.HasField("average_value") or source.target_value.string not in _ZERO:
            _quantity(source, "target_value", target.target, "value")
        target.target.type = "AverageValue" if source.HasField("average_value") else "Value"
    if metric.HasField("pods"):
        _identifier(metric.pods, made.pods.metric, "metric_name", "selector")
        _quantity(metric.pods, "target_average_value", made.pods.target, "average_value")
        made.pods.target.type = "AverageValue"
    for name in ("resource", "container_resource"):
        if metric.HasField(name):
            _resource_from_v1(getattr(metric, name), getattr(made, name))
    if metric.HasField("external"):
        outside, wanted = metric.external, made.external
        _identifier(outside, wanted.metric, "metric_name", "metric_selector")
        _quantity(outside, "target_value", wanted.target, "value")
        _quantity(outside, "target_average_value", wanted.target, "average_value")
        wanted.target.type = "Value" if outside.HasField("target_value") else "AverageValue"
    return made


def metric_to_v1(metric: v2.MetricSpec) -> v1.MetricSpec:
    made = v1.MetricSpec()
    _same(metric, made, "type")
    if metric.HasField("object"):
        source, target = metric.object, made.object
        _message(source, "described_object", target.target)
        _name(source.metric, target, "metric_name", "selector")
        _quantity(source.target, "value", target, "target_value")
        _quantity(source.target, "average_value", target, "average_value")
        target.SetInParent()
    if metric.HasField("pods"):
        _name(metric.pods.metric, made.pods, "metric_name", "selector")
        _quantity(metric.pods.target, "average_value", made.pods, "target_average_value")
        made.pods.SetInParent()
    for name in ("resource", "container_resource"):
        if metric.HasField(name):
            plain, nested = getattr(made, name), getattr(metric, name)
            plain.SetInParent()
            _same(nested, plain, "name", "container")
            if nested.target.HasField("average_utilization"):
                plain.target_average_utilization = nested.target.average_utilization
            _quantity(nested.target, "average_value", plain, "target_average_value")
    if metric.HasField("external"):
        _name(metric.external.metric, made.external, "metric_name", "metric_selector")
        _quantity(metric.external.target, "value", made.external, "target_value")
        _quantity(metric.external.target, "average_value", made.external, "target_average_value")
        made.external.SetInParent()
    return made


def status_from_v1(metric: v1.MetricStatus) -> v2.MetricStatus:
    made = v2.MetricStatus()
    _same(metric, made, "type")
    if metric.HasField("object"):
        source, target = metric.object, made.object
        _message(source, "target", target.described_object)
        _identifier(source, target.metric, "metric_name", "selector")
        _quantity(source, "average_value", target.current, "average_value")
        if not source.HasField("average_value") or source.current_value.string not in _ZERO:
            _quantity(source, "current_value", target.current, "value")
    if metric.HasField("pods"):
        _identifier(metric.pods, made.pods.metric, "metric_name", "selector")
        _quantity(metric.pods, "current_average_value", made.pods.current, "average_value")
    for name in ("resource", "container_resource"):
        if metric.HasField(name):
            plain, nested = getattr(metric, name), getattr(made, name)
            nested.SetInParent()
            _same(plain, nested, "name", "container")
            if plain.HasField("current_average_utilization"):
                nested.current.average_utilization = plain.current_average_utilization
            _quantity(plain, "current_average_value", nested.current, "average_value")
    if metric.HasField("external"):
        outside, seen = metric.external, made.external
        _identifier(outside, seen.metric, "metric_name", "metric_selector")
        _quantity(outside, "current_average_value", seen.current, "average_value")
        if not outside.HasField("current_average_value") or outside.current_value.string not in _ZERO:
            _quantity(outside, "current_value", seen.current, "value")
    return made


def status_to_v1(metric: v2.MetricStatus) -> v1.MetricStatus:
    made = v1.MetricStatus()
    _same(metric, made, "type")
    if metric.HasField("object"):
        source, target = metric.object, made.object
        _message(source, "described_object", target.target)
        _name(source.metric, target, "metric_name", "selector")
        _quantity(source.current, "value", target, "current_value")
        _quantity(source.current, "average_value", target, "average_value")
        target.SetInParent()
    if metric.HasField("pods"):
        _name(metric.pods.metric, made.pods, "metric_name", "selector")
        _quantity(metric.pods.current, "average_value", made.pods, "current_average_value")
        made.pods.SetInParent()
    for name in ("resource", "container_resource"):
        if metric.HasField(name):
            plain, nested = getattr(made, name), getattr(metric, name)
            plain.SetInParent()
            _same(nested, plain, "name", "container")
            if nested.current.HasField("average_utilization"):
                plain.current_average_utilization = nested.current.average_utilization
            _quantity(nested.current, "average_value", plain, "current_average_value")
    if metric.HasField("external"):
        _name(metric.external.metric, made.external, "metric_name", "metric_selector")
        _quantity(metric.external.current, "value", made.external, "current_value")
        _quantity(metric.external.current, "average_value", made.external, "current_average_value")
        made.external.SetInParent()
    return made


def _resource_from_v1(plain: Any, nested: Any) -> None:
    _same(plain, nested, "name", "container")
    if plain.HasField("target_average_utilization"):
        nested.target.average_utilization = plain.target_average_utilization
    _quantity(plain, "target_average_value", nested.target, "average_value")
    nested.target.type = "Utilization" if plain.HasField("target_average_utilization") else "AverageValue"


def _same(source: Any, target: Any, *names: str) -> None:
    """Strings that both have; `container` only some."""
    for name in names:
        if name in source.DESCRIPTOR.fields_by_name and source.HasField(name):
            setattr(target, name, getattr(source, name))


def _quantity(source: Any, name: str, target: Any, target_name: str) -> None:
    if source.HasField(name):
        getattr(target, target_name).CopyFrom(getattr(source, name))


def _message(source: Any, name: str, target: Message) -> None:
    """A message of the other version, with the same numbers and types."""
    if source.HasField(name):
        target.ParseFromString(getattr(source, name).SerializeToString())


def _identifier(source: Any, identifier: Any, name: str, selector: str) -> None:
    identifier.SetInParent()
    if source.HasField(name):
        identifier.name = getattr(source, name)
    if source.HasField(selector):
        identifier.selector.CopyFrom(getattr(source, selector))


def _name(identifier: Any, target: Any, name: str, selector: str) -> None:
    if identifier.HasField("name"):
        setattr(target, name, identifier.name)
    if identifier.HasField("selector"):
        getattr(target, selector).CopyFrom(identifier.selector)
