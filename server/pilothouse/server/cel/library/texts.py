"""find(), findAll() and what can be done with lists."""

from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any

import re2

_RELATIONS = {(str, str), (bytes, bytes), (bool, bool), (timedelta, timedelta)}


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options=options)
    except re2.error as error:
        said = error.args[0] if error.args else error
        what = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
        raise ValueError(f"Illegal regex: error parsing regexp: {what}") from None


def find(text: str, pattern: str) -> str:
    found = _compiled(pattern).search(text)
    return str(found[0]) if found else ""


def find_all(text: str, pattern: str, limit: int = -1) -> list[str]:
    found: list[str] = []
    for match in _compiled(pattern).finditer(text):
        if 0 <= limit <= len(found):
            break
        found.append(str(match[0]))
    return found


def escape_key(name: str) -> str:
    """A member's name as a step of a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


def is_sorted(items: Sequence[Any]) -> bool:
    return all(not _less(after, before) for before, after in pairwise(items))


def total(items: Sequence[Any]) -> Any:
    if not items:
        return 0
    start = timedelta() if isinstance(items[0], timedelta) else 0
    for item in items:
        start = start + item
    if isinstance(start, int) and not -(1 << 63) <= start < 1 << 64:
        raise ValueError("integer overflow")
    return start


def largest(items: Sequence[Any]) -> Any:
    return _extreme(items, "max", lambda found, best: _less(best, found))


def smallest(items: Sequence[Any]) -> Any:
    return _extreme(items, "min", _less)


def _extreme(items: Sequence[Any], name: str, better: Any) -> Any:
    if not items:
        raise ValueError(f"{name} called on empty list")
    best = items[0]
    for item in items[1:]:
        if better(item, best):
            best = item
    return best


def index_of(items: Sequence[Any], wanted: Any) -> int:
    return next((i for i, item in enumerate(items) if _equal(item, wanted)), -1)


def last_index_of(items: Sequence[Any], wanted: Any) -> int:
    return next((i for i in range(len(items) - 1, -1, -1) if _equal(items[i], wanted)), -1)


def _less(one: Any, other: Any) -> bool:
    numbers = all(isinstance(v, int | float) and not isinstance(v, bool) for v in (one, other))
    if not numbers and (type(one), type(other)) not in _RELATIONS and type(one) is not type(other):
        raise ValueError("no such overload")
    try:
        return bool(one < other)
    except TypeError:
        raise ValueError("no such overload") from None


def _equal(one: Any, other: Any) -> bool:
    """As CEL has it: true is not 1."""
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)
