"""Structural schemas as trees of nodes, made once for each version of a definition.

The rules are those of Kubernetes' structural schemas: the core of a schema says the type of every value; what stands in
allOf, anyOf, oneOf and not only narrows it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

JsonObject = Mapping[str, Any]

INT_OR_STRING = ("integer", "string")


@dataclass(slots=True, eq=False)
class Node:
    """The schema of one value. types: none means any; additional: of the members that have no schema of their own, None
    for no schema; open_members: whether there may be such members all the same; preserve: keeps what it does not know;
    embedded: a whole object with apiVersion, kind and metadata; source: the schema as it was written."""

    source: JsonObject
    types: tuple[str, ...] = ()
    nullable: bool = False
    preserve: bool = False
    embedded: bool = False
    properties: dict[str, "Node"] = field(default_factory=dict)
    additional: "Node | None" = None
    open_members: bool = False
    items: "Node | None" = None
    default: Any = None
    default_bytes: int = 0
    list_type: str = ""
    list_keys: tuple[str, ...] = ()
    has_defaults: bool = False
    has_lists: bool = False
    has_embedded: bool = False
    has_rules: bool = False

    @property
    def children(self) -> list["Node"]:
        found = [*self.properties.values()]
        return found + [node for node in (self.additional, self.items) if node is not None]


def compile_schema(schema: JsonObject, root: bool = False) -> Node:
    """The node of a schema in JSON; root: of a whole object."""
    additional = schema.get("additionalProperties")
    node = Node(
        source=schema,
        types=_types(schema),
        nullable=bool(schema.get("nullable")),
        preserve=bool(schema.get("x-kubernetes-preserve-unknown-fields")),
        embedded=bool(schema.get("x-kubernetes-embedded-resource")) or root,
        properties={name: compile_schema(child) for name, child in (schema.get("properties") or {}).items()},
        additional=compile_schema(additional) if isinstance(additional, Mapping) else None,
        open_members=additional is not None and additional is not False,
        items=compile_schema(schema["items"]) if isinstance(schema.get("items"), Mapping) else None,
        default=schema.get("default"),
        default_bytes=len(orjson.dumps(schema["default"])) if "default" in schema else 0,
        list_type=schema.get("x-kubernetes-list-type", ""),
        list_keys=tuple(schema.get("x-kubernetes-list-map-keys") or ()),
    )
    if root:
        # What these are, is known without being said; metadata is not a part of the content.
        for name in ("apiVersion", "kind", "metadata"):
            node.properties.pop(name, None)
    below = node.children
    node.has_defaults = any(child.default is not None or child.has_defaults for child in below)
    node.has_lists = node.list_type in ("set", "map") or any(child.has_lists for child in below)
    node.has_embedded = any(child.embedded or child.has_embedded for child in below)
    node.has_rules = bool(schema.get("x-kubernetes-validations")) or any(child.has_rules for child in below)
    return node


def _types(schema: JsonObject) -> tuple[str, ...]:
    if schema.get("x-kubernetes-int-or-string"):
        return INT_OR_STRING
    return (schema["type"],) if schema.get("type") else ()
