"""What kubectl applied on the client's side, before it applied on the server's: an annotation says what it last sent.

Where the manager is kubectl itself, fields that the annotation proves to be its own are no conflict, and an annotation
that is there is kept up to date.
"""

from collections.abc import Mapping

import orjson

from ..meta.scalars import JsonValue
from . import checking
from .ownership import Conflicts
from .sets import EMPTY, FieldSet, difference, union
from .values import compare, field_set
from .walking import Object, Walker

ANNOTATION = "kubectl.kubernetes.io/last-applied-configuration"
KUBECTL = "kubectl"

# Of an object's annotations in all.
_ANNOTATIONS_BYTES = 256 * 1024


def applied_before(walker: Walker, live: Object) -> FieldSet:
    """The fields that the annotation says kubectl set, as far as they still are as it set them."""
    text = annotations_of(live).get(ANNOTATION)
    try:
        last = orjson.loads(text) if isinstance(text, str) else None
    except orjson.JSONDecodeError:
        return EMPTY
    if not isinstance(last, dict) or last.get("apiVersion") != walker.api_version:
        return EMPTY
    if checking.faults(walker.shape, last):
        return EMPTY
    changed = compare(walker.shape, last, live)
    return difference(field_set(walker.shape, last), union(changed.changed, changed.removed))


def without_own(conflicts: Conflicts, own: FieldSet) -> Conflicts | None:
    """The conflicts apart from those over fields of one's own; None where there are no others."""
    left = {manager: difference(fields, own) for manager, fields in conflicts.owned.items()}
    left = {manager: fields for manager, fields in left.items() if fields}
    return Conflicts(left) if left else None


def refreshed(annotations: Mapping[str, str], configuration: Object) -> str | None:
    """The annotation for an object that has one already, after `configuration` was applied; None where the object's
    annotations would become too large."""
    metadata = configuration.get("metadata")
    said = dict(metadata) if isinstance(metadata, dict) else {}
    if isinstance(said.get("annotations"), dict):
        said["annotations"] = {k: v for k, v in annotations_of(configuration).items() if k != ANNOTATION}
        if not said["annotations"]:
            del said["annotations"]
    text = orjson.dumps({**configuration, "metadata": said}, option=orjson.OPT_SORT_KEYS).decode() + "\n"
    for character in "<>&":
        # As Go writes JSON.
        text = text.replace(character, f"\\u{ord(character):04x}")
    size = sum(len(k.encode()) + len(v.encode()) for k, v in annotations.items() if k != ANNOTATION)
    return text if size + len(ANNOTATION) + len(text.encode()) <= _ANNOTATIONS_BYTES else None


def annotations_of(obj: Object) -> dict[str, JsonValue]:
    metadata = obj.get("metadata")
    found = metadata.get("annotations") if isinstance(metadata, dict) else None
    return found if isinstance(found, dict) else {}
