"""The fields of a message class with the options that bear on them, read once per descriptor."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from pilothouse.api import annotations_pb2 as options

from ..meta.members import is_inline, is_map, json_form, option, value_field


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


def reachable(descriptor: Descriptor, apart: str = "") -> Iterator[Descriptor]:
    """The message and all that its fields hold, at any depth, each once. apart: the name of messages to leave out."""
    seen: set[Descriptor] = set()
    waiting = [descriptor]
    while waiting:
        current = waiting.pop()
        if current not in seen:
            seen.add(current)
            yield current
            held = (field.child for field in fields_of(current))
            waiting.extend(child for child in held if child is not None and child.name != apart)


def descriptor_of(cls: type[Message]) -> Descriptor:
    # The type stubs also know a private class of descriptors, with the same members.
    return cast(Descriptor, cls.DESCRIPTOR)


def _field(descriptor: FieldDescriptor) -> Field:
    holder: Any = descriptor.GetOptions()

    def given(extension: FieldDescriptor) -> Any:
        return option(descriptor, extension) if holder.HasExtension(extension) else None

    child = value_field(descriptor).message_type
    unique = bool(option(descriptor, options.unique))
    return Field(
        descriptor=descriptor,
        name=descriptor.name,
        json=descriptor.json_name,
        repeated=descriptor.is_repeated and not is_map(descriptor),
        map=is_map(descriptor),
        child=child,
        form=json_form(child) if child is not None else 0,
        value=bool(option(descriptor, options.value)),
        inline=is_inline(descriptor),
        enforced=bool(option(descriptor, options.enforced)),
        immutable=bool(option(descriptor, options.immutable)),
        default=given(options.default),
        enum=tuple(option(descriptor, options.enum)),
        open=bool(option(descriptor, options.open)),
        format=option(descriptor, options.format),
        minimum=given(options.minimum),
        maximum=given(options.maximum),
        max_length=given(options.max_length),
        pattern=given(options.pattern),
        unique_keys=tuple(option(descriptor, options.map_keys)) if unique else (),
        unique_items=unique and option(descriptor, options.list_type) == options.SET,
    )
