"""The JSON members of a message: its fields under their JSON names, with those of inlined messages in their place; and
the options that say so."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from pilothouse.api import annotations_pb2 as annotations


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """One member. field: whose value it is; into: the names of the inlined messages to enter, from the outermost, to
    get to the field; child: the message that it holds (each item, each value of a map), None for scalars."""

    json_name: str
    field: FieldDescriptor
    into: tuple[str, ...]
    child: Descriptor | None

    @property
    def is_map(self) -> bool:
        return is_map(self.field)


def is_map(field: FieldDescriptor) -> bool:
    return field.message_type is not None and bool(field.message_type.GetOptions().map_entry)


def value_field(field: FieldDescriptor) -> FieldDescriptor:
    """What one item holds: of a map the field of its values, else the field itself."""
    return message_of(field).fields_by_name["value"] if is_map(field) else field


def option(of: FieldDescriptor | Descriptor, extension: FieldDescriptor) -> Any:
    """The value of one of `annotations.proto`'s options, its zero where it is not set."""
    return of.GetOptions().Extensions[extension]  # type: ignore[index]  # generated stubs call extensions FieldDescriptor


def json_form(descriptor: Descriptor) -> annotations.JsonForm:
    """How the message looks in JSON; 0 for an object of its members."""
    form: annotations.JsonForm = option(descriptor, annotations.json_form)
    return form


def is_resource(descriptor: Descriptor) -> bool:
    """Whether it is a whole object, with apiVersion and kind wherever it stands."""
    return bool(option(descriptor, annotations.resource_type).plural)


def is_inline(field: FieldDescriptor) -> bool:
    return bool(option(field, annotations.inline))


def message_of(field: FieldDescriptor) -> Descriptor:
    """Of a field that holds messages."""
    assert field.message_type is not None
    return field.message_type


@cache
def members(descriptor: Descriptor) -> dict[str, Member]:
    """By JSON name, in the order of field numbers. A message whose form is not an object has none that count."""
    found: dict[str, Member] = {}
    _collect(descriptor, (), found)
    return found


def _collect(descriptor: Descriptor, into: tuple[str, ...], found: dict[str, Member]) -> None:
    for field in sorted(descriptor.fields, key=lambda f: f.number):
        if is_inline(field):
            _collect(message_of(field), (*into, field.name), found)
        else:
            found[field.json_name] = Member(field.json_name, field, into, value_field(field).message_type)
