"""Custom objects as apply sees them: the shapes of their schemas, and a walker over their JSON."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from google.protobuf.message import Message
from pilothouse.api.dynamic.v1.dynamic_pb2 import CustomObject
from pilothouse.api.meta.v1.meta_pb2 import ObjectMeta

from ..fields.messages import struct_of
from ..fields.ownership import reset_fields
from ..fields.shapes import DEDUCED, LateShape, ListKind, ListShape, MapShape, Scalar, Shape
from ..fields.values import Comparison, compare
from ..fields.walking import Conversion, Object, Resets
from ..meta.resource import ResourceType
from ..schema.structural.nodes import INT_OR_STRING, Node
from .codec import content_of
from .definition import CustomVersion, Definition
from .embedded import write_metadata

_SCALARS = {
    "string": Scalar.STRING,
    "integer": Scalar.NUMERIC,
    "number": Scalar.NUMERIC,
    "boolean": Scalar.BOOLEAN,
}
_LISTS = {"set": ListKind.SET, "map": ListKind.MAP}


def shape_of_node(node: Node) -> Shape:
    """How the values of a schema are merged."""
    if node.types == INT_OR_STRING:
        return Scalar.UNTYPED
    kind = node.types[0] if node.types else ""
    if kind == "object":
        return _object_shape(node)
    if kind == "array":
        item = DEDUCED if node.items is None else shape_of_node(node.items)
        return ListShape(item, _LISTS.get(node.list_type, ListKind.ATOMIC), node.list_keys, _key_defaults(node))
    return _SCALARS.get(kind, DEDUCED)


def _object_shape(node: Node) -> Shape:
    members: dict[str, Shape] = {
        name: LateShape(_once(child)) if child.properties else shape_of_node(child)
        for name, child in node.properties.items()
    }
    if node.embedded:
        members.update(apiVersion=Scalar.STRING, kind=Scalar.STRING, metadata=struct_of(ObjectMeta))
    rest: Shape | None = None
    if node.additional is not None:
        rest = shape_of_node(node.additional)
    elif node.preserve or node.open_members or not members:
        rest = DEDUCED
    return MapShape(members, rest, node.source.get("x-kubernetes-map-type") == "atomic")


def _once(node: Node) -> Any:
    made: list[Shape] = []

    def make() -> Shape:
        if not made:
            made.append(shape_of_node(node))
        return made[0]

    return make


def _key_defaults(node: Node) -> Mapping[str, Any]:
    properties = node.items.properties if node.items is not None else {}
    return {k: properties[k].default for k in node.list_keys if k in properties and properties[k].default is not None}


class CustomWalker:
    """Implements fields.ownership.Walker for one version of a definition."""

    def __init__(self, resource: ResourceType, definition: Definition, version: CustomVersion) -> None:
        self.api_version = resource.api_version
        self._type = resource
        self._definition = definition
        self._version = version

    @cached_property
    def shape(self) -> MapShape:
        return _root_shape(self._version)

    def value(self, obj: Message | None) -> Object:
        return self._value(obj, True)

    def _value(self, obj: Message | None, with_content: bool) -> Object:
        value: Object = {"apiVersion": self._type.api_version, "kind": self._type.kind}
        if obj is None:
            return value
        assert isinstance(obj, CustomObject)
        metadata = write_metadata(obj.metadata)
        metadata.pop("managedFields", None)
        return {**value, "metadata": metadata, **(content_of(obj) if with_content else {})}

    def compare(self, old: Message | None, new: Message, resets: Resets) -> Comparison:
        same = isinstance(old, CustomObject) and isinstance(new, CustomObject) and old.content == new.content
        values = self._value(old, not same), self._value(new, not same)
        return compare(self.shape, *values).apart_from(reset_fields(resets))

    def in_version(self, api_version: str) -> Conversion | None:
        """Versions differ in nothing but their name, unless a webhook converts them."""
        group, _, name = api_version.rpartition("/")
        version = self._definition.versions.get(name)
        if group != self._type.group or version is None or self._definition.webhook:
            return None
        return Conversion(
            _root_shape(version),
            lambda value: {**value, "apiVersion": api_version},
            lambda value: {**value, "apiVersion": self._type.api_version},
        )


def _root_shape(version: CustomVersion) -> MapShape:
    shape = shape_of_node(version.root)
    if not isinstance(shape, MapShape):
        shape = MapShape(rest=DEDUCED)
    known: dict[str, Shape] = {"apiVersion": Scalar.STRING, "kind": Scalar.STRING, "metadata": struct_of(ObjectMeta)}
    rest = DEDUCED if version.keeps_unknown else shape.rest
    return MapShape({**shape.members, **known}, rest, shape.atomic)
