"""What an expression looks at: paths from its variables, so that nothing else need be handed to the runtime, which
copies all that it is handed."""

from typing import Any

from . import syntax_pb2 as syntax
from .trees import Tree, children

Needs = dict[str, "Needs | None"]
"""Members by name; of None all below is needed."""


def needs_of(tree: Tree) -> Needs:
    """By the variables of the expression."""
    found: Needs = {}
    _collect(tree.root, frozenset(), found)
    return found


def _collect(expr: syntax.Expr, locals: frozenset[str], found: Needs) -> None:
    path = _path(expr)
    if path is not None:
        if path[0] not in locals:
            _add(found, path)
        return
    if expr.WhichOneof("expr_kind") == "comprehension":
        loop = expr.comprehension
        inner = locals | {loop.iter_var, loop.iter_var2, loop.accu_var}
        _collect(loop.iter_range, locals, found)
        _collect(loop.accu_init, locals, found)
        for part in (loop.loop_condition, loop.loop_step, loop.result):
            _collect(part, inner, found)
        return
    for child in children(expr):
        _collect(child, locals, found)


def _path(expr: syntax.Expr) -> list[str] | None:
    """The names of a.b.c; None for what is no selection from a variable."""
    names: list[str] = []
    while expr.WhichOneof("expr_kind") == "select":
        names.append(expr.select.field)
        expr = expr.select.operand
    if expr.WhichOneof("expr_kind") != "ident":
        return None
    return [expr.ident.name, *reversed(names)]


def _add(found: Needs, path: list[str]) -> None:
    *above, last = path
    for name in above:
        below = found.setdefault(name, {})
        if below is None:
            return
        found = below
    found[last] = None


def needed(value: Any, needs: Needs | None) -> Any:
    """As much of a JSON value as is needed."""
    if needs is None or not isinstance(value, dict):
        return value
    return {name: needed(value[name], below) for name, below in needs.items() if name in value}
