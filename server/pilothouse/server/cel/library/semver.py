"""semver() and what can be done with versions, as semver.org 2.0.0 orders them."""

import re

from google.protobuf.message import Message

from .values import SEMVER, text_of, wrap

_IDENTIFIERS = r"[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*"
_parse = re.compile(rf"(\d+)\.(\d+)\.(\d+)(?:-({_IDENTIFIERS}))?(?:\+({_IDENTIFIERS}))?", re.ASCII).fullmatch
_loose = re.compile(r"\s*[vV]?([0-9.]*)(.*?)\s*", re.ASCII | re.DOTALL).fullmatch
_LARGEST = (1 << 64) - 1

Version = tuple[int, int, int, tuple[str, ...]]


def semver(text: str, normalize: bool = False) -> Message:
    given = _normalized(text) if normalize else text
    fault = _fault(given)
    if fault:
        raise ValueError(fault)
    return wrap(SEMVER, given)


def is_semver(text: str, normalize: bool = False) -> bool:
    return not _fault(_normalized(text) if normalize else text)


def _normalized(text: str) -> str:
    """Without a leading v and leading zeros, and with the parts that are missing."""
    found = _loose(text)
    if found is None or not found[1]:
        return text
    parts = [part.lstrip("0") or "0" for part in found[1].split(".")]
    if len(parts) < 3 and not found[2]:
        parts += ["0"] * (3 - len(parts))
    return ".".join(parts) + found[2]


def _fault(text: str) -> str:
    if not text:
        return "Version string empty"
    found = _parse(text)
    if found is None:
        if text.count(".") < 2:
            return "No Major.Minor.Patch elements found"
        return f'Invalid character(s) found in version "{text}"'
    for part in found.group(1, 2, 3):
        if len(part) > 1 and part[0] == "0":
            return f'Version number must not contain leading zeroes "{part}"'
        if int(part) > _LARGEST:
            return f'strconv.ParseUint: parsing "{part}": value out of range'
    for part in (found[4] or "").split("."):
        if part.isdigit() and len(part) > 1 and part[0] == "0":
            return f'Numeric PreRelease version must not contain leading zeroes "{part}"'
    return ""


def major(value: Message) -> int:
    return _version(value)[0]


def minor(value: Message) -> int:
    return _version(value)[1]


def patch(value: Message) -> int:
    return _version(value)[2]


def compare(value: Message, other: Message) -> int:
    mine, yours = _version(value), _version(other)
    if mine[:3] != yours[:3]:
        return 1 if mine[:3] > yours[:3] else -1
    # Whatever comes before a release is less than it.
    if not mine[3] or not yours[3]:
        return bool(yours[3]) - bool(mine[3])
    first, second = _ordered(mine[3]), _ordered(yours[3])
    return (first > second) - (first < second)


def _ordered(parts: tuple[str, ...]) -> list[tuple[bool, int, str]]:
    return [(not part.isdigit(), int(part) if part.isdigit() else 0, part) for part in parts]


def _version(value: Message) -> Version:
    found = _parse(text_of(value))
    if found is None:
        raise ValueError("no such overload")
    before = tuple(found[4].split(".")) if found[4] else ()
    return int(found[1]), int(found[2]), int(found[3]), before
