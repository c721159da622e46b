"""Times and durations between their text and numbers: Time (whole seconds), MicroTime (microseconds), Go durations.

A time is (seconds since 1970 in UTC, nanoseconds of that second). Times are RFC 3339, read as Go reads them: a Time
may carry a fraction, which is kept, and is written without one; a MicroTime has exactly six digits of it, always.
Errors: TimeError, in Go's words.
"""

import re
from datetime import UTC, date, datetime, timedelta

SECOND = 1_000_000_000
ZERO_SECONDS = -62135596800
"""0001-01-01T00:00:00Z: Go's zero time, which means no time."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_TEXT = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:[.,]([0-9]+))?"
    r"(?:Z|([+-])([0-9]{2}):([0-9]{2}))"
)
_TIME_LAYOUT = "2006-01-02T15:04:05Z07:00"
_MICRO_LAYOUT = "2006-01-02T15:04:05.000000Z07:00"
# What each element of the layout takes from the text; used only to say what was wrong.
_ELEMENTS = (
    ("2006", r"[0-9]{4}"),
    ("-", "-"),
    ("01", r"[0-9]{2}"),
    ("-", "-"),
    ("02", r"[0-9]{2}"),
    ("T", "T"),
    ("15", r"[0-9]{2}"),
    (":", ":"),
    ("04", r"[0-9]{2}"),
    (":", ":"),
    ("05", r"[0-9]{2}"),
)
_ZONE = ("Z07:00", r"Z|[+-][0-9]{2}:[0-9]{2}")


class TimeError(ValueError):
    """The text is no time, or no duration."""


def parse_time(text: str) -> tuple[int, int]:
    """metav1.Time from its text. Raises TimeError."""
    match = _TEXT.fullmatch(text)
    if match is None:
        raise TimeError(_time_fault(text, _TIME_LAYOUT, (*_ELEMENTS, ("", r"(?:[.,][0-9]+)?"), _ZONE)))
    return _seconds(text, match), _nanos(match.group(7))


def parse_micro_time(text: str) -> tuple[int, int]:
    """metav1.MicroTime from its text, which has exactly six digits after the point. Raises TimeError."""
    match = _TEXT.fullmatch(text)
    if match is None or len(match.group(7) or "") != 6:
        raise TimeError(_time_fault(text, _MICRO_LAYOUT, (*_ELEMENTS, (".000000", r"[.,][0-9]{6}"), _ZONE)))
    return _seconds(text, match), int(match.group(7)) * 1000


def format_time(seconds: int) -> str:
    """The text of a Time: whole seconds, UTC."""
    return (_EPOCH + timedelta(seconds=seconds)).isoformat()[:19] + "Z"


def format_micro_time(seconds: int, nanos: int) -> str:
    """The text of a MicroTime: six digits, cut not rounded, UTC."""
    return f"{(_EPOCH + timedelta(seconds=seconds)).isoformat()[:19]}.{nanos // 1000:06d}Z"


def _seconds(text: str, match: re.Match[str]) -> int:
    year, month, day, hour, minute, second = map(int, match.groups()[:6])
    for name, out_of_range in (
        ("month", not 1 <= month <= 12),
        ("hour", hour > 23),
        ("minute", minute > 59),
        ("second", second > 59),
    ):
        if out_of_range:
            raise TimeError(f'parsing time "{text}": {name} out of range')
    try:
        days = date(year, month, day).toordinal() - _EPOCH_DAY
    except ValueError:
        raise TimeError(f'parsing time "{text}": {"day" if year else "year"} out of range') from None
    seconds = days * 86400 + hour * 3600 + minute * 60 + second
    if not match.group(8):
        return seconds
    offset_hours, offset_minutes = int(match.group(9)), int(match.group(10))
    if offset_hours > 24 or offset_minutes > 59:
        part = "hour" if offset_hours > 24 else "minute"
        raise TimeError(f'parsing time "{text}": time zone offset {part} out of range')
    offset = offset_hours * 3600 + offset_minutes * 60
    seconds += offset if match.group(8) == "-" else -offset
    if not ZERO_SECONDS <= seconds <= 253402300799:
        raise TimeError(f'parsing time "{text}": year out of range')
    return seconds


def _nanos(fraction: str | None) -> int:
    return int(fraction[:9].ljust(9, "0")) if fraction else 0


def _time_fault(text: str, layout: str, elements: tuple[tuple[str, str], ...]) -> str:
    rest = text
    for element, pattern in elements:
        match = re.match(pattern, rest)
        if match is None:
            return f'parsing time "{text}" as "{layout}": cannot parse "{rest}" as "{element}"'
        rest = rest[match.end() :]
    return f'parsing time "{text}": extra text: "{rest}"'


_UNITS = {
    "ns": 1,
    "us": 1_000,
    "\u00b5s": 1_000,
    "\u03bcs": 1_000,
    "ms": 1_000_000,
    "s": SECOND,
    "m": 60 * SECOND,
    "h": 3600 * SECOND,
}
_PART = re.compile(r"([0-9]*)(?:(\.)([0-9]*))?([^0-9.]*)")
_INT64 = 1 << 63


def parse_duration(text: str) -> int:
    """Nanoseconds of a Go duration: "1h2m3.5s", "-1.5h", "0". Raises TimeError."""
    negative = text.startswith("-")
    rest = text[1:] if text[:1] in ("-", "+") else text
    if rest == "0":
        return 0
    if not rest:
        raise TimeError(f'time: invalid duration "{text}"')
    total = 0
    while rest:
        match = _PART.match(rest)
        if match is None or not (match.group(1) or match.group(3)):
            raise TimeError(f'time: invalid duration "{text}"')
        integer, _, fraction, unit = match.groups()
        if not unit:
            raise TimeError(f'time: missing unit in duration "{text}"')
        if unit not in _UNITS:
            raise TimeError(f'time: unknown unit "{unit}" in duration "{text}"')
        digits, places = (integer or "") + (fraction or ""), len(fraction or "")
        if len(digits) > 40:
            raise TimeError(f'time: invalid duration "{text}"')
        total += int(digits) * _UNITS[unit] // 10**places
        rest = rest[match.end() :]
    if total >= _INT64 + negative:
        raise TimeError(f'time: invalid duration "{text}"')
    return -total if negative else total


def format_duration(nanos: int) -> str:
    """The text that Go gives a duration: "1h2m3.5s", "1.5ms", "0s"."""
    if not nanos:
        return "0s"
    sign, nanos = ("-", -nanos) if nanos < 0 else ("", nanos)
    if nanos < SECOND:
        unit, size = ("ns", 1) if nanos < 1_000 else ("µs", 1_000) if nanos < 1_000_000 else ("ms", 1_000_000)
        return f"{sign}{_fixed(nanos, size)}{unit}"
    minutes, rest = divmod(nanos, 60 * SECOND)
    hours, minutes = divmod(minutes, 60)
    text = f"{_fixed(rest, SECOND)}s"
    if hours:
        return f"{sign}{hours}h{minutes}m{text}"
    return f"{sign}{minutes}m{text}" if minutes else f"{sign}{text}"


def _fixed(number: int, size: int) -> str:
    whole, rest = divmod(number, size)
    if not rest:
        return str(whole)
    return f"{whole}.{str(rest + size)[1:].rstrip('0')}"
