"""Expressions of policies that mutate: they make `Object{...}` with all below it, or `JSONPatch{...}`.

The members of objects are not checked: what an expression makes is a map to the runtime, and the schema judges it. As
in k8s.io/apiserver/pkg/cel/mutation.
"""

import re
from collections.abc import Callable, Mapping, Sequence

from . import syntax_pb2 as syntax
from .declared import DYN, STRING, Declared, object_of
from .descriptors import MADE
from .escaping import unescape
from .programs import Program
from .runtime import Checker, CompileError
from .trees import Tree, is_map, walk

OBJECT, JSON_PATCH = "Object", "JSONPatch"
_PATCH = object_of(f"{MADE}{JSON_PATCH}", {"op": STRING, "path": STRING, "from": STRING, "value": DYN})
_is_object = re.compile(r"Object(\.[A-Za-z_][A-Za-z0-9_]*)*").fullmatch

Make = Callable[[Sequence[Declared]], Checker]
"""A checker with the objects that an expression makes."""


def compile_patch(source: str, make: Make) -> Program:
    """Raises CompileError."""
    fields, places = _made(make(()).parse(source), source)
    # To the checker "Object.spec" would be a message inside of one that has a field of this name.
    plain = {name: name.replace(".", "_") for name in fields}
    text = source
    for name, start in places:
        text = text[:start] + plain[name] + text[start + len(name) :]
    objects = [object_of(f"{MADE}{plain[name]}", dict.fromkeys(sorted(found), DYN)) for name, found in fields.items()]
    if not any(name == OBJECT for name in fields):
        objects.append(object_of(f"{MADE}{OBJECT}", {}))
    try:
        tree = make((_PATCH, *objects)).check(text)
    except CompileError as error:
        raise CompileError(_restored(str(error), text, source, plain)) from None
    return Program(source, _as_maps(tree))


def _made(parsed: syntax.Parsed, source: str) -> tuple[dict[str, set[str]], list[tuple[str, int]]]:
    """The members of each object that is made, and where its name stands in the text."""
    fields: dict[str, set[str]] = {}
    places: list[tuple[str, int]] = []
    for expr in walk(parsed.expr):
        if expr.WhichOneof("expr_kind") != "struct" or is_map(expr):
            continue
        name = expr.struct.message_name
        if not _is_object(name):
            continue
        fields.setdefault(name, set()).update(entry.field_key for entry in expr.struct.entries)
        start = parsed.source_info.positions.get(expr.id, 0)
        if source.startswith(name, start):
            places.append((name, start))
    return fields, places


def _restored(said: str, text: str, source: str, plain: Mapping[str, str]) -> str:
    """An error in terms of the expression as it was written."""
    lines = dict(zip(text.split("\n"), source.split("\n"), strict=True))
    found = "\n".join(f" | {lines[line[3:]]}" if line[3:] in lines else line for line in said.split("\n"))
    for name, shown in sorted(plain.items(), key=lambda pair: -len(pair[1])):
        found = found.replace(f"'{shown}'", f"'{name}'")
    return found


def _as_maps(tree: Tree) -> Tree:
    """The tree with maps in place of what is made. Types stay as they are."""
    checked = syntax.Checked()
    checked.CopyFrom(tree.checked)
    last = max((expr.id for expr in walk(checked.expr)), default=0)
    for expr in list(walk(checked.expr)):
        if expr.WhichOneof("expr_kind") != "struct" or is_map(expr):
            continue
        expr.struct.message_name = ""
        for entry in expr.struct.entries:
            last += 1
            name = unescape(entry.field_key)
            entry.map_key.id = last
            entry.map_key.const.string_value = name
        checked.reference_map.pop(expr.id, None)
    return Tree(checked)
