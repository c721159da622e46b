"""A checked expression made ready to be evaluated by a runtime that lacks some of what Kubernetes has.

- `variables.x` becomes a call, so that a variable is evaluated when it is first needed, and not before.
- What gives an optional gives a list of one or none instead, and the runtime makes an optional of its first item.
- A variable that is an optional is such a list too.
- transformMap collects entries in a list, and a map is made of them at the end.
"""

from collections.abc import Collection

from . import syntax_pb2 as syntax
from .trees import Tree, children, walk

VARIABLES = "variables"
VARIABLE, NAMED, VALIDATE, MAP_OF = "@variable", "@format_named", "@format_validate", "@map_of"
_OPTIONAL = {"format.named": NAMED, "validate": VALIDATE}
_INSERT = "cel.@mapInsert"


def rewritten(tree: Tree, optional: Collection[str] = ()) -> Tree:
    """A copy of the tree with the calls that `functions.py` has. optional: variables that are optionals, whose values
    are lists of one or none."""
    checked = syntax.Checked()
    checked.CopyFrom(tree.checked)
    found = Tree(checked)
    ids = _Ids(max((e.id for e in walk(checked.expr)), default=0) + 1_000)
    _rewrite(found, checked.expr, ids)
    for expr in list(walk(checked.expr)):
        if expr.WhichOneof("expr_kind") == "ident" and expr.ident.name in optional:
            inner = syntax.Expr(id=ids.next(), ident=expr.ident)
            expr.call.CopyFrom(syntax.Expr.Call(target=inner, function="first"))
            _refer(found, expr.id, "list_first")
    return found


class _Ids:
    def __init__(self, last: int) -> None:
        self._last = last

    def next(self) -> int:
        self._last += 1
        return self._last


def _rewrite(tree: Tree, expr: syntax.Expr, ids: _Ids) -> None:
    for child in children(expr):
        _rewrite(tree, child, ids)
    kind = expr.WhichOneof("expr_kind")
    if kind == "select" and _is_variables(tree, expr.select.operand):
        _variable(tree, expr, ids)
    elif kind == "call" and expr.call.function in _OPTIONAL:
        _optional(tree, expr, ids)
    elif kind == "comprehension" and any(_inserts(e) for e in walk(expr.comprehension.loop_step)):
        _collect(tree, expr, ids)


def _is_variables(tree: Tree, expr: syntax.Expr) -> bool:
    if expr.WhichOneof("expr_kind") != "ident":
        return False
    return expr.ident.name == VARIABLES and tree.type_of(expr).message_type == "kubernetes.variables"


def _variable(tree: Tree, expr: syntax.Expr, ids: _Ids) -> None:
    if expr.select.test_only:
        getattr(expr, "const").bool_value = True  # noqa: B009  # a field that Python's stubs cannot name
        return
    name = expr.select.field
    call = syntax.Expr.Call(function=VARIABLE)
    _const(call.args.add(), ids).string_value = name
    expr.call.CopyFrom(call)
    _refer(tree, expr.id, VARIABLE)


def _optional(tree: Tree, expr: syntax.Expr, ids: _Ids) -> None:
    inner = syntax.Expr(id=ids.next(), call=expr.call)
    if expr.call.HasField("target"):
        arguments = [expr.call.target, *expr.call.args]
        inner.call.ClearField("target")
        inner.call.ClearField("args")
        inner.call.args.extend(arguments)
    inner.call.function = _OPTIONAL[expr.call.function]
    _refer(tree, inner.id, inner.call.function)
    expr.call.CopyFrom(syntax.Expr.Call(target=inner, function="first"))
    _refer(tree, expr.id, "list_first")


def _inserts(expr: syntax.Expr) -> bool:
    return expr.WhichOneof("expr_kind") == "call" and expr.call.function == _INSERT


def _collect(tree: Tree, expr: syntax.Expr, ids: _Ids) -> None:
    loop = expr.comprehension
    # An inner loop has been rewritten before, and inserts no more.
    for found in list(walk(loop.loop_step)):
        if _inserts(found):
            accumulated, *entry = found.call.args
            item = entry[0] if len(entry) == 1 else _list(entry, ids)
            call = syntax.Expr.Call(function="_+_", args=[accumulated, _list([item], ids)])
            found.call.CopyFrom(call)
            _refer(tree, found.id, "add_list")
    loop.accu_init.list.SetInParent()
    result = syntax.Expr.Call(function=MAP_OF, args=[loop.result])
    loop.result.CopyFrom(syntax.Expr(id=ids.next(), call=result))
    _refer(tree, loop.result.id, MAP_OF)


def _list(items: list[syntax.Expr], ids: _Ids) -> syntax.Expr:
    return syntax.Expr(id=ids.next(), list=syntax.Expr.CreateList(elements=items))


def _const(expr: syntax.Expr, ids: _Ids) -> syntax.Constant:
    expr.id = ids.next()
    return expr.const


def _refer(tree: Tree, id: int, overload: str) -> None:
    """Says what a call means that the checker has not seen."""
    tree.checked.reference_map[id].CopyFrom(syntax.Reference(overload_id=[overload]))
    tree.checked.type_map[id].CopyFrom(syntax.Type(dyn=syntax.Type.Nothing()))
