"""The gRPC server: its ports, its limits, and the dictionary in which every call finds its handler."""

import asyncio
from collections.abc import Callable, Mapping

import grpc

from ...audit.log import AuditLog
from ...meta.user import User
from ...metrics import Metrics
from ...verbs.plane import Plane
from .calls import Calls, Handler
from .dynamic import SERVICE as DYNAMIC
from .dynamic import dynamic_handlers
from .health import Health
from .identity import Peers
from .reflection import Reflection
from .typed import typed_handlers

# By so much the transport's limit lies above our own, so that a body that is too large is refused by us, in our words.
ROOM_BYTES = 16 << 20
METADATA_BYTES = 16 << 10
CLIENT_PING_MS = 10_000
# What a stream is given to end by itself. One whose client takes nothing in never would.
STREAM_SECONDS = 1.0
# What an answer is given to be sent, once its handler has returned it.
ANSWER_SECONDS = 0.1


class PortTaken(OSError):
    """An address that cannot be listened on."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


class GrpcDoor:
    """One gRPC server on two ports: for clients with certificates, and for clients with bearer tokens."""

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
        peers = Peers(authenticate, plane.tokens)
        self._max_bytes = max_bytes
        self._calls = Calls(plane, peers, metrics, max_bytes, audit)
        registry = plane.registry
        self._health = Health(
            lambda name: name == DYNAMIC or any(r.service == name for r in (*registry, *registry.reviews))
        )
        self._reflection = Reflection(plane.registry, peers)
        self._handlers = _Handlers(
            {
                **typed_handlers(plane, self._calls, heartbeat),
                **dynamic_handlers(plane, self._calls, heartbeat),
                **self._reflection.handlers(),
                **self._health.handlers(),
            }
        )
        self._server: grpc.aio.Server | None = None

    async def start(self, ports: Mapping[str, grpc.ServerCredentials], share_ports: bool) -> list[int]:
        """Serves on addresses (host:port), each with its credentials, and returns their ports. Raises PortTaken where
        one cannot be listened on. share_ports: other processes listen on them too."""
        options = (
            ("grpc.so_reuseport", int(share_ports)),
            ("grpc.max_receive_message_length", self._max_bytes + ROOM_BYTES),
            ("grpc.max_send_message_length", -1),
            ("grpc.max_metadata_size", METADATA_BYTES),
            ("grpc.http2.min_recv_ping_interval_without_data_ms", CLIENT_PING_MS),
            ("grpc.keepalive_permit_without_calls", 1),
        )
        self._server = grpc.aio.server(options=options)
        self._server.add_generic_rpc_handlers((self._handlers,))
        found = []
        for address, credentials in ports.items():
            try:
                found.append(self._server.add_secure_port(address, credentials))
            except RuntimeError:
                raise PortTaken(address) from None
        await self._server.start()
        return found

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
        await asyncio.wait((stopped,), timeout=ANSWER_SECONDS)
        # What is left waits for clients that take nothing in.
        await self._server.stop(None)
        await stopped


class _Handlers(grpc.GenericRpcHandler):  # type: ignore[type-arg]  # no generic class at run time
    def __init__(self, handlers: Mapping[str, Handler]) -> None:
        self._handlers = handlers

    def service(self, call: grpc.HandlerCallDetails) -> "Handler | None":
        return self._handlers.get(call.method)
