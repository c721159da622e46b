"""A small gRPC server over TLS that keeps config maps with revisions, to try the client against connections that break,
servers that fall silent and histories that are compacted."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import grpc
import orjson
from google.protobuf import any_pb2
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from pilothouse.api.core.v1 import core_pb2, rpc_pb2
from pilothouse.api.dynamic.v1 import dynamic_pb2
from pilothouse.api.meta.v1 import meta_pb2, requests_pb2

from tests.support.certificates import Authority
from tests.support.proxy import Proxy

ADDED, MODIFIED, DELETED = 1, 2, 3
Change = tuple[int, core_pb2.ConfigMap]


@dataclass(slots=True)
class History:
    """Config maps of one namespace, and what happened to them: several changes may share a revision."""

    revision: int = 1
    compacted: int = 0
    objects: dict[str, core_pb2.ConfigMap] = field(default_factory=dict)
    changes: list[tuple[int, list[Change]]] = field(default_factory=list)

    def write(self, values: Mapping[str, str | None]) -> None:
        """Sets each name to a value, or (None) deletes it, in one revision."""
        self.revision += 1
        done: list[Change] = []
        for name, value in values.items():
            before = self.objects.get(name)
            if value is None:
                if before is not None:
                    gone = core_pb2.ConfigMap()
                    gone.CopyFrom(self.objects.pop(name))
                    gone.metadata.resource_version = str(self.revision)
                    done.append((DELETED, gone))
                continue
            uid = before.metadata.uid if before else f"uid-{name}-{self.revision}"
            meta = {"name": name, "namespace": "default", "uid": uid, "resource_version": str(self.revision)}
            self.objects[name] = core_pb2.ConfigMap(metadata=meta, data={"value": value})
            done.append((MODIFIED if before else ADDED, self.objects[name]))
        self.changes.append((self.revision, done))

    def compact(self) -> None:
        """Forgets every change so far; the revision goes on, as other resources' writes make it."""
        self.revision += 1
        self.compacted = self.revision
        self.changes.clear()


Frame = tuple[int, list[Change], bool]


@dataclass(slots=True)
class SmallServer:
    """Serves a History; `proxy` is where clients connect.

    silent: open streams send nothing, not even heartbeats; failing: so many of the next calls are refused as
    unavailable; forbidden: watches are refused; broken_lists: so many of the next lists of existing objects break off
    after their first frame.
    """

    authority: Authority
    history: History = field(default_factory=History)
    silent: bool = False
    failing: int = 0
    forbidden: bool = False
    broken_lists: int = 0
    calls: list[str] = field(default_factory=list)
    watched_from: list[str] = field(default_factory=list)
    requests: list[Any] = field(default_factory=list)
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    proxy: Proxy = field(init=False)
    _server: grpc.aio.Server = field(init=False)

    async def start(self) -> None:
        pair = self.authority.issue("server")
        credentials = grpc.ssl_server_credentials(
            [(pair.key.read_bytes(), pair.cert.read_bytes())], self.authority.cert.read_bytes(), True
        )
        self._server = grpc.aio.server()
        self._server.add_generic_rpc_handlers((self._typed(), self._dynamic()))
        port = self._server.add_secure_port("127.0.0.1:0", credentials)
        await self._server.start()
        self.proxy = Proxy(port)
        await self.proxy.start()

    async def stop(self) -> None:
        self._changed()
        await self.proxy.close()
        await self._server.stop(None)

    async def watched(self, times: int) -> None:
        """Returns when so many watches have begun."""
        while len(self.watched_from) < times:
            self._arrived.clear()
            await self._arrived.wait()

    def write(self, values: Mapping[str, str | None]) -> None:
        self.history.write(values)
        self._changed()

    def _changed(self) -> None:
        self._wake.set()
        self._wake = asyncio.Event()

    def _typed(self) -> "grpc.GenericRpcHandler[Any, Any]":
        maps = core_pb2.ConfigMap
        handlers = {
            "Get": _unary(self._get, requests_pb2.GetRequest),
            "List": _unary(self._list, requests_pb2.ListRequest),
            "Create": _unary(self._create, rpc_pb2.CreateConfigMapRequest),
            "Delete": _unary(self._echo(maps()), requests_pb2.DeleteRequest),
            "Watch": _stream(self._watch_typed, requests_pb2.WatchRequest),
        }
        return grpc.method_handlers_generic_handler("pilothouse.api.core.v1.ConfigMaps", handlers)

    def _dynamic(self) -> "grpc.GenericRpcHandler[Any, Any]":
        nothing = dynamic_pb2.Object(object=b"{}")
        handlers = {
            "Update": _unary(self._echo(nothing), dynamic_pb2.WriteRequest),
            "Watch": _stream(self._watch_dynamic, dynamic_pb2.WatchRequest),
        }
        return grpc.method_handlers_generic_handler("pilothouse.api.dynamic.v1.Resources", handlers)

    def _echo(self, answer: Message) -> Callable[..., Any]:
        async def handle(request: Message, context: Any) -> Message:
            self.requests.append(request)
            return answer

        return handle

    async def _get(self, request: requests_pb2.GetRequest, context: Any) -> core_pb2.ConfigMap:
        self.calls.append("Get")
        await self._maybe_fail(context)
        found = self.history.objects.get(request.name)
        if found is None:
            await refuse(context, grpc.StatusCode.NOT_FOUND, "NotFound", f'configmaps "{request.name}" not found')
        context.set_trailing_metadata((("warning", "first"), ("warning", "second")))
        assert found is not None
        return found

    async def _create(self, request: rpc_pb2.CreateConfigMapRequest, context: Any) -> core_pb2.ConfigMap:
        self.calls.append("Create")
        self.requests.append(request)
        await self._maybe_fail(context)
        return request.object

    async def _list(self, request: requests_pb2.ListRequest, context: Any) -> core_pb2.ConfigMapList:
        names = sorted(self.history.objects)
        rest = [n for n in names if n > getattr(request.options, "continue")]
        page = rest[: request.options.limit or None]
        more = page[-1] if len(page) < len(rest) else ""
        meta = {"resource_version": str(self.history.revision), "continue": more}
        return core_pb2.ConfigMapList(metadata=meta, items=[self.history.objects[n] for n in page])

    async def _maybe_fail(self, context: Any) -> None:
        if self.failing:
            self.failing -= 1
            await context.abort(grpc.StatusCode.UNAVAILABLE, "starting")

    async def _watch_typed(
        self, request: requests_pb2.WatchRequest, context: Any
    ) -> AsyncIterator[rpc_pb2.ConfigMapWatchFrame]:
        async for revision, changes, end in self._frames(request.options.resource_version, context):
            events = [{"type": kind, "object": obj} for kind, obj in changes]
            yield rpc_pb2.ConfigMapWatchFrame(revision=revision, events=events, initial_events_end=end)

    async def _watch_dynamic(
        self, request: dynamic_pb2.WatchRequest, context: Any
    ) -> AsyncIterator[dynamic_pb2.WatchFrame]:
        async for revision, changes, end in self._frames(request.resource_version, context):
            events = [{"type": kind, "object": _json(obj), "scope": 1} for kind, obj in changes]
            yield dynamic_pb2.WatchFrame(revision=revision, events=events, initial_events_end=end)

    async def _frames(self, after: str, context: Any) -> AsyncIterator[Frame]:
        self.watched_from.append(after)
        self._arrived.set()
        if self.forbidden:
            await refuse(context, grpc.StatusCode.PERMISSION_DENIED, "Forbidden", "configmaps is forbidden")
        await self._maybe_fail(context)
        if not after:
            existing = [(ADDED, self.history.objects[name]) for name in sorted(self.history.objects)]
            position = self.history.revision
            half = len(existing) // 2
            yield 0, existing[:half], False
            if self.broken_lists:
                self.broken_lists -= 1
                await context.abort(grpc.StatusCode.UNAVAILABLE, "broken off")
            yield position, existing[half:], True
        else:
            position = int(after)
            if position > self.history.revision:
                cause = meta_pb2.StatusCause(reason="ResourceVersionTooLarge", message="Too large resource version")
                await refuse(context, grpc.StatusCode.DEADLINE_EXCEEDED, "Timeout", "too large", [cause])
        while True:
            if position < self.history.compacted:
                await refuse(context, grpc.StatusCode.OUT_OF_RANGE, "Expired", "too old resource version")
            wake = self._wake
            if not self.silent:
                due = [changes for revision, changes in self.history.changes if revision > position]
                position = self.history.revision
                yield position, [change for changes in due for change in changes], False
            await wake.wait()


def _json(obj: core_pb2.ConfigMap) -> bytes:
    meta = obj.metadata
    metadata = {"name": meta.name, "namespace": meta.namespace, "uid": meta.uid}
    body = {"metadata": {**metadata, "resourceVersion": meta.resource_version}, "data": dict(obj.data)}
    return orjson.dumps(body)


def _unary(handle: Callable[..., Any], request: type[Message]) -> "grpc.RpcMethodHandler[Any, Any]":
    return grpc.unary_unary_rpc_method_handler(handle, request.FromString, lambda message: message.SerializeToString())


def _stream(handle: Callable[..., Any], request: type[Message]) -> "grpc.RpcMethodHandler[Any, Any]":
    return grpc.unary_stream_rpc_method_handler(handle, request.FromString, lambda message: message.SerializeToString())


async def refuse(
    context: Any,
    code: grpc.StatusCode,
    reason: str,
    message: str,
    causes: list[meta_pb2.StatusCause] | None = None,
) -> None:
    """Ends a call with an error in the form that the API's errors have."""
    details = meta_pb2.StatusDetails(name="web", kind="ConfigMap", causes=causes or [])
    status = meta_pb2.Status(status="Failure", message=message, reason=reason, details=details)
    rich = status_pb2.Status(code=code.value[0], message=message)
    for detail in (error_details_pb2.ErrorInfo(reason=reason, domain="pilothouse"), status):
        packed = any_pb2.Any()
        packed.Pack(detail)
        rich.details.append(packed)
    context.set_trailing_metadata((("grpc-status-details-bin", rich.SerializeToString()),))
    await context.abort(code, message)
