"""How two lists of a message differ that are merged: sets, and maps by some members of their items."""

from collections.abc import Callable, Iterable
from functools import reduce
from typing import Any, Protocol

from google.protobuf.descriptor import FieldDescriptor
from pilothouse.api import annotations_pb2 as annotations

from ..meta.members import members, message_of, option
from .elements import SELF, keyed, keyed_by_text, valued
from .messages import key_defaults
from .sets import LEAF, FieldSet, ordered
from .values import MODIFIED, Nodes, gathered

Compare = Callable[[Any, Any], Nodes | None]
"""Two values of a field, None for one that is not set, to what differs: None for nothing."""


class Struct(Protocol):
    """What is known of the message class of the items."""

    def compare(self, old: Any, new: Any) -> Nodes | None: ...

    def whole(self, message: Any) -> FieldSet: ...


class Items:
    """The items of a list that is a set, or a map by keys. struct: of items that are merged themselves."""

    def __init__(self, field: FieldDescriptor, struct: Struct | None) -> None:
        self._keys: list[tuple[str, tuple[str, ...], str, Any]] = []
        self._struct = struct
        self._single = ""
        self._element: Callable[[Any], str] = valued
        if option(field, annotations.list_type) != annotations.MAP:
            return
        descriptor = message_of(field)
        keys = tuple(option(field, annotations.map_keys))
        defaults = key_defaults(descriptor, keys)
        found = [(key, members(descriptor)[key]) for key in keys]
        self._keys = [(key, of_key.into, of_key.field.name, defaults.get(key)) for key, of_key in found]
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

    def comparing(self, always: bool) -> Compare:
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
                return None if old == new else MODIFIED
            single = self._whole_item(new if len(old) > 1 else old)
            return (single, LEAF, None) if len(old) > 1 else (LEAF, single, None)
        if old[0] == new[0]:
            return None
        return MODIFIED if self._struct is None else self._struct.compare(old[0], new[0])

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
