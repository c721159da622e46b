"""How much an expression costs at most: a walk over its tree, with the sizes of what it looks at.

The rules are those of CEL's checker (github.com/google/cel-go, checker/cost.go) and of Kubernetes' library. Sizes come
from types that are declared, when an expression is written down, or from values, before it is evaluated. For values,
what an expression makes in great number costs more than by those rules: the runtime's memory is this server's.
"""

from collections.abc import Callable

from . import syntax_pb2 as syntax
from .call_costs import Estimate, Operand, library_cost, standard_cost
from .ranges import NOTHING, ONE, UNKNOWN, Range, exactly
from .trees import Tree, children, is_map

Path = tuple[str, ...]
"""From a variable on: fields, "@items", "@values", "@keys", "@indices"."""

SizeAt = Callable[[Path], Range | None]
"""The size of what is found at a path; None where nothing is known of it."""

_LIST, _MAP, _STRUCT = exactly(10), exactly(30), exactly(40)
_SCALARS = frozenset({1, 2, 3, 4})
_ACCUMULATORS = ("@result", "__result__")
_MAKE_MANY = ("split", "findAll")


def estimated(tree: Tree, size_at: SizeAt, unknown: Range = UNKNOWN) -> Range:
    """What the expression costs. unknown: the size of what nothing is known of."""
    return _Walk(tree, size_at, unknown).cost(tree.root)


class _Local:
    """A variable of a loop: where it comes from, and its size where that is known without."""

    def __init__(self, path: Path, size: Range | None, element: Range | None = None) -> None:
        self.path = path
        self.size = size
        self.element = element


class _Walk:
    def __init__(self, tree: Tree, size_at: SizeAt, unknown: Range) -> None:
        self._tree = tree
        self._size_at = size_at
        self._unknown = unknown
        self._paths: dict[int, Path] = {}
        self._sizes: dict[int, Range] = {}
        # Of the items of lists, or the values of maps, that an expression makes itself; keys of maps beside them.
        self._elements: dict[int, Range] = {}
        self._keys: dict[int, Range] = {}
        self._locals: dict[str, list[_Local]] = {}

    def cost(self, expr: syntax.Expr) -> Range:
        kind = expr.WhichOneof("expr_kind")
        if kind == "ident":
            return self._ident(expr)
        if kind == "select":
            return self._select(expr)
        if kind == "call":
            return self._call(expr)
        if kind == "list":
            return self._made(expr, list(expr.list.elements), []).plus(_LIST)
        if kind == "struct" and is_map(expr):
            entries = expr.struct.entries
            return self._made(expr, [e.value for e in entries], [e.map_key for e in entries]).plus(_MAP)
        if kind == "struct":
            return self._sum(children(expr)).plus(_STRUCT)
        return self._loop(expr) if kind == "comprehension" else NOTHING

    def _sum(self, exprs: list[syntax.Expr]) -> Range:
        total = NOTHING
        for expr in exprs:
            total = total.plus(self.cost(expr))
        return total

    def _ident(self, expr: syntax.Expr) -> Range:
        local = self._local(expr)
        self._paths[expr.id] = local.path if local is not None else (expr.ident.name,)
        return ONE

    def _reference(self, expr: syntax.Expr) -> str:
        """The variable that a whole selection names; "" for other expressions."""
        found = self._tree.checked.reference_map
        return found[expr.id].name if expr.id in found else ""

    def _local(self, expr: syntax.Expr) -> _Local | None:
        stack = self._locals.get(expr.ident.name) if expr.WhichOneof("expr_kind") == "ident" else None
        return stack[-1] if stack else None

    def _select(self, expr: syntax.Expr) -> Range:
        if variable := self._reference(expr):
            # A variable with a dot in its name.
            self._paths[expr.id] = (variable,)
            return ONE
        operand = expr.select.operand
        total = self.cost(operand)
        if expr.select.test_only:
            return total
        kind = self._tree.type_of(operand).WhichOneof("type_kind")
        if kind in ("map_type", "message_type", "type_param"):
            total = total.plus(ONE)
        self._paths[expr.id] = (*self._path(operand), expr.select.field)
        return total

    def _call(self, expr: syntax.Expr) -> Range:
        call = expr.call
        costs = [self.cost(argument) for argument in call.args]
        operands = [self._operand(argument) for argument in call.args]
        total = NOTHING
        target: Operand | None = None
        if call.HasField("target"):
            total = self.cost(call.target)
            target = self._operand(call.target)
        if call.function == "dyn":
            if size := self._size(call.args[0]):
                self._sizes[expr.id] = size
            return ONE.plus(costs[0])
        overloads = self._tree.overloads(expr)
        if not overloads:
            return NOTHING
        found: Range | None = None
        for overload in overloads:
            estimate = self._estimate(expr, overload, target, operands, costs)
            found = estimate.cost if found is None else found.union(estimate.cost)
            if estimate.size is not None:
                known = self._sizes.get(expr.id)
                self._sizes[expr.id] = estimate.size if known is None else known.union(estimate.size)
            if overload in ("index_list", "index_map"):
                step = "@items" if overload == "index_list" else "@values"
                self._paths[expr.id] = (*self._path(call.args[0]), step)
                if call.args[0].id in self._elements:
                    self._sizes[expr.id] = self._elements[call.args[0].id]
        assert found is not None
        return total.plus(found)

    def _estimate(
        self, expr: syntax.Expr, overload: str, target: Operand | None, operands: list[Operand], costs: list[Range]
    ) -> Estimate:
        """With the cost of the arguments."""
        if overload in ("logical_and", "logical_or"):
            return Estimate(Range(costs[0].least, costs[0].plus(costs[1]).most))
        if overload == "conditional":
            self._carry(expr, expr.call.args[1:])
            return Estimate(costs[0].plus(costs[1].union(costs[2])), operands[1].size.union(operands[2].size))
        found = library_cost(expr.call.function, overload, target, operands)
        if found is None:
            found = standard_cost(overload, target, operands)
            if overload in ("add_string", "add_bytes", "add_list"):
                self._carry(expr, list(expr.call.args))
        total = found.cost
        if self._unknown != UNKNOWN and expr.call.function in _MAKE_MANY and found.size is not None:
            # Each part is a value of its own, which takes more room and time than the text that it is taken from.
            total = total.plus(found.size)
        for cost in costs:
            total = total.plus(cost)
        return Estimate(total, found.size)

    def _carry(self, expr: syntax.Expr, parts: list[syntax.Expr]) -> None:
        """What is made of several lists has the elements of all."""
        known = [self._element_of(part) for part in parts]
        first, *others = known
        if first is None or None in others:
            return
        for other in others:
            assert other is not None
            first = first.union(other)
        self._elements[expr.id] = first

    def _made(self, expr: syntax.Expr, values: list[syntax.Expr], keys: list[syntax.Expr]) -> Range:
        total = NOTHING
        for part in (*keys, *values):
            total = total.plus(self.cost(part))
        self._elements[expr.id] = self._spread(values)
        if keys:
            self._keys[expr.id] = self._spread(keys)
        return total

    def _spread(self, exprs: list[syntax.Expr]) -> Range:
        sizes = [self._size(expr) or self._unknown for expr in exprs]
        return Range(min((s.least for s in sizes), default=0), max((s.most for s in sizes), default=0))

    def _loop(self, expr: syntax.Expr) -> Range:
        loop = expr.comprehension
        total = self.cost(loop.iter_range).plus(self.cost(loop.accu_init))
        start = _Local(self._path(loop.accu_init), self._size(loop.accu_init), self._elements.get(loop.accu_init.id))
        with_accumulator = self._pushed(loop.accu_var, start)
        names = self._push_items(loop)
        each = self.cost(loop.loop_condition).plus(self.cost(loop.loop_step))
        for name in names:
            self._locals[name].pop()
        total = total.plus(self.cost(loop.result))
        self._locals[with_accumulator].pop()
        count = self._size(loop.iter_range) or self._unknown
        kind = loop.accu_init.WhichOneof("expr_kind")
        if kind == "const":
            size = self._size(loop.accu_init)
            if size is not None:
                self._sizes[expr.id] = size
        elif kind in ("list", "struct"):
            self._sizes[expr.id] = count
            if loop.loop_step.id in self._elements:
                made = self._elements[expr.id] = self._elements[loop.loop_step.id]
                if self._unknown != UNKNOWN:
                    # Lists that hold the same list over and over are small, until somebody looks at all of them.
                    total = total.plus(count.times(made))
        return total.plus(count.times(each))

    def _pushed(self, name: str, local: _Local) -> str:
        self._locals.setdefault(name, []).append(local)
        return name

    def _push_items(self, loop: syntax.Expr.Comprehension) -> list[str]:
        """The variables of each turn."""
        ranged = loop.iter_range
        path, values = self._path(ranged), self._elements.get(ranged.id)
        keys = self._keys.get(ranged.id)
        is_list = self._tree.type_of(ranged).WhichOneof("type_kind") == "list_type"
        if loop.iter_var2:
            first = _Local((*path, "@indices" if is_list else "@keys"), ONE if is_list else keys)
            second = _Local((*path, "@items" if is_list else "@values"), values)
            return [self._pushed(loop.iter_var, first), self._pushed(loop.iter_var2, second)]
        only = _Local((*path, "@items"), values) if is_list else _Local((*path, "@keys"), keys)
        return [self._pushed(loop.iter_var, only)]

    def _path(self, expr: syntax.Expr) -> Path:
        local = self._local(expr)
        return local.path if local is not None else self._paths.get(expr.id, ())

    def _operand(self, expr: syntax.Expr) -> Operand:
        found = self._tree.type_of(expr)
        kind = found.WhichOneof("type_kind")
        size = self._size(expr) or self._unknown
        if kind not in ("list_type", "map_type"):
            return Operand(size)
        texts = kind == "list_type" and found.list_type.elem_type.primitive in (5, 6)
        path = self._path(expr)
        # Of the items of a list without a path only the type is known.
        element = self._size_at((*path, "@items")) if path and path[0] not in _ACCUMULATORS else None
        return Operand(size, element or self._unknown, texts)

    def _element_of(self, expr: syntax.Expr) -> Range | None:
        local = self._local(expr)
        return local.element if local is not None else self._elements.get(expr.id)

    def _size(self, expr: syntax.Expr) -> Range | None:
        """The size of what an expression comes to; None where nothing is known."""
        if expr.id in self._sizes:
            return self._sizes[expr.id]
        literal = _literal_size(expr)
        if literal is not None:
            return literal
        path = self._path(expr)
        if path and path[0] not in _ACCUMULATORS:
            found = self._size_at(path)
            if found is not None:
                return found
        if _is_scalar(self._tree.type_of(expr)):
            return ONE
        local = self._local(expr)
        return local.size if local is not None else None


def _literal_size(expr: syntax.Expr) -> Range | None:
    kind = expr.WhichOneof("expr_kind")
    if kind == "const":
        # "const" is no name that Python's stubs can give.
        value = expr.const
        what = value.WhichOneof("constant_kind")
        if what == "string_value":
            return exactly(len(value.string_value))
        return exactly(len(value.bytes_value)) if what == "bytes_value" else ONE
    if kind == "list":
        return exactly(len(expr.list.elements))
    return exactly(len(expr.struct.entries)) if kind == "struct" and is_map(expr) else None


def _is_scalar(found: syntax.Type) -> bool:
    kind = found.WhichOneof("type_kind")
    if kind == "abstract_type" and found.abstract_type.name == "optional_type":
        return bool(found.abstract_type.parameter_types) and _is_scalar(found.abstract_type.parameter_types[0])
    return (kind == "primitive" and found.primitive in _SCALARS) or (kind == "well_known" and found.well_known > 1)
