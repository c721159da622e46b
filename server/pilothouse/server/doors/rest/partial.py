"""Answers of metadata alone: PartialObjectMetadata of an object, PartialObjectMetadataList of a list."""

from collections.abc import Sequence

import orjson
from google.protobuf.message import Message
from pilothouse.api.meta.v1 import meta_pb2 as meta

from ...errors import NotAcceptable
from ...meta.codec import codec_for
from ...meta.resource import ResourceType
from ...meta.wire import framed, varint
from ...verbs.list import Listing
from ...watchcache.item import Item
from .encoders import EVENTS, ProtobufEncoder, between
from .negotiation import Transform

PARTIAL, PARTIAL_LIST = "PartialObjectMetadata", "PartialObjectMetadataList"
# What the package of a group is called inside a kube-apiserver, where not by the first word of the group.
_PACKAGES = {"": "core", "events.k8s.io": "core"}


class Partial:
    """One of the two, in one version: what the transform asks for."""

    def __init__(self, transform: Transform) -> None:
        self._kind = transform.kind
        self.api_version = f"{transform.group}/{transform.version}"

    def json(self, body: bytes) -> bytes:
        """An object's metadata."""
        partial = meta.PartialObjectMetadata.FromString(body)
        return codec_for(meta.PartialObjectMetadata).encode(partial, self.api_version, PARTIAL)

    def protobuf(self, body: bytes) -> bytes:
        """An object's metadata; the rest of the object is not decoded."""
        partial = meta.PartialObjectMetadata.FromString(body)
        partial.DiscardUnknownFields()
        return partial.SerializeToString(deterministic=True)

    def allow_object(self, resource: ResourceType) -> None:
        """Raises NotAcceptable where a list was asked for and the answer is none."""
        if self._kind == PARTIAL_LIST:
            raise NotAcceptable(
                f"you requested {PARTIAL_LIST}, but the requested object is not a list (*{_inner_name(resource)})"
            )

    def allow_list(self, resource: ResourceType) -> None:
        """Raises NotAcceptable where an object was asked for and the answer is a list."""
        if self._kind == PARTIAL:
            raise NotAcceptable(
                f"you requested {PARTIAL}, but the requested object is a list (*{_inner_name(resource)}List)"
            )


def _inner_name(resource: ResourceType) -> str:
    if resource.definition:
        return "unstructured.Unstructured"
    return f"{_PACKAGES.get(resource.group) or resource.group.partition('.')[0]}.{resource.kind}"


class PartialShape:
    """As JSON. Every item of a list says what it is."""

    def __init__(self, transform: Transform) -> None:
        self._partial = Partial(transform)

    def one(self, resource: ResourceType, body: bytes) -> bytes:
        self._partial.allow_object(resource)
        return self._partial.json(body)

    def many(self, resource: ResourceType, page: Listing) -> Sequence[bytes]:
        self._partial.allow_list(resource)
        head = {"kind": PARTIAL_LIST, "apiVersion": self._partial.api_version}
        metadata = codec_for(meta.ListMeta).to_value(page.metadata)
        start = orjson.dumps({**head, "metadata": metadata})[:-1]
        items = between(b",", [self._partial.json(item.body) for item in page.items])
        return [start, b',"items":[', *items, b"]}\n"]

    def opening(self, resource: ResourceType, data: bytes) -> bytes:
        return data

    def check(self) -> None:
        """There is always something."""


class PartialProtobuf:
    """As protobuf, in the envelope of Kubernetes."""

    def __init__(self, protobuf: ProtobufEncoder, transform: Transform) -> None:
        self.media_type, self.stream_type = protobuf.media_type, protobuf.stream_type
        self._protobuf = protobuf
        self._partial = Partial(transform)

    def object(self, resource: ResourceType, body: bytes) -> bytes:
        self._partial.allow_object(resource)
        return b"".join(self._protobuf.wrapped(self._partial.api_version, PARTIAL, [self._partial.protobuf(body)]))

    def item(self, resource: ResourceType, item: Item) -> bytes:
        return self.object(resource, item.body)

    def listing(self, resource: ResourceType, page: Listing) -> Sequence[bytes]:
        self._partial.allow_list(resource)
        head = page.metadata.SerializeToString()
        items = [framed(self._partial.protobuf(item.body)) for item in page.items]
        return self._protobuf.wrapped(
            self._partial.api_version, PARTIAL_LIST, [b"\n" + varint(len(head)) + head, *items]
        )

    def document(self, message: Message, api_version: str, kind: str) -> bytes:
        return self._protobuf.document(message, api_version, kind)

    def notice(self, kind: str, encoded: bytes) -> bytes:
        return self._protobuf.notice(kind, encoded)

    def told(self, kind: str, resource: ResourceType, body: bytes) -> bytes:
        return self.notice(kind, self.object(resource, body))

    def event(self, kind: int, resource: ResourceType, item: Item, index: int) -> Sequence[bytes]:
        return (self.told(EVENTS[kind], resource, item.body),)

    def end(self, revision: int, initial: bool) -> bytes:
        return b""

    def opening(self, resource: ResourceType, data: bytes) -> bytes:
        return data

    def check(self) -> None:
        """There is always something."""
