"""ApiErrors as metav1.Status, and the headers that go with them."""

import json
from collections.abc import Sequence

from pilothouse.api.meta.v1 import meta_pb2 as meta

from ...errors import (
    AlreadyExists,
    ApiError,
    Cause,
    Conflict,
    Forbidden,
    Invalid,
    MethodNotSupported,
    NotFound,
    UnsupportedMediaType,
)
from ...meta.resource import ResourceType
from ...verbs.faults import CAUSES_AT_MOST
from .paths import NotAllowed


class NoPatchType(UnsupportedMediaType):
    """A patch in a form that is none of patches."""

    def __init__(self) -> None:
        super().__init__("415: Unsupported Media Type")


# Their details are there even where nothing is in them.
_ALWAYS_DETAILED = (Invalid, NotFound, Forbidden, Conflict, AlreadyExists, MethodNotSupported, NoPatchType)
WARNING_BYTES = 4096
WARNINGS_AT_MOST = 50
_NOTHING = meta.ListMeta(self_link="", resource_version="", **{"continue": ""})  # type: ignore[arg-type]

Headers = list[tuple[str, str]]


def status_of(error: ApiError) -> meta.Status:
    """The failure as a Status."""
    status = meta.Status(status="Failure", message=error.message, reason=error.status_reason, code=error.code)
    # In protobuf, Go writes texts that are empty, too.
    status.metadata.MergeFrom(_NOTHING)
    if error.continue_token:
        setattr(status.metadata, "continue", error.continue_token)
    details = meta.StatusDetails()
    for member in ("name", "group", "kind", "uid"):
        if value := getattr(error, member):
            setattr(details, member, value)
    for cause in _told(error.causes):
        given = {"reason": cause.reason, "message": cause.message, "field": cause.field}
        details.causes.add(**{key: value for key, value in given.items() if value})
    if error.retry_after:
        details.retry_after_seconds = error.retry_after
    if details.ByteSize() or isinstance(error, _ALWAYS_DETAILED):
        status.details.CopyFrom(details)
        status.details.SetInParent()
    return status


def _told(causes: Sequence[Cause]) -> Sequence[Cause]:
    """The causes, or of very many the first and how many more there are."""
    more = len(causes) - CAUSES_AT_MOST
    return [*causes[:CAUSES_AT_MOST], Cause("FieldValueInvalid", f"and {more} more faults")] if more > 0 else causes


def success_of(resource: ResourceType, was: meta.PartialObjectMetadata) -> meta.Status:
    """What a deletion is answered with: the Status of what was deleted."""
    status = meta.Status(status="Success")
    status.metadata.SetInParent()
    status.details.name, status.details.kind = was.metadata.name, resource.plural
    if was.metadata.uid:
        status.details.uid = was.metadata.uid
    if resource.group:
        status.details.group = resource.group
    return status


def refusal_headers(error: ApiError) -> Headers:
    """Those that say what to do about it."""
    headers: Headers = []
    if error.retry_after:
        headers.append(("Retry-After", str(error.retry_after)))
    if isinstance(error, NotAllowed):
        headers.append(("Allow", error.allow))
    return headers


def warning_headers(warnings: Sequence[str]) -> Headers:
    """One for each text, in all as many as fit into 4 KiB, and no more headers than clients take; a header holds no
    control characters."""
    headers: Headers = []
    room = WARNING_BYTES
    for warning in list(dict.fromkeys(warnings))[:WARNINGS_AT_MOST]:
        text = json.dumps("".join(c if c.isprintable() else " " for c in warning), ensure_ascii=True)
        room -= len(text)
        if room < 0:
            break
        headers.append(("Warning", f"299 - {text}"))
    return headers
