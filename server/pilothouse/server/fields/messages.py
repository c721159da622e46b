"""The shapes of a message class, from the options of its fields: list types and keys, what is replaced as a whole."""

import json
from functools import cache
from typing import cast

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from pilothouse.api import annotations_pb2 as annotations

from ..meta.members import Member, is_resource, json_form, members, option
from ..meta.scalars import JsonValue
from .shapes import LateShape, ListKind, ListShape, MapShape, Scalar, Shape

TYPE_META = ("apiVersion", "kind")

_TEXTS = (annotations.TIME, annotations.MICRO_TIME, annotations.DURATION)
_UNTYPED = (annotations.QUANTITY, annotations.INT_OR_STRING)
_LISTS = {annotations.SET: ListKind.SET, annotations.MAP: ListKind.MAP}
# An empty name is a name there: the one plain value that has its zero by default and is not always written.
_NAMED_BY_DEFAULT = "LocalObjectReference"


def shape_of(message: type[Message]) -> MapShape:
    """The shape of a kind's objects, with apiVersion and kind. Parts are made when values first get there."""
    return _object(message.DESCRIPTOR)


def struct_of(message: type[Message]) -> MapShape:
    """The shape of a message that stands inside of an object."""
    return _struct(message.DESCRIPTOR)


@cache
def _object(descriptor: Descriptor) -> MapShape:
    return MapShape({**_struct(descriptor).members, **dict.fromkeys(TYPE_META, Scalar.STRING)})


@cache
def _struct(descriptor: Descriptor, atomic: bool = False) -> MapShape:
    shape = MapShape(atomic=atomic)
    for name, member in members(descriptor).items():
        shape.members[name] = LateShape(cache(lambda member=member: member_shape(member)))
    if is_resource(descriptor):
        shape.members.update(dict.fromkeys(TYPE_META, Scalar.STRING))
    return shape


def member_shape(member: Member) -> Shape:
    """The shape of a member's whole value."""
    field = member.field
    if member.is_map:
        return MapShape(rest=_value_shape(member), atomic=option(field, annotations.atomic))
    if not field.is_repeated:
        return _value_shape(member)
    kind = _LISTS.get(option(field, annotations.list_type), ListKind.ATOMIC)
    keys = tuple(option(field, annotations.map_keys)) if kind is ListKind.MAP else ()
    defaults = key_defaults(member.child, keys) if member.child is not None else {}
    return ListShape(_value_shape(member), kind, keys, defaults)


def _value_shape(member: Member) -> Shape:
    if member.child is None:
        field = member.field.message_type.fields_by_name["value"] if member.is_map else member.field  # type: ignore[union-attr]
        if field.cpp_type == FieldDescriptor.CPPTYPE_STRING:
            return Scalar.STRING
        return Scalar.BOOLEAN if field.cpp_type == FieldDescriptor.CPPTYPE_BOOL else Scalar.NUMERIC
    form = json_form(member.child)
    if form:
        return Scalar.STRING if form in _TEXTS else Scalar.UNTYPED if form in _UNTYPED else Scalar.ANY
    return _struct(member.child, is_whole(member))


def is_whole(member: Member) -> bool:
    """Whether the message that a member holds is replaced as a whole, wherever its own type says so or the field
    does."""
    assert member.child is not None
    if option(member.field, annotations.granular):
        return False
    return bool(
        option(member.child, annotations.atomic_type)
        or (not member.is_map and option(member.field, annotations.atomic))
    )


def key_defaults(descriptor: Descriptor, keys: tuple[str, ...]) -> dict[str, JsonValue]:
    """What stands for keys that an item leaves out."""
    found: dict[str, JsonValue] = {}
    for key in keys:
        field = members(descriptor)[key].field
        text, is_text = option(field, annotations.default), field.cpp_type == FieldDescriptor.CPPTYPE_STRING
        if text:
            found[key] = text if is_text else cast(JsonValue, json.loads(text))
        elif option(field, annotations.value) and (
            option(field, annotations.always) or descriptor.name == _NAMED_BY_DEFAULT
        ):
            found[key] = "" if is_text else 0
    return found
