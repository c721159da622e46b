"""Calls of a gRPC server by path and bytes, as a client that nobody can trust would make them."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import grpc
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from pilothouse.api.meta.v1 import meta_pb2 as meta
from pilothouse.server.authentication.pki import Pki

from tests.support.server import ServerProcess

DEADLINE = 15.0
# What a stream reads at its end; the stubs do not know it.
EOF: Any = grpc.aio.EOF  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Identity:
    """PEM: the authority that the server is checked against, and who the client is, or nobody."""

    ca: bytes
    certificate: bytes | None = None
    key: bytes | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a call failed with. size: of all its trailing metadata, as far as gRPC shows it."""

    code: grpc.StatusCode
    message: str
    reason: str
    domain: str
    violations: Sequence[tuple[str, str]]
    retry_seconds: int
    status: meta.Status
    left_out: int
    size: int


class Caller:
    """A channel of one identity. To be made in a running event loop."""

    def __init__(self, port: int, identity: Identity, options: Sequence[tuple[str, Any]] = ()) -> None:
        credentials = grpc.ssl_channel_credentials(identity.ca, identity.key, identity.certificate)
        # Channels of equal arguments would share a connection.
        own = (("grpc.use_local_subchannel_pool", 1), ("grpc.max_receive_message_length", -1))
        self.channel: Any = grpc.aio.secure_channel(f"127.0.0.1:{port}", credentials, (*own, *options))

    async def __aenter__(self) -> "Caller":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.channel.close()

    async def call(self, method: str, request: Message | bytes, seconds: float = DEADLINE) -> bytes:
        """method: "pilothouse.api.core.v1.Pods/Get". Raises AioRpcError."""
        answer: bytes = await self.channel.unary_unary("/" + method)(_bytes(request), timeout=seconds)
        return answer

    def stream(self, method: str, request: Message | bytes, seconds: float | None = DEADLINE) -> Any:
        return self.channel.unary_stream("/" + method)(_bytes(request), timeout=seconds)

    async def refused(self, method: str, request: Message | bytes) -> Refusal:
        """What the server says where it must not answer, be it a call or a stream."""
        try:
            if method.endswith("/Watch"):
                answer = await self.stream(method, request).read()
            else:
                answer = await self.call(method, request)
        except grpc.aio.AioRpcError as error:
            return refusal(error)
        raise AssertionError(f"{method} was not refused: {answer!r}")


def admin_of(server: ServerProcess) -> Identity:
    return user_of(server, "admin", ["system:masters"])


def user_of(server: ServerProcess, name: str, groups: Sequence[str] = ()) -> Identity:
    """A user with a certificate of the authority of a server for development."""
    files = Pki(server.data / "pki").client(name, groups)
    return Identity(files.ca.read_bytes(), files.certificate.read_bytes(), files.key.read_bytes())


def refusal(error: grpc.aio.AioRpcError) -> Refusal:
    """A failed call, with whatever details it has."""
    pairs: Any = error.trailing_metadata() or ()
    trailing = [(str(k), v) for k, v in pairs]
    info, bad, retry = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest(), error_details_pb2.RetryInfo()
    status = meta.Status()
    for key, value in trailing:
        if key == "grpc-status-details-bin":
            assert isinstance(value, bytes)
            rich = status_pb2.Status.FromString(value)
            assert rich.code == error.code().value[0]
            for detail in rich.details:
                assert any(detail.Unpack(m) for m in (info, bad, retry, status)), detail.type_url
    details = error.details() or ""
    size = sum(len(k) + (4 * len(v) // 3 if isinstance(v, bytes) else len(v)) for k, v in trailing)
    size += sum(1 if " " <= c <= "~" and c != "%" else 3 * len(c.encode()) for c in details)
    return Refusal(
        error.code(),
        details,
        info.reason,
        info.domain,
        [(v.field, v.description) for v in bad.field_violations],
        retry.retry_delay.seconds,
        status,
        int(info.metadata.get("causesLeftOut", "0")),
        size,
    )


def _bytes(request: Message | bytes) -> bytes:
    return request if isinstance(request, bytes) else request.SerializeToString()
