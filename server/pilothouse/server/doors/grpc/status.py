"""ApiErrors as gRPC statuses: google.rpc.Status with ErrorInfo, BadRequest, RetryInfo and the Kubernetes Status.

What travels behind a call stays under 4 KiB in all, as it is on the wire (binary entries in base64, the message
percent-encoded): beyond about 8 KiB of metadata clients see an error of their own in place of ours.
"""

from collections.abc import Callable, Sequence

from google.protobuf import any_pb2, duration_pb2
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from pilothouse.api.meta.v1 import meta_pb2 as meta

from ...errors import ApiError, Cause

DOMAIN = "pilothouse"
DETAILS_KEY = "grpc-status-details-bin"
WARNING_KEY = "warning"
TRAILER_BYTES = 4 * 1024
MESSAGE_BYTES = 640
# In base64 this is 3 KiB.
DETAILS_BYTES = 2304
# More would not fit, however short they are.
CAUSES_AT_MOST = 32

Metadata = tuple[tuple[str, str | bytes], ...]


def error_metadata(error: ApiError, warnings: Sequence[str] = ()) -> Metadata:
    """The trailing metadata that tells `error` in full, or as much of it as fits, and then the warnings."""
    details = _fitting_details(error)
    room = TRAILER_BYTES - MESSAGE_BYTES - len(DETAILS_KEY) - 4 * (len(details) // 3 + 1)
    return ((DETAILS_KEY, details), *warning_metadata(warnings, room))


def status_message(error: ApiError) -> str:
    """The error's message as the call's own, which travels percent-encoded."""
    return _cut(error.message, MESSAGE_BYTES, lambda c: 1 if " " <= c <= "~" and c != "%" else 3 * len(_utf8(c)))


def warning_metadata(warnings: Sequence[str], room: int = TRAILER_BYTES) -> Metadata:
    """One entry for each warning, within `room` bytes; metadata is printable ASCII."""
    entries: list[tuple[str, str | bytes]] = []
    distinct = dict.fromkeys(warnings)
    room -= len(WARNING_KEY) + len(" more warnings") + 10
    for warning in distinct:
        text = _cut(_ascii(warning), MESSAGE_BYTES)
        room -= len(text) + len(WARNING_KEY)
        if room < 0:
            entries.append((WARNING_KEY, f"{len(distinct) - len(entries)} more warnings"))
            break
        entries.append((WARNING_KEY, text))
    return tuple(entries)


def _utf8(text: str) -> bytes:
    return text.encode(errors="replace")


def _cut(text: str, room: int, size: Callable[[str], int] = lambda c: len(_utf8(c))) -> str:
    """The text, or its beginning where it takes more than `room` bytes. size: what one character takes."""
    total = cut_at = 0
    for at, character in enumerate(text):
        if total <= room - 3:
            cut_at = at
        total += size(character)
        if total > room:
            return text[:cut_at] + "..."
    return text


def _ascii(text: str) -> str:
    return "".join(c if " " <= c <= "~" else c.encode("unicode_escape").decode() for c in text)


def _fitting_details(error: ApiError) -> bytes:
    """Rather fewer causes than shorter texts."""
    room = MESSAGE_BYTES
    while True:
        fits = min(len(error.causes), CAUSES_AT_MOST)
        while len(details := _details(error, error.causes[:fits], room)) > DETAILS_BYTES and fits > 1:
            fits //= 2
        if len(details) <= DETAILS_BYTES:
            return details
        room //= 2


def _details(error: ApiError, causes: Sequence[Cause], room: int) -> bytes:
    message = _cut(error.message, room)
    info = error_details_pb2.ErrorInfo(reason=error.reason, domain=DOMAIN)
    for key, value in (("group", error.group), ("kind", error.kind), ("name", error.name)):
        if value:
            info.metadata[key] = _cut(value, room)
    if len(causes) < len(error.causes):
        info.metadata["causesLeftOut"] = str(len(error.causes) - len(causes))
    parts: list[Message] = [info]
    if error.retry_after:
        parts.append(error_details_pb2.RetryInfo(retry_delay=duration_pb2.Duration(seconds=error.retry_after)))
    causes = [Cause(c.reason, _cut(c.message, room), _cut(c.field, room)) for c in causes]
    if causes:
        violations = [error_details_pb2.BadRequest.FieldViolation(field=c.field, description=c.message) for c in causes]
        parts.append(error_details_pb2.BadRequest(field_violations=violations))
    parts.append(_kubernetes_status(error, message, causes, room))
    status = status_pb2.Status(code=error.status.value[0], message=message)
    for part in parts:
        packed = any_pb2.Any()
        packed.Pack(part)
        status.details.append(packed)
    data: bytes = status.SerializeToString()
    return data


def _kubernetes_status(error: ApiError, message: str, causes: Sequence[Cause], room: int) -> meta.Status:
    status = meta.Status(status="Failure", message=message, reason=error.status_reason, code=error.code)
    if error.continue_token:
        setattr(status.metadata, "continue", error.continue_token)
    if error.group or error.kind or error.name or causes or error.retry_after:
        details = status.details
        details.group, details.kind, details.name = error.group, error.kind, _cut(error.name, room)
        if error.uid:
            details.uid = error.uid
        if error.retry_after:
            details.retry_after_seconds = error.retry_after
        for cause in causes:
            details.causes.add(reason=cause.reason, message=cause.message, field=cause.field)
    return status
