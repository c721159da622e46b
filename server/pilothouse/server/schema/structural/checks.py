"""What is found wrong with values, and the checks that a schema makes of a string or of a number by itself."""

import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import re2

from ...errors import Cause
from ..causes import invalid, too_long
from .nodes import JsonObject

NOWHERE = "<nil>"
"""The field of a cause that names none."""

CHECKS_AT_MOST = 300_000
"""Checks of values by schemas for one object: both are a client's, and together they can take for ever."""


class Found:
    """What one validation found: causes, each once, and how many checks held, by which the best of several alternatives
    is chosen. left: how many checks there may still be, shared with all that are a part of the same."""

    __slots__ = ("_seen", "causes", "left", "matches")

    def __init__(self, left: list[int] | None = None) -> None:
        self.left = [CHECKS_AT_MOST] if left is None else left
        self.causes: list[Cause] = []
        self.matches = 0
        self._seen: set[Cause] = set()

    def add(self, cause: Cause) -> None:
        if cause not in self._seen:
            self._seen.add(cause)
            self.causes.append(cause)

    def merge(self, other: "Found") -> None:
        for cause in other.causes:
            self.add(cause)
        self.matches += other.matches


Check = Callable[[Any, str, Found], None]


def string_checks(schema: JsonObject) -> list[Check]:
    """What a schema asks of a string, in the order of the answers."""
    checks: list[Check] = []
    if "maxLength" in schema:
        most = schema["maxLength"]
        checks.append(lambda v, path, found: found.add(too_long(path or NOWHERE, most)) if len(v) > most else None)
    if "minLength" in schema:
        least = schema["minLength"]
        short = f"should be at least {least} chars long"
        checks.append(lambda v, path, found: found.add(told(path, v, short)) if len(v) < least else None)
    if schema.get("pattern"):
        checks.append(_pattern_check(schema["pattern"]))
    return checks


def _pattern_check(pattern: str) -> Check:
    options = re2.Options()
    options.log_errors = False
    try:
        search = re2.compile(pattern, options=options).search
    except re2.error as error:
        # Only a definition that another server stored can have it.
        broken = f"should match '{pattern}, but pattern is invalid: {error}'"
        return lambda v, path, found: found.add(told(path, v, broken))
    other = f"should match '{pattern}'"
    return lambda v, path, found: found.add(told(path, v, other)) if search(v) is None else None


def number_checks(schema: JsonObject) -> list[Check]:
    """What a schema asks of a number."""
    checks: list[Check] = []
    if "multipleOf" in schema:
        factor = schema["multipleOf"]
        odd = f"should be a multiple of {_number(factor)}"
        checks.append(lambda v, path, found: None if _divides(factor, v) else found.add(told(path, v, odd)))
    if "maximum" in schema:
        most, over = schema["maximum"], bool(schema.get("exclusiveMaximum"))
        high = f"should be less than {'' if over else 'or equal to '}{_number(most)}"
        checks.append(
            lambda v, path, found: found.add(told(path, v, high)) if v > most or (over and v == most) else None
        )
    if "minimum" in schema:
        least, under = schema["minimum"], bool(schema.get("exclusiveMinimum"))
        low = f"should be greater than {'' if under else 'or equal to '}{_number(least)}"
        checks.append(
            lambda v, path, found: found.add(told(path, v, low)) if v < least or (under and v == least) else None
        )
    return checks


def _divides(factor: float, value: float) -> bool:
    if factor <= 0:
        return False
    if not math.isfinite(value):
        return False
    if isinstance(factor, int) and isinstance(value, int):
        return value % factor == 0
    quotient = Decimal(str(value)) / Decimal(str(factor))
    return quotient == quotient.to_integral_value()


def _number(value: float) -> str:
    """As Go prints a float64."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e21 else repr(float(value))


def told(path: str, value: Any, text: str) -> Cause:
    """A fault as most are told."""
    return invalid(path or NOWHERE, value, f"{path} in body {text}")
