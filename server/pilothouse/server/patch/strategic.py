"""Strategic merge patch: a merge patch that knows, from the schema, which lists merge and by which key.

The directives and their outcome are those of a kube-apiserver:

- `$patch: replace` in an object: the object becomes the rest of the patch; as an item of a merging list: the list does.
- `$patch: delete` in an object: it becomes empty; in an item of a merging list: the item with that key goes.
- `$deleteFromPrimitiveList/<field>`: these values leave the list of scalars.
- `$setElementOrder/<field>`: the order of the list; what only the document has keeps its place as well as it can.
- `$retainKeys`: the members of the object that stay; all others go.

Errors: BadRequest for a patch that is malformed, Invalid for one that would merge lists of lists.
"""

from collections.abc import Mapping

from pilothouse.server.errors import BadRequest
from pilothouse.server.patch.documents import Json, JsonObject
from pilothouse.server.patch.merge_schema import MergeField, MergeSchema
from pilothouse.server.patch.merging_lists import arrange, merge_items, merge_scalars, without

DIRECTIVE = "$patch"
RETAIN_KEYS = "$retainKeys"
DELETE_PREFIX = "$deleteFromPrimitiveList/"
ORDER_PREFIX = "$setElementOrder/"


_ATOMIC = MergeField()


def apply_strategic_merge_patch(document: JsonObject, patch: JsonObject, schema: MergeSchema | None) -> JsonObject:
    """The patched document. Both arguments are left as they are; the result may share parts with them."""
    if DIRECTIVE in patch:
        return _whole(patch)
    patch = dict(patch)
    merged = _retain(document, patch)
    _delete_scalars(merged, patch)
    _set_orders(merged, patch, schema)
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        elif key in merged:
            merged[key] = _merge_value(merged[key], value, _field(schema, key))
        else:
            _add_new(merged, key, value)
    return merged


def _field(schema: MergeSchema | None, key: str) -> MergeField:
    return (schema.field(key) if schema else None) or _ATOMIC


def _whole(patch: JsonObject) -> JsonObject:
    """A patch of an object that is about the object as a whole."""
    directive = patch[DIRECTIVE]
    if directive == "delete":
        return {}
    if directive != "replace":
        raise BadRequest(f"unknown patch type: {directive} in an object: use replace or delete")
    return _plain_object(patch)


def _merge_value(original: Json, value: Json, field: MergeField) -> Json:
    if isinstance(original, dict) and isinstance(value, dict):
        if "replace" in field.patch_strategy:
            return value
        return apply_strategic_merge_patch(original, value, field.child)
    if isinstance(original, list) and isinstance(value, list):
        return _merge_list(original, value, field) if "merge" in field.patch_strategy else value
    return _plain(value)


def _merge_list(original: list[Json], patch: list[Json], field: MergeField) -> list[Json]:
    if not original and not patch:
        return original
    if isinstance((original or patch)[0], dict):
        return merge_items(original, patch, field, apply_strategic_merge_patch)
    return merge_scalars(original, patch)


def _add_new(merged: JsonObject, key: str, value: Json) -> None:
    if isinstance(value, dict) and value.get(DIRECTIVE) == "delete":
        return
    merged[key] = _plain(value)


def _plain(value: Json) -> Json:
    """A patch value that meets nothing to merge with: without directives, nulls and items that only delete."""
    if isinstance(value, dict):
        return _plain_object(value)
    if isinstance(value, list):
        return [_plain(item) for item in value if not _only_directs(item)]
    return value


def _plain_object(value: JsonObject) -> JsonObject:
    plain: JsonObject = {}
    for key, member in value.items():
        if member is not None and not _is_directive(key):
            _add_new(plain, key, member)
    return plain


def _is_directive(key: str) -> bool:
    return key in (DIRECTIVE, RETAIN_KEYS) or key.startswith((DELETE_PREFIX, ORDER_PREFIX))


def _only_directs(item: Json) -> bool:
    return isinstance(item, Mapping) and (item.get(DIRECTIVE) == "delete" or item.keys() == {DIRECTIVE})


def _retain(document: JsonObject, patch: JsonObject) -> JsonObject:
    """A copy of the document, reduced to what `$retainKeys` names; takes the directive out of the patch."""
    if RETAIN_KEYS not in patch:
        return dict(document)
    keys = patch.pop(RETAIN_KEYS)
    if not isinstance(keys, list):
        raise BadRequest("invalid patch format of retainKeys")
    for key, value in patch.items():
        if value is not None and not key.startswith((DELETE_PREFIX, ORDER_PREFIX)) and key not in keys:
            raise BadRequest("invalid patch format of retainKeys")
    return {key: value for key, value in document.items() if key in keys}


def _delete_scalars(merged: JsonObject, patch: JsonObject) -> None:
    for directive in [key for key in patch if key.startswith(DELETE_PREFIX)]:
        values = patch.pop(directive)
        if not isinstance(values, list):
            raise BadRequest("invalid patch format of primitive list")
        key = directive.removeprefix(DELETE_PREFIX)
        original = merged.get(key)
        if isinstance(original, list):
            merged[key] = without(original, values)


def _set_orders(merged: JsonObject, patch: JsonObject, schema: MergeSchema | None) -> None:
    for directive in [key for key in patch if key.startswith(ORDER_PREFIX)]:
        order = patch.pop(directive)
        key = directive.removeprefix(ORDER_PREFIX)
        field = _field(schema, key)
        original, change = merged.get(key), patch.pop(key, None)
        if not all(isinstance(value, list | None) for value in (original, change)) or not isinstance(order, list):
            raise BadRequest("invalid patch format of setElementOrder list")
        if isinstance(original, list) and isinstance(change, list):
            value = _merge_value(original, change, field)
        else:
            value = original if isinstance(original, list) else _plain(change)
        if isinstance(value, list):
            merged[key] = arrange(value, change, order, original, field.merge_key)
