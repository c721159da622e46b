"""Selectable fields: what a field selector compares, compiled from a JSON path to a text of a message."""

from collections.abc import Callable, Mapping
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from .options import Field, descriptor_of, fields_of

Getter = Callable[[Message], str]

ALIASES: Mapping[tuple[str, str], str] = {
    ("pilothouse.api.core.v1.Pod", "spec.host"): "spec.nodeName",
    ("pilothouse.api.batch.v1.Job", "status.successful"): "status.succeeded",
}
"""(message, name in a selector) -> the path of the field, where they differ."""


def field_getter(cls: type[Message], path: str) -> Getter:
    """The function that reads one selectable field: booleans as "true" and "false", numbers in decimal; what is absent
    reads as the zero of its type. Raises ValueError where the path names no scalar of the message."""
    descriptor = descriptor_of(cls)
    if (descriptor.full_name, path) == ("pilothouse.api.core.v1.Event", "source"):
        return _event_source
    path = ALIASES.get((descriptor.full_name, path), path)
    names, last = _resolve(descriptor, path)
    if last.repeated or last.map or last.child is not None:
        # Known to kube-apiservers, yet never equal to anything but "".
        return _nothing
    if last.descriptor.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
        return _boolean(names)
    return _text(names)


def _resolve(descriptor: Descriptor, path: str) -> tuple[tuple[str, ...], Field]:
    names: list[str] = []
    found: Field | None = None
    current: Descriptor | None = descriptor
    for segment in path.split("."):
        steps = _member(current, segment) if current is not None else ()
        if not steps:
            raise ValueError(f"{descriptor.full_name} has no field {path}")
        names.extend(step.name for step in steps)
        found = steps[-1]
        current = found.child
    assert found is not None
    return tuple(names), found


def _member(descriptor: Descriptor, json: str) -> tuple[Field, ...]:
    """The field of a JSON name, with the inlined messages that it stands in."""
    for field in fields_of(descriptor):
        if field.inline and field.child is not None:
            below = _member(field.child, json)
            if below:
                return (field, *below)
        elif field.json == json:
            return (field,)
    return ()


def _text(names: tuple[str, ...]) -> Getter:
    if len(names) == 2:
        outer, inner = names

        def read(message: Any) -> str:
            return str(getattr(getattr(message, outer), inner))

        return read

    def read_deep(message: Any) -> str:
        for name in names:
            message = getattr(message, name)
        return str(message)

    return read_deep


def _boolean(names: tuple[str, ...]) -> Getter:
    def read(message: Any) -> str:
        for name in names:
            message = getattr(message, name)
        return "true" if message else "false"

    return read


def _nothing(_: Message) -> str:
    return ""


def _event_source(message: Any) -> str:
    return str(message.source.component or message.reporting_component)
