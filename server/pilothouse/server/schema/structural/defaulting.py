"""Defaulting: what is not given becomes what the schema says, and so does a null where none may stand."""

from copy import deepcopy
from typing import Any

from ...errors import TooLarge
from .nodes import Node

FILLED_AT_MOST = 8 << 20
"""Bytes of JSON that defaults may fill into one object: a small object can ask for many large ones."""


def default(value: Any, node: Node | None, room: list[int] | None = None) -> None:
    """Fills defaults in, in place. Idempotent. room: how many bytes may still be filled in. Raises TooLarge."""
    if node is None or not node.has_defaults:
        return
    if room is None:
        room = [FILLED_AT_MOST]
    if isinstance(value, dict):
        for key, child in node.properties.items():
            if child.default is not None and (key not in value or _is_wrong_null(value[key], child)):
                value[key] = _copy(child, room)
        for key, item in value.items():
            child_or_none = node.properties.get(key) or node.additional
            if child_or_none is not None:
                if _is_wrong_null(item, child_or_none) and child_or_none.default is not None:
                    value[key] = _copy(child_or_none, room)
                default(value[key], child_or_none, room)
    elif isinstance(value, list) and node.items is not None:
        for index, item in enumerate(value):
            if _is_wrong_null(item, node.items) and node.items.default is not None:
                value[index] = _copy(node.items, room)
            default(value[index], node.items, room)


def _copy(node: Node, room: list[int]) -> Any:
    room[0] -= node.default_bytes
    if room[0] < 0:
        raise TooLarge(f"the object is too large: its defaults have more than {FILLED_AT_MOST} bytes")
    return deepcopy(node.default)


def _is_wrong_null(value: Any, node: Node) -> bool:
    return value is None and not node.nullable
