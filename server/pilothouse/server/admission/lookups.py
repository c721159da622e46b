"""How plugins find the objects that a request refers to."""

from collections.abc import Iterable

from google.protobuf.message import Message
from pilothouse.api.meta.v1.meta_pb2 import ObjectMeta

from .base import Objects


async def find(objects: Objects, group: str, plural: str, namespace: str, name: str) -> Message | None:
    """The object from the cache, or from the store where the cache has none: what was written a moment ago, through
    this server or another, is found."""
    found = objects.get(group, plural, namespace, name)
    if found is None:
        current = await objects.read(group, plural, namespace, name)
        found = current[0] if current is not None else None
    return found


def annotated_default(candidates: Iterable[Message], annotations: Iterable[str]) -> str:
    """The name of the object that one of the annotations marks as the default; of several the youngest, among equals
    the first by name; "" for none."""
    keys = tuple(annotations)
    marked = [m for m in map(metadata_of, candidates) if any(m.annotations.get(key) == "true" for key in keys)]
    found = min(marked, key=lambda m: (-m.creation_timestamp.seconds, m.name), default=None)
    return "" if found is None else found.name


def metadata_of(message: Message) -> ObjectMeta:
    """The object's metadata; every kind has it."""
    return message.metadata  # type: ignore[attr-defined,no-any-return]
