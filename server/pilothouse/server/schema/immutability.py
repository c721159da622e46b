"""Fields that never change after creation: the option `immutable`, at most three levels below the object."""

from collections.abc import Callable
from typing import Any

from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message

from ..errors import Cause
from .causes import immutable
from .options import Field, descriptor_of, fields_of

Comparison = Callable[[Message, Message], list[Cause]]

# The spec of an object in an object (a CronJob's Job) is deeper, and free to change.
_LEVELS = 3


def immutability_for(cls: type[Message]) -> Comparison:
    """The function that compares an object, normalized, with what it was before. Causes come in the order of paths."""
    found = sorted(_immutable(descriptor_of(cls), "", _LEVELS), key=lambda pair: pair[0])
    paths = tuple((path, names, field.singular) for path, names, field in found)

    def compare(message: Message, old: Message) -> list[Cause]:
        causes = []
        for path, names, is_message in paths:
            value, before = _read(message, names), _read(old, names)
            if value != before or _present(message, names) != _present(old, names):
                shown = None if is_message and not _present(message, names) else value
                causes.append(immutable(path, _plain(shown)))
        return causes

    return compare


def _immutable(descriptor: Descriptor, above: str, levels: int) -> list[tuple[str, tuple[str, ...], Field]]:
    found: list[tuple[str, tuple[str, ...], Field]] = []
    for field in fields_of(descriptor):
        path = f"{above}.{field.json}" if above else field.json
        if field.immutable:
            found.append((path, (field.name,), field))
        elif field.singular and field.child is not None and levels > 1 and field.json in ("spec", "pool"):
            below = _immutable(field.child, path, levels - 1)
            found.extend((p, (field.name, *names), last) for p, names, last in below)
    return found


def _read(message: Any, names: tuple[str, ...]) -> Any:
    for name in names:
        message = getattr(message, name)
    return message


def _present(message: Any, names: tuple[str, ...]) -> bool:
    *outer, last = names
    holder = _read(message, tuple(outer))
    field = holder.DESCRIPTOR.fields_by_name[last]
    return field.is_repeated or bool(holder.HasField(last))


def _plain(value: Any) -> Any:
    """Lists and maps of messages as Python's own."""
    if value is None or isinstance(value, Message | str | int | float | bool):
        return value
    return dict(sorted(value.items())) if hasattr(value, "items") else list(value)
