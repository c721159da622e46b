"""Ranges of sizes and costs: at least and at most. What would be more than ENDLESS is ENDLESS."""

import math
from typing import NamedTuple

from .limits import ENDLESS


class Range(NamedTuple):
    """Both bounds count."""

    least: int
    most: int

    def plus(self, other: "Range") -> "Range":
        return Range(_bounded(self.least + other.least), _bounded(self.most + other.most))

    def times(self, other: "Range") -> "Range":
        return Range(_bounded(self.least * other.least), _bounded(self.most * other.most))

    def by(self, factor: float) -> "Range":
        """Rounded up."""
        return Range(_scaled(self.least, factor), _scaled(self.most, factor))

    def union(self, other: "Range") -> "Range":
        return Range(min(self.least, other.least), max(self.most, other.most))


def exactly(number: int) -> Range:
    return Range(number, number)


NOTHING, ONE, UNKNOWN = exactly(0), exactly(1), Range(0, ENDLESS)


def _bounded(number: int) -> int:
    return min(number, ENDLESS)


def _scaled(number: int, factor: float) -> int:
    return min(math.ceil(number * factor), ENDLESS)
