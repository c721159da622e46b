"""Calls: what every method of the gRPC door does before its verb and after it."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, TypeAlias, TypeVar

import grpc
from google.protobuf.message import DecodeError, Message
from pilothouse.api.meta.v1 import meta_pb2 as meta

from ...errors import ApiError, BadRequest, TooLarge
from ...meta.context import RequestContext
from ...meta.resource import ResourceType
from ...meta.user import User
from ...metrics import Metrics
from ...verbs.faults import api_error
from .status import error_metadata, status_message, warning_metadata

# grpc has these types for type checkers only.
ServicerContext: TypeAlias = "grpc.aio.ServicerContext[bytes, bytes]"
Handler: TypeAlias = "grpc.RpcMethodHandler[bytes, bytes]"

M = TypeVar("M", bound=Message)

# What a call is counted as: verb, group, plural.
Labels = tuple[str, str, str]

DRY_RUN_ALL = "All"


@dataclass(slots=True)
class Call:
    """One call: who makes it, until when, and what it is told beside the answer."""

    user: User
    deadline: float
    request_id: str
    source_address: str
    warnings: list[str] = field(default_factory=list)

    def context(
        self,
        verb: str,
        resource: ResourceType,
        namespace: str,
        name: str = "",
        subresource: str = "",
        options: object = None,
    ) -> RequestContext:
        """The context of a request; `options` are those of a write: dry_run and field_manager are read from them."""
        dry_run, manager = dry_run_and_manager(options)
        return RequestContext(
            user=self.user,
            verb=verb,
            type=resource,
            namespace=namespace,
            name=name,
            subresource=subresource,
            dry_run=dry_run,
            field_manager=manager,
            deadline=self.deadline,
            request_id=self.request_id,
            source_address=self.source_address,
            warnings=self.warnings,
        )


def dry_run_and_manager(options: Any) -> tuple[bool, str]:
    """From any of the options messages of a write. Raises BadRequest for a dry run that is not known."""
    if options is None:
        return False, ""
    for value in options.dry_run:
        if value != DRY_RUN_ALL:
            raise BadRequest(f'invalid dryRun {value!r}: the only value is "{DRY_RUN_ALL}"')
    return bool(options.dry_run), getattr(options, "field_manager", "")


def peek(data: bytes) -> meta.ObjectMeta:
    """The metadata of an object's protobuf, whatever its kind. Raises BadRequest."""
    return parse(meta.PartialObjectMetadata, data, "the object").metadata


def parse(message: type[M], data: bytes, what: str = "the request") -> M:
    """`data` as a message. Raises BadRequest."""
    try:
        return message.FromString(data)
    except DecodeError:
        raise BadRequest(f"the bytes of {what} are no {message.DESCRIPTOR.full_name}") from None


Unary = Callable[[Call, bytes], Awaitable[bytes]]
Stream = Callable[[Call, bytes], AsyncIterator[bytes]]


class Calls:
    """Makes gRPC handlers of functions on Call and bytes. identify: the user of a call, from its TLS peer; raises
    Unauthorized. max_bytes: of one request."""

    def __init__(self, identify: Callable[[ServicerContext], User], metrics: Metrics, max_bytes: int) -> None:
        self._identify = identify
        self._metrics = metrics
        self._max_bytes = max_bytes
        self._numbers = itertools.count(1)
        self._streams: set[asyncio.Task[Any] | None] = set()

    def unary(self, labels: Labels, function: Unary) -> Handler:
        async def handle(request: bytes, context: ServicerContext) -> bytes:
            started, code, call = perf_counter(), "OK", None
            try:
                call = self._begin(request, context)
                answer = await function(call, request)
                if call.warnings:
                    context.set_trailing_metadata(warning_metadata(call.warnings))
                return answer
            except asyncio.CancelledError:
                code = "Canceled"
                raise
            except Exception as error:
                fault = api_error(error)
                code = fault.reason
                await _abort(context, fault, call)
                raise AssertionError("abort does not return") from error
            finally:
                self._metrics.request((*labels, "", code), perf_counter() - started)

        return grpc.unary_unary_rpc_method_handler(handle)

    def stream(self, labels: Labels, function: Stream) -> Handler:
        async def handle(request: bytes, context: ServicerContext) -> None:
            started, code, call = perf_counter(), "OK", None
            self._metrics.watch_opened(*labels[1:])
            task = asyncio.current_task()
            self._streams.add(task)
            try:
                call = self._begin(request, context)
                async for message in function(call, request):
                    await context.write(message)
            except asyncio.CancelledError:
                code = "Canceled"
                raise
            except Exception as error:  # noqa: BLE001 (as above)
                fault = api_error(error)
                code = fault.reason
                await _abort(context, fault, call)
            finally:
                self._streams.discard(task)
                self._metrics.watch_closed(*labels[1:])
                self._metrics.request((*labels, "", code), perf_counter() - started)

        return grpc.unary_stream_rpc_method_handler(handle)

    def cancel_streams(self) -> None:
        """Ends every stream, also one whose client takes nothing in."""
        for task in self._streams:
            if task is not None:
                task.cancel()

    def _begin(self, request: bytes, context: ServicerContext) -> Call:
        user = self._identify(context)
        if len(request) > self._max_bytes:
            raise TooLarge(f"the request has {len(request)} bytes; at most {self._max_bytes} are accepted")
        remaining = context.time_remaining()
        deadline = float("inf") if remaining is None else asyncio.get_running_loop().time() + remaining
        return Call(user, deadline, f"g{next(self._numbers)}", context.peer())


async def _abort(context: ServicerContext, fault: ApiError, call: Call | None) -> None:
    warnings = call.warnings if call is not None else ()
    await context.abort(fault.status, status_message(fault), error_metadata(fault, warnings))
