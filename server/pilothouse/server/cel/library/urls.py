"""url() and what can be asked of URLs: absolute ones, or paths from the root, as Go's ParseRequestURI takes."""

import re
from urllib.parse import SplitResult, unquote, urlsplit

from google.protobuf.message import Message

from .values import URL, text_of, wrap

_is_scheme = re.compile(r"[a-zA-Z][a-zA-Z0-9+.\-]*").fullmatch
_bad_escape = re.compile(r"%(?![0-9a-fA-F]{2})").search
_control = re.compile(r"[\x00-\x1f\x7f]").search


def url(text: str) -> Message:
    fault = _fault(text)
    if fault:
        raise ValueError(f'URL parse error during conversion from string: parse "{text}": {fault}')
    return wrap(URL, text)


def is_url(text: str) -> bool:
    return not _fault(text)


def _fault(text: str) -> str:
    if not text:
        return "empty url"
    if _control(text):
        return "net/url: invalid control character in URL"
    scheme, colon, rest = text.partition(":")
    absolute = bool(colon) and bool(_is_scheme(scheme)) and rest.startswith("/")
    if not absolute and not text.startswith("/"):
        return "invalid URI for request"
    if found := _bad_escape(text.partition("?")[0]):
        return f'invalid URL escape "{text[found.start() : found.start() + 3]}"'
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError as error:
        return str(error)
    if " " in parts.netloc:
        return 'invalid character " " in host name'
    return ""


def _parts(value: Message) -> SplitResult:
    text = text_of(value)
    # Two slashes at the beginning are a path here, and no host.
    return SplitResult("", "", *urlsplit(f"x:///{text}")[2:]) if text.startswith("//") else urlsplit(text)


def scheme(value: Message) -> str:
    return _parts(value).scheme


def host(value: Message) -> str:
    return _parts(value).netloc.rpartition("@")[2]


def hostname(value: Message) -> str:
    name = host(value)
    if name.startswith("["):
        return name[1 : name.find("]")]
    return name.partition(":")[0]


def port(value: Message) -> str:
    rest = host(value).rpartition("]")[2]
    return rest.rpartition(":")[2] if ":" in rest else ""


def escaped_path(value: Message) -> str:
    return _parts(value).path


def query(value: Message) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for part in _parts(value).query.split("&"):
        name, _, text = part.partition("=")
        if part and ";" not in part:
            found.setdefault(_plain(name), []).append(_plain(text))
    return found


def _plain(text: str) -> str:
    return unquote(text.replace("+", " "))
