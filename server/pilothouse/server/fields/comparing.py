"""How two messages of a class differ, by a walker that is compiled once per class and skips what is equal.

A message is compared as the JSON that it stands for: what JSON always writes is there even where the message lacks it.
Objects are normalized (`schema/presence.py`): a plain zero is absence.
"""

import sys
from collections.abc import Callable, Iterable
from functools import reduce
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from pilothouse.api import annotations_pb2 as annotations

from ..meta.members import is_inline, is_map, json_form, members, message_of, option
from ..schema.remembered import Remembered
from .elements import SELF, keyed, keyed_by_text, member, valued
from .messages import is_whole, key_defaults
from .sets import EMPTY, LEAF, FieldSet, ordered
from .values import NO_CHANGE, Comparison, gathered

# What was added, removed and modified below a field; None for nothing.
Nodes = tuple[FieldSet | None, FieldSet | None, FieldSet | None]
# Two values of a field, None for one that is not set, to what differs: None for nothing.
_Compare = Callable[[Any, Any], Nodes | None]
# A value of a field that is set, to the fields in it.
_Whole = Callable[[Any], FieldSet]

_ADDED: Nodes = (LEAF, None, None)
_REMOVED: Nodes = (None, LEAF, None)
_MODIFIED: Nodes = (None, None, LEAF)

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
) -> tuple[_Compare, _Whole, Callable[[], FieldSet]]:
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
            items = _Items(field, kind == annotations.MAP)
            return items.comparing(always), items.whole, _leaf
    elif field.message_type is not None and not json_form(field.message_type):
        shown = members(field.containing_type).get(field.json_name)
        if is_inline(field) or (shown is not None and not is_whole(shown)):
            return _struct_functions(field, always, ignored)
    return _leaf_compare(field, always), lambda value: LEAF, _leaf


def _leaf() -> FieldSet:
    return LEAF


def _leaf_compare(field: FieldDescriptor, always: bool) -> _Compare:
    # What is absent is null in JSON, unless it is a plain value.
    zero = None
    if always and option(field, annotations.value) and not field.is_repeated:
        zero = GetMessageClass(field.message_type)() if field.message_type is not None else field.default_value

    def compare(old: Any, new: Any) -> Nodes | None:
        if old is None:
            if not always:
                return _ADDED
            return _MODIFIED if new != zero else None
        if new is None:
            if not always:
                return _REMOVED
            return _MODIFIED if old != zero else None
        return None if old == new else _MODIFIED

    return compare


def _struct_functions(
    field: FieldDescriptor, always: bool, ignored: frozenset[tuple[str, ...]]
) -> tuple[_Compare, _Whole, Callable[[], FieldSet]]:
    """Of a field that holds one message. What is in specs is remembered, as much as there is room for."""
    descriptor = message_of(field)
    empty = GetMessageClass(descriptor)()
    made: list[_Struct] = []
    whole_by_bytes: Remembered[FieldSet] = Remembered(_FACTS_BYTES)
    from_nothing: Remembered[tuple[Nodes | None]] = Remembered(_FACTS_BYTES)
    small = _WORTH_BYTES if field.name in _REMEMBERED else sys.maxsize

    def struct() -> _Struct:
        # Made at the first use: messages hold messages of their own kind.
        if not made:
            made.append(_struct_of(descriptor, ignored))
        return made[0]

    def whole(value: Any) -> FieldSet:
        if value.ByteSize() < small:
            return struct().whole(value)
        data = value.SerializeToString()
        found = whole_by_bytes.get(data)
        if found is None:
            found = struct().whole(value)
            whole_by_bytes.put(data, found)
        return found

    def compare_with_nothing(new: Any) -> Nodes | None:
        if new.ByteSize() < small:
            return struct().compare(empty, new)
        data = new.SerializeToString()
        found = from_nothing.get(data)
        if found is None:
            found = (struct().compare(empty, new),)
            from_nothing.put(data, found)
        return found[0]

    def compare(old: Any, new: Any) -> Nodes | None:
        if old is None:
            return compare_with_nothing(new) if always else (whole(new), None, None)
        if new is None:
            return struct().compare(old, empty) if always else (None, whole(old), None)
        return None if old == new else struct().compare(old, new)

    def compare_with_null(old: Any, new: Any) -> Nodes | None:
        if old is not None and new is not None:
            return compare(old, new)
        below = {element: node for element, node in whole(old or new).items() if element != SELF}
        if not below:
            return _MODIFIED
        return (below, None, None) if old is None else (None, below, None)

    if always and not is_inline(field) and not option(field, annotations.value):
        return compare_with_null, whole, _leaf
    return compare, whole, lambda: struct().whole(empty)


def _map_whole(struct: _Struct | None) -> _Whole:
    def whole(value: Any) -> FieldSet:
        node: FieldSet = {SELF: LEAF}
        for key in sorted(value):
            node["f:" + key] = LEAF if struct is None else struct.whole(value[key])
        return node

    return whole


def _map_compare(struct: _Struct | None, whole: _Whole, always: bool) -> _Compare:
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
                nodes = _MODIFIED if struct is None else struct.compare(was, value)
                if nodes is not None:
                    found["f:" + key] = nodes
        for key in old:
            if key not in new:
                found["f:" + key] = (None, LEAF if struct is None else struct.whole(old[key]), None)
        return gathered(found) if found else None

    return compare


class _Items:
    """The items of a list that is a set, or a map by keys."""

    def __init__(self, field: FieldDescriptor, keyed_items: bool) -> None:
        self._keys: list[tuple[str, tuple[str, ...], str, Any]] = []
        self._struct: _Struct | None = None
        self._single = ""
        self._element: Callable[[Any], str] = valued
        if not keyed_items:
            return
        descriptor = message_of(field)
        keys = tuple(option(field, annotations.map_keys))
        defaults = key_defaults(descriptor, keys)
        found = [(key, members(descriptor)[key]) for key in keys]
        self._keys = [(key, of_key.into, of_key.field.name, defaults.get(key)) for key, of_key in found]
        shown = members(field.containing_type)[field.json_name]
        self._struct = None if is_whole(shown) else _struct_of(descriptor)
        self._element = self._keyed
        by_text = members(descriptor)[keys[0]].field.cpp_type == FieldDescriptor.CPPTYPE_STRING
        if len(keys) == 1 and by_text and keys[0] in defaults and not found[0][1].into:
            self._single = found[0][1].field.name
            self._element = self._keyed_by_text

    def whole(self, value: Any) -> FieldSet:
        node: FieldSet = {SELF: LEAF}
        for element, items in self._by_element(value).items():
            node[element] = self._whole_item(items)
        return ordered(node)

    def comparing(self, always: bool) -> _Compare:
        def compare(old: Any, new: Any) -> Nodes | None:
            if old is not None and new is not None and old == new:
                return None
            left, right = self._by_element(old or ()), self._by_element(new or ())
            found: dict[str, Nodes] = {}
            for element, items in right.items():
                nodes = self._compare_items(left.pop(element, []), items)
                if nodes is not None:
                    found[element] = nodes
            for element, items in left.items():
                found[element] = (None, self._whole_item(items), None)
            added, removed, modified = gathered(found)
            if not always and old is None:
                added = {SELF: LEAF, **(added or {})}
            if not always and new is None:
                removed = {SELF: LEAF, **(removed or {})}
            return (added, removed, modified) if added or removed or modified else None

        return compare

    def _whole_item(self, items: list[Any]) -> FieldSet:
        """Of items that are there twice only the item itself is told."""
        return LEAF if self._struct is None or len(items) > 1 else self._struct.whole(items[0])

    def _compare_items(self, old: list[Any], new: list[Any]) -> Nodes | None:
        """Items of one element: more than one of them stand for each other, as a whole."""
        if not old:
            return (self._whole_item(new), None, None)
        if len(old) > 1 or len(new) > 1:
            if len(old) > 1 and len(new) > 1:
                return None if old == new else _MODIFIED
            single = self._whole_item(new if len(old) > 1 else old)
            return (single, LEAF, None) if len(old) > 1 else (LEAF, single, None)
        if old[0] == new[0]:
            return None
        return _MODIFIED if self._struct is None else self._struct.compare(old[0], new[0])

    def _by_element(self, items: Iterable[Any]) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {}
        element = self._element
        for item in items:
            found.setdefault(element(item), []).append(item)
        return found

    def _keyed(self, item: Any) -> str:
        keys = []
        for key, into, name, default in self._keys:
            holder = reduce(getattr, into, item)
            value = getattr(holder, name) if holder.HasField(name) else default
            if value is not None:
                keys.append((key, value))
        return keyed(keys)

    def _keyed_by_text(self, item: Any) -> str:
        return keyed_by_text(self._keys[0][0], getattr(item, self._single))
