"""A configuration merged into an object, and fields taken out of an object: JSON values by their shapes.

The inputs are never changed; what is made shares its parts with them.
"""

from collections import Counter

from ..meta.scalars import JsonValue
from .elements import SELF, member
from .sets import LEAF, FieldSet, is_member, ordered
from .shapes import DEDUCED, ListShape, MapShape, Misshapen, Shape, atom, inner_shape, is_granular, item_element
from .values import ABSENT, Absent


def merge(shape: Shape, live: JsonValue, config: JsonValue) -> JsonValue:
    """What the configuration says, and of the live object what it does not speak of."""
    merged = _merge(shape, live, config)
    return None if isinstance(merged, Absent) else merged


def _merge(shape: Shape, live: JsonValue | Absent, config: JsonValue | Absent) -> JsonValue | Absent:
    if isinstance(config, Absent):
        return live
    kind = atom(shape, config)
    if not is_granular(kind):
        return config
    if isinstance(kind, MapShape):
        left = live if isinstance(live, dict) else {}
        right = config if isinstance(config, dict) else {}
        if not left and not right:
            return config
        return _merge_members(kind, left, right)
    assert isinstance(kind, ListShape)
    before = live if isinstance(live, list) else []
    after = config if isinstance(config, list) else []
    if not before and not after:
        return config
    return _merge_items(kind, before, after)


def _merge_members(shape: MapShape, live: dict[str, JsonValue], config: dict[str, JsonValue]) -> JsonValue | Absent:
    out: dict[str, JsonValue] = {}
    for name in live | config:
        below = shape.below(name)
        left, right = live.get(name, ABSENT), config.get(name, ABSENT)
        merged = _merge(below, left, right) if below is not None else (left if isinstance(right, Absent) else right)
        if not isinstance(merged, Absent):
            out[name] = merged
    return out or ABSENT


def _merge_items(shape: ListShape, live: list[JsonValue], config: list[JsonValue]) -> JsonValue | Absent:
    """The items of both. Those of the configuration stand in its order; what only the live object has keeps its place
    among its neighbours."""
    before, after = _indexed(shape, live), _indexed(shape, config)
    counts = Counter(element for element, _ in before)
    known = {element: item for element, item in before if counts[element] == 1}
    wanted, present = dict(after), {element for element, _ in before}
    shared = [element for element, _ in after if element in present]
    out: list[JsonValue] = []
    merged: set[str] = set()
    left = right = 0

    def take(element: str) -> None:
        merged.add(element)
        if shared and shared[0] == element:
            del shared[0]
        item = _merge(shape.item, known.get(element, ABSENT), wanted[element])
        if not isinstance(item, Absent):
            out.append(item)

    while left < len(before) or right < len(after):
        if left < len(before) and right < len(after):
            element = before[left][0]
            if element == after[right][0]:
                take(element)
                left, right = left + 1, right + 1
                continue
            if element in wanted and shared and shared[0] != element:
                left += 1
                continue
        if left < len(before):
            element, item = before[left]
            if element not in wanted:
                out.append(item)
                left += 1
                continue
            if element in merged:
                left += 1
        if right < len(after):
            take(after[right][0])
            right += 1
    return out or ABSENT


def _indexed(shape: ListShape, items: list[JsonValue]) -> list[tuple[str, JsonValue]]:
    found: list[tuple[str, JsonValue]] = []
    for place, item in enumerate(items):
        try:
            found.append((item_element(shape, item), item))
        except Misshapen:
            # What cannot be told from others is nobody's: it stays, and matches nothing.
            found.append((f"i:{place}", item))
    return found


def remove(shape: Shape, value: JsonValue, fields: FieldSet) -> JsonValue:
    """The value without the fields of a set. What is left without parts becomes null."""
    kind = atom(shape, value)
    if isinstance(kind, MapShape):
        return _remove_members(kind, value, fields) if isinstance(value, dict) and is_granular(kind) else None
    if isinstance(kind, ListShape):
        return _remove_items(kind, value, fields) if isinstance(value, list) and is_granular(kind) else None
    return value


def _remove_members(shape: MapShape, value: dict[str, JsonValue], fields: FieldSet) -> JsonValue:
    out: dict[str, JsonValue] = {}
    for name, item in value.items():
        node, below = fields.get(member(name)), shape.below(name)
        if node is None or below is None:
            out[name] = item
        elif not is_member(node):
            out[name] = remove(below, item, node)
    return out or None


def _remove_items(shape: ListShape, value: list[JsonValue], fields: FieldSet) -> JsonValue:
    out: list[JsonValue] = []
    for element, item in _indexed(shape, value):
        node = fields.get(element)
        if node is None:
            out.append(item)
        elif not is_member(node):
            out.append(remove(shape.item, item, node))
    return out or None


def reconciled(shape: Shape | None, fields: FieldSet) -> FieldSet:
    """The set by a type that has changed since: what lies in something that is now replaced as a whole is that."""
    if shape is None or not fields or shape is DEDUCED:
        return fields
    kind = atom(shape, None)
    out: FieldSet = {}
    for element, node in fields.items():
        inner = inner_shape(kind, element) if element != SELF and node else None
        if inner is None:
            out[element] = node
        elif inner is not DEDUCED and not is_granular(atom(inner, None)):
            out[element] = LEAF
        else:
            out[element] = reconciled(inner, node)
    return fields if out == fields else out


def with_containers(shape: Shape | None, fields: FieldSet) -> FieldSet:
    """The set and, of what its type declares by name, each object and list that something in the set lies in."""
    out: FieldSet = {}
    kind = None if shape is None else atom(shape, None)
    for element, node in fields.items():
        if element == SELF or not node:
            out[element] = node
            continue
        inner = with_containers(None if kind is None else inner_shape(kind, element), node)
        declared = isinstance(kind, MapShape) and element[2:] in kind.members
        out[element] = {SELF: LEAF, **inner} if declared and SELF not in inner else inner
    return ordered(out)
