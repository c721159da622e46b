"""What apply knows of a type: the shape of its values, and how the parts of maps and lists stand to each other."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from ..meta.scalars import JsonValue
from .elements import keyed, valued


class Scalar(Enum):
    """UNTYPED: any of the others; ANY: any JSON value, replaced as a whole."""

    STRING = "string"
    NUMERIC = "numeric"
    BOOLEAN = "boolean"
    UNTYPED = "untyped"
    ANY = "any"


@dataclass(slots=True, eq=False)
class MapShape:
    """An object. members: those that it declares, by name; rest: the shape of all others, None where there are no
    others; atomic: replaced as a whole. May hold itself: members may be filled in after it is made."""

    members: dict[str, "Shape"] = field(default_factory=dict)
    rest: "Shape | None" = None
    atomic: bool = False

    def below(self, name: str) -> "Shape | None":
        found = self.members.get(name)
        return self.rest if found is None else found


class ListKind(Enum):
    ATOMIC = "atomic"
    SET = "set"
    MAP = "map"


@dataclass(slots=True, eq=False)
class ListShape:
    """A list. keys: the members that tell the items of a MAP apart; defaults: of these, what stands for an absent
    one."""

    item: "Shape"
    kind: ListKind = ListKind.ATOMIC
    keys: Sequence[str] = ()
    defaults: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class LateShape:
    """A shape that is made when a value first gets there."""

    make: Callable[[], "Shape"]


class Deduced:
    """A value whose shape is its own: an object is granular, a list is replaced as a whole. For custom objects without
    a schema, and for what a schema leaves open."""


Shape: TypeAlias = Scalar | MapShape | ListShape | LateShape | Deduced
Atom: TypeAlias = Scalar | MapShape | ListShape

DEDUCED = Deduced()
_DEDUCED_MAP = MapShape(rest=DEDUCED)
_DEDUCED_LIST = ListShape(Scalar.ANY)


class Misshapen(ValueError):
    """An item of a list that cannot be told from others."""


def atom(shape: Shape, value: JsonValue) -> Atom:
    """What a value of a shape is merged as."""
    while isinstance(shape, LateShape):
        shape = shape.make()
    if not isinstance(shape, Deduced):
        return shape
    if isinstance(value, dict):
        return _DEDUCED_MAP
    return _DEDUCED_LIST if isinstance(value, list) else Scalar.UNTYPED


def is_granular(shape: Atom) -> bool:
    """Whether the parts of a value are owned one by one."""
    if isinstance(shape, MapShape):
        return not shape.atomic
    return isinstance(shape, ListShape) and shape.kind is not ListKind.ATOMIC


def inner_shape(shape: Atom, element: str) -> "Shape | None":
    """The shape of what stands at an element; None where the shape knows nothing of the kind."""
    if isinstance(shape, MapShape):
        return shape.below(element[2:]) if element.startswith("f:") else None
    if isinstance(shape, ListShape):
        return shape.item if element.startswith(("k:", "v:")) else None
    return None


def item_element(shape: ListShape, item: JsonValue) -> str:
    """The element of an item of a SET or a MAP. Raises Misshapen."""
    if shape.kind is ListKind.SET:
        if isinstance(item, dict):
            raise Misshapen("associative list without keys has an element that's a map type")
        if isinstance(item, list):
            raise Misshapen("not supported: associative list with lists as elements")
        if item is None:
            raise Misshapen("associative list without keys has an element that's an explicit null")
        return valued(item)
    if item is None:
        raise Misshapen("associative list with keys may not have a null element")
    if not isinstance(item, dict):
        raise Misshapen("associative list with keys may not have non-map elements")
    return keyed([(key, _key_of(shape, item, key)) for key in shape.keys])


def _key_of(shape: ListShape, item: dict[str, JsonValue], key: str) -> JsonValue:
    if key in item:
        return item[key]
    if key in shape.defaults:
        return shape.defaults[key]
    raise Misshapen(
        f'associative list with keys has an element that omits key field "{key}" (and doesn\'t have default value)'
    )
