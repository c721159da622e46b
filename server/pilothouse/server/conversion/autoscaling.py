"""HorizontalPodAutoscalers: v2 is stored, v1 knows one metric and keeps the rest in annotations, as JSON.

The annotations and their forms are those of Kubernetes, whose clients of v1 read and write them.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import orjson
from google.protobuf.message import Message
from pilothouse.api.autoscaling.v1 import autoscaling_pb2 as v1
from pilothouse.api.autoscaling.v2 import autoscaling_pb2 as v2
from pilothouse.api.meta.v1.meta_pb2 import ObjectMeta

from ..errors import BadRequest
from ..meta.codec import codec_for
from .metrics import metric_from_v1, metric_to_v1, status_from_v1, status_to_v1

METRICS = "autoscaling.alpha.kubernetes.io/metrics"
CURRENT_METRICS = "autoscaling.alpha.kubernetes.io/current-metrics"
CONDITIONS = "autoscaling.alpha.kubernetes.io/conditions"
BEHAVIOR = "autoscaling.alpha.kubernetes.io/behavior"

_ANNOTATIONS = (METRICS, CURRENT_METRICS, CONDITIONS, BEHAVIOR)
_M = TypeVar("_M", bound=Message)


def from_v1(served: v1.HorizontalPodAutoscaler) -> v2.HorizontalPodAutoscaler:
    """Annotations that cannot be read are dropped, as kube-apiservers do."""
    stored = v2.HorizontalPodAutoscaler()
    _copy(served, stored, "metadata")
    annotations = _taken(stored.metadata)
    _copy_fields(served.spec, stored.spec, ("min_replicas", "max_replicas"))
    _copy_reference(served.spec, stored.spec)
    stored.spec.metrics.extend(metric_from_v1(m) for m in _read(annotations[METRICS], v1.MetricSpec))
    if served.spec.HasField("target_cpu_utilization_percentage"):
        target = v2.MetricTarget(type="Utilization", average_utilization=served.spec.target_cpu_utilization_percentage)
        stored.spec.metrics.add(type="Resource", resource=v2.ResourceMetricSource(name="cpu", target=target))
    behavior = _read_one(annotations[BEHAVIOR])
    if behavior is not None:
        stored.spec.behavior.CopyFrom(codec_for(v2.HorizontalPodAutoscalerBehavior).from_value(behavior))
    _status_from_v1(served.status, stored.status, annotations)
    return stored


def to_v1(stored: v2.HorizontalPodAutoscaler) -> v1.HorizontalPodAutoscaler:
    served = v1.HorizontalPodAutoscaler()
    _copy(stored, served, "metadata")
    _taken(served.metadata)
    _copy_fields(stored.spec, served.spec, ("min_replicas", "max_replicas"))
    _copy_reference(stored.spec, served.spec)
    cpu = next((m for m in stored.spec.metrics if _is_cpu_target(m)), None)
    if cpu is not None:
        served.spec.target_cpu_utilization_percentage = cpu.resource.target.average_utilization
    others = [metric_to_v1(m) for m in stored.spec.metrics if m is not cpu]
    _write(served, METRICS, others)
    if stored.spec.HasField("behavior"):
        value = codec_for(v2.HorizontalPodAutoscalerBehavior).to_value(stored.spec.behavior)
        served.metadata.annotations[BEHAVIOR] = orjson.dumps(_renamed(value, _capital)).decode()
    _status_to_v1(stored, served)
    return served


def _taken(metadata: ObjectMeta) -> dict[str, str]:
    """Takes the annotations of this conversion away, and gives what they said."""
    found = {name: metadata.annotations.get(name, "") for name in _ANNOTATIONS}
    for name in _ANNOTATIONS:
        if name in metadata.annotations:
            del metadata.annotations[name]
    return found


def _status_from_v1(
    served: v1.HorizontalPodAutoscalerStatus,
    stored: v2.HorizontalPodAutoscalerStatus,
    annotations: dict[str, str],
) -> None:
    _copy_fields(served, stored, ("observed_generation", "current_replicas", "desired_replicas"))
    _copy(served, stored, "last_scale_time")
    metrics = [status_from_v1(m) for m in _read(annotations[CURRENT_METRICS], v1.MetricStatus)]
    stored.current_metrics.extend(metrics)
    if not metrics and served.HasField("current_cpu_utilization_percentage"):
        current = v2.MetricValueStatus(average_utilization=served.current_cpu_utilization_percentage)
        stored.current_metrics.add(type="Resource", resource=v2.ResourceMetricStatus(name="cpu", current=current))
    conditions = _read(annotations[CONDITIONS], v2.HorizontalPodAutoscalerCondition)
    stored.conditions.extend(conditions)


def _status_to_v1(stored: v2.HorizontalPodAutoscaler, served: v1.HorizontalPodAutoscaler) -> None:
    status = stored.status
    _copy_fields(status, served.status, ("observed_generation", "current_replicas", "desired_replicas"))
    _copy(status, served.status, "last_scale_time")
    for metric in status.current_metrics:
        current = metric.resource.current
        if metric.type == "Resource" and metric.resource.name == "cpu" and current.HasField("average_utilization"):
            served.status.current_cpu_utilization_percentage = current.average_utilization
            break
    _write(served, CURRENT_METRICS, [status_to_v1(m) for m in status.current_metrics])
    _write(served, CONDITIONS, list(status.conditions))


def _is_cpu_target(metric: v2.MetricSpec) -> bool:
    return (
        metric.type == "Resource"
        and metric.resource.name == "cpu"
        and metric.resource.target.HasField("average_utilization")
    )


def _copy(source: Any, target: Any, name: str) -> None:
    if source.HasField(name):
        getattr(target, name).CopyFrom(getattr(source, name))


def _copy_fields(source: Any, target: Any, names: tuple[str, ...]) -> None:
    for name in names:
        if source.HasField(name):
            setattr(target, name, getattr(source, name))


def _copy_reference(source: Any, target: Any) -> None:
    if source.HasField("scale_target_ref"):
        target.scale_target_ref.ParseFromString(source.scale_target_ref.SerializeToString())


def _write(served: v1.HorizontalPodAutoscaler, annotation: str, items: list[Any]) -> None:
    if items:
        values = [codec_for(type(item)).to_value(item) for item in items]
        served.metadata.annotations[annotation] = orjson.dumps(values).decode()


def _read(text: str, message: type[_M]) -> list[_M]:
    try:
        values = orjson.loads(text) if text else []
        return [codec_for(message).from_value(value) for value in values]
    except (orjson.JSONDecodeError, BadRequest, TypeError, AttributeError):
        return []


def _read_one(text: str) -> dict[str, Any] | None:
    """A behavior, whose members Go reads in any case."""
    try:
        value = orjson.loads(text) if text else None
        renamed = _renamed(value, _small)
        codec_for(v2.HorizontalPodAutoscalerBehavior).from_value(renamed)
    except (orjson.JSONDecodeError, BadRequest, TypeError, AttributeError):
        return None
    return renamed if isinstance(renamed, dict) else None


def _renamed(value: Any, rename: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {rename(key): _renamed(item, rename) for key, item in value.items()}
    return [_renamed(item, rename) for item in value] if isinstance(value, list) else value


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def _small(name: str) -> str:
    return name[:1].lower() + name[1:]
