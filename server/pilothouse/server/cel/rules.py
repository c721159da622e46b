"""The rules of custom resources (x-kubernetes-validations): compiled once per schema, evaluated on objects.

    rules = compile_rules(schema)          # of one version's openAPIV3Schema, as JSON
    causes = rules.validate(new, old)      # objects as JSON; old: None for a new one

As in k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from ..errors import Cause
from ..schema.causes import duplicate, forbidden, invalid, required
from .bounded import Budget, OutOfBudget, evaluate
from .compiled_rules import OLD_SELF, SELF, Rule, compile_rule, known_as, rules_of
from .declared import Declared, Schema, declared_by
from .escaping import escape
from .limits import MESSAGE_BYTES, PER_OBJECT
from .programs import CostExceeded, EvaluationError
from .values import as_declared

_NO_BUDGET = "validation failed due to running out of cost budget, no further validation rules will be run"
_NO_MESSAGE_BUDGET = f"messageExpression evaluation failed due to {_NO_BUDGET.partition('due to ')[2]}"
_SIGNATURE = "call arguments did not match a supported operator, function or macro signature for rule"


@dataclass(slots=True)
class _Node:
    """A node of a schema that has rules, or has some below it."""

    kind: str
    declared: Declared
    rules: list[Rule]
    keys: tuple[str, ...] | None
    items: "_Node | None" = None
    values: "_Node | None" = None
    properties: dict[str, "_Node"] = field(default_factory=dict)
    narrowed: list["_Node"] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        return not (self.rules or self.items or self.values or self.properties or self.narrowed)


class Rules:
    """All rules of a schema. Safe to share."""

    def __init__(self, root: _Node | None) -> None:
        self._root = root

    def __bool__(self) -> bool:
        """Whether there are any."""
        return self._root is not None

    def validate(self, new: object, old: object = None, warnings: list[str] | None = None) -> list[Cause]:
        """What is wrong with an object, as JSON values. old: the object as it is; None for a new one. Rules that look
        at the old value hold only where there is one. What was wrong before, in a part that has not changed, is told in
        `warnings` alone."""
        if self._root is None:
            return []
        found = _Validation()
        with suppress(OutOfBudget):
            found.node(self._root, new, old, "", old is not None, False)
        if warnings is not None:
            warnings.extend(found.warnings)
        return found.causes


def compile_rules(schema: Schema) -> Rules:
    """The rules of a structural schema. Never fails: a rule that does not compile is told of with every object."""
    declared = declared_by(schema, "self", True)
    return Rules(None if declared is None else _build(schema, schema, declared, True))


def _build(said: Schema, node: Schema, declared: Declared, root: bool) -> _Node | None:
    """said: the schema whose rules are meant: the node's own, or one of its allOf."""
    name = known_as(node, root)
    rules = [compile_rule(rule, node, declared, name) for rule in rules_of(said)]
    keys = node.get("x-kubernetes-list-map-keys")
    keyed = tuple(map(str, keys)) if isinstance(keys, list) and node.get("x-kubernetes-list-type") == "map" else None
    found = _Node(str(node.get("type") or ""), declared, rules, keyed or None)
    for part in ("items", "additionalProperties"):
        mine, below = said.get(part), node.get(part)
        if isinstance(mine, Mapping) and isinstance(below, Mapping) and declared.element is not None:
            child = _build(mine, below, declared.element, _embedded(below))
            if part == "items":
                found.items = child
            else:
                found.values = child
    for name, mine, below, type in _members(said, node, declared):
        child = _build(mine, below, type, _embedded(below))
        if child is not None:
            found.properties[name] = child
    narrowing = said.get("allOf")
    for mine in narrowing if isinstance(narrowing, list) else ():
        child = _build(mine, node, declared, root)
        if child is not None:
            found.narrowed.append(child)
    return None if found.empty else found


def _embedded(schema: Schema) -> bool:
    return bool(schema.get("x-kubernetes-embedded-resource"))


def _members(said: Schema, node: Schema, declared: Declared) -> Iterable[tuple[str, Schema, Schema, Declared]]:
    mine, below = said.get("properties"), node.get("properties")
    if not isinstance(mine, Mapping) or not isinstance(below, Mapping):
        return
    for name in sorted(mine):
        if name not in below:
            continue
        escaped = escape(name)
        type = (
            declared.fields.get(escaped)
            if escaped is not None
            else declared_by(below[name], f"{declared.name}.{name}", _embedded(below[name]))
        )
        if type is not None:
            yield name, mine[name], below[name], type


class _Validation:
    """One object on its way through the rules."""

    def __init__(self) -> None:
        self.causes: list[Cause] = []
        self.warnings: list[str] = []
        self._budget = Budget(PER_OBJECT)

    def node(self, node: _Node, new: Any, old: Any, path: str, known: bool, unchanged: bool) -> None:
        """known: whether `old` is what this value was before; where it is not, `unchanged` tells of what is above it.
        Raises OutOfBudget once that is told."""
        if new is None:
            return
        if known:
            unchanged = bool(new == old)
        self._rules(node, new, old if known else None, path, unchanged)
        for narrowed in node.narrowed:
            self.node(narrowed, new, old, path, known, unchanged)
        if isinstance(new, list) and node.items is not None:
            before = _by_keys(old, node.keys) if known and node.keys else {}
            for index, item in enumerate(new):
                was = before.get(_key(item, node.keys)) if node.keys else None
                self.node(node.items, item, was, f"{path}[{index}]", was is not None, unchanged)
        elif isinstance(new, dict):
            self._members(node, new, old if known and isinstance(old, dict) else {}, path, unchanged)

    def _members(self, node: _Node, new: dict[str, Any], old: dict[str, Any], path: str, unchanged: bool) -> None:
        for name, value in new.items():
            known = old.get(name) is not None
            if node.values is not None:
                self.node(node.values, value, old.get(name), f"{path}[{name}]", known, unchanged)
            elif name in node.properties:
                below = f"{path}.{name}" if path else name
                self.node(node.properties[name], value, old.get(name), below, known, unchanged)

    def _rules(self, node: _Node, new: Any, old: Any, path: str, unchanged: bool) -> None:
        for rule in node.rules:
            if rule.fault:
                self._add(path, invalid("", node.kind, f"rule compile error: {rule.fault}"))
            elif rule.program is not None and not (rule.transition and old is None and not rule.optional):
                self._rule(node, rule, new, old, path, unchanged)

    def _rule(self, node: _Node, rule: Rule, new: Any, old: Any, path: str, unchanged: bool) -> None:
        assert rule.program is not None
        values = _values(node, rule, new, old)
        try:
            if evaluate(rule.program, values, self._budget) is True:
                return
        except CostExceeded as error:
            detail = f"'{error}': no further validation rules will be run due to call cost exceeds limit for rule: "
            self._add(path, invalid("", node.kind, detail + rule.named))
            raise OutOfBudget from None
        except OutOfBudget:
            self._add(path, invalid("", node.kind, _NO_BUDGET))
            raise
        except EvaluationError as error:
            text = str(error)
            told = f"'{text}': {_SIGNATURE}" if text.startswith("no such overload") else f"{text} evaluating rule"
            self._add(path, invalid("", node.kind, f"{told}: {rule.named}"))
            return
        at = ".".join(part for part in (path, rule.field_path) if part)
        detail = self._message(node, rule, values, at) or _default_message(rule)
        cause = _cause(rule, None if node.kind in ("object", "array") else new, detail)
        if unchanged and not rule.transition:
            self.warnings.append(f"{at or '<nil>'}: {cause.message}")
        else:
            self._add(at, cause)

    def _message(self, node: _Node, rule: Rule, values: Mapping[str, Any], at: str) -> str:
        """What the rule's expression says of the fault; "" where that is no message."""
        if rule.message is None:
            return ""
        try:
            found = evaluate(rule.message, values, self._budget)
        except CostExceeded:
            detail = "no further validation rules will be run due to call cost exceeds limit for messageExpression: "
            self._add(at, invalid("", node.kind, f'{detail}"{rule.message.source}"'))
            raise OutOfBudget from None
        except OutOfBudget:
            self._add(at, invalid("", node.kind, _NO_MESSAGE_BUDGET))
            raise
        except EvaluationError:
            return ""
        text = found.strip() if isinstance(found, str) else ""
        return "" if "\n" in text or len(text.encode()) > MESSAGE_BYTES else text

    def _add(self, path: str, cause: Cause) -> None:
        # What a kube-apiserver calls the root.
        self.causes.append(Cause(cause.reason, cause.message, path or "<nil>"))


def _values(node: _Node, rule: Rule, new: Any, old: Any) -> dict[str, Any]:
    assert rule.program is not None
    values = {}
    for name, value in ((SELF, new), (OLD_SELF, old)):
        if name == SELF or rule.transition:
            # The message may look at more than the rule does.
            needs = None if rule.message is not None else rule.program.needs.get(name, {})
            given = as_declared(value, node.declared, needs)
            values[name] = ([] if value is None else [given]) if name == OLD_SELF and rule.optional else given
    return values


def _by_keys(items: Any, keys: tuple[str, ...] | None) -> dict[object, Any]:
    return {_key(item, keys): item for item in items} if isinstance(items, list) else {}


def _key(item: Any, keys: tuple[str, ...] | None) -> object:
    return tuple(str(item.get(key)) for key in keys or ()) if isinstance(item, dict) else None


def _default_message(rule: Rule) -> str:
    return rule.text("message").strip() or f"failed rule: {rule.named}"


def _cause(rule: Rule, value: Any, detail: str) -> Cause:
    """value: what is quoted; None: nothing."""
    reason = rule.text("reason")
    if reason == "FieldValueForbidden":
        return forbidden("", detail)
    if reason == "FieldValueRequired":
        return required("", detail)
    if reason == "FieldValueDuplicate":
        return Cause("FieldValueDuplicate", "Duplicate value", "") if value is None else duplicate("", value)
    if value is None:
        return Cause("FieldValueInvalid", f"Invalid value: {detail}", "")
    return invalid("", value, detail)
