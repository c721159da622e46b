"""Every error that the server tells a caller, as one tree.

ApiError
├── BadRequest            400 BadRequest           INVALID_ARGUMENT     the request cannot be understood
├── Unauthorized          401 Unauthorized         UNAUTHENTICATED      who the caller is, is not known
├── Forbidden             403 Forbidden            PERMISSION_DENIED    the caller may not do this
├── NotFound              404 NotFound             NOT_FOUND
├── MethodNotSupported    405 MethodNotAllowed     UNIMPLEMENTED        the resource lacks this verb
├── NotAcceptable         406 NotAcceptable        INVALID_ARGUMENT     no form of the answer that the caller takes
├── AlreadyExists         409 AlreadyExists        ALREADY_EXISTS
├── Conflict              409 Conflict             ABORTED              the object changed meanwhile
├── Expired               410 Expired              OUT_OF_RANGE         the revision is no longer kept
├── TooLarge              413 RequestEntityTooLarge RESOURCE_EXHAUSTED
├── UnsupportedMediaType  415 UnsupportedMediaType INVALID_ARGUMENT     a body in a form that is not known
├── Invalid               422 Invalid              INVALID_ARGUMENT     fields that break a rule, each by its path
├── TooManyRequests       429 TooManyRequests      RESOURCE_EXHAUSTED
├── Internal              500 InternalError        INTERNAL
│   └── Unclassified      500 (none)               INTERNAL             what Kubernetes has no reason for
├── Unavailable           503 ServiceUnavailable   UNAVAILABLE
├── ServerTimeout         504 ServerTimeout        DEADLINE_EXCEEDED    the server needs longer: try again
└── Timeout               504 Timeout              DEADLINE_EXCEEDED    the request's own time is over

Reasons and HTTP codes are those of metav1.StatusReason; the gRPC codes are the product's own mapping. What is caught
elsewhere in the server (a store that is out of reach, a decoding fault) becomes one of these before it leaves a verb.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from grpc import StatusCode


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that is wrong: a metav1.StatusCause.

    reason is a metav1.CauseType ("FieldValueInvalid", ...), field a JSON path ("spec.containers[0].image") or "".
    """

    reason: str
    message: str
    field: str = ""


class ApiError(Exception):
    """An answer that is an error. `message` is for people and holds no secret; `group`, `kind` and `name` say what it
    is about (kind is the resource's plural where a kube-apiserver puts the plural there); `retry_after` is in whole
    seconds, 0 when waiting does not help; `continue_token` is set only on an Expired list that can go on
    inconsistently."""

    reason = "InternalError"
    code = 500
    status = StatusCode.INTERNAL

    def __init__(
        self,
        message: str,
        *,
        group: str = "",
        kind: str = "",
        name: str = "",
        uid: str = "",
        causes: Sequence[Cause] = (),
        retry_after: int = 0,
        continue_token: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.group = group
        self.kind = kind
        self.name = name
        self.uid = uid
        self.causes = tuple(causes)
        self.retry_after = retry_after
        self.continue_token = continue_token

    @property
    def status_reason(self) -> str:
        """As a Status tells it."""
        return self.reason


class BadRequest(ApiError):
    reason = "BadRequest"
    code = 400
    status = StatusCode.INVALID_ARGUMENT


class Unauthorized(ApiError):
    reason = "Unauthorized"
    code = 401
    status = StatusCode.UNAUTHENTICATED


class Forbidden(ApiError):
    reason = "Forbidden"
    code = 403
    status = StatusCode.PERMISSION_DENIED


class NotFound(ApiError):
    reason = "NotFound"
    code = 404
    status = StatusCode.NOT_FOUND


class MethodNotSupported(ApiError):
    reason = "MethodNotAllowed"
    code = 405
    status = StatusCode.UNIMPLEMENTED


class NotAcceptable(ApiError):
    reason = "NotAcceptable"
    code = 406
    status = StatusCode.INVALID_ARGUMENT


class AlreadyExists(ApiError):
    reason = "AlreadyExists"
    code = 409
    status = StatusCode.ALREADY_EXISTS


class Conflict(ApiError):
    reason = "Conflict"
    code = 409
    status = StatusCode.ABORTED


class Expired(ApiError):
    reason = "Expired"
    code = 410
    status = StatusCode.OUT_OF_RANGE


class TooLarge(ApiError):
    reason = "RequestEntityTooLarge"
    code = 413
    status = StatusCode.RESOURCE_EXHAUSTED


class UnsupportedMediaType(ApiError):
    reason = "UnsupportedMediaType"
    code = 415
    status = StatusCode.INVALID_ARGUMENT


class Invalid(ApiError):
    reason = "Invalid"
    code = 422
    status = StatusCode.INVALID_ARGUMENT


class TooManyRequests(ApiError):
    reason = "TooManyRequests"
    code = 429
    status = StatusCode.RESOURCE_EXHAUSTED


class Internal(ApiError):
    pass


class Unclassified(Internal):
    @property
    def status_reason(self) -> str:
        return ""


class Unavailable(ApiError):
    reason = "ServiceUnavailable"
    code = 503
    status = StatusCode.UNAVAILABLE


class ServerTimeout(ApiError):
    reason = "ServerTimeout"
    code = 504
    status = StatusCode.DEADLINE_EXCEEDED


class Timeout(ApiError):
    reason = "Timeout"
    code = 504
    status = StatusCode.DEADLINE_EXCEEDED
