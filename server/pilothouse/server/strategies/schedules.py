"""The schedules of CronJobs: five fields as cron knows them, or a name such as "@daily"; and time zones.

The faults are told as the library robfig/cron tells them, which a kube-apiserver parses schedules with.
"""

import re
from functools import lru_cache
from zoneinfo import ZoneInfo

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_Names = dict[str, int]
_FIELDS: tuple[tuple[int, int, _Names], ...] = (
    (0, 59, {}),
    (0, 23, {}),
    (1, 31, {}),
    (1, 12, {name: number for number, name in enumerate(_MONTHS, 1)}),
    (0, 6, {name: number for number, name in enumerate(_DAYS)}),
)
_NAMED = frozenset(("@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"))
_EVERY = "@every "
_DURATION = re.compile(r"[-+]?(?:0|(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)")
_INTEGER = re.compile(r"[-+]?[0-9]+")
_ZONE_PART = re.compile(r"[A-Za-z._0-9+-]{1,14}")


class ScheduleError(ValueError):
    """The text is no schedule."""


def parse_schedule(text: str) -> None:
    """Raises ScheduleError where the text is no schedule."""
    if text.startswith(("TZ=", "CRON_TZ=")):
        prefixed, _, rest = text.partition(" ")
        zone = prefixed.partition("=")[2]
        if zone_fault(zone):
            raise ScheduleError(f"provided bad location {zone}: unknown time zone {zone}")
        text = rest.strip()
    if text.startswith("@"):
        _named(text)
        return
    fields = text.split()
    if len(fields) != len(_FIELDS):
        raise ScheduleError(f"expected exactly 5 fields, found {len(fields)}: [{' '.join(fields)}]")
    for field, (low, high, names) in zip(fields, _FIELDS, strict=True):
        for part in field.split(","):
            if part:
                _range(part, low, high, names)


@lru_cache(maxsize=1024)
def zone_fault(name: str) -> str:
    """What is wrong with a time zone, "" where it is known."""
    parts = name.split("/")
    if any(p in (".", "..") or p.startswith("-") or not _ZONE_PART.fullmatch(p) for p in parts):
        return f"unknown time zone {name}"
    if name.lower() == "local":
        return "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones"
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return f"unknown time zone {name}"
    return ""


def _named(text: str) -> None:
    if text in _NAMED:
        return
    if not text.startswith(_EVERY):
        raise ScheduleError(f"unrecognized descriptor: {text}")
    duration = text.removeprefix(_EVERY)
    if not _DURATION.fullmatch(duration):
        raise ScheduleError(f'failed to parse duration {text}: time: invalid duration "{duration}"')


def _range(text: str, low: int, high: int, names: _Names) -> None:
    """A part of a field: a value, a range or all, with or without a step."""
    whole, *steps = text.split("/")
    bounds = whole.split("-")
    if bounds[0] in ("*", "?"):
        start, end = low, high
    else:
        start = end = _number(bounds[0], names)
        if len(bounds) == 2:
            end = _number(bounds[1], names)
        elif len(bounds) > 2:
            raise ScheduleError(f"too many hyphens: {text}")
    step = 1
    if len(steps) == 1:
        step = _number(steps[0], {})
        if len(bounds) == 1:
            end = high
    elif len(steps) > 1:
        raise ScheduleError(f"too many slashes: {text}")
    if start < low:
        raise ScheduleError(f"beginning of range ({start}) below minimum ({low}): {text}")
    if end > high:
        raise ScheduleError(f"end of range ({end}) above maximum ({high}): {text}")
    if start > end:
        raise ScheduleError(f"beginning of range ({start}) beyond end of range ({end}): {text}")
    if step == 0:
        raise ScheduleError(f"step of range should be a positive number: {text}")


def _number(text: str, names: _Names) -> int:
    known = names.get(text.lower())
    if known is not None:
        return known
    if not _INTEGER.fullmatch(text):
        raise ScheduleError(f'failed to parse int from {text}: strconv.Atoi: parsing "{text}": invalid syntax')
    value = int(text)
    if value < 0:
        raise ScheduleError(f"negative number ({value}) not allowed: {text}")
    return value
