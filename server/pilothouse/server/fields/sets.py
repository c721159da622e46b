"""Sets of fields, in the form in which metav1.FieldsV1 writes them: a tree of elements.

A node stands for the field at its path. One without children is in the set; one with children is in it where one of
them is `.`. At the root, nothing is the empty set. Sets are never changed once made: they share their parts. The
children of a node are in the order of `elements.rank`.
"""

from collections.abc import Iterable, Iterator
from functools import reduce
from typing import TypeAlias

import orjson

from .elements import SELF, canonical, rank

FieldSet: TypeAlias = dict[str, "FieldSet"]

EMPTY: FieldSet = {}
LEAF: FieldSet = {}
"""A node that is in the set, with nothing below it."""

_MOST_LEVELS = 250


def is_member(node: FieldSet) -> bool:
    """Whether the field that a node (not the root) stands for is in the set."""
    return not node or SELF in node


def ordered(node: FieldSet) -> FieldSet:
    """The node with its children in order."""
    if len(node) < 2:
        return node
    return {key: node[key] for key in sorted(node, key=rank)}


def at_path(path: Iterable[str]) -> FieldSet:
    """The set of the one field at a path of elements."""
    return reduce(lambda node, element: {element: node}, reversed(tuple(path)), LEAF)


def of_paths(paths: Iterable[Iterable[str]]) -> FieldSet:
    return reduce(union, map(at_path, paths), EMPTY)


def has(fields: FieldSet, path: Iterable[str]) -> bool:
    """Whether the field at a path of elements is in the set."""
    node = fields
    for element in path:
        found = node.get(element)
        if found is None:
            return False
        node = found
    return is_member(node)


def union(first: FieldSet, second: FieldSet) -> FieldSet:
    if not first:
        return second
    if not second:
        return first
    return _children_union(first, second)


def _union(first: FieldSet, second: FieldSet) -> FieldSet:
    if not first or not second:
        other = first or second
        return other if is_member(other) else {SELF: LEAF, **other}
    return _children_union(first, second)


def _children_union(first: FieldSet, second: FieldSet) -> FieldSet:
    if first is second:
        return first
    out = dict(first)
    for element, node in second.items():
        mine = out.get(element)
        out[element] = node if mine is None or element == SELF else _union(mine, node)
    return ordered(out) if len(out) > len(first) else out


def difference(first: FieldSet, second: FieldSet) -> FieldSet:
    """What is in the first and not in the second; what lies below a field of the second stays."""
    if not second:
        return first
    return _children_difference(first, second)


def _children_difference(first: FieldSet, second: FieldSet) -> FieldSet:
    out: FieldSet = {}
    for element, node in first.items():
        other = second.get(element)
        if other is None:
            out[element] = node
        elif element != SELF:
            left = _difference(node, other)
            if left is not None:
                out[element] = left
    return out


def _difference(node: FieldSet, other: FieldSet) -> FieldSet | None:
    """None where nothing is left."""
    if not node:
        return None if is_member(other) else node
    left = _children_difference(node, other)
    if not other:
        left.pop(SELF, None)
    if len(left) == 1 and SELF in left:
        return LEAF
    return left or None


def intersection(first: FieldSet, second: FieldSet) -> FieldSet:
    if not first or not second:
        return EMPTY
    return _children_intersection(first, second)


def _children_intersection(first: FieldSet, second: FieldSet) -> FieldSet:
    out: FieldSet = {}
    for element, node in first.items():
        other = second.get(element)
        if other is not None and element != SELF:
            both = _intersection(node, other)
            if both is not None:
                out[element] = both
    return out


def _intersection(node: FieldSet, other: FieldSet) -> FieldSet | None:
    member = is_member(node) and is_member(other)
    below = _children_intersection(node, other) if node and other else EMPTY
    if not below:
        return LEAF if member else None
    return {SELF: LEAF, **below} if member else below


def without(first: FieldSet, second: FieldSet) -> FieldSet:
    """What is in the first and neither in the second nor below a field of it."""
    if not second or not first:
        return first
    out: FieldSet = {}
    for element, node in first.items():
        other = second.get(element)
        if other is None or element == SELF:
            out[element] = node
        elif not is_member(other):
            left = without(node, other)
            if not node or left:
                out[element] = LEAF if len(left) == 1 and SELF in left else left
    return out


def paths(fields: FieldSet) -> Iterator[tuple[str, ...]]:
    """Every field of the set, by its path of elements: at each level those that are in it first, then what lies
    below."""
    for element, node in fields.items():
        if element != SELF and is_member(node):
            yield (element,)
    for element, node in fields.items():
        for path in paths(node):
            yield (element, *path)


def to_json(fields: FieldSet) -> bytes:
    return orjson.dumps(fields)


def from_json(data: bytes) -> FieldSet:
    """Elements of a kind that is not known are left out. Raises ValueError where the JSON is no set of fields."""
    value = orjson.loads(data)
    if not isinstance(value, dict):
        raise ValueError("a set of fields is a JSON object")
    return {element: node for element, node in (_read(value, 0) or EMPTY).items() if element != SELF}


def _read(value: dict[str, object], level: int) -> FieldSet | None:
    """None where all that is there is of a kind that is not known."""
    if level > _MOST_LEVELS:
        raise ValueError("a set of fields is not nested as deeply")
    out: FieldSet = {}
    for key, below in value.items():
        if not isinstance(below, dict):
            raise ValueError(f"what stands below {key!r} is no JSON object")
        if key == SELF:
            out[SELF] = LEAF
            continue
        element, node = canonical(key), _read(below, level + 1)
        if element is not None and node is not None:
            out[element] = node
    if value and not out:
        return None
    return LEAF if len(out) == 1 and SELF in out else ordered(out)
