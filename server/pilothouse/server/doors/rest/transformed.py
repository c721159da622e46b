"""Answers of objects that are turned into something else before they are encoded, as JSON."""

from collections.abc import Sequence
from typing import Protocol

from google.protobuf.message import Message

from ...meta.resource import ResourceType
from ...verbs.list import Listing
from ...watchcache.item import Item
from .encoders import EVENTS, JsonEncoder


class Shape(Protocol):
    """What objects are turned into. Raises ApiError where that cannot be."""

    def check(self) -> None:
        """Raises ApiError where nothing can be turned into it, whatever the object."""
        ...

    def one(self, resource: ResourceType, body: bytes) -> bytes:
        """An object, as JSON."""
        ...

    def many(self, resource: ResourceType, page: Listing) -> Sequence[bytes]:
        """A list, as pieces of JSON."""
        ...

    def opening(self, resource: ResourceType, data: bytes) -> bytes:
        """JSON that begins with an object, or with the event of one, as the first of an answer."""
        ...


class TransformedJson:
    """What is no object of a resource, a Status above all, stays what it is."""

    def __init__(self, json: JsonEncoder, shape: Shape) -> None:
        self.media_type = self.stream_type = json.media_type
        self.listing = shape.many
        self.opening = shape.opening
        self.check = shape.check
        self._json = json
        self._shape = shape

    def object(self, resource: ResourceType, body: bytes) -> bytes:
        return self._shape.opening(resource, self._shape.one(resource, body)) + b"\n"

    def item(self, resource: ResourceType, item: Item) -> bytes:
        return self.object(resource, item.body)

    def document(self, message: Message, api_version: str, kind: str) -> bytes:
        return self._json.document(message, api_version, kind)

    def notice(self, kind: str, encoded: bytes) -> bytes:
        return self._json.notice(kind, encoded)

    def told(self, kind: str, resource: ResourceType, body: bytes) -> bytes:
        return self._json.notice(kind, self._shape.one(resource, body))

    def event(self, kind: int, resource: ResourceType, item: Item, index: int) -> Sequence[bytes]:
        return (self.told(EVENTS[kind], resource, item.body),)

    def end(self, revision: int, initial: bool) -> bytes:
        return b""
