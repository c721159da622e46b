"""Paths of files, and the few other texts that many parts of a pod hold."""

from ...errors import Cause
from ...meta import names
from ...schema.causes import invalid, required

_HIGHEST_MODE = 0o777


def without_backsteps(value: str, path: str, causes: list[Cause]) -> None:
    if ".." in value and ".." in value.split("/"):
        causes.append(invalid(path, value, "must not contain '..'"))


def descending(value: str, path: str, causes: list[Cause]) -> None:
    """A relative path that stays below where it starts."""
    if value.startswith("/"):
        causes.append(invalid(path, value, "must be a relative path"))
    without_backsteps(value, path, causes)


def descending_unreserved(value: str, path: str, causes: list[Cause]) -> None:
    """A descending path that does not begin like the names that volumes keep for themselves."""
    descending(value, path, causes)
    if value.startswith("..") and not value.startswith("../"):
        causes.append(invalid(path, value, "must not start with '..'"))


def file_mode(value: int, path: str, causes: list[Cause]) -> None:
    if not 0 <= value <= _HIGHEST_MODE:
        causes.append(invalid(path, value, "must be a number between 0 and 0777 (octal), both inclusive"))


def subdomain(value: str, path: str, causes: list[Cause]) -> None:
    causes.extend(invalid(path, value, fault) for fault in names.dns1123_subdomain(value))


def named(value: str, path: str, causes: list[Cause]) -> None:
    if not value:
        causes.append(required(path))
