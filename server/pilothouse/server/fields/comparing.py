"""How two messages of a class differ, by a walker that is compiled once per class and skips what is equal.

A message is compared as the JSON that it stands for: what JSON always writes is there even where the message lacks it.
Objects are normalized (`schema/presence.py`): a plain zero is absence.
"""

import sys
from collections.abc import Callable, Iterable
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from pilothouse.api import annotations_pb2 as annotations

from ..meta.members import is_inline, is_map, json_form, members, message_of, option
from ..schema.remembered import Remembered
from .elements import SELF, member
from .lists import Compare, Items
from .messages import is_whole
from .sets import EMPTY, LEAF, FieldSet, ordered
from .values import MODIFIED, NO_CHANGE, Comparison, Nodes, gathered

# A value of a field that is set, to the fields in it.
_Whole = Callable[[Any], FieldSet]

_ADDED: Nodes = (LEAF, None, None)
_REMOVED: Nodes = (None, LEAF, None)

# Parts that many objects have in common are remembered from this size on: what is smaller is walked as fast. A fact
# takes ten times the room of its bytes.
_REMEMBERED = ("spec", "template")
_WORTH_BYTES = 128
_FACTS_BYTES = 512 << 10


class MessageComparer:
    """Compares objects of one class. ignored: fields, by JSON names from the root, that are not looked at."""

    def __init__(self, message: type[Message], ignored: Iterable[tuple[str, ...]] = ()) -> None:
        self._struct = _Struct(message.DESCRIPTOR, frozenset(ignored))  # type: ignore[arg-type]  # upb's own class
        self._empty = message()

    def compare(self, old: Message | None, new: Message) -> Comparison:
        """old: None for an object that is new."""
        found = self._struct.compare(self._empty if old is None else old, new)
        return NO_CHANGE if found is None else Comparison(*(node or EMPTY for node in found))


class _Struct:
    """One message class."""

    def __init__(self, descriptor: Descriptor, ignored: frozenset[tuple[str, ...]] = frozenset()) -> None:
        self._empty = GetMessageClass(descriptor)()
        self._slots: dict[FieldDescriptor, _Slot | None] = {}
        self._always: dict[FieldDescriptor, _Slot] = {}
        _STRUCTS.setdefault((descriptor, ignored), self)
        for field in descriptor.fields:
            below = frozenset(path[1:] for path in ignored if path[0] == field.json_name)
            slot = self._slots[field] = None if () in below else _Slot(field, below)
            if slot is not None and slot.is_always:
                self._always[field] = slot

    def compare(self, old: Any, new: Any) -> Nodes | None:
        """Two messages."""
        found: dict[str, Nodes] = {}
        slots = self._slots
        before: dict[FieldDescriptor, Any] = dict(old.ListFields())
        for field, value in new.ListFields():
            slot = slots[field]
            was = before.pop(field, None)
            if slot is None:
                continue
            nodes = slot.compare(was, value)
            if nodes is not None:
                slot.put(found, nodes)
        for field, was in before.items():
            slot = slots[field]
            if slot is not None and (nodes := slot.compare(was, None)) is not None:
                slot.put(found, nodes)
        return gathered(found) if found else None

    def whole(self, message: Any) -> FieldSet:
        """All fields of a message that is there as a whole: itself, and what JSON shows below it."""
        node: FieldSet = {SELF: LEAF}
        fields = message.ListFields()
        for field, value in fields:
            slot = self._slots[field]
            if slot is not None:
                slot.put_whole(node, value)
        if self._always:
            present = {field for field, _ in fields}
            for field, slot in self._always.items():
                if field not in present:
                    slot.put_whole(node, None)
        return ordered(node) if len(node) > 1 else LEAF


_STRUCTS: dict[tuple[Descriptor, frozenset[tuple[str, ...]]], _Struct] = {}


def _struct_of(descriptor: Descriptor, ignored: frozenset[tuple[str, ...]] = frozenset()) -> _Struct:
    return _STRUCTS.get((descriptor, ignored)) or _Struct(descriptor, ignored)


class _Slot:
    """One field of a message. is_always: JSON shows it, or something of what it holds, even where it is not set."""

    def __init__(self, field: FieldDescriptor, ignored: frozenset[tuple[str, ...]]) -> None:
        self.inline = is_inline(field)
        self.element = member(field.json_name)
        self.is_always = bool(option(field, annotations.always)) or self.inline
        self.compare, self._whole, self._absent = _functions(field, self.is_always, ignored)

    def put(self, found: dict[str, Nodes], nodes: Nodes) -> None:
        if not self.inline:
            found[self.element] = nodes
            return
        for which, node in enumerate(nodes):
            for element, below in (node or {}).items():
                known = list(found.get(element, (None, None, None)))
                known[which] = below
                found[element] = (known[0], known[1], known[2])

    def put_whole(self, node: FieldSet, value: Any) -> None:
        """value: None where the field is not set."""
        fields = self._absent() if value is None else self._whole(value)
        if self.inline:
            node.update({element: below for element, below in fields.items() if element != SELF})
        else:
            node[self.element] = fields


def _functions(
    field: FieldDescriptor, always: bool, ignored: frozenset[tuple[str, ...]]
) -> tuple[Compare, _Whole, Callable[[], FieldSet]]:
    """How two values of a field differ, what is in one, and what is in one that is always shown and not set."""
    if is_map(field):
        value = message_of(field).fields_by_name["value"].message_type
        struct = _struct_of(value) if value is not None and not json_form(value) else None
        if not option(field, annotations.atomic):
            whole = _map_whole(struct)
            return _map_compare(struct, whole, always), whole, _leaf
    elif field.is_repeated:
        kind = option(field, annotations.list_type)
        if kind in (annotations.SET, annotations.MAP):
            whole_items = kind == annotations.SET or is_whole(members(field.containing_type)[field.json_name])
            items = Items(field, None if whole_items else _struct_of(message_of(field)))
            return items.comparing(always), items.whole, _leaf
    elif field.message_type is not None and not json_form(field.message_type):
        shown = members(field.containing_type).get(field.json_name)
        if is_inline(field) or (shown is not None and not is_whole(shown)):
            return _struct_functions(field, always, ignored)
    return _leaf_compare(field, always), lambda value: LEAF, _leaf


def _leaf() -> FieldSet:
    return LEAF


def _leaf_compare(field: FieldDescriptor, always: bool) -> Compare:
    # What is absent is null in JSON, unless it is a plain value.
    zero = None
    if always and option(field, annotations.value) and not field.is_repeated:
        zero = GetMessageClass(field.message_type)() if field.message_type is not None else field.default_value

    def compare(old: Any, new: Any) -> Nodes | None:
        if old is None:
            if not always:
                return _ADDED
            return MODIFIED if new != zero else None
        if new is None:
            if not always:
                return _REMOVED
            return MODIFIED if old != zero else None
        return None if old == new else MODIFIED

    return compare


def _struct_functions(
    field: FieldDescriptor, always: bool, ignored: frozenset[tuple[str, ...]]
) -> tuple[Compare, _Whole, Callable[[], FieldSet]]:
    """Of a field that holds one message."""
    held = _Held(message_of(field), ignored, field.name in _REMEMBERED)

    def compare(old: Any, new: Any) -> Nodes | None:
        if old is None:
            return held.compare_with_empty(new) if always else (held.whole(new), None, None)
        if new is None:
            return held.struct().compare(old, held.empty) if always else (None, held.whole(old), None)
        return None if old == new else held.struct().compare(old, new)

    def compare_with_null(old: Any, new: Any) -> Nodes | None:
        if old is not None and new is not None:
            return compare(old, new)
        below = {element: node for element, node in held.whole(old or new).items() if element != SELF}
        if not below:
            return MODIFIED
        return (below, None, None) if old is None else (None, below, None)

    if always and not is_inline(field) and not option(field, annotations.value):
        return compare_with_null, held.whole, _leaf
    return compare, held.whole, lambda: held.struct().whole(held.empty)


class _Held:
    """The message that a field holds. What is in specs is remembered, as much as there is room for."""

    def __init__(self, descriptor: Descriptor, ignored: frozenset[tuple[str, ...]], remembers: bool) -> None:
        self.empty = GetMessageClass(descriptor)()
        self._descriptor = descriptor
        self._ignored = ignored
        self._struct: _Struct | None = None
        self._small = _WORTH_BYTES if remembers else sys.maxsize
        self._wholes: Remembered[FieldSet] = Remembered(_FACTS_BYTES)
        self._from_empty: Remembered[tuple[Nodes | None]] = Remembered(_FACTS_BYTES)

    def struct(self) -> "_Struct":
        """Made at the first use: messages hold messages of their own kind."""
        if self._struct is None:
            self._struct = _struct_of(self._descriptor, self._ignored)
        return self._struct

    def whole(self, value: Any) -> FieldSet:
        if value.ByteSize() < self._small:
            return self.struct().whole(value)
        data = value.SerializeToString()
        found = self._wholes.get(data)
        if found is None:
            found = self.struct().whole(value)
            self._wholes.put(data, found)
        return found

    def compare_with_empty(self, new: Any) -> Nodes | None:
        if new.ByteSize() < self._small:
            return self.struct().compare(self.empty, new)
        data = new.SerializeToString()
        found = self._from_empty.get(data)
        if found is None:
            found = (self.struct().compare(self.empty, new),)
            self._from_empty.put(data, found)
        return found[0]


def _map_whole(struct: _Struct | None) -> _Whole:
    def whole(value: Any) -> FieldSet:
        node: FieldSet = {SELF: LEAF}
        for key in sorted(value):
            node["f:" + key] = LEAF if struct is None else struct.whole(value[key])
        return node

    return whole


def _map_compare(struct: _Struct | None, whole: _Whole, always: bool) -> Compare:
    def compare(old: Any, new: Any) -> Nodes | None:
        if old is None:
            node = whole(new)
            if always:
                del node[SELF]
            return node, None, None
        if new is None:
            node = whole(old)
            if always:
                del node[SELF]
            return None, node, None
        found: dict[str, Nodes] = {}
        for key, value in new.items():
            if key not in old:
                found["f:" + key] = (LEAF if struct is None else struct.whole(value), None, None)
            elif value != (was := old[key]):
                nodes = MODIFIED if struct is None else struct.compare(was, value)
                if nodes is not None:
                    found["f:" + key] = nodes
        for key in old:
            if key not in new:
                found["f:" + key] = (None, LEAF if struct is None else struct.whole(old[key]), None)
        return gathered(found) if found else None

    return compare
