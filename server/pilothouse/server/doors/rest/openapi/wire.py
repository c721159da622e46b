"""OpenAPI documents as protobuf: the messages of gnostic's models, by their field numbers.

A document is encoded from its JSON values by tables of members, so that no copy of it as messages is ever made. A
member that the messages have no field for is left out. Source: OpenAPIv2.proto and OpenAPIv3.proto of google/gnostic.
"""

from collections.abc import Callable, Mapping
from struct import pack
from typing import Any

import orjson

from ....meta.wire import varint

Encode = Callable[[Any], bytes]
"""A JSON value as a field, its tag and length included."""

_LENGTH, _VARINT, _DOUBLE = 2, 0, 1


def delimited(number: int, data: bytes) -> bytes:
    """A field of bytes, text, or a message."""
    return varint(number << 3 | _LENGTH) + varint(len(data)) + data


def text(number: int) -> Encode:
    return lambda value: delimited(number, str(value).encode())


def texts(number: int) -> Encode:
    one = text(number)
    return lambda values: b"".join(map(one, values))


def whole(number: int) -> Encode:
    """An integer or a boolean."""
    head = varint(number << 3 | _VARINT)
    return lambda value: head + varint(int(value) & (1 << 64) - 1)


def double(number: int) -> Encode:
    head = varint(number << 3 | _DOUBLE)
    return lambda value: head + pack("<d", value)


def anything(number: int) -> Encode:
    """A value of no fixed type travels as text, which readers take for YAML."""
    return lambda value: delimited(number, delimited(2, orjson.dumps(value) + b"\n"))


def each(encode: Encode) -> Encode:
    return lambda values: b"".join(map(encode, values))


def message(number: int, of: Encode) -> Encode:
    """of: encodes the content of the message."""
    return lambda value: delimited(number, of(value))


def named(number: int, of: Encode) -> Encode:
    """A JSON object whose members are pairs of a name and a message."""
    return lambda values: b"".join(pair(number, name, of(value)) for name, value in values.items())


def pair(number: int, name: str, content: bytes) -> bytes:
    return delimited(number, delimited(1, name.encode()) + delimited(2, content))


class Table:
    """The content of one message. fields: by member; extensions: the number of the field for members "x-..."."""

    def __init__(self, fields: Mapping[str, Encode], extensions: int = 0) -> None:
        self._fields = fields
        self._extensions = extensions

    def __call__(self, value: Mapping[str, Any]) -> bytes:
        found: list[bytes] = []
        for name, item in value.items():
            encode = self._fields.get(name)
            if encode is not None:
                found.append(encode(item))
            elif self._extensions and name.startswith("x-"):
                found.append(pair(self._extensions, name, delimited(2, orjson.dumps(item) + b"\n")))
        return b"".join(found)
