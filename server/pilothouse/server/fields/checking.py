"""Whether an applied configuration has the shape of its type, in the words of structured-merge-diff."""

from collections.abc import Iterator

import orjson

from ..meta.scalars import JsonValue
from .elements import member, shown
from .shapes import ListKind, MapShape, Misshapen, Scalar, Shape, atom, item_element


def faults(shape: Shape, value: JsonValue) -> list[str]:
    """What is wrong: `.spec.foo: field not declared in schema`. Lists that are merged hold no item twice."""
    return [f"{path}: {text}" if path else text for path, text in _faults(shape, value)]


def joined(found: list[str]) -> str:
    """Several faults as one text."""
    return found[0] if len(found) == 1 else "\n".join(("errors:", *(f"  {fault}" for fault in found)))


def _faults(shape: Shape, value: JsonValue) -> Iterator[tuple[str, str]]:
    """Paths and texts."""
    kind = atom(shape, value)
    if value is None or kind is Scalar.ANY:
        return
    if isinstance(kind, Scalar):
        text = _scalar_fault(kind, value)
        if text:
            yield "", text
    elif isinstance(kind, MapShape):
        if not isinstance(value, dict):
            yield "", f"expected map, got &{{{_go(value)}}}"
            return
        for name, item in value.items():
            step, below = shown(member(name)), kind.below(name)
            if below is None:
                yield step, "field not declared in schema"
                return
            for path, text in _faults(below, item):
                yield step + path, text
    elif not isinstance(value, list):
        yield "", f"expected list, got &{{{_go(value)}}}"
    else:
        seen: set[str] = set()
        for place, item in enumerate(value):
            step = f"[{place}]"
            if kind.kind is not ListKind.ATOMIC:
                try:
                    element = item_element(kind, item)
                except Misshapen as error:
                    yield "", f"element {place}: {error}"
                    return
                step = shown(element)
                if element in seen:
                    yield "", f"duplicate entries for key {step}"
                seen.add(element)
            for path, text in _faults(kind.item, item):
                yield step + path, text


def _scalar_fault(kind: Scalar, value: JsonValue) -> str:
    is_bool, is_number = isinstance(value, bool), isinstance(value, int | float)
    if kind is Scalar.STRING and not isinstance(value, str):
        return f"expected string, got &value.valueUnstructured{{Value:{_go_syntax(value)}}}"
    if kind is Scalar.NUMERIC and (is_bool or not is_number):
        return f"expected numeric (int or float), got {_go_type(value)}"
    if kind is Scalar.BOOLEAN and not is_bool:
        return f"expected boolean, got &{{{_go(value)}}}"
    if kind is Scalar.UNTYPED and isinstance(value, dict | list):
        return f"expected any scalar, got &{{{_go(value)}}}"
    return ""


def _go_type(value: JsonValue) -> str:
    """What Go calls the type of a decoded JSON value."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, str):
        return "string"
    if isinstance(value, dict):
        return "map[string]interface {}"
    if isinstance(value, list):
        return "[]interface {}"
    return "int64" if isinstance(value, int) else "float64"


def _go(value: JsonValue) -> str:
    """A value as Go prints it for people."""
    if value is None:
        return "<nil>"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "map[" + " ".join(f"{name}:{_go(item)}" for name, item in sorted(value.items())) + "]"
    if isinstance(value, list):
        return "[" + " ".join(map(_go, value)) + "]"
    return str(value)


def _go_syntax(value: JsonValue) -> str:
    """A value as Go writes it in source code."""
    if isinstance(value, dict):
        items = ", ".join(f"{_go_syntax(name)}:{_go_syntax(item)}" for name, item in sorted(value.items()))
        return f"map[string]interface {{}}{{{items}}}"
    if isinstance(value, list):
        return f"[]interface {{}}{{{', '.join(map(_go_syntax, value))}}}"
    if value is None:
        return "interface {}(nil)"
    return orjson.dumps(value).decode()
