"""ApiErrors as gRPC statuses: google.rpc.Status with ErrorInfo, BadRequest, RetryInfo and the Kubernetes Status.

All of it stays under 4 KiB: beyond about 8 KiB of metadata clients see an error of their own in place of ours.
"""

from collections.abc import Sequence

from google.protobuf import any_pb2, duration_pb2
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from pilothouse.api.meta.v1 import meta_pb2 as meta

from ...errors import ApiError, Cause

DOMAIN = "pilothouse"
DETAILS_KEY = "grpc-status-details-bin"
WARNING_KEY = "warning"
TEXT_BYTES = 1024
DETAILS_BYTES = 3 * 1024

Metadata = tuple[tuple[str, str | bytes], ...]


def error_metadata(error: ApiError) -> Metadata:
    """The trailing metadata that tells `error` in full, or as much of it as fits."""
    fits = len(error.causes)
    details = _details(error, error.causes)
    while len(details) > DETAILS_BYTES and fits:
        fits //= 2
        details = _details(error, error.causes[:fits])
    return ((DETAILS_KEY, details),)


def warning_metadata(warnings: Sequence[str]) -> Metadata:
    """One entry for each warning, within 4 KiB; metadata is printable ASCII."""
    entries: list[tuple[str, str | bytes]] = []
    room = 4 * 1024
    for warning in dict.fromkeys(warnings):
        text = _ascii(cut(warning))
        room -= len(text) + len(WARNING_KEY)
        if room < 0:
            entries.append((WARNING_KEY, f"{len(warnings) - len(entries)} more warnings"))
            break
        entries.append((WARNING_KEY, text))
    return tuple(entries)


def cut(text: str) -> str:
    """The text, or its beginning where it is long."""
    return text if len(text) <= TEXT_BYTES else text[: TEXT_BYTES - 3] + "..."


def _ascii(text: str) -> str:
    return "".join(c if " " <= c <= "~" else c.encode("unicode_escape").decode() for c in text)


def _details(error: ApiError, causes: Sequence[Cause]) -> bytes:
    message = cut(error.message)
    info = error_details_pb2.ErrorInfo(reason=error.reason, domain=DOMAIN)
    for key, value in (("group", error.group), ("kind", error.kind), ("name", error.name)):
        if value:
            info.metadata[key] = cut(value)
    if error.continue_token:
        info.metadata["continue"] = error.continue_token
    if len(causes) < len(error.causes):
        info.metadata["causesLeftOut"] = str(len(error.causes) - len(causes))
    parts: list[Message] = [info]
    if error.retry_after:
        parts.append(error_details_pb2.RetryInfo(retry_delay=duration_pb2.Duration(seconds=error.retry_after)))
    if causes:
        violations = [
            error_details_pb2.BadRequest.FieldViolation(field=cut(c.field), description=cut(c.message)) for c in causes
        ]
        parts.append(error_details_pb2.BadRequest(field_violations=violations))
    parts.append(_kubernetes_status(error, message, causes))
    status = status_pb2.Status(code=error.status.value[0], message=message)
    for part in parts:
        packed = any_pb2.Any()
        packed.Pack(part)
        status.details.append(packed)
    data: bytes = status.SerializeToString()
    return data


def _kubernetes_status(error: ApiError, message: str, causes: Sequence[Cause]) -> meta.Status:
    status = meta.Status(status="Failure", message=message, reason=error.reason, code=error.code)
    if error.continue_token:
        setattr(status.metadata, "continue", error.continue_token)
    if error.group or error.kind or error.name or causes or error.retry_after:
        details = status.details
        details.group, details.kind, details.name = error.group, error.kind, cut(error.name)
        if error.uid:
            details.uid = error.uid
        if error.retry_after:
            details.retry_after_seconds = error.retry_after
        for cause in causes:
            details.causes.add(reason=cause.reason, message=cut(cause.message), field=cut(cause.field))
    return status
