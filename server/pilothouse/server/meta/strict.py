"""Strict decoding: names each field that is unknown or occurs twice, in a kube-apiserver's words and order."""

import json
from collections.abc import Iterator

import orjson

from ..errors import BadRequest
from .codec_plan import TYPE_META, Plan
from .json_syntax import syntax_fault
from .members import is_resource
from .scalars import JsonValue, found

# What Go's decoder calls the members that say of what kind an object is.
_TYPE_META = r"""struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }"""


class Repeating(dict[str, JsonValue]):
    """A JSON object of a text in which members occur more than once, here those in `repeated`. The last one counts."""

    def __init__(self, pairs: list[tuple[str, JsonValue]]) -> None:
        super().__init__(pairs)
        seen: set[str] = set()
        self.repeated = {key for key, _ in pairs if key in seen or seen.add(key)}  # type: ignore[func-returns-value]


def parse_object(data: bytes, strict: bool = False) -> dict[str, JsonValue]:
    """A JSON object; null is an empty one. With `strict`, where any member occurs twice, all objects in it are
    `Repeating`, for `problems`. Raises BadRequest for what is not JSON, not UTF-8, or no object."""
    try:
        value = orjson.loads(data)
        if strict and _repeats(data):
            value = json.loads(data, object_pairs_hook=Repeating)
    except orjson.JSONDecodeError as error:
        what = syntax_fault(data, error)
        raise BadRequest(f"couldn't get version/kind; json parse error: {what}") from None
    except RecursionError:
        raise BadRequest("couldn't get version/kind; json parse error: exceeded max depth") from None
    return as_object(value)


def as_object(value: JsonValue) -> dict[str, JsonValue]:
    """A value that must be an object; null is an empty one. Raises BadRequest."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BadRequest(
            f"couldn't get version/kind; json parse error: json: cannot unmarshal {found(value)} into Go value of type "
            f"{_TYPE_META}"
        )
    return value


def problems(plan: Plan, value: dict[str, JsonValue]) -> list[str]:
    """What strict decoding refuses of a root object: 'unknown field "spec.foo"', 'duplicate field "data.a"'."""
    return list(_of_object(plan, value, "", root=True))


def _repeats(data: bytes) -> bool:
    """Whether any object repeats a member. The parse is thrown away: most bodies repeat nothing, and orjson's parse of
    them is at hand."""
    repeats = False

    def check(pairs: list[tuple[str, JsonValue]]) -> None:
        nonlocal repeats
        if len(pairs) > 1 and len(dict(pairs)) != len(pairs):
            repeats = True

    json.loads(data, object_pairs_hook=check)
    return repeats


def _of_object(plan: Plan, value: dict[str, JsonValue], path: str, root: bool = False) -> Iterator[str]:
    repeated = value.repeated if isinstance(value, Repeating) else ()
    for key, item in value.items():
        place = f"{path}.{key}" if path else key
        if key in repeated:
            yield f'duplicate field "{place}"'
        member = plan.members.get(key)
        if member is None:
            if not ((root or is_resource(plan.descriptor)) and key in TYPE_META):
                yield f'unknown field "{place}"'
        elif member.is_map and isinstance(item, dict):
            yield from _of_map(plan.children.get(key), item, place)
        elif (child := plan.children.get(key)) is not None:
            yield from _of_value(child, item, place)


def _of_map(child: Plan | None, value: dict[str, JsonValue], path: str) -> Iterator[str]:
    repeated = value.repeated if isinstance(value, Repeating) else ()
    for key, item in value.items():
        if key in repeated:
            yield f'duplicate field "{path}.{key}"'
        if child is not None:
            yield from _of_value(child, item, f"{path}.{key}")


def _of_value(child: Plan, value: JsonValue, path: str) -> Iterator[str]:
    if isinstance(value, dict):
        yield from _of_object(child, value, path)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _of_value(child, item, f"{path}[{index}]")
