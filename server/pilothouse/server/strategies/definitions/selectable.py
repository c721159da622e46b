"""The fields of custom objects that field selectors may compare."""

import re
from collections.abc import Sequence

from pilothouse.api.apiextensions.v1.apiextensions_pb2 import JSONSchemaProps, SelectableField

from ...errors import Cause
from ...schema.causes import duplicate, invalid, required, too_many

_FIELDS = 8
_TYPES = ("string", "boolean", "integer")
_WRONG_TYPE = (
    "must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed."
)
_STEP = re.compile(r"\.([A-Za-z_][A-Za-z0-9_]*)|\['((?:[^'\\]|\\.)*)'\]")


def selectable_faults(found: Sequence[SelectableField], schema: JSONSchemaProps, path: str) -> list[Cause]:
    causes = [too_many(path, len(found), _FIELDS)] if len(found) > _FIELDS else []
    seen: set[tuple[str, ...]] = set()
    for index, field in enumerate(found):
        text, at = field.json_path, f"{path}[{index}].jsonPath"
        if not text:
            causes.append(required(at))
            continue
        steps = _steps(text)
        target = _target(schema, steps) if steps else None
        if target is None:
            what = "does not refer to a valid field" if steps else "expected [ or ."
            causes.append(invalid(at, text, f"is an invalid path: {what}"))
            continue
        if steps[0] == "metadata":
            causes.append(invalid(at, text, "must not point to fields in metadata"))
        if target.type not in _TYPES:
            causes.append(invalid(at, text, _WRONG_TYPE))
        if steps in seen:
            causes.append(duplicate(at, text))
        seen.add(steps)
    return causes


def _steps(text: str) -> tuple[str, ...]:
    """The members that a path names; none where it is no path."""
    steps: list[str] = []
    at = 0
    while at < len(text):
        match = _STEP.match(text, at)
        if match is None:
            return ()
        steps.append(match.group(1) or match.group(2))
        at = match.end()
    return tuple(steps)


def _target(schema: JSONSchemaProps, steps: Sequence[str]) -> JSONSchemaProps | None:
    for depth, step in enumerate(steps):
        if step in schema.properties:
            schema = schema.properties[step]
        elif not depth and step == "metadata":
            # It is there without being spoken of.
            return JSONSchemaProps(type="string")
        else:
            return None
    return schema
