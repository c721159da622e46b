"""The defaults of a schema: each must fit what it is the default of."""

from collections.abc import Iterator
from copy import deepcopy

from pilothouse.api.apiextensions.v1.apiextensions_pb2 import JSONSchemaProps

from ...errors import Cause
from ...meta.codec import codec_for
from ...schema.causes import invalid
from ...schema.structural.checks import NOWHERE
from ...schema.structural.nodes import Node, compile_schema
from ...schema.structural.pruning import prune
from ...schema.structural.validation import Validator, same


def default_faults(schema: JSONSchemaProps, path: str) -> list[Cause]:
    """The faults of the defaults of a structural schema that stands at `path`."""
    root = compile_schema(codec_for(JSONSchemaProps).to_value(schema))
    return list(_below(root, path)) if root.default is not None or root.has_defaults else []


def _below(node: Node, path: str) -> Iterator[Cause]:
    if node.default is not None:
        yield from _fault(node, f"{path}.default")
    if node.items is not None:
        yield from _below(node.items, f"{path}.items")
    for name in sorted(node.properties):
        yield from _below(node.properties[name], f"{path}.properties[{name}]")


def _fault(node: Node, path: str) -> Iterator[Cause]:
    pruned = deepcopy(node.default)
    prune(pruned, node)
    if not same(pruned, node.default):
        yield invalid(path, node.default, "must not have unknown fields")
    for cause in Validator(node.source).causes(node.default):
        # An error of the whole value names no field.
        field = path if cause.field == NOWHERE else f"{path}.{cause.field}"
        yield Cause(cause.reason, cause.message, field)
