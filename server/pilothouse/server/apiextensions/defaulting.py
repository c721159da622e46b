"""Defaulting: what is not given becomes what the schema says, and so does a null where none may stand."""

from copy import deepcopy
from typing import Any

from .structural import Node


def default(value: Any, node: Node | None) -> None:
    """Fills defaults in, in place. Idempotent."""
    if node is None or not node.has_defaults:
        return
    if isinstance(value, dict):
        for key, child in node.properties.items():
            if child.default is not None and (key not in value or _is_wrong_null(value[key], child)):
                value[key] = deepcopy(child.default)
        for key, item in value.items():
            child_or_none = node.properties.get(key) or node.additional
            if child_or_none is not None:
                if _is_wrong_null(item, child_or_none) and child_or_none.default is not None:
                    value[key] = deepcopy(child_or_none.default)
                default(value[key], child_or_none)
    elif isinstance(value, list) and node.items is not None:
        for index, item in enumerate(value):
            if _is_wrong_null(item, node.items) and node.items.default is not None:
                value[index] = deepcopy(node.items.default)
            default(value[index], node.items)


def _is_wrong_null(value: Any, node: Node) -> bool:
    return value is None and not node.nullable
