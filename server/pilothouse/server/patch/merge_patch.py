"""JSON merge patch (RFC 7386)."""

from pilothouse.server.patch.documents import JsonObject


def apply_merge_patch(document: JsonObject, patch: JsonObject) -> JsonObject:
    """The patched document: members of the patch replace, null removes, objects merge. The document is left as it is;
    the result may share parts with both."""
    merged = dict(document)
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, dict):
            below = merged.get(key)
            merged[key] = apply_merge_patch(below if isinstance(below, dict) else {}, value)
        else:
            merged[key] = value
    return merged
