"""The JSON of custom objects: metadata is a message, all else is one JSON object, kept as bytes.

Content is canonical: compact, its members in the order of their names, as a kube-apiserver writes it. Equal objects are
equal bytes, and to serve one is to put its pieces together.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import orjson
from pilothouse.api.dynamic.v1.dynamic_pb2 import CustomObject

from ..errors import BadRequest
from ..meta.codec import codec_for
from ..meta.scalars import JsonValue
from ..meta.strict import Repeating, parse_object
from ..schema.structural.nodes import Node
from ..schema.structural.pruning import OBJECT_MEMBERS, drop_nulls, prune
from .embedded import coerce, read_metadata, write_metadata

DEEPEST = 100
"""Levels of JSON in an object: whatever walks through it may call itself for each."""

_FRACTION = re.compile(rb"[0-9](?:\.0|e)")
_TOO_DEEP = f"the object is nested too deeply: at most {DEEPEST} levels of JSON are taken"
_INT_64 = 1 << 63


class CustomCodec:
    """JSON <-> CustomObject of one version. root: gives the schema, None where nothing is pruned."""

    def __init__(self, kind: str, root: Callable[[], Node | None]) -> None:
        self._kind = kind
        self._root = root

    def to_value(self, message: CustomObject, api_version: str = "", kind: str = "") -> dict[str, JsonValue]:
        """The message as plain JSON values, its members after `apiVersion` and `kind` where these are given."""
        value: dict[str, JsonValue] = {"apiVersion": api_version, "kind": kind} if kind else {}
        return {**value, "metadata": write_metadata(message.metadata), **content_of(message)}

    def from_value(self, value: dict[str, JsonValue], found: list[str] | None = None) -> CustomObject:
        """The message that plain JSON values mean, pruned by the schema. `found` gets what a strict reader refuses, by
        path. Raises BadRequest."""
        kind = value.get("kind")
        message = CustomObject()
        problems: list[str] | None = None if found is None else []
        if value.get("metadata") is not None:
            message.metadata.CopyFrom(read_metadata(value["metadata"], problems))
        content = {key: item for key, item in value.items() if key not in OBJECT_MEMBERS}
        check_depth(content)
        if found is not None:
            found.extend(f'duplicate field "{path}"' for path in _repeated(value))
            found.extend(text for text in problems or () if text.startswith("unknown"))
        if kind and kind != self._kind:
            # It is refused by validation, with all else that is wrong with it.
            message.kind = str(kind)
        else:
            unknown: list[str] | None = None if found is None else []
            self.prune(content, unknown)
            if found is not None:
                found.extend(f'unknown field "{path}"' for path in sorted(unknown or ()))
        message.content = compact(content)
        return message

    def encode(self, message: CustomObject, api_version: str = "", kind: str = "") -> bytes:
        """`to_value` as compact JSON, without looking into the content."""
        metadata = codec_for(type(message.metadata)).encode(message.metadata)
        content = message.content
        rest = b"," + content[1:] if len(content) > 2 else b"}"
        if not kind:
            return b'{"metadata":%b%b' % (metadata, rest)
        return b'{"apiVersion":%b,"kind":%b,"metadata":%b%b' % (
            orjson.dumps(api_version),
            orjson.dumps(kind),
            metadata,
            rest,
        )

    def decode(self, data: bytes, strict: bool = False) -> tuple[CustomObject, list[str]]:
        """The message, and what a strict reader refuses of it. Raises BadRequest."""
        found: list[str] | None = [] if strict else None
        message = self.from_value(parse_object(data, strict), found)
        return message, found or []

    def prune(self, content: dict[str, Any], unknown: list[str] | None = None) -> None:
        """Drops, in place, what the schema does not know."""
        root = self._root()
        if root is not None:
            prune(content, root, unknown)
            drop_nulls(content, root)
            coerce(content, root, unknown)


def content_of(message: CustomObject) -> dict[str, Any]:
    """The content as plain JSON values. Raises BadRequest where it is none, as only a client's can be."""
    if not message.content:
        return {}
    try:
        content = orjson.loads(message.content)
    except orjson.JSONDecodeError as error:
        raise BadRequest(f"the content of the object is no JSON: {error}") from None
    if not isinstance(content, dict) or OBJECT_MEMBERS & content.keys():
        raise BadRequest("the content of the object must be a JSON object without apiVersion, kind and metadata")
    return content


def compact(value: dict[str, Any]) -> bytes:
    """Canonical JSON. Raises BadRequest."""
    try:
        data = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
        if _FRACTION.search(data):
            data = orjson.dumps(_go_numbers(value), option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError as error:
        if "64-bit" not in str(error):
            raise BadRequest(f"the object is no JSON: {error}") from None
        data = orjson.dumps(_go_numbers(value), option=orjson.OPT_SORT_KEYS)
    return data


def check_depth(content: dict[str, Any]) -> None:
    """Raises BadRequest for an object that is nested too deeply."""
    level: list[Any] = [content]
    for _ in range(DEEPEST):
        below: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                below.extend(v for v in item.values() if isinstance(v, dict | list))
            else:
                below.extend(v for v in item if isinstance(v, dict | list))
        if not below:
            return
        level = below
    raise BadRequest(_TOO_DEEP)


def _go_numbers(value: Any) -> Any:
    """Numbers as Go keeps and writes them: whole ones without a fraction, those beyond 64 bits as floats."""
    if isinstance(value, dict):
        return {key: _go_numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_go_numbers(item) for item in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < _INT_64:
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and not -_INT_64 <= value < _INT_64:
        try:
            return float(value)
        except OverflowError:
            raise BadRequest("json: cannot unmarshal number: it is out of the range of a float64") from None
    return value


def _repeated(value: Any, path: str = "") -> Iterator[str]:
    """The paths of members that a text gives twice."""
    if isinstance(value, dict):
        for key, item in value.items():
            at = f"{path}.{key}" if path else key
            if isinstance(value, Repeating) and key in value.repeated:
                yield at
            yield from _repeated(item, at)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _repeated(item, f"{path}[{index}]")
