"""The tree of a compiled expression: read from what the runtime serializes, walked, and its types named."""

from collections.abc import Iterator
from dataclasses import dataclass

from . import syntax_pb2 as syntax

_PRIMITIVES = ("*error*", "bool", "int", "uint", "double", "string", "bytes")
_WELL_KNOWN = ("*error*", "any", "timestamp", "duration")


@dataclass(frozen=True, slots=True)
class Tree:
    """A checked expression: types and references are by the ids of expressions; positions count characters."""

    checked: syntax.Checked

    @property
    def root(self) -> syntax.Expr:
        return self.checked.expr

    def type_of(self, expr: syntax.Expr) -> syntax.Type:
        return self.checked.type_map.get(expr.id, _DYN)

    def overloads(self, expr: syntax.Expr) -> list[str]:
        found = self.checked.reference_map
        return list(found[expr.id].overload_id) if expr.id in found else []

    def uses(self, name: str) -> bool:
        """Whether the expression refers to a variable."""
        return any(found.name == name for found in self.checked.reference_map.values())


_DYN = syntax.Type(dyn=syntax.Type.Nothing())


def parse_checked(data: bytes) -> Tree:
    return Tree(syntax.Checked.FromString(syntax.Serialized.FromString(data).value))


def parse_parsed(data: bytes) -> syntax.Parsed:
    return syntax.Parsed.FromString(syntax.Serialized.FromString(data).value)


def serialize(tree: Tree) -> bytes:
    url = "type.googleapis.com/cel.expr.CheckedExpr"
    return syntax.Serialized(type_url=url, value=tree.checked.SerializeToString()).SerializeToString()


def walk(expr: syntax.Expr) -> Iterator[syntax.Expr]:
    """The expression and all below it."""
    level = [expr]
    while level:
        yield from level
        level = [child for found in level for child in children(found)]


def children(expr: syntax.Expr) -> list[syntax.Expr]:
    """The expressions directly below."""
    kind = expr.WhichOneof("expr_kind")
    if kind == "select":
        return [expr.select.operand]
    if kind == "call":
        return [*((expr.call.target,) if expr.call.HasField("target") else ()), *expr.call.args]
    if kind == "list":
        return list(expr.list.elements)
    if kind == "struct":
        return [part for e in expr.struct.entries for part in ((e.map_key, e.value) if is_map(expr) else (e.value,))]
    if kind == "comprehension":
        found = expr.comprehension
        return [found.iter_range, found.accu_init, found.loop_condition, found.loop_step, found.result]
    return []


def is_map(expr: syntax.Expr) -> bool:
    """Whether what is made is a map, and no message."""
    return not expr.struct.message_name


def shown(found: syntax.Type) -> str:
    """A type as Kubernetes' errors name it."""
    kind = found.WhichOneof("type_kind")
    if kind == "primitive":
        return _PRIMITIVES[found.primitive]
    if kind == "wrapper":
        return f"wrapper({_PRIMITIVES[found.wrapper]})"
    if kind == "well_known":
        return _WELL_KNOWN[found.well_known]
    if kind == "list_type":
        return f"list({shown(found.list_type.elem_type)})"
    if kind == "map_type":
        return f"map({shown(found.map_type.key_type)}, {shown(found.map_type.value_type)})"
    if kind == "message_type":
        return found.message_type
    if kind == "abstract_type":
        inner = ", ".join(map(shown, found.abstract_type.parameter_types))
        return f"{found.abstract_type.name}({inner})" if inner else found.abstract_type.name
    if kind == "type":
        inner = shown(found.type)
        return f"type({inner})" if inner else "type"
    return {"dyn": "dyn", "null": "null_type", "error": "*error*"}.get(str(kind), found.type_param)
