"""Events: core/v1 is stored, events.k8s.io/v1 is the same under other names."""

from typing import Any

from pilothouse.api.core.v1.core_pb2 import Event as CoreEvent
from pilothouse.api.events.v1.events_pb2 import Event

# (core/v1, events.k8s.io/v1)
_NAMES = (
    ("metadata", "metadata"),
    ("involved_object", "regarding"),
    ("reason", "reason"),
    ("message", "note"),
    ("source", "deprecated_source"),
    ("first_timestamp", "deprecated_first_timestamp"),
    ("last_timestamp", "deprecated_last_timestamp"),
    ("count", "deprecated_count"),
    ("type", "type"),
    ("event_time", "event_time"),
    ("series", "series"),
    ("action", "action"),
    ("related", "related"),
    ("reporting_component", "reporting_controller"),
    ("reporting_instance", "reporting_instance"),
)


def to_core(event: Event) -> CoreEvent:
    stored = CoreEvent()
    for core, name in _NAMES:
        _copy(stored, core, event, name)
    return stored


def from_core(event: CoreEvent) -> Event:
    served = Event()
    for core, name in _NAMES:
        _copy(served, name, event, core)
    return served


def _copy(target: Any, name: str, source: Any, source_name: str) -> None:
    if not source.HasField(source_name):
        return
    value = getattr(source, source_name)
    if source_name == "series":
        # Two messages with the same numbers and types.
        target.series.ParseFromString(value.SerializeToString())
    elif target.DESCRIPTOR.fields_by_name[name].message_type is not None:
        getattr(target, name).CopyFrom(value)
    else:
        setattr(target, name, value)
