"""YAML as a kube-apiserver reads and writes it: the plain values of JSON, nothing else, and never more than was sent.

What a plain scalar means follows Go's YAML library, not PyYAML: times stay texts, numbers in base 60 do not exist, and
1e3 is a number. Aliases cannot make a small text large: the nodes that they stand for are counted.
"""

import re

import yaml

from ..errors import BadRequest
from .scalars import JsonValue

# A text of 3 MiB has a million nodes at most; what aliases stand for counts each time.
NODES_AT_MOST = 1_000_000
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
    duplicates: list[str] = []
    try:
        node = _first_document(data)
        return (None if node is None else _Reader(duplicates).read(node, 0)), duplicates
    except yaml.MarkedYAMLError as error:
        raise BadRequest(f"yaml: {_where(error)}{error.problem or error.context}") from None
    except yaml.YAMLError as error:
        raise BadRequest(f"yaml: {' '.join(str(error).split())}") from None
    except RecursionError:
        raise BadRequest("yaml: exceeded max depth") from None


def _where(error: yaml.MarkedYAMLError) -> str:
    """As Go's library counts: what the scanner finds is one line further on than what the parser finds."""
    mark = error.problem_mark if error.problem_mark is not None and error.problem_mark.line else error.context_mark
    if mark is None or not mark.line:
        return ""
    return f"line {mark.line + isinstance(error, yaml.scanner.ScannerError)}: "


class _Loader(yaml.CBaseLoader):
    """Leaves the tag of a scalar empty where the text does not name one."""

    def resolve(self, kind: type[yaml.Node], value: str | None, implicit: bool | tuple[bool, bool]) -> str:
        return "" if kind is yaml.ScalarNode else str(super().resolve(kind, value, implicit))  # type: ignore[no-untyped-call]


def _first_document(data: bytes) -> yaml.Node | None:
    loader = _Loader(data)
    try:
        _check_depth(data)
        return loader.get_node() if loader.check_node() else None
    finally:
        loader.dispose()


def _check_depth(data: bytes) -> None:
    """Before nodes are made, which libyaml does by recursion in C. Raises BadRequest."""
    depth = 0
    for event in yaml.parse(data, Loader=yaml.CBaseLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                raise BadRequest("yaml: exceeded max depth")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.DocumentEndEvent):
            return


class _Reader:
    def __init__(self, duplicates: list[str]) -> None:
        self._duplicates = duplicates
        self._nodes = 0
        self._above: set[int] = set()

    def read(self, node: yaml.Node, depth: int) -> JsonValue:
        self._nodes += 1
        if self._nodes > NODES_AT_MOST or depth > DEEPEST:
            raise BadRequest("yaml: document contains excessive aliasing")
        if isinstance(node, yaml.ScalarNode):
            return _scalar(node)
        if id(node) in self._above:
            raise BadRequest("yaml: anchor contains itself")
        self._above.add(id(node))
        try:
            if isinstance(node, yaml.SequenceNode):
                return [self.read(item, depth + 1) for item in node.value]
            assert isinstance(node, yaml.MappingNode)
            return self._mapping(node, depth)
        finally:
            self._above.discard(id(node))

    def _mapping(self, node: yaml.MappingNode, depth: int) -> dict[str, JsonValue]:
        found: dict[str, JsonValue] = {}
        merged: dict[str, JsonValue] = {}
        for key_node, value_node in node.value:
            value = self.read(value_node, depth + 1)
            if _is_merge(key_node):
                for part in value if isinstance(value, list) else [value]:
                    if not isinstance(part, dict):
                        raise BadRequest("yaml: map merge requires map or sequence of maps as the value")
                    merged = {**part, **merged}
                continue
            key = _key(key_node)
            if key in found:
                line = key_node.start_mark.line + 1
                self._duplicates.append(f'line {line}: key "{key}" already set in map')
            found[key] = value
        return {**merged, **found} if merged else found


def _is_merge(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and not node.style and not node.tag and node.value == "<<"


def _key(node: yaml.Node) -> str:
    """Keys of JSON are texts: what YAML takes for a number or a boolean becomes one."""
    if not isinstance(node, yaml.ScalarNode):
        raise BadRequest("yaml: invalid map key: only texts, numbers and booleans can be keys")
    value = _scalar(node)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else str(value)


def _scalar(node: yaml.ScalarNode) -> JsonValue:
    text: str = node.value
    tag = (node.tag or "").removeprefix(_TAG)
    if tag == "str" or node.style:
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
    """Block style, keys sorted, texts quoted where they would be read as something else."""
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
