"""JSON values by their shapes: the fields that a value sets, and how two values differ."""

from collections.abc import Mapping
from typing import NamedTuple

from ..meta.scalars import JsonValue
from .elements import SELF, member
from .sets import EMPTY, LEAF, FieldSet, ordered, union, without
from .shapes import ListShape, MapShape, Misshapen, Shape, atom, is_granular, item_element


class Comparison(NamedTuple):
    """What became of an object's fields."""

    added: FieldSet = EMPTY
    removed: FieldSet = EMPTY
    modified: FieldSet = EMPTY

    @property
    def changed(self) -> FieldSet:
        """What has another value now."""
        return union(self.modified, self.added)

    def apart_from(self, ignored: FieldSet) -> "Comparison":
        """The comparison without some fields and all that lies below them."""
        return Comparison(*(without(s, ignored) for s in (self.added, self.removed, self.modified)))


NO_CHANGE = Comparison()

Nodes = tuple[FieldSet | None, FieldSet | None, FieldSet | None]
"""The nodes of what was added, removed and modified below a field; None for none."""
MODIFIED: Nodes = (None, None, LEAF)


class Absent:
    """Stands for what is not there: null is there."""


ABSENT = Absent()


def field_set(shape: Shape, value: JsonValue) -> FieldSet:
    """The fields that an applied configuration sets. Of items that are there twice only the item itself is told."""
    node = _set(shape, value)
    return EMPTY if node is None else node


def _set(shape: Shape, value: JsonValue) -> FieldSet | None:
    """None where nothing is set: a list without items, null for an object."""
    kind = atom(shape, value)
    if not is_granular(kind):
        return LEAF
    if isinstance(kind, MapShape) and isinstance(value, dict):
        out: FieldSet = {}
        for name, item in value.items():
            below = kind.below(name)
            node = _set(below, item) if below is not None else LEAF
            named = name in kind.members
            if item is None or item == {} or (not named and not node):
                out[member(name)] = LEAF
            elif node:
                out[member(name)] = node if named else {SELF: LEAF, **node}
            elif node is not None:
                out[member(name)] = LEAF
        return ordered(out) or None
    if isinstance(kind, ListShape) and isinstance(value, list):
        return _items_set(kind, value)
    return None


def _items_set(shape: ListShape, items: list[JsonValue]) -> FieldSet | None:
    out: FieldSet = {}
    for item in items:
        try:
            element = item_element(shape, item)
        except Misshapen:
            continue
        node = LEAF if element in out else _set(shape.item, item)
        out[element] = {SELF: LEAF, **node} if node else LEAF
    return ordered(out) or None


def compare(shape: Shape, old: JsonValue, new: JsonValue) -> Comparison:
    """How two objects of a shape differ."""
    found = _compare(shape, old, new)
    return NO_CHANGE if found is None else Comparison(*(node or EMPTY for node in found))


def _compare(shape: Shape, old: JsonValue | Absent, new: JsonValue | Absent) -> Nodes | None:
    """None where nothing differs."""
    if not isinstance(old, Absent) and not isinstance(new, Absent):
        if same(old, new):
            return None
        kind, before = atom(shape, new if new is not None else old), atom(shape, old if old is not None else new)
        if kind is not before:
            return _turned(shape, old, new)
    else:
        kind = atom(shape, new if isinstance(old, Absent) else old)  # type: ignore[arg-type]
    left, right = _parts(old), _parts(new)
    if not is_granular(kind) or not (left or right):
        return _leaf(old, new)
    if isinstance(kind, MapShape):
        found = _compare_members(kind, left if isinstance(left, dict) else {}, right if isinstance(right, dict) else {})
    else:
        assert isinstance(kind, ListShape)
        found = _compare_items(kind, left if isinstance(left, list) else [], right if isinstance(right, list) else [])
    added, removed, modified = found
    if isinstance(old, Absent):
        added = {SELF: LEAF, **(added or {})}
    if isinstance(new, Absent):
        removed = {SELF: LEAF, **(removed or {})}
    return added, removed, modified


def _turned(shape: Shape, old: JsonValue, new: JsonValue) -> Nodes:
    """A value without a schema that became one of another kind."""
    gone, come = _compare(shape, old, ABSENT), _compare(shape, ABSENT, new)
    removed, added = gone[1] if gone else None, come[0] if come else None
    return _inside(added), _inside(removed), LEAF


def _inside(node: FieldSet | None) -> FieldSet | None:
    return {key: below for key, below in node.items() if key != SELF} or None if node else None


def _leaf(old: JsonValue | Absent, new: JsonValue | Absent) -> Nodes:
    if isinstance(old, Absent):
        return LEAF, None, None
    return (None, LEAF, None) if isinstance(new, Absent) else (None, None, LEAF)


def _parts(value: JsonValue | Absent) -> JsonValue:
    return None if isinstance(value, Absent) else value


def _compare_members(shape: MapShape, old: Mapping[str, JsonValue], new: Mapping[str, JsonValue]) -> Nodes:
    found: dict[str, Nodes] = {}
    for name in old | new if isinstance(old, dict) and isinstance(new, dict) else ():
        below = shape.below(name)
        if below is not None:
            nodes = _compare(below, old.get(name, ABSENT), new.get(name, ABSENT))
            if nodes is not None:
                found[member(name)] = nodes
    return gathered(found)


def _compare_items(shape: ListShape, old: list[JsonValue], new: list[JsonValue]) -> Nodes:
    left, right = _by_element(shape, old), _by_element(shape, new)
    found: dict[str, Nodes] = {}
    for element in left | right:
        nodes = _compare_same_items(shape.item, left.get(element, []), right.get(element, []))
        if nodes is not None:
            found[element] = nodes
    return gathered(found)


def _compare_same_items(shape: Shape, old: list[JsonValue], new: list[JsonValue]) -> Nodes | None:
    """Items of one element: more than one of them stand for each other, as a whole."""
    if len(old) < 2 and len(new) < 2:
        return _compare(shape, old[0] if old else ABSENT, new[0] if new else ABSENT)
    if len(old) > 1 and len(new) > 1:
        return None if same(old, new) else (None, None, LEAF)
    if len(old) > 1:
        come = _compare(shape, ABSENT, new[0]) if new else None
        return (come[0] if come else None), LEAF, None
    gone = _compare(shape, old[0], ABSENT) if old else None
    return LEAF, (gone[1] if gone else None), None


def _by_element(shape: ListShape, items: list[JsonValue]) -> dict[str, list[JsonValue]]:
    found: dict[str, list[JsonValue]] = {}
    for item in items:
        try:
            found.setdefault(item_element(shape, item), []).append(item)
        except Misshapen:
            continue
    return found


def gathered(found: Mapping[str, Nodes]) -> Nodes:
    """The nodes of an object from those of its parts."""
    added: FieldSet = {}
    removed: FieldSet = {}
    modified: FieldSet = {}
    for element, (come, gone, other) in found.items():
        if come is not None:
            added[element] = come
        if gone is not None:
            removed[element] = gone
        if other is not None:
            modified[element] = other
    return ordered(added) or None, ordered(removed) or None, ordered(modified) or None


def same(first: JsonValue, second: JsonValue) -> bool:
    """Whether two values are equal: 1 is 1.0, and never true."""
    if isinstance(first, dict):
        return (
            isinstance(second, dict)
            and first.keys() == second.keys()
            and all(same(value, second[name]) for name, value in first.items())
        )
    if isinstance(first, list):
        return isinstance(second, list) and len(first) == len(second) and all(map(same, first, second))
    return first == second and isinstance(first, bool) == isinstance(second, bool)
