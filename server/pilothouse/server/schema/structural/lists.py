"""Lists that are sets, or maps by some members of their items: nothing stands in them twice."""

from collections.abc import Iterator
from typing import Any

import orjson

from ...errors import Cause
from ..causes import duplicate
from .nodes import Node


def list_causes(value: Any, node: Node | None, path: str = "") -> Iterator[Cause]:
    """What stands twice, here and below."""
    if node is None or not node.has_lists:
        return
    if isinstance(value, dict):
        for key, item in value.items():
            if key in node.properties:
                yield from list_causes(item, node.properties[key], f"{path}.{key}" if path else key)
            else:
                yield from list_causes(item, node.additional, f"{path}[{key}]")
    elif isinstance(value, list):
        if node.list_type in ("set", "map"):
            yield from _twice(value, node, path)
        for index, item in enumerate(value):
            yield from list_causes(item, node.items, f"{path}[{index}]")


def _twice(value: list[Any], node: Node, path: str) -> Iterator[Cause]:
    seen: set[bytes] = set()
    for index, item in enumerate(value):
        if node.list_type == "map":
            if not isinstance(item, dict):
                continue
            item = {key: item[key] for key in node.list_keys if key in item}
        identity = orjson.dumps(item, option=orjson.OPT_SORT_KEYS)
        if identity in seen:
            yield duplicate(f"{path}[{index}]", item)
        seen.add(identity)
