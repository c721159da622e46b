"""Events of events.k8s.io: once made, only their series grows."""

from pilothouse.api.events.v1.events_pb2 import Event

from ..errors import Cause
from ..meta.context import RequestContext
from ..schema.causes import immutable, invalid, required
from .base import Strategy
from .core import AT_LARGE

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


class Events(Strategy[Event]):
    """Faults are named by the fields of the core Event, which is what is stored."""

    def validate(self, context: RequestContext, obj: Event) -> list[Cause]:
        causes: list[Cause] = []
        namespace = obj.regarding.namespace
        if namespace != obj.metadata.namespace and (namespace or obj.metadata.namespace not in AT_LARGE):
            causes.append(invalid("involvedObject.namespace", namespace, "does not match event.namespace"))
        if obj.event_time.seconds == 0 and obj.event_time.nanos == 0:
            # An event in the older form, as it is stored, is taken as it is.
            return causes
        for name, path in (
            ("reporting_controller", "reportingController"),
            ("reporting_instance", "reportingInstance"),
            ("action", "action"),
            ("reason", "reason"),
        ):
            if not getattr(obj, name):
                causes.append(required(path))
        if obj.type not in ("Normal", "Warning"):
            causes.append(invalid("type", obj.type, f"has invalid value: {obj.type}"))
        return causes

    def validate_update(self, context: RequestContext, obj: Event, old: Event) -> list[Cause]:
        return [
            immutable(path, getattr(obj, name)) for name, path in _FIXED if getattr(obj, name) != getattr(old, name)
        ]
