"""format.NAME() and format.named(): rules for names and texts, which tell what is wrong with one."""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from uuid import UUID

from google.protobuf.message import Message

from ...meta import names
from ...meta.times import parse_time
from .urls import is_url
from .values import FORMAT, text_of, wrap

_PREFIXED = "-"


def _prefix(rule: Callable[[str], list[str]]) -> Callable[[str], list[str]]:
    """A rule for what a name may begin with: what follows is made up."""
    return lambda text: rule(text + "a" if text.endswith(_PREFIXED) else text)


def _uri(text: str) -> list[str]:
    return [] if is_url(text) else [f'parse "{text}": invalid URI for request']


def _uuid(text: str) -> list[str]:
    shaped = re.fullmatch(r"(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}", text)
    return [] if shaped and UUID(text) else ["does not match the UUID format"]


def _byte(text: str) -> list[str]:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return ["invalid base64"]
    return []


def _date(text: str) -> list[str]:
    return [] if re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", text) else ["invalid date"]


def _datetime(text: str) -> list[str]:
    try:
        parse_time(text)
    except ValueError:
        return ["invalid datetime"]
    return []


_FORMATS: Mapping[str, Callable[[str], list[str]]] = MappingProxyType(
    {
        "dns1123Label": names.dns1123_label,
        "dns1123Subdomain": names.dns1123_subdomain,
        "dns1035Label": names.dns1035_label,
        "qualifiedName": names.label_key,
        "dns1123LabelPrefix": _prefix(names.dns1123_label),
        "dns1123SubdomainPrefix": _prefix(names.dns1123_subdomain),
        "dns1035LabelPrefix": _prefix(names.dns1035_label),
        "labelValue": names.label_value,
        "uri": _uri,
        "uuid": _uuid,
        "byte": _byte,
        "date": _date,
        "datetime": _datetime,
    }
)
NAMES = tuple(_FORMATS)


def format_of(name: str) -> Callable[[], Message]:
    """The function format.NAME()."""
    return lambda: wrap(FORMAT, name)


def named(name: str) -> list[Message]:
    """The format in a list, which is empty where there is no such format: an optional is made of it."""
    return [wrap(FORMAT, name)] if name in _FORMATS else []


def validate(value: Message, text: str) -> list[list[str]]:
    """What is wrong, in a list of its own, which is empty where nothing is: an optional is made of it."""
    faults = _FORMATS[text_of(value)](text)
    return [faults] if faults else []
