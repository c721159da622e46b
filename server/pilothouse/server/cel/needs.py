"""What an expression looks at: paths from its variables, so that nothing else need be handed to the runtime, which
copies all that it is handed."""

from collections.abc import Mapping
from typing import Any

from . import syntax_pb2 as syntax
from .trees import Tree, children

Needs = dict[str, "Needs | None"]
"""Members by name; of None all below is needed. ITEMS: of each item of a list."""

ITEMS = "*"

_Locals = Mapping[str, list[str] | None]
"""The variables of loops: the path of the items that they stand for, None where that is none."""


def needs_of(tree: Tree) -> Needs:
    """By the variables of the expression."""
    found: Needs = {}
    _collect(tree.root, {}, found)
    return found


def _collect(expr: syntax.Expr, locals: _Locals, found: Needs) -> None:
    names = _names(expr)
    if names is not None:
        path = _path(names, locals)
        if path is not None:
            _add(found, path)
    elif expr.WhichOneof("expr_kind") == "comprehension":
        _loop(expr.comprehension, locals, found)
    else:
        for child in children(expr):
            _collect(child, locals, found)


def _loop(loop: syntax.Expr.Comprehension, locals: _Locals, found: Needs) -> None:
    names = _names(loop.iter_range)
    path = _path(names, locals) if names is not None else None
    items: list[str] | None = None
    if path is None:
        _collect(loop.iter_range, locals, found)
    else:
        # How many there are is looked at, whatever becomes of them.
        items = [*path, ITEMS]
        _add(found, [*items, ""])
    _collect(loop.accu_init, locals, found)
    own = (loop.iter_var2, loop.iter_var) if loop.iter_var2 else (loop.iter_var, "")
    inner = {**locals, own[1]: None, own[0]: items, loop.accu_var: None}
    for part in (loop.loop_condition, loop.loop_step, loop.result):
        _collect(part, inner, found)


def _names(expr: syntax.Expr) -> list[str] | None:
    """The names of a.b.c; None for what is no selection from a variable."""
    names: list[str] = []
    while expr.WhichOneof("expr_kind") == "select":
        names.append(expr.select.field)
        expr = expr.select.operand
    if expr.WhichOneof("expr_kind") != "ident":
        return None
    return [expr.ident.name, *reversed(names)]


def _path(names: list[str], locals: _Locals) -> list[str] | None:
    """From a variable of the expression; None where it begins with one of a loop that stands for no path."""
    first, *rest = names
    if first not in locals:
        return names
    start = locals[first]
    return None if start is None else [*start, *rest]


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
    if needs is None:
        return value
    if isinstance(value, dict):
        # A map that is gone through as a list would be: its keys are the items.
        return value if ITEMS in needs else {n: needed(value[n], below) for n, below in needs.items() if n in value}
    if isinstance(value, list) and ITEMS in needs:
        each = needs[ITEMS]
        return value if each is None else [needed(item, each) for item in value]
    return value
