"""The fields of a message class with the options that bear on them, read once per descriptor."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from pilothouse.api import annotations_pb2 as options


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """One field of a message. `json` is its name in JSON; `child` the message that it holds (for a map, that its values
    are), None for scalars; `form` the json_form of that message. The other members are the options of that name."""

    descriptor: FieldDescriptor
    name: str
    json: str
    repeated: bool
    map: bool
    child: Descriptor | None
    form: int
    value: bool
    inline: bool
    enforced: bool
    immutable: bool
    default: str | None
    enum: tuple[str, ...]
    open: bool
    format: int
    minimum: int | None
    maximum: int | None
    max_length: int | None
    pattern: str | None
    unique_keys: tuple[str, ...]
    unique_items: bool

    @property
    def text(self) -> bool:
        """Whether it is a string or a list of strings."""
        return not self.map and self.descriptor.cpp_type == FieldDescriptor.CPPTYPE_STRING

    @property
    def singular(self) -> bool:
        """Whether it is one message: present or absent, whatever it holds."""
        return self.child is not None and not self.map and not self.repeated


@cache
def fields_of(descriptor: Descriptor) -> Sequence[Field]:
    """The fields of a message in the order of their numbers."""
    return tuple(_field(f) for f in sorted(descriptor.fields, key=lambda f: f.number))


def descriptor_of(cls: type[Message]) -> Descriptor:
    # The type stubs also know a private class of descriptors, with the same members.
    return cast(Descriptor, cls.DESCRIPTOR)


def json_form(descriptor: Descriptor) -> int:
    """The JsonForm of a message, 0 where it is an object of its fields."""
    return int(_extensions(descriptor.GetOptions())[options.json_form])


def _extensions(holder: Any) -> Any:
    # Extensions are typed plainly in generated modules, which the stubs of `Extensions` do not take.
    return holder.Extensions


def _field(descriptor: FieldDescriptor) -> Field:
    holder: Any = descriptor.GetOptions()
    found = _extensions(holder)

    def option(extension: FieldDescriptor) -> Any:
        return found[extension] if holder.HasExtension(extension) else None

    child = descriptor.message_type
    is_map = child is not None and bool(child.GetOptions().map_entry)
    if child is not None and is_map:
        child = child.fields_by_name["value"].message_type
    unique = bool(option(options.unique))
    return Field(
        descriptor=descriptor,
        name=descriptor.name,
        json=descriptor.json_name,
        repeated=descriptor.is_repeated and not is_map,
        map=is_map,
        child=child,
        form=json_form(child) if child is not None else 0,
        value=bool(option(options.value)),
        inline=bool(option(options.inline)),
        enforced=bool(option(options.enforced)),
        immutable=bool(option(options.immutable)),
        default=option(options.default),
        enum=tuple(found[options.enum]),
        open=bool(option(options.open)),
        format=option(options.format) or 0,
        minimum=option(options.minimum),
        maximum=option(options.maximum),
        max_length=option(options.max_length),
        pattern=option(options.pattern),
        unique_keys=tuple(found[options.map_keys]) if unique else (),
        unique_items=unique and option(options.list_type) == options.SET,
    )
