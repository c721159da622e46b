"""Events, in the older form of the core group and in that of events.k8s.io, which is the stricter one.

Faults are named by the fields of the core Event, which is what is stored.
"""

from collections.abc import Sequence
from typing import Any

from pilothouse.api.core.v1.core_pb2 import Event as CoreEvent
from pilothouse.api.events.v1.events_pb2 import Event

from ..errors import Cause
from ..meta.context import RequestContext
from ..schema.causes import faulty, immutable, invalid, required
from ..schema.checks import label_key
from .base import Strategy

_AT_LARGE = ("default", "kube-system")
"""Where events about what lives in no namespace are kept."""
_TEXT, _NOTE = 128, 1024
_FIXED = (
    ("regarding", "involvedObject"),
    ("reason", "reason"),
    ("note", "message"),
    ("deprecated_source", "source"),
    ("deprecated_first_timestamp", "firstTimestamp"),
    ("deprecated_last_timestamp", "lastTimestamp"),
    ("deprecated_count", "count"),
    ("type", "type"),
    ("event_time", "eventTime"),
    ("action", "action"),
    ("related", "related"),
    ("reporting_controller", "reportingController"),
    ("reporting_instance", "reportingInstance"),
)
_UNSET = (
    ("deprecated_first_timestamp", "firstTimestamp"),
    ("deprecated_last_timestamp", "lastTimestamp"),
    ("deprecated_count", "count"),
    ("deprecated_source", "source"),
)


class CoreEvents(Strategy[CoreEvent]):
    def validate(self, context: RequestContext, obj: CoreEvent) -> list[Cause]:
        space, own = obj.involved_object.namespace, obj.metadata.namespace
        if not _has_time(obj):
            return _place(space, own, own == "default" if not space else space == own)
        causes = _place(space, own, bool(space) or own in _AT_LARGE)
        causes += _controller(obj.reporting_component, "reportingComponent")
        return causes + _texts(obj, obj.reporting_instance, obj.message)


class Events(Strategy[Event]):
    def validate(self, context: RequestContext, obj: Event) -> list[Cause]:
        space, own = obj.regarding.namespace, obj.metadata.namespace
        if not _has_time(obj):
            # An event in the older form, as it is stored.
            return _place(space, own, own == "default" if not space else space == own)
        causes = _place(space, own, bool(space) or own in _AT_LARGE)
        causes += _controller(obj.reporting_controller, "reportingController")
        return causes + _texts(obj, obj.reporting_instance, obj.note)

    def validate_create(self, context: RequestContext, obj: Event) -> list[Cause]:
        causes = _series(obj)
        if not _has_time(obj):
            causes.append(required("eventTime"))
        if obj.type not in ("Normal", "Warning"):
            causes.append(invalid("type", "", f"has invalid value: {obj.type}"))
        causes += [invalid(path, "", "needs to be unset") for name, path in _UNSET if _is_set(obj, name)]
        return causes

    def validate_update(self, context: RequestContext, obj: Event, old: Event) -> list[Cause]:
        causes = _series(obj) if obj.series != old.series else []
        return causes + [
            immutable(path, getattr(obj, name)) for name, path in _FIXED if getattr(obj, name) != getattr(old, name)
        ]


def _has_time(obj: Any) -> bool:
    return bool(obj.event_time.seconds or obj.event_time.nanos)


def _is_set(obj: Event, name: str) -> bool:
    value = getattr(obj, name)
    return bool(value.ListFields() if hasattr(value, "ListFields") else value)


def _place(space: str, own: str, fits: bool) -> list[Cause]:
    """What an event is about is in the event's own namespace, or in none and the event in one of the system."""
    return [] if fits else [invalid("involvedObject.namespace", space, "does not match event.namespace")]


def _controller(name: str, path: str) -> list[Cause]:
    causes = [] if name else [required(path)]
    return causes + faulty(path, name, label_key(name))


def _texts(obj: Any, instance: str, note: str) -> list[Cause]:
    causes: list[Cause] = []
    pairs: Sequence[tuple[str, str]] = (
        ("reportingInstance", instance),
        ("action", obj.action),
        ("reason", obj.reason),
    )
    for path, text in pairs:
        if not text:
            causes.append(required(path))
        if len(text) > _TEXT:
            causes.append(invalid(path, "", f"can have at most {_TEXT} characters"))
    if len(note) > _NOTE:
        causes.append(invalid("message", "", f"can have at most {_NOTE} characters"))
    return causes


def _series(obj: Event) -> list[Cause]:
    if not obj.HasField("series"):
        return []
    causes: list[Cause] = []
    if obj.series.count < 2:
        causes.append(invalid("series.count", "", "should be at least 2"))
    if not obj.series.last_observed_time.seconds and not obj.series.last_observed_time.nanos:
        causes.append(required("series.lastObservedTime"))
    return causes
