"""The rules of one node of a schema, compiled: x-kubernetes-validations."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from .declared import Declared, Schema
from .programs import Program, Remembered
from .rule_paths import normalized
from .runtime import Checker, CompileError

SELF, OLD_SELF = "self", "oldSelf"

_remembered = Remembered()
_checkers: dict[tuple[str, tuple[str, ...]], Checker] = {}


@dataclass(frozen=True, slots=True)
class Rule:
    """source: as in the API. program, message: None where there is none, or where it does not compile; fault and
    message_fault tell why. field_path: as errors show it, "" for none. transition: whether it looks at the old value;
    optional: whether that is an optional."""

    source: Mapping[str, object]
    program: Program | None
    message: Program | None
    fault: str
    message_fault: str
    field_path: str
    transition: bool
    optional: bool

    def text(self, name: str) -> str:
        return str(self.source.get(name) or "")

    @property
    def named(self) -> str:
        """What the rule is called where it fails."""
        return (self.text("message") or self.text("rule")).strip()


def rules_of(schema: Schema) -> list[Mapping[str, object]]:
    """What is said in x-kubernetes-validations."""
    found = schema.get("x-kubernetes-validations")
    return [rule for rule in found if isinstance(rule, Mapping)] if isinstance(found, list) else []


def compile_rule(source: Mapping[str, object], node: Schema, declared: Declared, known_as: str) -> Rule:
    """known_as: what the node is known as to the memory of programs."""
    optional = bool(source.get("optionalOldSelf"))
    text, message = str(source.get("rule") or ""), str(source.get("messageExpression") or "")
    program, fault = _compiled(text, declared, known_as, optional)
    if program is not None and program.result != "bool":
        program, fault = None, "cel expression must evaluate to a bool"
    told, message_fault = None, ""
    if program is not None and message.strip():
        told, message_fault = _compiled(message, declared, known_as, optional)
        if told is None:
            message_fault = f"messageExpression {message_fault}"
        elif told.result != "string":
            told, message_fault = None, "messageExpression must evaluate to a string"
    path = normalized(str(source.get("fieldPath") or ""), node) or ""
    transition = program is not None and program.tree.uses(OLD_SELF)
    return Rule(source, program, told, fault, message_fault, path, transition, optional)


def _compiled(text: str, declared: Declared, known_as: str, optional: bool) -> tuple[Program | None, str]:
    if not text.strip():
        return None, ""
    names = (OLD_SELF,) if optional else ()

    def make() -> Program:
        return Program(text, _checker(known_as, declared, names).check(text), names)

    try:
        return _remembered.get((known_as, optional, text), make), ""
    except CompileError as error:
        return None, f"compilation failed: {error}"


def _checker(known_as: str, declared: Declared, optional: tuple[str, ...]) -> Checker:
    """The environment of a node, kept for its next rule: to make one takes milliseconds."""
    key = (known_as, optional)
    if key not in _checkers:
        _checkers.clear()
        _checkers[key] = Checker({SELF: declared, OLD_SELF: declared}, optional)
    return _checkers[key]


def known_as(node: Schema, root: bool) -> str:
    """What stands for a node's type."""
    return json.dumps([node, root], sort_keys=True, separators=(",", ":"), default=str)
