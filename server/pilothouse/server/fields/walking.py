"""Walker: one kind's objects as apply sees them, whatever they are made of."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from google.protobuf.message import Message

from ..meta.scalars import JsonValue
from .shapes import MapShape
from .values import Comparison

Object = dict[str, JsonValue]

Resets = frozenset[str]
"""What a write through a subresource cannot change: top-level members, or `metadata.labels` of metadata."""


class Walker(Protocol):
    """One kind's objects as apply sees them. An implementation for messages is `walkers.MessageWalker`; one for plain
    JSON values needs `shape`, `value` and `compare(shape, ...)` of values.py alone."""

    api_version: str

    @property
    def shape(self) -> MapShape: ...

    def value(self, obj: Message | None) -> Object:
        """The object as JSON, with apiVersion and kind; None: one with nothing set."""
        ...

    def compare(self, old: Message | None, new: Message, resets: Resets) -> Comparison:
        """How two objects differ, apart from the fields of `resets`; old: None for one with nothing set."""
        ...

    def in_version(self, api_version: str) -> "Conversion | None":
        """None where the object has no such version."""
        ...


@dataclass(frozen=True, slots=True)
class Conversion:
    """The same objects in another version. convert: one of their JSON values from the walker's version to that one,
    back: the other way."""

    shape: MapShape
    convert: Callable[[Object], Object]
    back: Callable[[Object], Object]


def as_object(value: JsonValue) -> Object:
    return value if isinstance(value, dict) else {}
