"""Pruning: members that a schema does not know are dropped, and so are nulls where none may stand."""

from typing import Any

from .nodes import Node

OBJECT_MEMBERS = frozenset(("apiVersion", "kind", "metadata"))


def prune(value: Any, node: Node | None, unknown: list[str] | None = None, path: str = "") -> None:
    """Drops, in place, what the node does not know; adds the paths of it to `unknown`. Without a node nothing is known.
    The value is that of a whole object where path is ""; its own members of that are not looked at."""
    if node is not None and node.preserve:
        _prune_below(value, node, unknown, path)
    elif isinstance(value, dict):
        for key in list(value):
            if node is not None and node.embedded and key in OBJECT_MEMBERS:
                continue
            known, child = (False, None) if node is None else _member(node, key)
            place = f"{path}.{key}" if path else key
            if known:
                prune(value[key], child, unknown, place)
                continue
            del value[key]
            if unknown is not None:
                unknown.append(place)
    elif isinstance(value, list):
        items = None if node is None else node.items
        for index, item in enumerate(value):
            prune(item, items, unknown, f"{path}[{index}]")


def _prune_below(value: Any, node: Node, unknown: list[str] | None, path: str) -> None:
    """What is not known is kept here; what is known is pruned by its own schema."""
    if isinstance(value, dict):
        for key, item in value.items():
            if node.embedded and key in OBJECT_MEMBERS:
                continue
            known, child = _member(node, key)
            if known:
                prune(item, child, unknown, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and node.items is not None:
        for index, item in enumerate(value):
            prune(item, node.items, unknown, f"{path}[{index}]")


def _member(node: Node, key: str) -> tuple[bool, Node | None]:
    """Whether a member of this name is known, and its schema."""
    child = node.properties.get(key)
    return (True, child) if child is not None else (node.open_members, node.additional)


def drop_nulls(value: Any, node: Node | None) -> None:
    """Drops, in place, the nulls of members that may not be null and have no default."""
    if node is None:
        return
    if isinstance(value, dict):
        for key in list(value):
            child = node.properties.get(key) or node.additional
            if child is None:
                continue
            if value[key] is None:
                if not child.nullable and child.default is None:
                    del value[key]
            else:
                drop_nulls(value[key], child)
    elif isinstance(value, list):
        for item in value:
            drop_nulls(item, node.items)
