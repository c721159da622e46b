"""Patch: an object, or a part of it, changed by a JSON patch, a merge patch or a strategic merge patch."""

import json
from collections.abc import Callable
from enum import Enum

from google.protobuf.message import Message

from ..authorization.base import permit
from ..errors import BadRequest, Cause, Invalid, UnsupportedMediaType
from ..meta.context import RequestContext
from ..meta.scalars import JsonValue
from ..patch.documents import decode_merge_patch, decode_operations, decode_strategic_merge_patch
from ..patch.json_patch import apply_json_patch
from ..patch.merge_patch import apply_merge_patch
from ..patch.message_schema import merge_schema_for
from ..patch.strategic import apply_strategic_merge_patch
from . import faults
from .body import FieldValidation
from .change import change
from .decoding import WrongVersion, read_object
from .names import require_name
from .plane import Kind, Plane
from .subresources.parts import part_of
from .update import require_same_name


class PatchType(Enum):
    """How the patch is written; the values are HTTP's content types."""

    JSON = "application/json-patch+json"
    MERGE = "application/merge-patch+json"
    STRATEGIC_MERGE = "application/strategic-merge-patch+json"


_NO_STRATEGY = (
    "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, "
    "application/merge-patch+json, application/apply-patch+yaml"
)

Apply = Callable[[dict[str, JsonValue]], JsonValue]


async def patch(
    plane: Plane,
    context: RequestContext,
    patch_type: PatchType,
    document: bytes,
    field_validation: FieldValidation = FieldValidation.STRICT,
) -> bytes:
    """The object as stored, as protobuf. Raises Forbidden, BadRequest, Invalid, NotFound, Conflict, TooLarge."""
    permit(plane.authorizer, context)
    part = part_of(plane, context)
    require_name(context)
    apply = _compile(part.kind, patch_type, document)

    def edit(old: Message) -> Message:
        return _patched(plane, part.kind, context, apply, part.view(old), field_validation)

    changed = await change(plane, context, edit, part.prepare)
    if changed is None:
        raise faults.not_found(context.type, context.name)
    return changed


def _compile(kind: Kind, patch_type: PatchType, document: bytes) -> Apply:
    """The patch as a function on JSON. Raises BadRequest, UnsupportedMediaType."""
    if patch_type is PatchType.JSON:
        operations = decode_operations(document)
        return lambda value: apply_json_patch(value, operations)
    if patch_type is PatchType.MERGE:
        merge = decode_merge_patch(document)
        return lambda value: apply_merge_patch(value, merge)
    if kind.type.definition:
        raise UnsupportedMediaType(_NO_STRATEGY)
    strategic = decode_strategic_merge_patch(document)
    schema = merge_schema_for(kind.type.message)
    return lambda value: apply_strategic_merge_patch(value, strategic, schema)


def _patched(
    plane: Plane, kind: Kind, context: RequestContext, apply: Apply, old: Message, field_validation: FieldValidation
) -> Message:
    resource = kind.type
    patched = apply(kind.codec().to_value(old, resource.api_version, resource.kind))
    if not isinstance(patched, dict):
        raise BadRequest("the patch leaves no object behind")
    problems: list[str] = []
    try:
        new = read_object(plane, kind, patched, problems)
        if problems and field_validation is FieldValidation.STRICT:
            raise BadRequest("strict decoding error: " + ", ".join(problems))
    except WrongVersion:
        raise
    except BadRequest as error:
        raise _unreadable(patched, error.message) from None
    if field_validation is FieldValidation.WARN:
        context.warnings.extend(problems)
    require_same_name(context, new)
    return new


def _unreadable(patched: dict[str, JsonValue], why: str) -> Invalid:
    """The error for a patch that leaves something behind that is no object of the kind. It names no kind, as a
    kube-apiserver's does not."""
    text = json.dumps(patched, separators=(",", ":"), ensure_ascii=False)
    cause = Cause("FieldValueInvalid", f"Invalid value: {json.dumps(text, ensure_ascii=False)}: {why}", "patch")
    return Invalid(f' "" is invalid: patch: {cause.message}', causes=(cause,))
