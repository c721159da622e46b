"""The order in which causes are told: that of an object's fields, whoever found them."""

import re
from collections.abc import Callable, Mapping, Sequence

from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message

from ..errors import Cause
from .options import Field, descriptor_of, fields_of

Orders = Mapping[str, Sequence[str]]
"""Where a kube-apiserver looks at the fields of a message in another order than that of their numbers: the message's
name -> the fields' JSON names. "name!" stands for causes that say that the field is a duplicate."""

_EVERYWHERE: Orders = {
    "ObjectMeta": (
        "generateName",
        "name",
        "namespace",
        "generation",
        "labels",
        "annotations",
        "ownerReferences",
        "finalizers",
    )
}
BY_FIELD: Orders = {}
"""The order of the fields' numbers, everywhere."""

# How all objects are looked at.
_COMMON: Orders = {"ObjectMeta": ("generateName",)}
_SEGMENT = re.compile(r"([^.\[\]]+)((?:\[[^\]]*\])*)")
_INDEX = re.compile(r"\[(\d+)\]")
_LAST = 1 << 30


def in_order(cls: type[Message], orders: Orders) -> Callable[[list[Cause]], list[Cause]]:
    """The function that sorts the causes of one object; those of one field stay as they were found."""
    root = descriptor_of(cls)
    known = {**_EVERYWHERE, **orders}

    def arrange(causes: list[Cause]) -> list[Cause]:
        return causes if len(causes) < 2 else sorted(causes, key=lambda cause: _key(root, cause, known))

    return arrange


def _key(root: Descriptor, cause: Cause, orders: Orders) -> tuple[tuple[int, int], ...]:
    found: list[tuple[int, int]] = []
    current: Descriptor | None = root
    # A list as a whole is looked at after its items, unless there are none or too many.
    whole = -1 if cause.reason in ("FieldValueRequired", "FieldValueTooMany") else _LAST
    for match in _SEGMENT.finditer(cause.field):
        if current is None:
            break
        name, index = match.group(1), _INDEX.match(match.group(2))
        ranks = _ranks(current, orders.get(current.name) or _COMMON.get(current.name, ()))
        late = ranks.get(f"{name}!") if cause.reason == "FieldValueDuplicate" else None
        rank, child = ranks.get(name, (_LAST, None))
        if late is not None:
            rank = late[0]
        at_end = match.end() == len(cause.field)
        found.append((rank, int(index.group(1)) if index else whole if at_end else 0))
        current = child
    return tuple(found)


def _ranks(descriptor: Descriptor, order: Sequence[str]) -> dict[str, tuple[int, Descriptor | None]]:
    fields = {field.json: field for field in _flat(descriptor)}
    first = {name: (rank - len(order), None) for rank, name in enumerate(order)}
    ranks: dict[str, tuple[int, Descriptor | None]] = dict(first)
    for json, field in fields.items():
        rank = first[json][0] if json in first else field.descriptor.number
        ranks[json] = (rank, field.child)
    return ranks


def _flat(descriptor: Descriptor) -> list[Field]:
    """The fields of a message, those of inlined members in their place."""
    found: list[Field] = []
    for field in fields_of(descriptor):
        if field.inline and field.child is not None:
            found.extend(_flat(field.child))
        else:
            found.append(field)
    return found
