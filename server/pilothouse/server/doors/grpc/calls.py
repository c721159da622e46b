"""Calls: what every method of the gRPC door does before its verb and after it."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from time import perf_counter, time
from typing import Any, NamedTuple, TypeAlias, TypeVar

import grpc
from google.protobuf.message import DecodeError, Message
from pilothouse.api.meta.v1 import meta_pb2 as meta

from ...audit.log import AuditLog
from ...audit.record import COMPLETE, STARTED, Entry
from ...errors import ApiError, BadRequest, TooLarge
from ...meta.context import RequestContext
from ...meta.resource import ResourceType
from ...meta.user import User
from ...meta.wire import first_field
from ...metrics import Metrics
from ...verbs.faults import api_error
from ...verbs.impersonation import impersonate
from ...verbs.options import dry_run_causes, field_manager_causes, manager_of, refuse
from ...verbs.plane import Plane
from .identity import Metadata, Peers, impersonation_of
from .status import error_metadata, status_message, warning_metadata

# grpc has these types for type checkers only.
ServicerContext: TypeAlias = "grpc.aio.ServicerContext[bytes, bytes]"
Handler: TypeAlias = "grpc.RpcMethodHandler[bytes, bytes]"

M = TypeVar("M", bound=Message)


class Method(NamedTuple):
    """A method by its path ("/pilothouse.api.core.v1.Pods/Get"), and what its calls are counted as: a verb, a group and
    a plural, "*" for many."""

    path: str
    verb: str
    group: str
    plural: str


CANCELED = "Canceled"


@dataclass(slots=True)
class Call:
    """One call: who makes it, whom he acts as, until when, what it is told beside the answer, and the contexts of what
    it asks."""

    caller: User
    user: User
    deadline: float
    request_id: str
    source_address: str
    metadata: Metadata = ()
    user_agent: str = ""
    warnings: list[str] = field(default_factory=list)
    contexts: list[RequestContext] = field(default_factory=list)

    def context(
        self,
        verb: str,
        resource: ResourceType,
        namespace: str,
        name: str = "",
        subresource: str = "",
        options: object = None,
    ) -> RequestContext:
        """The context of a request; `options` are those of a write: dry_run and field_manager are read from them. A
        write that names no field manager is put down to the user agent."""
        dry_run, manager = dry_run_and_manager(options)
        if options is not None and not manager:
            manager = manager_of(self.user_agent)
        if resource.deprecation:
            self.warnings.extend(resource.warnings)
        context = RequestContext(
            self.user,
            verb,
            resource,
            namespace,
            name,
            subresource,
            dry_run,
            manager,
            "",
            self.deadline,
            self.request_id,
            self.source_address,
            self.warnings,
        )
        self.contexts.append(context)
        return context


def dry_run_and_manager(options: Any) -> tuple[bool, str]:
    """From any of the options messages of a write. Raises Invalid."""
    if options is None:
        return False, ""
    dry_run, manager = options.dry_run, getattr(options, "field_manager", "")
    if dry_run or manager:
        refuse(options.DESCRIPTOR.name, dry_run_causes(dry_run) + field_manager_causes(manager))
    return bool(dry_run), manager


def peek(data: bytes) -> meta.ObjectMeta:
    """The metadata of an object's protobuf, whatever its kind. Raises BadRequest.

    Most encoders write it first; then the rest is not looked at. The object may hold more of it further on: verbs
    compare what the request names with what the whole object says.
    """
    first = first_field(data)
    if first is not None:
        return parse(meta.ObjectMeta, first, "the object's metadata")
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
    """Makes gRPC handlers of functions on Call and bytes. max_bytes: of one request; audit: gets an entry for each call
    that ends, and for each stream that begins to answer."""

    def __init__(
        self,
        plane: Plane,
        peers: Peers,
        metrics: Metrics,
        max_bytes: int,
        audit: AuditLog | None = None,
    ) -> None:
        self._plane = plane
        self._peers = peers
        self._metrics = metrics
        self._max_bytes = max_bytes
        self._audit = audit
        self._numbers = itertools.count(1)
        self._open = 0
        self._all_ended: asyncio.Future[None] | None = None
        self._streams: set[asyncio.Task[Any]] = set()

    def unary(self, method: Method, function: Unary) -> Handler:
        async def handle(request: bytes, context: ServicerContext) -> bytes:
            started, code, call, fault = perf_counter(), "OK", None, None
            self._open += 1
            try:
                call = await self._begin(context)
                self._admit(call, request)
                answer = await function(call, request)
                if call.warnings:
                    context.set_trailing_metadata(warning_metadata(call.warnings))
                return answer
            except asyncio.CancelledError:
                code = CANCELED
                raise
            except Exception as error:
                fault = api_error(error)
                code = fault.reason
                await _abort(context, fault, call)
                raise AssertionError("abort does not return") from error
            finally:
                self._record(COMPLETE, method, call, context, _Ending(code, fault, perf_counter() - started))
                self._open -= 1
                if self._all_ended is not None and not self._open:
                    self._all_ended.set_result(None)

        return grpc.unary_unary_rpc_method_handler(handle)

    def stream(self, method: Method, function: Stream) -> Handler:
        async def handle(request: bytes, context: ServicerContext) -> None:
            started, code, call, fault = perf_counter(), "OK", None, None
            answered = False
            self._metrics.watch_opened(method.group, method.plural)
            # Until its last message is sent, which is later than the handler's own end.
            task = asyncio.current_task()
            assert task is not None
            self._streams.add(task)
            task.add_done_callback(self._streams.discard)
            try:
                call = await self._begin(context)
                self._admit(call, request)
                async for message in function(call, request):
                    if not answered:
                        answered = True
                        self._record(STARTED, method, call, context, _Ending(code, None, perf_counter() - started))
                    await context.write(message)
            except asyncio.CancelledError:
                code = CANCELED
                raise
            except Exception as error:  # noqa: BLE001 (as above)
                fault = api_error(error)
                code = fault.reason
                await _abort(context, fault, call)
            finally:
                self._metrics.watch_closed(method.group, method.plural)
                self._record(COMPLETE, method, call, context, _Ending(code, fault, perf_counter() - started))

        return grpc.unary_stream_rpc_method_handler(handle)

    async def finish(self, grace: float) -> None:
        """Cancels the streams that are still open, and returns when the other calls have ended, or after `grace`
        seconds. To be called once, when no more calls come."""
        for task in self._streams:
            task.cancel()
        if self._open:
            self._all_ended = asyncio.get_running_loop().create_future()
            await asyncio.wait((self._all_ended,), timeout=grace)

    def _record(
        self, stage: str, method: Method, call: Call | None, context: ServicerContext, ending: "_Ending"
    ) -> None:
        """Counts a call that has ended, and writes it into the audit log."""
        if stage is COMPLETE:
            self._metrics.request((method.verb, method.group, method.plural, "", ending.code), ending.seconds)
        if self._audit is None:
            return
        now = time()
        self._audit.add(
            Entry(
                stage,
                call.request_id if call is not None else f"g{next(self._numbers)}",
                *method,
                call.caller if call is not None else None,
                call.source_address if call is not None else context.peer(),
                call.user_agent if call is not None else _user_agent(context.invocation_metadata() or ()),
                tuple(call.contexts) if call is not None else (),
                ending.fault,
                ending.code == CANCELED,
                now - ending.seconds,
                now,
            )
        )

    async def _begin(self, context: ServicerContext) -> Call:
        """Raises Unauthorized."""
        # Pairs, whatever the stubs say.
        metadata: Metadata = context.invocation_metadata() or ()  # type: ignore[assignment]
        caller = self._peers.by_certificate(context) or await self._peers.by_token(metadata)
        remaining = context.time_remaining()
        deadline = float("inf") if remaining is None else asyncio.get_running_loop().time() + remaining
        request_id = f"g{next(self._numbers)}"
        return Call(caller, caller, deadline, request_id, context.peer(), metadata, _user_agent(metadata))

    def _admit(self, call: Call, request: bytes) -> None:
        """Lets the caller act as whom he wants to. Raises BadRequest, Forbidden, TooLarge."""
        wanted = impersonation_of(call.metadata)
        if wanted is not None:
            call.user = impersonate(self._plane, call.caller, wanted)
        if len(request) > self._max_bytes:
            raise TooLarge(f"the request has {len(request)} bytes; at most {self._max_bytes} are accepted")


class _Ending(NamedTuple):
    """code: "OK", CANCELED, or the reason of the fault; seconds: since the call came."""

    code: str
    fault: ApiError | None
    seconds: float


def _user_agent(metadata: Any) -> str:
    for key, value in metadata:
        if key == "user-agent":
            return str(value)
    return ""


async def _abort(context: ServicerContext, fault: ApiError, call: Call | None) -> None:
    warnings = call.warnings if call is not None else ()
    await context.abort(fault.status, status_message(fault), error_metadata(fault, warnings))
