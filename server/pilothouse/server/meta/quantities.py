"""Quantities: "1500m", "2Gi", "1e3", as Kubernetes' resource.Quantity reads, compares, adds and writes them.

A value is an exact integer of billionths. What is finer is rounded away from zero, so that whoever asks for a little
gets a little; a binary value is capped at 2^63 - 1. Errors: QuantityError.
"""

import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache, total_ordering

NANO = 10**9
_PATTERN = "^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$"
_TEXT = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)")
_EXPONENT = re.compile(r"[eE]([-+]?[0-9]+)")
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_DECIMAL_SUFFIX = {exponent: suffix for suffix, exponent in _DECIMAL.items()}
_BINARY_SUFFIX = ("", *_BINARY)
_BINARY_CAP = ((1 << 63) - 1) * NANO
# Beyond any number of anything; keeps a short text from becoming an integer that fills the memory.
_MAX_DIGITS = 1000


class QuantityError(ValueError):
    """The text is no quantity."""


class Format(Enum):
    """How a quantity is written. The values are the names that Kubernetes gives them."""

    DECIMAL = "DecimalSI"
    BINARY = "BinarySI"
    EXPONENT = "DecimalExponent"


@total_ordering
@dataclass(frozen=True, slots=True, eq=False)
class Quantity:
    """`nanos` billionths, written in `format`. Equal and ordered by value; str() is the canonical form."""

    nanos: int
    format: Format = Format.DECIMAL

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Quantity) and self.nanos == other.nanos

    def __lt__(self, other: "Quantity") -> bool:
        return self.nanos < other.nanos

    def __hash__(self) -> int:
        return hash(self.nanos)

    def __bool__(self) -> bool:
        return self.nanos != 0

    def __add__(self, other: "Quantity") -> "Quantity":
        return Quantity(self.nanos + other.nanos, self.format if self.nanos else other.format)

    def __sub__(self, other: "Quantity") -> "Quantity":
        return Quantity(self.nanos - other.nanos, self.format if self.nanos else other.format)

    def __neg__(self) -> "Quantity":
        return Quantity(-self.nanos, self.format)

    @property
    def value(self) -> int:
        """Whole units, rounded away from zero."""
        return _divide_away(self.nanos, NANO)

    @property
    def milli_value(self) -> int:
        """Thousandths, rounded away from zero."""
        return _divide_away(self.nanos, NANO // 1000)

    def __str__(self) -> str:
        if not self.nanos:
            return "0"
        whole, rest = divmod(self.nanos, NANO)
        if self.format is Format.BINARY and not rest and abs(whole) >= 1024:
            return _binary(whole)
        return _decimal(self.nanos, self.format)


def quantity(value: int, format: Format = Format.DECIMAL) -> Quantity:
    """A quantity of so many whole units."""
    return Quantity(value * NANO, format)


@lru_cache(maxsize=4096)
def parse_quantity(text: str) -> Quantity:
    """The quantity that the text means. Memoized: a cluster has few different ones. Raises QuantityError."""
    match = _TEXT.fullmatch(text)
    if match is None or not text:
        raise QuantityError(f"quantities must match the regular expression '{_PATTERN}'")
    sign, integer, fraction, suffix = match.group(1), match.group(2), match.group(3) or "", match.group(4)
    if not integer and not fraction:
        raise QuantityError("unable to parse numeric part of quantity")
    if len(integer) + len(fraction) > _MAX_DIGITS:
        raise QuantityError(f"quantities may have at most {_MAX_DIGITS} digits")
    format, base, exponent = _suffix(suffix)
    digits = int(integer + fraction)
    nanos = _scale(digits, len(fraction), base, exponent) if digits else 0
    if format is Format.BINARY:
        nanos = min(nanos, _BINARY_CAP)
        if nanos < NANO:
            format = Format.DECIMAL
    return Quantity(-nanos if sign == "-" else nanos, format)


def canonical(text: str) -> str:
    """The canonical form of a quantity: "1000m" -> "1", "1024Mi" -> "1Gi". Raises QuantityError."""
    return str(parse_quantity(text))


def _suffix(suffix: str) -> tuple[Format, int, int]:
    if suffix in _DECIMAL:
        return Format.DECIMAL, 10, _DECIMAL[suffix]
    if suffix in _BINARY:
        return Format.BINARY, 2, _BINARY[suffix]
    exponent = _EXPONENT.fullmatch(suffix)
    if exponent is None:
        raise QuantityError("unable to parse quantity's suffix")
    return Format.EXPONENT, 10, int(exponent.group(1)[:20])


def _scale(digits: int, places: int, base: int, exponent: int) -> int:
    """digits / 10^places * base^exponent in billionths, rounded up."""
    if base == 2:
        return _divide_away((digits << exponent) * NANO, 10**places)
    power = exponent - places + 9
    if power > _MAX_DIGITS:
        raise QuantityError(f"quantities may have at most {_MAX_DIGITS} digits")
    if power >= 0:
        return int(digits * 10**power)
    if -power > _MAX_DIGITS:
        return 1
    return _divide_away(digits, 10**-power)


def _divide_away(number: int, divisor: int) -> int:
    return -(-number // divisor) if number > 0 else number // divisor


def _binary(whole: int) -> str:
    power = 0
    while power < 6 and not whole % 1024:
        whole //= 1024
        power += 1
    return f"{whole}{_BINARY_SUFFIX[power]}"


def _decimal(nanos: int, format: Format) -> str:
    exponent = -9
    while not nanos % 1000 and (format is Format.EXPONENT or exponent < 18):
        nanos //= 1000
        exponent += 3
    if format is Format.EXPONENT:
        return f"{nanos}e{exponent}" if exponent else str(nanos)
    return f"{nanos}{_DECIMAL_SUFFIX[exponent]}"
