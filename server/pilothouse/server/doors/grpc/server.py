"""The gRPC server: its port, its limits, and the dictionary in which every call finds its handler."""

from collections.abc import Callable, Mapping

import grpc
from grpc_health.v1 import health_pb2
from grpc_health.v1._async import HealthServicer

from ...errors import Unauthorized
from ...meta.user import User
from ...metrics import Metrics
from ...verbs.plane import Plane
from .calls import Calls, Handler, ServicerContext
from .dynamic import dynamic_handlers
from .reflection import HEALTH, Reflection
from .typed import typed_handlers

# Above our own limit, so that a body that is too large is refused by us, in our words.
TRANSPORT_BYTES = 64 << 20
METADATA_BYTES = 16 << 10
CLIENT_PING_MS = 10_000


class GrpcDoor:
    """One gRPC server on one port, for clients with certificates."""

    def __init__(
        self, plane: Plane, authenticate: Callable[[bytes], User], metrics: Metrics, max_bytes: int, heartbeat: float
    ) -> None:
        """authenticate: the user of a client certificate in PEM; raises Unauthorized. max_bytes: of one request;
        heartbeat: seconds, of watches that do not say."""
        calls = Calls(_peer(authenticate), metrics, max_bytes)
        self._health = HealthServicer()
        self._handlers = _Handlers(
            {
                **typed_handlers(plane, calls, heartbeat),
                **dynamic_handlers(plane, calls, heartbeat),
                **Reflection(plane.registry).handlers(),
                **_health_handlers(self._health),
            }
        )
        self._server: grpc.aio.Server | None = None

    async def start(self, address: str, credentials: grpc.ServerCredentials, share_port: bool) -> int:
        """Serves on `address` (host:port) and returns the port. Raises RuntimeError where it is taken, or cannot be
        listened on. share_port: other processes listen on it too."""
        options = (
            ("grpc.so_reuseport", int(share_port)),
            ("grpc.max_receive_message_length", TRANSPORT_BYTES),
            ("grpc.max_send_message_length", -1),
            ("grpc.max_metadata_size", METADATA_BYTES),
            ("grpc.http2.min_recv_ping_interval_without_data_ms", CLIENT_PING_MS),
            ("grpc.keepalive_permit_without_calls", 1),
        )
        self._server = grpc.aio.server(options=options)
        self._server.add_generic_rpc_handlers((self._handlers,))
        port = self._server.add_secure_port(address, credentials)
        await self._server.start()
        await self._health.set("", health_pb2.HealthCheckResponse.SERVING)
        return port

    async def leave(self) -> None:
        """Tells health checks that no more calls should come."""
        await self._health.enter_graceful_shutdown()

    async def close(self, grace: float) -> None:
        """Takes no more calls, and ends those that are open after `grace` seconds."""
        if self._server is not None:
            await self._server.stop(grace)


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


def _health_handlers(servicer: HealthServicer) -> dict[str, Handler]:
    request, response = health_pb2.HealthCheckRequest.FromString, health_pb2.HealthCheckResponse.SerializeToString
    return {
        f"/{HEALTH}/Check": grpc.unary_unary_rpc_method_handler(servicer.Check, request, response),
        f"/{HEALTH}/Watch": grpc.unary_stream_rpc_method_handler(servicer.Watch, request, response),
    }
