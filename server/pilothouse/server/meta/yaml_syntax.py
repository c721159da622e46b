"""YAML as a kube-apiserver reads and writes it: the plain values of JSON, nothing else, and never more than was sent.

What a plain scalar means follows Go's YAML library, not PyYAML: times stay texts, numbers in base 60 do not exist, and
1e3 is a number. Aliases cannot make a small text large: the nodes that they stand for are counted.
"""

import re
from collections.abc import Iterator
from copy import deepcopy

import yaml

from ..errors import BadRequest
from .scalars import JsonValue

# Keys and values, of which what aliases stand for counts each time. The largest objects that are known, definitions of
# custom resources, have half as many.
NODES_AT_MOST = 300_000
DEEPEST = 250

_TAG = "tag:yaml.org,2002:"
_BOOLEANS = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
}
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9_]*|0[0-7_]+|0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0b[01_]+)\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)\Z|\.(?:nan|NaN|NAN)\Z")
_TIME = re.compile(r"\d{4}-\d\d?-\d\d?(?:(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?)?)?\Z")
# What PyYAML would read as a number in base 60, and so must be quoted for readers like it.
_BASE_60 = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?\Z")


def parse_yaml(data: bytes) -> tuple[JsonValue, list[str]]:
    """The first document as plain JSON values, and the keys that were given twice, of which the last counts. Raises
    BadRequest with Go's words for what cannot be read: "yaml: line 2: ..."."""
    reader = _Reader(yaml.parse(data, Loader=yaml.CBaseLoader))
    try:
        return reader.first_document(), reader.duplicates
    except yaml.MarkedYAMLError as error:
        raise BadRequest(f"yaml: {_where(error)}{error.problem or error.context}") from None
    except yaml.YAMLError as error:
        raise BadRequest(f"yaml: {' '.join(str(error).split())}") from None


def _where(error: yaml.MarkedYAMLError) -> str:
    """As Go's library counts: what the scanner finds is one line further on than what the parser finds."""
    mark = error.problem_mark if error.problem_mark is not None and error.problem_mark.line else error.context_mark
    if mark is None or not mark.line:
        return ""
    return f"line {mark.line + isinstance(error, yaml.scanner.ScannerError)}: "


class _Reader:
    """Makes values of events as they come: no tree of nodes is made, which would take ten times as long. duplicates:
    keys that were given twice."""

    def __init__(self, events: Iterator[yaml.Event]) -> None:
        self.duplicates: list[str] = []
        self._events = events
        self._nodes = 0
        # By anchor the value and how many nodes it has; None while it is being read.
        self._anchors: dict[str, tuple[JsonValue, int] | None] = {}

    def first_document(self) -> JsonValue:
        """None where there is none. The rest of the text is not looked at."""
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                return self._read(next(self._events), 0)
        return None

    def _read(self, event: yaml.Event, depth: int) -> JsonValue:
        self._count(1)
        if depth > DEEPEST:
            raise BadRequest("yaml: exceeded max depth")
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        assert isinstance(event, yaml.NodeEvent)
        anchor, before = event.anchor, self._nodes
        if anchor is not None:
            self._anchors[anchor] = None
        value: JsonValue
        if isinstance(event, yaml.ScalarEvent):
            value = _scalar(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            value = []
            for item in self._events:
                if isinstance(item, yaml.SequenceEndEvent):
                    break
                value.append(self._read(item, depth + 1))
        else:
            value = self._mapping(depth)
        if anchor is not None:
            self._anchors[anchor] = value, self._nodes - before
        return value

    def _alias(self, event: yaml.AliasEvent) -> JsonValue:
        if event.anchor not in self._anchors:
            raise BadRequest(f"yaml: unknown anchor '{event.anchor}' referenced")
        known = self._anchors[event.anchor]
        if known is None:
            raise BadRequest("yaml: anchor contains itself")
        value, nodes = known
        self._count(nodes)
        return deepcopy(value)

    def _mapping(self, depth: int) -> dict[str, JsonValue]:
        found: dict[str, JsonValue] = {}
        merged: dict[str, JsonValue] = {}
        for event in self._events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            if _is_merge(event):
                value = self._read(next(self._events), depth + 1)
                for part in value if isinstance(value, list) else [value]:
                    if not isinstance(part, dict):
                        raise BadRequest("yaml: map merge requires map or sequence of maps as the value")
                    merged = {**part, **merged}
                continue
            key = self._key(event, depth)
            value = self._read(next(self._events), depth + 1)
            if key in found:
                line = event.start_mark.line + 1 if event.start_mark is not None else 0
                self.duplicates.append(f'line {line}: key "{key}" already set in map')
            found[key] = value
        return {**merged, **found} if merged else found

    def _key(self, event: yaml.Event, depth: int) -> str:
        """Keys of JSON are texts: what YAML takes for a number or a boolean becomes one."""
        value = self._read(event, depth + 1)
        if isinstance(value, dict | list):
            raise BadRequest("yaml: invalid map key: only texts, numbers and booleans can be keys")
        if isinstance(value, bool):
            return "true" if value else "false"
        return "null" if value is None else str(value)

    def _count(self, nodes: int) -> None:
        self._nodes += nodes
        if self._nodes > NODES_AT_MOST:
            raise BadRequest(
                f"yaml: the document has more than {NODES_AT_MOST} nodes, those behind aliases counted each time"
            )


def _is_merge(event: yaml.Event) -> bool:
    return isinstance(event, yaml.ScalarEvent) and event.value == "<<" and not event.style and not event.tag


def _scalar(event: yaml.ScalarEvent) -> JsonValue:
    text: str = event.value
    tag = "" if event.tag in (None, "!") else event.tag.removeprefix(_TAG)
    if tag == "str" or event.style:
        return text
    if tag == "binary":
        raise BadRequest("yaml: !!binary is not taken: write the text in base64 itself")
    return _plain(text)


def _plain(text: str) -> JsonValue:
    if text in _NULLS:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if text[0] not in "+-.0123456789":
        return text
    if _INTEGER.match(text):
        return _integer(text.replace("_", ""))
    if _FLOAT.match(text):
        number = float(text)
        return int(number) if number.is_integer() and abs(number) < 1 << 53 else number
    if _NOT_FINITE.match(text):
        raise BadRequest(f"yaml: {text} is no value of JSON")
    return text


def _integer(text: str) -> JsonValue:
    digits = text.lstrip("+-").lower()
    sign = -1 if text.startswith("-") else 1
    if len(digits) > 1 and digits[0] == "0" and digits[1].isdigit():
        return sign * int(digits, 8)
    if len(digits) > 100:
        return float(text)
    return sign * int(digits, 0)


def dump_yaml(value: JsonValue) -> bytes:
    """Block style, keys sorted, texts quoted where they would be read as something else. Items of lists that a document
    has at its top are written one by one, so that other threads have their turns between them."""
    if not isinstance(value, dict) or not value or not all(map(str.isidentifier, value)):
        return _dumped(value)
    return b"".join(part for key, member in sorted(value.items()) for part in _member(key, member))


def _member(key: str, member: JsonValue) -> Iterator[bytes]:
    if not isinstance(member, list) or len(member) < 2:
        yield _part({key: member})
        return
    yield _dumped({key: [None]}).removesuffix(b"- null\n")
    for item in member:
        yield _part([item])


def _part(value: JsonValue) -> bytes:
    """Without the mark of an end, which follows a text that ends with empty lines."""
    return _dumped(value).removesuffix(b"...\n")


def _dumped(value: JsonValue) -> bytes:
    text: str = yaml.dump(
        value, Dumper=_Dumper, default_flow_style=False, allow_unicode=True, sort_keys=True, width=1 << 30
    )
    return text.encode()


class _Dumper(yaml.CSafeDumper):
    def ignore_aliases(self, data: object) -> bool:
        return True


def _represent_text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = None
    if "\n" in text:
        style = "|"
    elif _reads_otherwise(text):
        style = '"'
    return dumper.represent_scalar(_TAG + "str", text, style=style)


def _reads_otherwise(text: str) -> bool:
    if _BASE_60.match(text) or _TIME.match(text) or text in ("=", "<<"):
        return True
    try:
        return not isinstance(_plain(text), str)
    except BadRequest:
        return True


_Dumper.add_representer(str, _represent_text)
