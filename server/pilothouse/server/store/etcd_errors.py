"""etcd's errors as the store's own. Codes and texts are those of etcd's api/v3rpc/rpctypes."""

import grpc
from pilothouse.server.store.base import StoreError, StoreFull, StoreUnavailable, ValueTooLarge


class OutOfRange(StoreError):
    """The revision asked for is compacted, or in the future. Whoever asked knows how to put numbers to it."""

    def __init__(self, compacted: bool) -> None:
        super().__init__("revision is compacted" if compacted else "revision is in the future")
        self.compacted = compacted


class LeaseGone(StoreError):
    """A write named a lease that etcd no longer has. Nothing was written."""


_TRANSIENT = {
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.CANCELLED,
    grpc.StatusCode.ABORTED,
    # What gRPC reports for a connection that broke in the middle of an answer.
    grpc.StatusCode.INTERNAL,
    grpc.StatusCode.UNKNOWN,
    # etcd's "not leader" and "corrupt cluster".
    grpc.StatusCode.FAILED_PRECONDITION,
    grpc.StatusCode.DATA_LOSS,
}


def translate(error: grpc.RpcError, address: str) -> StoreError:
    """The store's error for what a call to the etcd at `address` ended with."""
    code, details = error.code(), error.details() or ""
    text = f"etcd at {address}: {details or code.name}"
    match code:
        case grpc.StatusCode.OUT_OF_RANGE if "compacted" in details or "future" in details:
            return OutOfRange("compacted" in details)
        case grpc.StatusCode.NOT_FOUND if "lease" in details:
            return LeaseGone(text)
        case grpc.StatusCode.RESOURCE_EXHAUSTED if "space" in details:
            return StoreFull(f"{text}; compact and defragment etcd, or raise its quota, then disarm the alarm")
        case grpc.StatusCode.RESOURCE_EXHAUSTED if "too many requests" in details:
            return StoreUnavailable(text)
        case grpc.StatusCode.RESOURCE_EXHAUSTED if "larger than max" in details.lower():
            return ValueTooLarge(text)
        case grpc.StatusCode.INVALID_ARGUMENT if "too large" in details or "too many operations" in details:
            return ValueTooLarge(text)
        case _ if code in _TRANSIENT:
            return StoreUnavailable(text)
        case _:
            return StoreError(text)
