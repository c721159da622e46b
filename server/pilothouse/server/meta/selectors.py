"""Selectors: which objects a list, a watch or a workload means.

A Selector is compiled once and then asked often. Its text form is canonical, so equal selectors are equal values and
one can be the key of a memo. The ways to make one: `label_selectors.py` (text and LabelSelector objects),
`field_selectors.py` (text).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

Predicate = Callable[[Mapping[str, str]], bool]


class Operator(Enum):
    """What a requirement asks of the value under its key. The values are the words used in the text form."""

    EQUALS = "="
    NOT_EQUALS = "!="
    IN = "in"
    NOT_IN = "notin"
    EXISTS = "exists"
    ABSENT = "!"
    GREATER = ">"
    LESS = "<"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One condition; `values` are sorted and without duplicates, empty for EXISTS and ABSENT."""

    key: str
    operator: Operator
    values: tuple[str, ...] = ()

    def __str__(self) -> str:
        match self.operator:
            case Operator.EXISTS:
                return self.key
            case Operator.ABSENT:
                return f"!{self.key}"
            case Operator.IN | Operator.NOT_IN:
                return f"{self.key} {self.operator.value} ({','.join(self.values)})"
            case _:
                return f"{self.key}{self.operator.value}{self.values[0]}"


@dataclass(frozen=True, slots=True)
class Selector:
    """All of its requirements, sorted by key; none means everything. `matches` takes the labels, or the selectable
    fields, of an object. In a field selector (`of_fields`) an absent field is an empty one."""

    requirements: tuple[Requirement, ...] = ()
    of_fields: bool = False
    nothing: bool = False
    matches: Predicate = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "matches", _matches_nothing if self.nothing else _compile(self))

    @property
    def empty(self) -> bool:
        """Whether it matches every object."""
        return not self.requirements and not self.nothing

    def exact(self, key: str) -> str | None:
        """The one value that the key must have, None where several would do."""
        for requirement in self.requirements:
            one = len(requirement.values) == 1 and requirement.operator in (Operator.EQUALS, Operator.IN)
            if one and requirement.key == key:
                return requirement.values[0]
        return None

    def __str__(self) -> str:
        if self.of_fields:
            return ",".join(f"{r.key}{r.operator.value}{escape(r.values[0])}" for r in self.requirements)
        return ",".join(map(str, self.requirements))


def escape(value: str) -> str:
    """A value as it stands in a field selector: backslash, comma and equals sign after a backslash."""
    return re.sub(r"([\\,=])", r"\\\1", value)


def _matches_everything(_: Mapping[str, str]) -> bool:
    return True


def _matches_nothing(_: Mapping[str, str]) -> bool:
    return False


def _compile(selector: Selector) -> Predicate:
    requirements = selector.requirements
    if not requirements:
        return _matches_everything
    if all(requirement.operator is Operator.EQUALS for requirement in requirements) and not selector.of_fields:
        return _all_equal(tuple((requirement.key, requirement.values[0]) for requirement in requirements))
    build = _field_predicate if selector.of_fields else _label_predicate
    predicates = tuple(build(requirement) for requirement in requirements)
    if len(predicates) == 1:
        return predicates[0]

    def matches(values: Mapping[str, str]) -> bool:
        for predicate in predicates:  # noqa: SIM110 (a generator costs twice as much here)
            if not predicate(values):
                return False
        return True

    return matches


def _all_equal(pairs: tuple[tuple[str, str], ...]) -> Predicate:
    if len(pairs) == 1:
        ((key, value),) = pairs
        return lambda values: values.get(key) == value

    def matches(values: Mapping[str, str]) -> bool:
        for key, value in pairs:  # noqa: SIM110
            if values.get(key) != value:
                return False
        return True

    return matches


def _field_predicate(requirement: Requirement) -> Predicate:
    key, value = requirement.key, requirement.values[0]
    if requirement.operator is Operator.EQUALS:
        return lambda values: values.get(key, "") == value
    return lambda values: values.get(key, "") != value


def _label_predicate(requirement: Requirement) -> Predicate:
    key, wanted = requirement.key, frozenset(requirement.values)
    match requirement.operator:
        case Operator.EQUALS | Operator.IN:
            return lambda values: values.get(key) in wanted
        case Operator.NOT_EQUALS | Operator.NOT_IN:
            return lambda values: values.get(key) not in wanted
        case Operator.EXISTS:
            return lambda values: key in values
        case Operator.ABSENT:
            return lambda values: key not in values
        case Operator.GREATER | Operator.LESS:
            return _bounded(key, int(requirement.values[0]), requirement.operator is Operator.GREATER)


def _bounded(key: str, bound: int, above: bool) -> Predicate:
    def matches(values: Mapping[str, str]) -> bool:
        number = int64(values.get(key, ""))
        return number is not None and (number > bound if above else number < bound)

    return matches


_INTEGER = re.compile(r"[+-]?[0-9]{1,40}")


def int64(text: str) -> int | None:
    """The integer that a text is in decimal, None when it is none or does not fit 64 bits."""
    if not _INTEGER.fullmatch(text):
        return None
    number = int(text)
    return number if -(1 << 63) <= number < 1 << 63 else None
