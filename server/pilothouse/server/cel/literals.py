"""What Kubernetes demands of literals beyond the checker: lists and maps of one type, and durations, times and patterns
that are such."""

from collections.abc import Iterator

import re2

from ..meta.times import parse_duration, parse_time
from . import syntax_pb2 as syntax
from .trees import Tree, is_map, shown, walk
from .wording import Fault, place


def literal_faults(tree: Tree, source: str) -> list[Fault]:
    """The faults of all literals of an expression."""
    found: list[Fault] = []
    for expr in walk(tree.root):
        kind = expr.WhichOneof("expr_kind")
        if kind == "call":
            found += _argument(tree, expr, source)
        elif kind == "list":
            optional = set(expr.list.optional_indices)
            given = [(e, i in optional) for i, e in enumerate(expr.list.elements)]
            found += _mixed(tree, given, source)
        elif kind == "struct" and is_map(expr):
            found += _mixed(tree, [(e.map_key, False) for e in expr.struct.entries], source)
            found += _mixed(tree, [(e.value, e.optional_entry) for e in expr.struct.entries], source)
    return found


def _mixed(tree: Tree, given: list[tuple[syntax.Expr, bool]], source: str) -> Iterator[Fault]:
    """Elements are of the type of those before them."""
    first: str | None = None
    for expr, optional in given:
        found = tree.type_of(expr)
        if optional and found.WhichOneof("type_kind") == "abstract_type":
            found = found.abstract_type.parameter_types[0]
        text = shown(found)
        if "dyn" in text or text == "null_type":
            continue
        if first is None:
            first = text
        elif text != first:
            yield _at(tree, expr, source, f"expected type '{first}' but found '{text}'")


def _argument(tree: Tree, expr: syntax.Expr, source: str) -> Iterator[Fault]:
    """The literal that a duration, a time or a pattern is made of."""
    call = expr.call
    if call.function not in ("duration", "timestamp", "matches") or not call.args:
        return
    argument = call.args[-1]
    if argument.const.WhichOneof("constant_kind") != "string_value":
        return
    if not _is_valid(call.function, argument.const.string_value):
        yield _at(tree, argument, source, f"invalid {call.function} argument")


def _is_valid(function: str, text: str) -> bool:
    try:
        if function == "duration":
            parse_duration(text)
        elif function == "timestamp":
            parse_time(text)
        else:
            options = re2.Options()
            options.log_errors = False
            re2.compile(text, options=options)
    except (ValueError, re2.error):
        return False
    return True


def _at(tree: Tree, expr: syntax.Expr, source: str, text: str) -> Fault:
    return Fault(*place(source, tree.checked.source_info.positions.get(expr.id, 0)), text)
