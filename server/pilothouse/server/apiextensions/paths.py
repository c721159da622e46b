"""Simple JSON paths into an object: members between dots, as definitions name what is scaled or selected."""

from collections.abc import Mapping, Sequence
from typing import Any


class Misplaced(ValueError):
    """A path leads through, or to, a value of another type."""


def value_at(value: Mapping[str, Any], path: str, wanted: type, name: str) -> Any:
    """The value at a path such as ".spec.replicas"; None where there is none. `name`: what Go calls the wanted type.
    Raises Misplaced, in Go's words."""
    steps = path.removeprefix(".").split(".")
    found: Any = value
    for depth, step in enumerate(steps):
        if found is None:
            return None
        if not isinstance(found, Mapping):
            raise _misplaced(steps[: depth + 1], found, "map[string]interface{}")
        if step not in found:
            return None
        found = found[step]
    if not isinstance(found, wanted) or (isinstance(found, bool) and wanted is not bool):
        raise _misplaced(steps, found, name)
    return found


def selectable_text(value: Mapping[str, Any], path: str) -> str:
    """What a field selector compares: the value at "spec.color" as text, "" for none."""
    found: Any = value
    for step in path.split("."):
        if not isinstance(found, Mapping):
            return ""
        found = found.get(step)
    if isinstance(found, bool):
        return "true" if found else "false"
    return str(found) if isinstance(found, str | int) else ""


def _misplaced(steps: Sequence[str], found: Any, wanted: str) -> Misplaced:
    return Misplaced(
        f".{'.'.join(steps)} accessor error: {_shown(found)} is of the type {_go_type(found)}, expected {wanted}"
    )


def _go_type(value: Any) -> str:
    if value is None:
        return "<nil>"
    names = {bool: "bool", int: "int64", float: "float64", str: "string", list: "[]interface {}"}
    return names.get(type(value), "map[string]interface {}")


def _shown(value: Any) -> str:
    """As Go's %v."""
    if value is None:
        return "<nil>"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "map[" + " ".join(f"{key}:{_shown(item)}" for key, item in sorted(value.items())) + "]"
    if isinstance(value, list):
        return "[" + " ".join(map(_shown, value)) + "]"
    return str(value)
