"""JSON values as expressions see them, by what their types are declared as.

Members bear the names that expressions call them by, whole numbers in a `number` are no integers, and texts with a
format are times, durations or bytes. Null stays null; what does not fit its type stays as it is: schemas tell of it.
"""

import base64
import binascii
from typing import Any

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from ..meta.times import parse_duration, parse_time
from .declared import Declared
from .needs import ITEMS, Needs

_SECOND = 1_000_000_000


def as_declared(value: Any, declared: Declared, needs: Needs | None = None) -> Any:
    """needs: what of it is looked at; None: all."""
    if value is None:
        return None
    kind = declared.kind
    if kind == "object" and isinstance(value, dict):
        return _object(value, declared, needs)
    if declared.element is not None:
        element = declared.element
        if kind == "map" and isinstance(value, dict):
            some = needs if needs is not None and ITEMS not in needs else None
            return {k: as_declared(v, element) for k, v in value.items() if some is None or k in some}
        if kind == "list" and isinstance(value, list):
            each = None if needs is None else needs.get(ITEMS)
            return [as_declared(item, element, each) for item in value]
    if kind == "double" and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, str) and kind in ("timestamp", "duration", "bytes"):
        return _text(value, kind)
    return value


def _object(value: dict[str, Any], declared: Declared, needs: Needs | None) -> dict[str, Any]:
    return {
        name: as_declared(value[json], declared.fields[name], None if needs is None else needs[name])
        for name, json in declared.names.items()
        if json in value and (needs is None or name in needs)
    }


def _text(value: str, kind: str) -> Any:
    try:
        if kind == "timestamp":
            # A date alone is its midnight.
            seconds, nanos = parse_time(value if "T" in value.upper() else f"{value}T00:00:00Z")
            return Timestamp(seconds=seconds, nanos=nanos)
        if kind == "duration":
            total = parse_duration(value)
            seconds = abs(total) // _SECOND * (1 if total >= 0 else -1)
            return Duration(seconds=seconds, nanos=total - seconds * _SECOND)
        return base64.b64decode(value, validate=True)
    except (ValueError, binascii.Error):
        return value
