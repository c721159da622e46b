"""How a resource's objects travel: as messages of its typed service, or as bytes of the dynamic service."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import orjson
from google.protobuf.message import Message
from pilothouse.api.dynamic.v1 import dynamic_pb2
from pilothouse.api.dynamic.v1.dynamic_pb2 import ResourceName

from .methods import Method, methods_for, methods_of
from .watch import Identity

T = TypeVar("T")
M = TypeVar("M", bound=Message)
P = TypeVar("P", bound=Message)
JsonObject = dict[str, Any]

DYNAMIC = methods_of(dynamic_pb2.DESCRIPTOR.services_by_name["Resources"])


class Wire(Protocol[T]):
    """What the verbs need to know of a resource's service. `constants` are the fields that every request has."""

    methods: Mapping[str, Method]
    constants: Mapping[str, object]
    namespaced: bool
    what: str

    def encode(self, obj: T) -> object:
        """The `object` field of a write request."""

    def decode(self, answer: Any) -> T:
        """The object of an answer."""

    def changed(self, event: Any) -> T:
        """The object of a watch frame's event."""

    def items(self, page: Any) -> list[T]:
        """The objects of a list's page."""

    def identity(self, obj: T) -> Identity: ...

    def part(self, verb: str, subresource: str) -> tuple[str, dict[str, object]]:
        """The method that does something with a subresource, and what its request says beside the rest."""

    def part_field(self, message: Message) -> object:
        """The `object` field of a request that writes a subresource of another kind, such as a Scale."""

    def part_of(self, answer: Any, kind: type[M]) -> M:
        """The answer of a method for a subresource of another kind."""

    def watch_fields(
        self, namespace: str, label_selector: str, field_selector: str, revision: str
    ) -> dict[str, object]:
        """The fields of a watch request."""


def message_identity(obj: Any) -> Identity:
    """Of any resource's message."""
    meta = obj.metadata
    return Identity(meta.namespace, meta.name, meta.uid, meta.resource_version)


def json_identity(obj: JsonObject) -> Identity:
    """Of an object in Kubernetes' JSON."""
    meta = obj.get("metadata") or {}
    return Identity(
        meta.get("namespace", ""), meta.get("name", ""), meta.get("uid", ""), meta.get("resourceVersion", "")
    )


class TypedWire(Generic[M]):
    """Raises TypeError for a class that no typed service serves."""

    def __init__(self, message: type[M]) -> None:
        from pilothouse.api import annotations_pb2

        options: Any = message.DESCRIPTOR.GetOptions()  # the stubs know no extensions of generated code
        self.methods: Mapping[str, Method] = methods_for(message)
        self.constants: Mapping[str, object] = {}
        self.namespaced = bool(options.Extensions[annotations_pb2.resource_type].scope == annotations_pb2.NAMESPACED)
        self.what = message.DESCRIPTOR.name
        parts = options.Extensions[annotations_pb2.resource_type].subresources
        self._names: Mapping[str, str] = {part.name: part.method or part.name.capitalize() for part in parts}

    def encode(self, obj: M) -> object:
        return obj

    def decode(self, answer: Any) -> M:
        found: M = answer
        return found

    def changed(self, event: Any) -> M:
        found: M = event.object
        return found

    def items(self, page: Any) -> list[M]:
        return list(page.items)

    def identity(self, obj: M) -> Identity:
        return message_identity(obj)

    def part(self, verb: str, subresource: str) -> tuple[str, dict[str, object]]:
        return f"{verb}{self._names.get(subresource, subresource)}", {}

    def part_field(self, message: Message) -> object:
        return message

    def part_of(self, answer: Any, kind: type[P]) -> P:
        found: P = answer
        return found

    def watch_fields(
        self, namespace: str, label_selector: str, field_selector: str, revision: str
    ) -> dict[str, object]:
        options = {"label_selector": label_selector, "field_selector": field_selector, "resource_version": revision}
        return {"namespace": namespace, "options": {k: v for k, v in options.items() if v}}


@dataclass(frozen=True, slots=True)
class Codec(Generic[T]):
    """Objects as bytes, for the dynamic service. encoding: a dynamic.v1 Encoding."""

    encoding: dynamic_pb2.Encoding
    encode: Callable[[T], bytes]
    decode: Callable[[bytes], T]
    identity: Callable[[T], Identity]


JSON: Codec[JsonObject] = Codec(dynamic_pb2.JSON, orjson.dumps, orjson.loads, json_identity)


def protobuf(message: type[M]) -> Codec[M]:
    """Objects of one message class."""
    return Codec(dynamic_pb2.PROTOBUF, lambda obj: obj.SerializeToString(), message.FromString, message_identity)


class DynamicWire(Generic[T]):
    """One resource by its name."""

    def __init__(self, name: ResourceName, codec: Codec[T], namespaced: bool) -> None:
        self.methods: Mapping[str, Method] = DYNAMIC
        self.constants: Mapping[str, object] = {"resource": name, "encoding": codec.encoding}
        self.namespaced = namespaced
        self.what = f"{name.resource}.{name.group}" if name.group else name.resource
        self._name = name
        self._codec = codec

    def encode(self, obj: T) -> object:
        return self._codec.encode(obj)

    def decode(self, answer: Any) -> T:
        return self._codec.decode(answer.object)

    def changed(self, event: Any) -> T:
        return self._codec.decode(event.object)

    def items(self, page: Any) -> list[T]:
        return [self._codec.decode(item) for item in page.items]

    def identity(self, obj: T) -> Identity:
        return self._codec.identity(obj)

    def part(self, verb: str, subresource: str) -> tuple[str, dict[str, object]]:
        return verb, {"subresource": subresource}

    def part_field(self, message: Message) -> object:
        return message.SerializeToString()

    def part_of(self, answer: Any, kind: type[M]) -> M:
        return kind.FromString(answer.object)

    def watch_fields(
        self, namespace: str, label_selector: str, field_selector: str, revision: str
    ) -> dict[str, object]:
        scope = dynamic_pb2.WatchScope(
            resource=self._name, namespace=namespace, label_selector=label_selector, field_selector=field_selector
        )
        return {"scopes": [scope], "resource_version": revision}
