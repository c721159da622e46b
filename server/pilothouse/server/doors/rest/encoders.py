"""How answers become bytes: one encoder for each media type and each thing an answer can be turned into.

What an object is turned into before it is encoded (a Table, bare metadata) has an encoder of its own; `offers.py` has
them all.
"""

from collections.abc import Sequence
from struct import pack
from typing import Protocol

import orjson
from google.protobuf.message import Message
from pilothouse.api.meta.v1 import meta_pb2 as meta

from ...meta.codec import codec_for
from ...meta.envelope import TAIL, envelope_head, enveloped
from ...meta.resource import ResourceType
from ...meta.scalars import JsonValue
from ...meta.wire import varint
from ...meta.yaml_syntax import dump_yaml
from ...verbs.list import Listing
from ...verbs.plane import Plane
from ...watchcache.audience import ADDED, DELETED, MODIFIED, Framing
from ...watchcache.item import Item
from .json_items import JsonItems
from .negotiation import JSON, PROTOBUF, YAML

HEADS_KEPT = 4096
EVENTS = {ADDED: "ADDED", MODIFIED: "MODIFIED", DELETED: "DELETED"}


class Encoder(Protocol):
    """One form of answers."""

    media_type: str

    def object(self, resource: ResourceType, body: bytes) -> bytes:
        """An object as a verb returns it."""
        ...

    def item(self, resource: ResourceType, item: Item) -> bytes: ...

    def listing(self, resource: ResourceType, page: Listing) -> Sequence[bytes]:
        """The pieces of a list."""
        ...

    def document(self, message: Message, api_version: str, kind: str) -> bytes:
        """Anything that is no object of a resource: a Status, a document of discovery."""
        ...


class StreamEncoder(Encoder, Framing, Protocol):
    """An encoder that has watches, and is the framing of them. stream_type: their media type."""

    stream_type: str

    def check(self) -> None:
        """Raises ApiError where no object can be told of in this form."""
        ...

    def notice(self, kind: str, encoded: bytes) -> bytes:
        """An event that tells of no change; encoded: its object."""
        ...

    def told(self, kind: str, resource: ResourceType, body: bytes) -> bytes:
        """An event that tells of an object, other than a change."""
        ...

    def opening(self, resource: ResourceType, data: bytes) -> bytes:
        """The events that a watch begins with, as its client needs them to read what follows."""
        ...


class JsonEncoder:
    media_type = stream_type = JSON

    def __init__(self, plane: Plane, items: JsonItems) -> None:
        self._plane = plane
        self._items = items
        self._heads: dict[ResourceType, bytes] = {}

    def object(self, resource: ResourceType, body: bytes) -> bytes:
        codec = self._plane.kind(resource).codec()
        return codec.encode(resource.message.FromString(body), resource.api_version, resource.kind) + b"\n"

    def item(self, resource: ResourceType, item: Item) -> bytes:
        return b"%b%b\n" % (self._head(resource), self._items.of(resource, item)[1:])

    def listing(self, resource: ResourceType, page: Listing) -> Sequence[bytes]:
        value = codec_for(meta.ListMeta).to_value(page.metadata)
        if resource.definition:
            # As a kube-apiserver has it for kinds that it does not know.
            value.setdefault("continue", "")
        head = b'{"kind":"%b","apiVersion":"%b","metadata":%b,"items":[' % (
            resource.list_kind.encode(),
            resource.api_version.encode(),
            orjson.dumps(value),
        )
        # Custom objects say of what kind they are in lists, too.
        of = self._whole_item if resource.definition else self._items.of
        return [head, *between(b",", [of(resource, item) for item in page.items]), b"]}\n"]

    def document(self, message: Message, api_version: str, kind: str) -> bytes:
        return orjson.dumps(document_value(message, api_version, kind)) + b"\n"

    def notice(self, kind: str, encoded: bytes) -> bytes:
        return b'{"type":"%b","object":%b}\n' % (kind.encode(), encoded.rstrip(b"\n"))

    def told(self, kind: str, resource: ResourceType, body: bytes) -> bytes:
        return self.notice(kind, self.object(resource, body))

    def opening(self, resource: ResourceType, data: bytes) -> bytes:
        return data

    def check(self) -> None:
        """Every object can be told of."""

    def event(self, kind: int, resource: ResourceType, item: Item, index: int) -> Sequence[bytes]:
        head = b'{"type":"%b","object":%b' % (EVENTS[kind].encode(), self._head(resource))
        return head, self._items.of(resource, item)[1:], b"}\n"

    def end(self, revision: int, initial: bool) -> bytes:
        return b""

    def _whole_item(self, resource: ResourceType, item: Item) -> bytes:
        return self._head(resource) + self._items.of(resource, item)[1:]

    def _head(self, resource: ResourceType) -> bytes:
        head = self._heads.get(resource)
        if head is None:
            if len(self._heads) > HEADS_KEPT:
                # Types come and go.
                self._heads.clear()
            type_meta = {"kind": resource.kind, "apiVersion": resource.api_version}
            head = self._heads[resource] = orjson.dumps(type_meta)[:-1] + b","
        return head


class YamlEncoder:
    media_type = YAML

    def __init__(self, json: Encoder) -> None:
        """json: makes the JSON of what is to be YAML."""
        self.json = json

    def object(self, resource: ResourceType, body: bytes) -> bytes:
        return as_yaml(self.json.object(resource, body))

    def item(self, resource: ResourceType, item: Item) -> bytes:
        return as_yaml(self.json.item(resource, item))

    def listing(self, resource: ResourceType, page: Listing) -> Sequence[bytes]:
        return [as_yaml(b"".join(self.json.listing(resource, page)))]

    def document(self, message: Message, api_version: str, kind: str) -> bytes:
        return as_yaml(self.json.document(message, api_version, kind))


class ProtobufEncoder:
    """Watch frames are a length of four bytes and a WatchEvent, whose object is in an envelope of its own."""

    media_type = PROTOBUF
    stream_type = f"{PROTOBUF};stream=watch"

    def __init__(self) -> None:
        self._heads: dict[tuple[str, str], bytes] = {}

    def object(self, resource: ResourceType, body: bytes) -> bytes:
        return enveloped(self._head(resource.api_version, resource.kind), body)

    def item(self, resource: ResourceType, item: Item) -> bytes:
        return enveloped(self._head(resource.api_version, resource.kind), item.body)

    def listing(self, resource: ResourceType, page: Listing) -> Sequence[bytes]:
        head = page.metadata.SerializeToString()
        raw = b"\n" + varint(len(head)) + head
        return self.wrapped(resource.api_version, f"{resource.kind}List", (raw, page.frames))

    def document(self, message: Message, api_version: str, kind: str) -> bytes:
        return enveloped(self._head(api_version, kind), message.SerializeToString(deterministic=True))

    def notice(self, kind: str, encoded: bytes) -> bytes:
        raw = b"\n" + varint(len(encoded)) + encoded
        event = b"\n%c%b\x12%b%b" % (len(kind), kind.encode(), varint(len(raw)), raw)
        return pack(">I", len(event)) + event

    def told(self, kind: str, resource: ResourceType, body: bytes) -> bytes:
        return self.notice(kind, self.object(resource, body))

    def opening(self, resource: ResourceType, data: bytes) -> bytes:
        return data

    def check(self) -> None:
        """Every object can be told of."""

    def event(self, kind: int, resource: ResourceType, item: Item, index: int) -> Sequence[bytes]:
        return (self.notice(EVENTS[kind], self.item(resource, item)),)

    def end(self, revision: int, initial: bool) -> bytes:
        return b""

    def wrapped(self, api_version: str, kind: str, pieces: Sequence[bytes]) -> Sequence[bytes]:
        """The pieces of a message, in an envelope."""
        return [self._head(api_version, kind) + varint(sum(map(len, pieces))), *pieces, TAIL]

    def _head(self, api_version: str, kind: str) -> bytes:
        head = self._heads.get((api_version, kind))
        if head is None:
            head = self._heads[api_version, kind] = envelope_head(api_version, kind)
        return head


def between(separator: bytes, pieces: Sequence[bytes]) -> list[bytes]:
    """The pieces with a separator between each two, still in pieces: nothing is copied."""
    spread = [separator] * (2 * len(pieces) - 1) if pieces else []
    spread[::2] = pieces
    return spread


def document_value(message: Message, api_version: str, kind: str) -> dict[str, JsonValue]:
    """The document as JSON values; one without an apiVersion has none."""
    value = codec_for(type(message)).to_value(message, api_version, kind)
    return value if api_version else {key: item for key, item in value.items() if key != "apiVersion"}


def indented(data: bytes) -> bytes:
    """JSON for people to read."""
    return orjson.dumps(orjson.loads(data), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def as_yaml(data: bytes) -> bytes:
    """JSON as YAML."""
    return dump_yaml(orjson.loads(data))
