"""Priority levels and flow schemas: those that must be there, and those that are suggested.

`flow_control.jsonl` has them with the values of a kube-apiserver 1.36. One whose annotation AUTOUPDATE says "false" is
its users' own, but for those that must be there.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson
from google.protobuf.message import Message
from pilothouse.api.flowcontrol.v1 import flowcontrol_pb2 as flowcontrol

from ..authorization.bootstrap import JsonObject
from .laying import Piece

AUTOUPDATE = "apf.kubernetes.io/autoupdate-spec"
MANDATORY = ("exempt", "catch-all")
_FILE = Path(__file__).with_name("flow_control.jsonl")


def flow_control() -> list[Piece]:
    """The objects."""
    return [Piece(value, _mend_mandatory if _name(value) in MANDATORY else _mend_suggested) for value in _values()]


def levels_found(now: float) -> list[Piece]:
    """The states of the schemas: the levels that they refer to exist. now: seconds since the epoch."""

    def found(existing: flowcontrol.FlowSchema, default: flowcontrol.FlowSchema) -> Message | None:
        if any(condition.type == "Dangling" for condition in existing.status.conditions):
            return None
        level = existing.spec.priority_level_configuration.name
        message = f'This FlowSchema references the PriorityLevelConfiguration object named "{level}" and it exists'
        condition = existing.status.conditions.add(type="Dangling", status="False", reason="Found", message=message)
        condition.last_transition_time.seconds = int(now)
        return existing

    return [Piece(value, found, "status") for value in _values() if value["kind"] == "FlowSchema"]


def _values() -> Iterable[JsonObject]:
    return [orjson.loads(line) for line in _FILE.read_bytes().splitlines()]


def _name(value: Any) -> str:
    return str(value["metadata"]["name"])


def _mend_mandatory(existing: Any, default: Any) -> Message | None:
    if existing.spec == default.spec and AUTOUPDATE in existing.metadata.annotations:
        return None
    existing.spec.CopyFrom(default.spec)
    existing.metadata.annotations[AUTOUPDATE] = "true"
    mended: Message = existing
    return mended


def _mend_suggested(existing: Any, default: Any) -> Message | None:
    said = existing.metadata.annotations.get(AUTOUPDATE)
    # One that does not say is ours as long as nobody has changed it.
    ours = said == "true" or (said is None and existing.metadata.generation == 1)
    return _mend_mandatory(existing, default) if ours else None
