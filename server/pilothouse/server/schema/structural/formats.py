"""The formats of strings that a kube-apiserver knows; others mean nothing."""

import base64
import binascii
import ipaddress
import re
from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from urllib.parse import urlsplit

_TIME = re.compile(r"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:.[0-9]+)?(?:z|[+-][0-9]{2}:[0-9]{2})\Z", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_HOST = re.compile(r"(?=.{1,255}\Z)[a-zA-Z0-9](?:[-a-zA-Z0-9]{0,62})?(?:\.[a-zA-Z0-9](?:[-a-zA-Z0-9]{0,62})?)*\.?\Z")
_EMAIL = re.compile(r"[^\s@<>(),;:\\\"\[\]]+@[^\s@<>(),;:\\\"\[\]]+\Z")
_MAC = re.compile(
    r"(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}\Z|(?:[0-9A-Fa-f]{2}[:-]){7}[0-9A-Fa-f]{2}\Z|"
    r"(?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4}\Z"
)
_UUID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\Z", re.IGNORECASE)
_UUID_3 = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?3[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}\Z", re.IGNORECASE)
_UUID_4 = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}\Z", re.IGNORECASE)
_UUID_5 = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?5[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}\Z", re.IGNORECASE)
_OBJECT_ID = re.compile(r"[0-9a-fA-F]{24}\Z")
_HEX_COLOR = re.compile(r"#?(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})\Z")
_RGB = r"\s*(?:0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])\s*"
_RGB_COLOR = re.compile(rf"rgb\({_RGB},{_RGB},{_RGB}\)\Z")
_SSN = re.compile(r"\d{3}[- ]?\d{2}[- ]?\d{4}\Z")
_DURATION = re.compile(
    r"(?:\d+(?:\.\d+)?\s*(?:ns|us|µs|μs|ms|s|m|h|d|w|"
    r"nanoseconds?|nanos?|microseconds?|micros?|milliseconds?|millis?|seconds?|secs?|minutes?|mins?|"
    r"hours?|hrs?|days?|weeks?|wks?)\s*)+\Z",
    re.IGNORECASE,
)


def _is_date(text: str) -> bool:
    if not _DATE.match(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_date_time(text: str) -> bool:
    day, _, time = text.lower().partition("t")
    match = _TIME.match(time)
    return _is_date(day) and match is not None and match[1] <= "23" and match[2] <= "59" and match[3] <= "59"


def _is_address(version: int) -> Callable[[str], bool]:
    def check(text: str) -> bool:
        try:
            return ipaddress.ip_address(text).version == version and "%" not in text
        except ValueError:
            return False

    return check


def _is_cidr(text: str) -> bool:
    try:
        ipaddress.ip_interface(text)
    except ValueError:
        return False
    return "/" in text and text.rpartition("/")[2].isdigit()


def _is_uri(text: str) -> bool:
    """A URI with a scheme, or an absolute path."""
    if not text or any(c <= " " or c == "\x7f" for c in text):
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return text.startswith("/") or bool(parts.scheme)


def _is_bytes(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _is_isbn_10(text: str) -> bool:
    digits = re.sub(r"[\s-]", "", text)
    if not re.fullmatch(r"\d{9}[\dX]", digits):
        return False
    values = [10 if c == "X" else int(c) for c in digits]
    return sum((i + 1) * v for i, v in enumerate(values)) % 11 == 0


def _is_isbn_13(text: str) -> bool:
    digits = re.sub(r"[\s-]", "", text)
    if not re.fullmatch(r"\d{13}", digits):
        return False
    return sum(int(c) * (3 if i % 2 else 1) for i, c in enumerate(digits)) % 10 == 0


def _is_card(text: str) -> bool:
    digits = re.sub(r"[^0-9]", "", text)
    if not 12 <= len(digits) <= 19:
        return False
    total = 0
    for place, c in enumerate(reversed(digits)):
        number = int(c) * (2 if place % 2 else 1)
        total += number - 9 if number > 9 else number
    return total % 10 == 0


def _matches(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda text: pattern.match(text) is not None


FORMATS: Mapping[str, Callable[[str], bool]] = MappingProxyType(
    {
        "bsonobjectid": _matches(_OBJECT_ID),
        "uri": _is_uri,
        "email": _matches(_EMAIL),
        "hostname": _matches(_HOST),
        "ipv4": _is_address(4),
        "ipv6": _is_address(6),
        "cidr": _is_cidr,
        "mac": _matches(_MAC),
        "uuid": _matches(_UUID),
        "uuid3": _matches(_UUID_3),
        "uuid4": _matches(_UUID_4),
        "uuid5": _matches(_UUID_5),
        "isbn": lambda text: _is_isbn_10(text) or _is_isbn_13(text),
        "isbn10": _is_isbn_10,
        "isbn13": _is_isbn_13,
        "creditcard": _is_card,
        "ssn": _matches(_SSN),
        "hexcolor": _matches(_HEX_COLOR),
        "rgbcolor": _matches(_RGB_COLOR),
        "byte": _is_bytes,
        "password": lambda text: True,
        "date": _is_date,
        "duration": _matches(_DURATION),
        "datetime": _is_date_time,
        "date-time": _is_date_time,
    }
)
"""What a string of a format must be."""
