"""The runtime's complaints in the words of Kubernetes, whose CEL is Go's."""

import re
from collections.abc import Callable
from typing import NamedTuple

from . import syntax_pb2 as syntax
from .descriptors import OPAQUE
from .trees import parse_parsed, walk

_STATUS = re.compile(r"^[A-Z_]+: (.*?)(?: \[[A-Z_]+\])?$", re.DOTALL)
_FAULT = re.compile(r"^ERROR: <input>:(-?\d+):(-?\d+): (.*)$")
_TYPES = {"google.protobuf.Timestamp": "timestamp", "google.protobuf.Duration": "duration"}
_undeclared = re.compile(r"undeclared reference to '([^']*)' \(in container ''\)").fullmatch
_overload = re.compile(r"found no matching overload for '([^']*)' applied to '\((.*)\)'").fullmatch
_selected = re.compile(r"expression of type '(.*)' cannot be the operand of a select operation").fullmatch
_no_field = re.compile(r"undefined field '([^']*)' not found in struct '([^']*)'").fullmatch
_macro = re.compile(r"\w+\(\) (?:first |second )?variable name must be a simple identifier").fullmatch
_too_deep = re.compile(r"(?:Exceeded max recursion depth of (\d+)|Expression recursion limit exceeded. limit: (\d+)).*")
_too_long = re.compile(r"expression size exceeds codepoint limit\. input size: (\d+), limit: (\d+)").fullmatch


class Fault(NamedTuple):
    """line, column: from 1; both -1 for what is wrong with the whole."""

    line: int
    column: int
    text: str


def without_status(text: str) -> str:
    """What the runtime says, without the status that it puts around that."""
    found = _STATUS.match(text)
    return found[1] if found else text


def compile_error(source: str, said: str, parse: Callable[[], bytes]) -> str:
    """All that is wrong with an expression, with its lines and marks below them. parse: the serialized expression as
    parsed, where it can be; raises RuntimeError where not."""
    text = without_status(said)
    whole = _too_long(text)
    if whole:
        return f"ERROR: <input>:-1:0: expression code point size exceeds limit: size: {whole[1]}, limit {whole[2]}"
    if deep := _too_deep.search(text):
        return f"ERROR: <input>:-1:0: expression recursion limit exceeded: {deep[1] or deep[2]}"
    try:
        parsed = parse_parsed(parse())
    except RuntimeError:
        parsed = None
    faults: list[Fault] = []
    for line in text.split("\n"):
        if found := _FAULT.match(line):
            fault = _reworded(Fault(int(found[1]), int(found[2]), found[3]), source, parsed)
            if fault is not None and fault not in faults:
                faults.append(fault)
    return display(source, faults) if faults else text


def display(source: str, faults: list[Fault]) -> str:
    lines = source.replace("\t", " ").split("\n")
    return "\n".join(
        f"ERROR: <input>:{line}:{column}: {text}\n | {lines[line - 1]}\n | {_marked(lines[line - 1], column)}"
        for line, column, text in sorted(faults, key=lambda f: f[:2])
        if 0 < line <= len(lines)
    )


def _marked(line: str, column: int) -> str:
    """A mark below the place, after dots that are as wide as what stands before it."""
    before = "".join("．" if ord(character) > 0x7F else "." for character in line[: column - 1])
    here = line[column - 1 : column]
    return before.ljust(column - 1, ".") + ("＾" if here and ord(here) > 0x7F else "^")


def _reworded(fault: Fault, source: str, parsed: syntax.Parsed | None) -> Fault | None:
    """None for what follows from another fault alone."""
    line, column, text = fault
    if "*error*" in text:
        return None
    for wrong, right in _TYPES.items():
        text = text.replace(wrong, right)
    if found := _selected(text):
        return Fault(line, column, f"type '{found[1]}' does not support field selection")
    if found := _no_field(text):
        if found[2] in OPAQUE:
            return Fault(line, column, f"type '{found[2]}' does not support field selection")
        return Fault(line, column, f"undefined field '{found[1]}'")
    if _macro(text):
        return Fault(line, column, "argument must be a simple name")
    if text == "has() argument must be a field selection":
        return Fault(line, column, "invalid argument to has() macro")
    if found := _undeclared(text):
        return _unqualified(Fault(line, column, text), found[1], source, parsed)
    if (found := _overload(text)) and parsed is not None and _is_member(source, parsed, fault, found[1]):
        target, _, rest = _split(found[2])
        return Fault(line, column, f"found no matching overload for '{found[1]}' applied to '{target}.({rest})'")
    text = text.replace("cannot be the range of a comprehension", "cannot be range of a comprehension")
    return Fault(line, column, text)


def _unqualified(fault: Fault, name: str, source: str, parsed: syntax.Parsed | None) -> Fault:
    """Of `a.b.c` it is `a` that is not declared."""
    first, dot, _ = name.partition(".")
    if not dot or parsed is None:
        return fault
    text = f"undeclared reference to '{first}' (in container '')"
    offset = _offset(source, fault.line, fault.column)
    for expr in walk(parsed.expr):
        if expr.WhichOneof("expr_kind") == "select" and parsed.source_info.positions.get(expr.id) == offset:
            while expr.WhichOneof("expr_kind") == "select":
                expr = expr.select.operand
            return Fault(*place(source, parsed.source_info.positions.get(expr.id, offset)), text)
    return Fault(fault.line, fault.column, text)


def _is_member(source: str, parsed: syntax.Parsed, fault: Fault, function: str) -> bool:
    offset = _offset(source, fault.line, fault.column)
    return any(
        expr.call.HasField("target")
        for expr in walk(parsed.expr)
        if expr.WhichOneof("expr_kind") == "call"
        and expr.call.function == function
        and parsed.source_info.positions.get(expr.id) == offset
    )


def _split(types: str) -> tuple[str, str, str]:
    """The first of several types, and the rest."""
    depth = 0
    for index, character in enumerate(types):
        depth += (character == "(") - (character == ")")
        if character == "," and not depth:
            return types[:index], ", ", types[index + 2 :]
    return types, "", ""


def _offset(source: str, line: int, column: int) -> int:
    lines = source.split("\n")[: line - 1]
    return sum(len(text) + 1 for text in lines) + column - 1


def place(source: str, offset: int) -> tuple[int, int]:
    """The line and column of a place in the text."""
    before = source[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


_no_key = re.compile(r"Key not found in map : (.*)", re.DOTALL).fullmatch
_index = re.compile(r"Index error: index=(-?\d+) size=\d+").fullmatch
_regex = re.compile(r"invalid regular expression: (.*?): (.*)", re.DOTALL).fullmatch
_no_value = re.compile(r'No value with name "(.*)" found in Activation').fullmatch
_RUNTIME = {
    "divide by zero": "division by zero",
    "modulus by zero": "modulus by zero",
    "Applying SELECT to non-message type": "no such overload",
}


def runtime_error(said: str) -> str:
    """What went wrong with an evaluation."""
    text = without_status(said)
    if found := _no_key(text):
        key = found[1]
        return f"no such key: {key[1:-1] if key[:1] == key[-1:] == chr(34) else key}"
    if found := _index(text):
        return f"index out of bounds: {found[1]}"
    if found := _regex(text):
        what = "missing closing )" if found[1] == "missing )" else found[1]
        return f"error parsing regexp: {what}: `{found[2]}`"
    if found := _no_value(text):
        return f"no such attribute(s): {found[1]}"
    if text.startswith("No matching overloads found"):
        return "no such overload"
    if text == BUDGET:
        return EXCEEDED
    return _RUNTIME.get(text, text)


BUDGET = "Iteration budget exceeded"
EXCEEDED = "operation cancelled: actual cost limit exceeded"
