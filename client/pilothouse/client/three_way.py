"""The patch that `apply` sends: from what was applied last, what is wanted now and what the server has.

What is wanted and differs from the server's is set; what was applied last and is no longer wanted is removed; what only
the server has stays. With a schema the patch is a strategic merge patch, without one a JSON merge patch.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
JsonObject = dict[str, Json]


@dataclass(frozen=True, slots=True)
class MergeField:
    """How one member merges on the server.

    patch_strategy: of "merge", "replace", "retainKeys"; merge_key: the member that tells list items apart, "" when the
    items are scalars; child: the schema of the object, or of the list's items. A map's child answers every key.
    """

    patch_strategy: frozenset[str] = frozenset()
    merge_key: str = ""
    child: "MergeSchema | None" = None


class MergeSchema(Protocol):
    """What the patch must know of an object's type."""

    def field(self, json_name: str) -> MergeField | None:
        """The member of that name, None when the type has none."""
        ...


_ATOMIC = MergeField()


def three_way_merge(
    original: JsonObject, modified: JsonObject, current: JsonObject, schema: MergeSchema | None
) -> JsonObject:
    """The patch that brings `current` to `modified`, without what `original` had and `modified` has no more.

    Empty when there is nothing to do. A null in `modified` is a member that is not wanted.
    """
    patch: JsonObject = {}
    for key, wanted in modified.items():
        if wanted is None:
            if current.get(key) is not None:
                patch[key] = None
        elif key not in current:
            patch[key] = wanted
        else:
            field = (schema.field(key) if schema else None) or _ATOMIC
            _merge_member(patch, key, (original.get(key), wanted, current[key]), field)
    for key in original:
        if key not in modified and key in current:
            patch[key] = None
    return patch


def _merge_member(patch: JsonObject, key: str, states: tuple[Json, Json, Json], field: MergeField) -> None:
    original, modified, current = states
    if isinstance(modified, dict) and isinstance(current, dict) and "replace" not in field.patch_strategy:
        below = _merge_object(original, modified, current, field)
        if below:
            patch[key] = below
    elif isinstance(modified, list) and isinstance(current, list) and "merge" in field.patch_strategy:
        lists = (original if isinstance(original, list) else [], modified, current)
        if field.merge_key:
            _merge_items(patch, key, lists, field)
        else:
            _merge_scalars(patch, key, lists)
    elif not _equal(modified, current):
        patch[key] = modified


def _merge_object(original: Json, modified: JsonObject, current: JsonObject, field: MergeField) -> JsonObject:
    patch = three_way_merge(original if isinstance(original, dict) else {}, modified, current, field.child)
    if patch and "retainKeys" in field.patch_strategy:
        patch["$retainKeys"] = [key for key, value in modified.items() if value is not None]
    return patch


Lists = tuple[list[Json], list[Json], list[Json]]


def _merge_items(patch: JsonObject, key: str, lists: Lists, field: MergeField) -> None:
    merge_key = field.merge_key
    modified, current = lists[1:]
    before, wanted, present = (_by_key(items, merge_key) for items in lists)
    if wanted is None or present is None or before is None:
        # Two items share the merge key, as one port of two protocols does: only the whole list says what is meant.
        if not _equal(modified, current):
            patch[key] = [*modified, {"$patch": "replace"}]
        return
    changes: list[Json] = []
    for identity, item in wanted.items():
        if identity not in present:
            changes.append(item)
            continue
        below = _merge_object(before.get(identity), item, present[identity], field)
        if below:
            changes.append({merge_key: item[merge_key], **below})
    gone = [item for identity, item in before.items() if identity not in wanted and identity in present]
    changes.extend({"$patch": "delete", merge_key: item[merge_key]} for item in gone)
    if changes or not _ordered(wanted, present):
        patch[f"$setElementOrder/{key}"] = [{merge_key: item[merge_key]} for item in wanted.values()]
        if changes:
            patch[key] = changes


def _merge_scalars(patch: JsonObject, key: str, lists: Lists) -> None:
    before, wanted, present = map(_by_value, lists)
    if before is None or wanted is None or present is None:
        if not _equal(lists[1], lists[2]):
            patch[key] = lists[1]
        return
    new: list[Json] = [identity[1] for identity in wanted if identity not in present]
    gone: list[Json] = [identity[1] for identity in before if identity not in wanted and identity in present]
    if gone:
        patch[f"$deleteFromPrimitiveList/{key}"] = gone
    if new:
        patch[key] = new
    if new or gone or not _ordered(wanted, present):
        patch[f"$setElementOrder/{key}"] = [value for _, value in wanted]


Identity = tuple[bool, bool | int | float | str | None]


def _identity(value: Json) -> Identity | None:
    """A scalar as a key, None for another value; the first member keeps true apart from 1."""
    return None if isinstance(value, list | dict) else (isinstance(value, bool), value)


def _by_value(items: list[Json]) -> dict[Identity, None] | None:
    """The scalars, each once; None when something else is among them."""
    found = dict.fromkeys(map(_identity, items))
    return None if None in found else {identity: None for identity in found if identity is not None}


def _by_key(items: list[Json], merge_key: str) -> dict[Identity, JsonObject] | None:
    """The items by their merge key, None when two share it or one has none."""
    found: dict[Identity, JsonObject] = {}
    for item in items:
        if not isinstance(item, dict) or merge_key not in item:
            return None
        identity = _identity(item[merge_key])
        if identity is None or identity in found:
            return None
        found[identity] = item
    return found


def _ordered(wanted: Mapping[Identity, object], present: Mapping[Identity, object]) -> bool:
    """Whether what both have comes in the same order."""
    return [key for key in wanted if key in present] == [key for key in present if key in wanted]


def _equal(left: Json, right: Json) -> bool:
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_equal(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_equal, left, right))
    return isinstance(left, bool) == isinstance(right, bool) and left == right
