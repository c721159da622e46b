"""How an answer is compared with the recorded one.

Placeholders in the recorded answer match what they stand for. Objects that a Go server quotes with the names of its own
structs, or takes apart into lines, match anything; causes that follow the iteration of a map may come in any order.
What the columns of a table are for, each server says in words of its own.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from tests.conformance.cases import Json

_PATTERNS = {
    "uid": r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    "time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{6})?Z",
    "rv": r"\d+",
    "suffix": r"[0-9a-z]+",
    "clusterIP": r"[0-9a-f.:]+",
    "nodePort": r"\d+",
    "age": r"(?:\d+[smhd])+|<unknown>|<invalid>",
    "token": r"[\w.=-]+",
    "continue": r"[\w=-]+",
    "fingerprint": r".+",
    "address": r".+",
    "build": r".+",
}
_PLACEHOLDER = re.compile("<(" + "|".join(_PATTERNS) + ")>")
_GO_OBJECT = re.compile(r'Invalid value: (?:\{"[A-Z]|"\{\\"apiVersion)')
# What changed in an object, set out line by line with the names of Go structs.
_GO_DIFF = "\n@@ -"
_COLUMN_TEXT = re.compile(r"\.columnDefinitions\[\d+\]\.description")
_MAP_KEY = re.compile(r"\[[^\]\d][^\]]*\]|\.(?:limits|requests|matchLabels|labels|annotations|parameters)\b")


@dataclass(frozen=True, slots=True)
class Difference:
    """What is not as recorded, by its path in the answer; None stands for what is not there."""

    path: str
    expected: Json
    actual: Json

    def __str__(self) -> str:
        return f"{self.path}\n    recorded: {_shown(self.expected)}\n    answered: {_shown(self.actual)}"


def differences(expected: Json, actual: Json, keep_managed_fields: bool) -> list[Difference]:
    """Where two answers differ. managedFields count only where they are kept, in any order."""
    if keep_managed_fields:
        expected, actual = _sorted_fields(expected), _sorted_fields(actual)
    else:
        expected, actual = _without_managed_fields(expected), _without_managed_fields(actual)
    if isinstance(expected, dict) and isinstance(actual, dict) and expected.get("kind") == "Status":
        actual = _in_order(expected, actual)
    return list(_compare(expected, actual, "body"))


def _compare(expected: Json, actual: Json, path: str) -> Iterator[Difference]:
    if isinstance(expected, dict) and isinstance(actual, dict):
        for key in expected | actual:
            yield from _compare(expected.get(key), actual.get(key), f"{path}.{key}")
    elif isinstance(expected, list) and isinstance(actual, list):
        for index, pair in enumerate(zip_longest(expected, actual)):
            yield from _compare(*pair, f"{path}[{index}]")
    elif isinstance(expected, str) and isinstance(actual, str):
        own_words = expected and actual and _COLUMN_TEXT.search(path)
        if not own_words and not _texts_match(expected, actual):
            yield Difference(path, expected, actual)
    elif _number(expected, actual) or (type(expected) is type(actual) and expected == actual):
        return
    else:
        yield Difference(path, expected, actual)


def _number(expected: Json, actual: Json) -> bool:
    return expected == "<nodePort>" and isinstance(actual, int) and 30000 <= actual < 32768


def _texts_match(expected: str, actual: str) -> bool:
    head, diff, _ = expected.partition(_GO_DIFF)
    pattern = _pattern(head) + (".*" if diff else "")
    return expected == actual or re.fullmatch(pattern, actual, re.DOTALL) is not None


def _pattern(text: str) -> str:
    parts, last = [], 0
    for start, end in _go_objects(text):
        parts += [_with_placeholders(text[last:start]), ".*"]
        last = end
    return "".join((*parts, _with_placeholders(text[last:])))


def _with_placeholders(text: str) -> str:
    pieces = _PLACEHOLDER.split(text)
    return "".join(re.escape(p) if i % 2 == 0 else f"(?:{_PATTERNS[p]})" for i, p in enumerate(pieces))


def _go_objects(text: str) -> Iterator[tuple[int, int]]:
    """Where objects with the names of Go structs stand in a message."""
    last = 0
    for match in _GO_OBJECT.finditer(text):
        start = text.index("{", match.start())
        if start < last:
            continue
        depth = 0
        for last in range(start, len(text)):
            depth += {"{": 1, "}": -1}.get(text[last], 0)
            if depth == 0:
                break
        last += 1
        yield start, last


def _in_order(expected: dict[str, Json], actual: dict[str, Json]) -> dict[str, Json]:
    """A Status whose causes come in another order, in the recorded one, where that order means nothing."""
    wanted, given = _causes(expected), _causes(actual)
    loose = expected.get("unordered") or any(_MAP_KEY.search(c.get("field", "")) for c in wanted)
    if not loose or len(wanted) != len(given):
        return actual
    rest, ordered = list(given), []
    for cause in wanted:
        match = next((c for c in rest if not list(_compare(cause, c, ""))), None)
        if match is None:
            return actual
        rest.remove(match)
        ordered.append(match)
    message = actual["message"].replace(_lines(given), _lines(ordered))
    return {**actual, "message": message, "details": {**actual["details"], "causes": ordered}}


def _causes(status: dict[str, Json]) -> list[dict[str, str]]:
    return list((status.get("details") or {}).get("causes") or ())


def _lines(causes: list[dict[str, str]]) -> str:
    return ", ".join(f"{c.get('field')}: {c.get('message')}" for c in causes)


def _without_managed_fields(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _without_managed_fields(item) for key, item in value.items() if key != "managedFields"}
    return [_without_managed_fields(item) for item in value] if isinstance(value, list) else value


def _sorted_fields(value: Json) -> Json:
    if isinstance(value, dict):
        return {k: sorted(v, key=_by_owner) if k == "managedFields" else _sorted_fields(v) for k, v in value.items()}
    return [_sorted_fields(item) for item in value] if isinstance(value, list) else value


def _by_owner(entry: dict[str, str]) -> tuple[str, ...]:
    return tuple(entry.get(key, "") for key in ("manager", "operation", "apiVersion", "subresource"))


def _shown(value: Json) -> str:
    text = repr(value)
    return text if len(text) <= 1500 else text[:1500] + "..."
