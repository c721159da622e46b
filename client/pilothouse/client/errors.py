"""What the server answers when it refuses, as exceptions; built in one place from the status of a call.

ApiError
    BadRequest  Unauthorized  Forbidden  NotFound  MethodNotSupported  AlreadyExists  Conflict  Expired  TooLarge
    Invalid  TooManyRequests  InternalError  ServerTimeout  Timeout
    Unavailable
        Disconnected     no answer at all: the connection, or the server's certificate
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import grpc
from grpc.aio import AioRpcError

DETAILS = "grpc-status-details-bin"
WARNING = "warning"
Pairs = Iterable[Any]  # of (key, value): grpc's metadata, whose stubs and classes differ


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that is wrong. reason is a metav1.CauseType ("FieldValueInvalid") or "", field a JSON path or ""."""

    reason: str
    message: str
    field: str = ""


class ApiError(Exception):
    """The server's refusal. `reason` is Kubernetes' ("NotFound"), `grpc_code` the call's status; `group`, `kind` and
    `name` say what it is about, each "" when unknown; `retry_after` is in seconds, 0 when waiting does not help;
    `continue_token` is set on an Expired list that can go on, at a newer revision."""

    reason: ClassVar[str] = ""

    def __init__(
        self,
        message: str,
        *,
        grpc_code: grpc.StatusCode = grpc.StatusCode.UNKNOWN,
        about: tuple[str, str, str] = ("", "", ""),
        causes: tuple[Cause, ...] = (),
        retry_after: float = 0,
        continue_token: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.grpc_code = grpc_code
        self.group, self.kind, self.name = about
        self.causes = causes
        self.retry_after = retry_after
        self.continue_token = continue_token


class BadRequest(ApiError):
    reason = "BadRequest"


class Unauthorized(ApiError):
    reason = "Unauthorized"


class Forbidden(ApiError):
    reason = "Forbidden"


class NotFound(ApiError):
    reason = "NotFound"


class MethodNotSupported(ApiError):
    reason = "MethodNotAllowed"


class AlreadyExists(ApiError):
    reason = "AlreadyExists"


class Conflict(ApiError):
    reason = "Conflict"


class Expired(ApiError):
    reason = "Expired"


class TooLarge(ApiError):
    reason = "RequestEntityTooLarge"


class Invalid(ApiError):
    reason = "Invalid"


class TooManyRequests(ApiError):
    reason = "TooManyRequests"


class InternalError(ApiError):
    reason = "InternalError"


class ServerTimeout(ApiError):
    reason = "ServerTimeout"


class Timeout(ApiError):
    reason = "Timeout"


class Unavailable(ApiError):
    reason = "ServiceUnavailable"


class Disconnected(Unavailable):
    """The call broke off without an answer: whether a write took effect is not known."""


ANSWERS: tuple[type[ApiError], ...] = (
    *(BadRequest, Unauthorized, Forbidden, NotFound, MethodNotSupported, AlreadyExists, Conflict, Expired, TooLarge),
    *(Invalid, TooManyRequests, InternalError, ServerTimeout, Timeout, Unavailable),
)
BY_REASON = {answer.reason: answer for answer in ANSWERS} | {"Gone": Expired}

# For statuses without details, which gRPC itself or something between made.
BY_CODE: dict[grpc.StatusCode, type[ApiError]] = {
    grpc.StatusCode.INVALID_ARGUMENT: BadRequest,
    grpc.StatusCode.UNAUTHENTICATED: Unauthorized,
    grpc.StatusCode.PERMISSION_DENIED: Forbidden,
    grpc.StatusCode.NOT_FOUND: NotFound,
    grpc.StatusCode.UNIMPLEMENTED: MethodNotSupported,
    grpc.StatusCode.ALREADY_EXISTS: AlreadyExists,
    grpc.StatusCode.ABORTED: Conflict,
    grpc.StatusCode.OUT_OF_RANGE: Expired,
    grpc.StatusCode.RESOURCE_EXHAUSTED: TooManyRequests,
    grpc.StatusCode.DEADLINE_EXCEEDED: Timeout,
    grpc.StatusCode.UNAVAILABLE: Disconnected,
    grpc.StatusCode.CANCELLED: Disconnected,
}


def from_call(error: AioRpcError) -> ApiError:
    """The exception for a call's status: by the reason in its details, else by its code."""
    for value in _metadata(error.trailing_metadata(), DETAILS):
        if isinstance(value, bytes):
            return _from_details(value, error.code())
    message = error.details() or "the server gave no reason"
    if error.code() is grpc.StatusCode.INTERNAL and "RST_STREAM" in message:
        return Disconnected(message, grpc_code=error.code())
    return BY_CODE.get(error.code(), InternalError)(message, grpc_code=error.code())


def warnings_of(metadata: Pairs | None) -> list[str]:
    """The warnings in a call's trailing metadata, in the server's order."""
    return [
        value if isinstance(value, str) else value.decode(errors="replace") for value in _metadata(metadata, WARNING)
    ]


def _metadata(metadata: Pairs | None, key: str) -> Iterator[str | bytes]:
    for name, value in metadata or ():
        if name == key:
            yield value


def _from_details(raw: bytes, code: grpc.StatusCode) -> ApiError:
    from google.rpc import error_details_pb2, status_pb2
    from pilothouse.api.meta.v1 import meta_pb2

    rich = status_pb2.Status.FromString(raw)
    info, bad, retry = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest(), error_details_pb2.RetryInfo()
    status = meta_pb2.Status()
    for detail in rich.details:
        next((True for message in (info, bad, retry, status) if detail.Unpack(message)), None)
    causes = tuple(Cause(c.reason, c.message, c.field) for c in status.details.causes)
    if not causes:
        causes = tuple(Cause(v.reason, v.description, v.field) for v in bad.field_violations)
    # An unknown reason of a known code is still of that code's kind.
    kind = BY_REASON.get(info.reason or status.reason) or BY_CODE.get(code, InternalError)
    return kind(
        status.message or rich.message,
        grpc_code=code,
        about=(status.details.group, status.details.kind, status.details.name),
        causes=causes,
        retry_after=retry.retry_delay.seconds + retry.retry_delay.nanos / 1e9 or status.details.retry_after_seconds,
        continue_token=getattr(status.metadata, "continue"),
    )
