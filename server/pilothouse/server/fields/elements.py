"""One step of a path to a field, as FieldsV1 writes it: `f:name` a member, `k:{"name":"x"}` an item by its keys,
`v:"x"` an item by its value, `i:0` an item by its place, and `.` the thing itself."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TypeAlias

import orjson

from ..meta.scalars import JsonValue

SELF = "."

Rank: TypeAlias = tuple[object, ...]
"""What elements of one level are ordered by."""

_SEEN = 1 << 13
# What is longer is not remembered: nobody shall fill the memory with names.
_REMEMBERED_LENGTH = 200
_KINDS = {"f": 1, "k": 2, "v": 3, "i": 4}


def member(name: str) -> str:
    return "f:" + name


def keyed(keys: Iterable[tuple[str, JsonValue]]) -> str:
    """An item of a list by the members that tell items apart."""
    return "k:" + _text(dict(sorted(keys)))


def keyed_by_text(name: str, value: str) -> str:
    """`keyed` for a single key that is a string."""
    return f'k:{{"{name}":{_quoted(value)}}}'


def valued(value: JsonValue) -> str:
    """An item of a set."""
    return "v:" + _text(value)


def canonical(element: str) -> str | None:
    """The one way to write an element; None for a kind of element that is not known. Raises ValueError for one that
    cannot be read."""
    if element.startswith("f:"):
        return element
    return (_canonical if len(element) <= _REMEMBERED_LENGTH else _canonical.__wrapped__)(element)


@lru_cache(maxsize=_SEEN)
def _canonical(element: str) -> str | None:
    kind, _, rest = element.partition(":")
    if kind == "k":
        keys = orjson.loads(rest)
        if not isinstance(keys, dict):
            raise ValueError(f"{element!r} does not name an item by its keys")
        return keyed(keys.items())
    if kind == "v":
        return valued(orjson.loads(rest))
    if kind == "i":
        return f"i:{int(rest)}"
    return None


def rank(element: str) -> Rank:
    """Members come first, then keyed items, items of sets and places; numbers are ordered as such."""
    if element == SELF:
        return (0,)
    if element.startswith("f:"):
        return (1, element)
    return (_rank if len(element) <= _REMEMBERED_LENGTH else _rank.__wrapped__)(element)


@lru_cache(maxsize=_SEEN)
def _rank(element: str) -> Rank:
    kind, rest = element[0], element[2:]
    value = orjson.loads(rest)
    if kind == "k":
        return (2, *((name, *_value_rank(item)) for name, item in value.items()))
    return (_KINDS[kind], *_value_rank(value))


def shown(element: str) -> str:
    """The element in a path that people read: `.name`, `[name="x"]`, `[="x"]`, `[0]`."""
    kind, rest = element[0], element[2:]
    if kind == "f":
        return "." + rest
    if kind == "k":
        return "[" + ",".join(f"{name}={_shown_value(item)}" for name, item in orjson.loads(rest).items()) + "]"
    if kind == "v":
        return f"[={_shown_value(orjson.loads(rest))}]"
    return f"[{rest}]"


def _shown_value(value: JsonValue) -> str:
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{name}={_shown_value(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_shown_value, value)) + "]"
    return _text(value)


def _value_rank(value: JsonValue) -> Rank:
    if isinstance(value, bool):
        return (2, value)
    if isinstance(value, int | float):
        return (0, value)
    if isinstance(value, str):
        return (1, value)
    return (3, _text(value))


def _quoted(text: str) -> str:
    if '"' not in text and "\\" not in text and text.isprintable():
        return f'"{text}"'
    return _text(text)


def _text(value: JsonValue) -> str:
    return orjson.dumps(value).decode()
