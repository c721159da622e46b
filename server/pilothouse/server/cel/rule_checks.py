"""What is wrong with the rules of a schema when it is written down: they compile, and cost no more than is bearable.

The limits and words are those of a kube-apiserver's validation of CustomResourceDefinitions.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from ..errors import Cause
from ..schema.causes import forbidden, invalid
from .compiled_rules import Rule, compile_rule, known_as, rules_of
from .costs import estimated
from .declared import Declared, Schema, declared_by
from .escaping import escape
from .limits import ENDLESS, ESTIMATED_PER_RULE, ESTIMATED_PER_SCHEMA, REQUEST_BYTES
from .programs import Program
from .sizes import declared_sizes

_ADVICE = "(try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings"
_SHARE = "contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema"
_TOTAL = "x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema"
_MOST_EXPENSIVE = 4
_MEMBERS = ("Rule", "Message", "MessageExpression", "Reason", "FieldPath", "OptionalOldSelf")

Sound = Callable[[str], bool]
"""Whether nothing is wrong with the schema at a path and below."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A node of the schema. times: how often it can occur in an object, None where that is not bounded.
    uncorrelated: the path of the list above whose items cannot be compared with those before, "" for none."""

    schema: Schema
    declared: Declared | None
    path: str
    times: int | None
    uncorrelated: str = ""
    root: bool = False


@dataclass(slots=True)
class _Total:
    cost: int = 0
    expensive: list[tuple[int, str]] = field(default_factory=list)

    def add(self, path: str, cost: int) -> None:
        self.cost = min(self.cost + cost, ENDLESS)
        if cost >= ESTIMATED_PER_SCHEMA // 100:
            self.expensive.append((cost, path))
            self.expensive.sort(key=lambda found: -found[0])
            del self.expensive[_MOST_EXPENSIVE:]


def rule_faults(schema: Schema, path: str, sound: Sound) -> list[Cause]:
    """The faults of all rules of a structural schema, as JSON, that stands at `path`."""
    total = _Total()
    causes = list(_below(_Place(schema, declared_by(schema, "self", True), path, 1, "", True), sound, total))
    if total.cost > ESTIMATED_PER_SCHEMA:
        causes += [forbidden(at, _SHARE) for _, at in total.expensive]
        causes.append(forbidden(path, _exceeds(_TOTAL, total.cost, ESTIMATED_PER_SCHEMA)))
    return causes


def _below(place: _Place, sound: Sound, total: _Total) -> Iterator[Cause]:
    for child in _children(place):
        yield from _below(child, sound, total)
    rules = rules_of(place.schema)
    if not rules or not sound(place.path):
        return
    at = f"{place.path}.x-kubernetes-validations"
    if place.declared is None:
        detail = "failed to convert to declType for CEL validation rules"
        yield Cause("InternalError", f"Internal error: {detail}", at)
        return
    for index, source in enumerate(rules):
        rule = compile_rule(source, place.schema, place.declared, known_as(place.schema, place.root))
        yield from _rule(rule, place, f"{at}[{index}]", total)


def _children(place: _Place) -> Iterator[_Place]:
    schema, declared = place.schema, place.declared
    times, element = _multiplied(place), declared.element if declared is not None else None
    values, properties, items = (schema.get(n) for n in ("additionalProperties", "properties", "items"))
    if isinstance(values, Mapping):
        yield _Place(values, element, f"{place.path}.additionalProperties", times, place.uncorrelated)
    for name, found in sorted(properties.items()) if isinstance(properties, Mapping) else ():
        escaped = escape(name)
        type = declared.fields.get(escaped) if declared is not None and escaped is not None else None
        type = type or declared_by(found, name, bool(found.get("x-kubernetes-embedded-resource")))
        yield _Place(found, type, f"{place.path}.properties[{name}]", times, place.uncorrelated)
    if isinstance(items, Mapping):
        lost = place.uncorrelated or ("" if schema.get("x-kubernetes-list-type") == "map" else place.path)
        yield _Place(items, element, f"{place.path}.items", times, lost)


def _multiplied(place: _Place) -> int | None:
    """How often what is directly below can occur."""
    schema = place.schema
    bound: object = 1
    if schema.get("type") == "array":
        bound = schema.get("maxItems")
    elif schema.get("type") == "object" and schema.get("additionalProperties"):
        bound = schema.get("maxProperties")
    if place.times is None or not isinstance(bound, int | float):
        return None
    return min(place.times * max(0, int(bound)), ENDLESS)


def _rule(rule: Rule, place: _Place, path: str, total: _Total) -> Iterator[Cause]:
    cost = _cost(rule.program, place)
    if cost > ESTIMATED_PER_RULE:
        yield forbidden(f"{path}.rule", _exceeds("estimated rule cost", cost, ESTIMATED_PER_RULE))
    total.add(f"{path}.rule", cost)
    if rule.fault:
        yield _quoting(rule, f"{path}.rule", rule.fault)
    if rule.message_fault:
        yield _quoting(rule, f"{path}.messageExpression", rule.message_fault)
    elif rule.message is not None:
        assert place.declared is not None
        cost = estimated(rule.message.tree, declared_sizes(place.declared)).most
        at = f"{path}.messageExpression"
        if cost > ESTIMATED_PER_RULE:
            yield forbidden(at, _exceeds("estimated messageExpression cost", cost, ESTIMATED_PER_RULE))
        total.add(at, cost)
    if rule.transition and place.uncorrelated:
        detail = f"oldSelf cannot be used on the uncorrelatable portion of the schema within {place.uncorrelated}"
        yield invalid(f"{path}.rule", rule.text("rule"), detail)
    elif not rule.transition and rule.source.get("optionalOldSelf") is not None:
        detail = "may not be set if oldSelf is not used in rule"
        yield invalid(f"{path}.optionalOldSelf", rule.source["optionalOldSelf"], detail)


def _cost(program: Program | None, place: _Place) -> int:
    if program is None or place.declared is None:
        return 0
    once = estimated(program.tree, declared_sizes(place.declared)).most
    times = REQUEST_BYTES // (place.declared.min_bytes + 1) if place.times is None else place.times
    return min(once * times, ENDLESS)


def _exceeds(what: str, cost: int, limit: int) -> str:
    factor = cost / limit
    shown = "more than 100" if factor > 100 else f"{factor:f}" if factor < 1.5 else f"{factor:.1f}"
    return f"{what} exceeds budget by factor of {shown}x {_ADVICE} are declared)"


def _quoting(rule: Rule, path: str, detail: str) -> Cause:
    """A fault that quotes the whole rule, as Go writes it."""
    names = {name: name[0].lower() + name[1:] for name in _MEMBERS}
    optional = ("Reason", "OptionalOldSelf")
    said = {n: rule.source.get(json) if n in optional else rule.text(json) for n, json in names.items()}
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Cause("FieldValueInvalid", f"Invalid value: {text}: {detail}", path)
