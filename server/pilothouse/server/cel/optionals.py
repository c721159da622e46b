"""Optionals never leave the runtime: it cannot show one, nor anything that holds one, to a function of ours, and ends
the whole process where it tries. So an expression in which that could happen does not compile.

Types tell of most values whether they are or hold optionals; of what is dynamic it is told by where it comes from.
"""

from collections.abc import Mapping, Sequence

from . import syntax_pb2 as syntax
from .trees import Tree, children, shown
from .wording import Fault, place

_MAKES = frozenset({"optional.of", "optional.ofNonZeroValue", "optional.none"})
_SELECTS = frozenset({"_?._", "_[?_]", "first", "last"})
_OPENS = frozenset({"value", "orValue"})
_OPTIONAL, _DYNAMIC = "optional_type(", "dyn"

Layers = int
"""How many optionals may be around each other in a value, and in what it holds."""


def optional_faults(tree: Tree, source: str, functions: frozenset[str]) -> list[Fault]:
    """Where an expression hands optionals to one of these functions."""
    look = _Look(tree, source, functions)
    look.layers(tree.root, {})
    return look.found


class _Look:
    def __init__(self, tree: Tree, source: str, functions: frozenset[str]) -> None:
        self._tree = tree
        self._source = source
        self._functions = functions
        self.found: list[Fault] = []

    def layers(self, expr: syntax.Expr, locals: Mapping[str, Layers]) -> Layers:
        by_value = self._by_value(expr, locals)
        type = self._tree.type_of(expr)
        text = shown(type)
        if _DYNAMIC in text or type.WhichOneof("type_kind") in (None, "type_param"):
            return max(by_value, text.count(_OPTIONAL))
        return text.count(_OPTIONAL)

    def _by_value(self, expr: syntax.Expr, locals: Mapping[str, Layers]) -> Layers:
        kind = expr.WhichOneof("expr_kind")
        if kind == "ident":
            return locals.get(expr.ident.name, 0)
        if kind == "comprehension":
            return self._loop(expr.comprehension, locals)
        below = [self.layers(child, locals) for child in children(expr)]
        return self._call(expr, below) if kind == "call" else max(below, default=0)

    def _call(self, expr: syntax.Expr, below: Sequence[Layers]) -> Layers:
        name, most = expr.call.function, max(below, default=0)
        if name in self._functions and most:
            offset = self._tree.checked.source_info.positions.get(expr.id, 0)
            fault = Fault(*place(self._source, offset), f"'{name}' takes no optionals, nor what holds some")
            if fault not in self.found:
                self.found.append(fault)
        if name in _MAKES:
            return most + 1
        if name in _SELECTS:
            return max(most, 1)
        if name in _OPENS and below:
            return max(below[0] - 1, *below[1:], 0)
        return most

    def _loop(self, loop: syntax.Expr.Comprehension, locals: Mapping[str, Layers]) -> Layers:
        item, start = self.layers(loop.iter_range, locals), self.layers(loop.accu_init, locals)
        inner = {**locals, loop.iter_var: item, loop.iter_var2: item, loop.accu_var: start}
        # What one turn puts into the accumulator the next one sees.
        inner[loop.accu_var] = max(start, self.layers(loop.loop_step, inner))
        parts = [self.layers(part, inner) for part in (loop.loop_condition, loop.loop_step, loop.result)]
        return max(inner[loop.accu_var], *parts)
