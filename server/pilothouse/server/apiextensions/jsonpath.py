"""The JSON paths that printer columns may use: members, indexes and slices of lists, filters, and descendants.

The syntax is that of kubectl's templates without their braces, as a definition writes it: `.spec.size`,
`.metadata.labels.app\\.example`, `.status.conditions[?(@.type=="Ready")].status`, `..name`.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

VALUES_AT_MOST = 10_000
"""More values than that on the way, and a path has none: paths are a client's, and so are objects."""

_MEMBER = re.compile(r"(?:[^\\.\[\]\s]|\\.)+")
_QUOTED = re.compile(r"""\[\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\s*\]""")
_INDEX = re.compile(r"\[\s*(-?\d{1,9})\s*\]")
_SLICE = re.compile(r"\[\s*(-?\d{1,9})?\s*:\s*(-?\d{1,9})?\s*(?::\s*(\d{1,9}))?\s*\]")
_FILTER = re.compile(
    r"""\[\?\(\s*@((?:[^=!<>()'"\s\\]|\\.)*)\s*(?:(==|!=|<=|>=|<|>)\s*('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^\s()]+))?\s*\)\]"""
)
_ESCAPED = re.compile(r"\\(.)")

_Step: TypeAlias = Callable[[Any], Iterator[Any]]
Find: TypeAlias = Callable[[Any], list[Any]]


class PathError(ValueError):
    """A text that is no path."""


def compile_path(text: str) -> Find:
    """The function from a value to what the path finds in it. Raises PathError."""
    steps = _parsed(text)

    def find(value: Any) -> list[Any]:
        found = [value]
        for step in steps:
            found = [item for value in found for item in step(value)]
            if len(found) > VALUES_AT_MOST:
                return []
        return found

    return find


def _parsed(text: str) -> list[_Step]:
    steps: list[_Step] = []
    at = 0
    while at < len(text):
        step, at = _next(text, at)
        steps.append(step)
    return steps


def _next(text: str, at: int) -> tuple[_Step, int]:
    if text.startswith("..", at):
        match = _MEMBER.match(text, at + 2)
        if match is None:
            return _descendants, at + 2
        name = _unescaped(match[0])
        return lambda value: (v for d in _descendants(value) for v in _member(d, name)), match.end()
    if text.startswith(".*", at) or text.startswith("[*]", at):
        return _each, at + (2 if text[at] == "." else 3)
    if text[at] == ".":
        match = _MEMBER.match(text, at + 1)
        if match is None:
            if text.startswith("[", at + 1):
                return _next(text, at + 1)
            raise PathError(f"a name is missing in {text!r} after character {at + 1}")
        name = _unescaped(match[0])
        return lambda value: _member(value, name), match.end()
    if match := _QUOTED.match(text, at):
        name = _unescaped(match[1] if match[1] is not None else match[2])
        return lambda value: _member(value, name), match.end()
    if match := _INDEX.match(text, at):
        index = int(match[1])
        return lambda value: _items(value, index), match.end()
    if match := _SLICE.match(text, at):
        part = slice(*(int(number) if number else None for number in match.groups()))
        return lambda value: iter(value[part] if isinstance(value, list) and part.step != 0 else ()), match.end()
    if match := _FILTER.match(text, at):
        return _filter(match[1], match[2], match[3]), match.end()
    raise PathError(f"{text!r} cannot be read from character {at + 1} on")


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)


def _member(value: Any, name: str) -> Iterator[Any]:
    if isinstance(value, dict) and name in value:
        yield value[name]


def _items(value: Any, index: int) -> Iterator[Any]:
    if isinstance(value, list) and -len(value) <= index < len(value):
        yield value[index]


def _each(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def _descendants(value: Any) -> Iterator[Any]:
    waiting = [value]
    while waiting:
        value = waiting.pop()
        yield value
        waiting.extend(reversed(list(_each(value))))


def _filter(path: str, operator: str | None, literal: str | None) -> _Step:
    find = compile_path(path)
    if operator is None or literal is None:
        return lambda value: (item for item in _each(value) if find(item))
    wanted, compare = _literal(literal), _COMPARISONS[operator]

    def fits(item: Any) -> bool:
        found = find(item)
        return bool(found) and compare(found[0], wanted)

    return lambda value: (item for item in _each(value) if fits(item))


def _literal(text: str) -> Any:
    if text[0] in "'\"":
        return _unescaped(text[1:-1])
    if text in ("true", "false"):
        return text == "true"
    try:
        return float(text) if re.search(r"[.eE]", text) else int(text)
    except ValueError:
        raise PathError(f"{text!r} is neither a text in quotes nor a number") from None


def _ordered(value: Any, other: Any) -> bool:
    """Whether two values can be told apart by size."""
    numbers = all(isinstance(v, int | float) and not isinstance(v, bool) for v in (value, other))
    return numbers or (isinstance(value, str) and isinstance(other, str))


_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda a, b: type(a) is type(b) and a == b,
    "!=": lambda a, b: type(a) is not type(b) or a != b,
    "<": lambda a, b: _ordered(a, b) and a < b,
    "<=": lambda a, b: _ordered(a, b) and a <= b,
    ">": lambda a, b: _ordered(a, b) and a > b,
    ">=": lambda a, b: _ordered(a, b) and a >= b,
}
