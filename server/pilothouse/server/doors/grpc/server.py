"""The gRPC server: its port, its limits, and the dictionary in which every call finds its handler."""

import asyncio
from collections.abc import Callable, Mapping

import grpc

from ...audit.log import AuditLog
from ...errors import Unauthorized
from ...meta.user import User
from ...metrics import Metrics
from ...verbs.plane import Plane
from .calls import Calls, Handler, ServicerContext
from .dynamic import SERVICE as DYNAMIC
from .dynamic import dynamic_handlers
from .health import Health
from .reflection import Reflection
from .typed import typed_handlers

# By so much the transport's limit lies above our own, so that a body that is too large is refused by us, in our words.
ROOM_BYTES = 16 << 20
METADATA_BYTES = 16 << 10
CLIENT_PING_MS = 10_000
# What a stream is given to end by itself. One whose client takes nothing in never would.
STREAM_SECONDS = 1.0


class GrpcDoor:
    """One gRPC server on one port, for clients with certificates."""

    def __init__(
        self,
        plane: Plane,
        authenticate: Callable[[bytes], User],
        metrics: Metrics,
        max_bytes: int,
        heartbeat: float,
        audit: AuditLog | None = None,
    ) -> None:
        """authenticate: the user of a client certificate in PEM; raises Unauthorized. max_bytes: of one request;
        heartbeat: seconds, of watches that do not say."""
        identify = _peer(authenticate)
        self._max_bytes = max_bytes
        self._calls = Calls(identify, metrics, max_bytes, audit)
        registry = plane.registry
        self._health = Health(
            lambda name: name == DYNAMIC or any(r.service == name for r in (*registry, *registry.reviews))
        )
        self._reflection = Reflection(plane.registry, identify)
        self._handlers = _Handlers(
            {
                **typed_handlers(plane, self._calls, heartbeat),
                **dynamic_handlers(plane, self._calls, heartbeat),
                **self._reflection.handlers(),
                **self._health.handlers(),
            }
        )
        self._server: grpc.aio.Server | None = None

    async def start(self, address: str, credentials: grpc.ServerCredentials, share_port: bool) -> int:
        """Serves on `address` (host:port) and returns the port. Raises RuntimeError where it is taken, or cannot be
        listened on. share_port: other processes listen on it too."""
        options = (
            ("grpc.so_reuseport", int(share_port)),
            ("grpc.max_receive_message_length", self._max_bytes + ROOM_BYTES),
            ("grpc.max_send_message_length", -1),
            ("grpc.max_metadata_size", METADATA_BYTES),
            ("grpc.http2.min_recv_ping_interval_without_data_ms", CLIENT_PING_MS),
            ("grpc.keepalive_permit_without_calls", 1),
        )
        self._server = grpc.aio.server(options=options)
        self._server.add_generic_rpc_handlers((self._handlers,))
        port = self._server.add_secure_port(address, credentials)
        await self._server.start()
        return port

    def leave(self) -> None:
        """Tells health checks that no more calls should come."""
        self._health.leave()

    async def close(self, grace: float) -> None:
        """Takes no more calls; ends streams soon, and other calls that are open after `grace` seconds."""
        if self._server is None:
            return
        self._reflection.leave()
        stopped = asyncio.create_task(self._server.stop(grace))
        patience = min(grace, STREAM_SECONDS)
        await asyncio.wait((stopped,), timeout=patience)
        await self._calls.finish(grace - patience)
        # What is left waits for clients that take nothing in.
        await self._server.stop(None)
        await stopped


class _Handlers(grpc.GenericRpcHandler):  # type: ignore[type-arg]  # no generic class at run time
    def __init__(self, handlers: Mapping[str, Handler]) -> None:
        self._handlers = handlers

    def service(self, call: grpc.HandlerCallDetails) -> "Handler | None":
        return self._handlers.get(call.method)


def _peer(authenticate: Callable[[bytes], User]) -> Callable[[ServicerContext], User]:
    def identify(context: ServicerContext) -> User:
        certificates = tuple(context.auth_context().get("x509_pem_cert", ()))
        if not certificates:
            raise Unauthorized("no client certificate was presented")
        return authenticate(certificates[0])

    return identify
