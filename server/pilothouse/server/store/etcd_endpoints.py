"""Where etcd is, and which of its endpoints is asked next."""

import asyncio
import itertools
from collections.abc import Awaitable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

import grpc
import grpc.aio
from google.protobuf.message import Message
from pilothouse.server.store import etcd_wire_pb2 as wire
from pilothouse.server.store.base import StoreError, StoreUnavailable
from pilothouse.server.store.etcd_errors import translate

Request = TypeVar("Request", bound=Message, contravariant=True)
Response = TypeVar("Response", bound=Message, covariant=True)

# An endpoint that failed is asked again only after this many seconds while another one is up.
_REST_AFTER_FAILURE = 5.0


@dataclass(frozen=True, slots=True)
class EtcdConfig:
    """How etcd is reached.

    endpoints: URLs, http://host:port or https://host:port, of members of one cluster.
    prefix: prepended to every key ("" : none), so that several stores can share one etcd.
    ca_file, cert_file, key_file: PEM files, for https. Without ca_file the system's roots are trusted; cert_file and
    key_file, both or neither, are the client certificate for an etcd that asks for one.
    request_timeout: seconds, for one call and also for finding an endpoint that is up.
    max_message_bytes: the largest message taken or sent. etcd bounds what it takes by itself (1.5 MiB by default).
    """

    endpoints: tuple[str, ...]
    prefix: str = ""
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    request_timeout: float = 5.0
    max_message_bytes: int = 2**31 - 1


class Method(Protocol[Request, Response]):
    """A unary method of one endpoint. timeout: seconds. Raises grpc.RpcError."""

    def __call__(self, request: Request, *, timeout: float, wait_for_ready: bool) -> Awaitable[Response]: ...


class Endpoint:
    """One etcd address, its channel and its methods."""

    def __init__(self, url: str, channel: grpc.aio.Channel, waits: bool) -> None:
        """waits: whether calls wait for the connection, rather than fail so that another endpoint is asked."""
        self.url = url
        self.channel = channel
        self.waits = waits
        self.resting_until = 0.0
        self.range = _unary(channel, "KV/Range", wire.RangeRequest, wire.RangeResponse)
        self.txn = _unary(channel, "KV/Txn", wire.TxnRequest, wire.TxnResponse)
        self.compact = _unary(channel, "KV/Compact", wire.CompactionRequest, wire.CompactionResponse)
        self.grant = _unary(channel, "Lease/LeaseGrant", wire.LeaseGrantRequest, wire.LeaseGrantResponse)
        self.status = _unary(channel, "Maintenance/Status", wire.StatusRequest, wire.StatusResponse)
        self.watch: grpc.aio.StreamStreamMultiCallable[wire.WatchRequest, wire.WatchResponse] = channel.stream_stream(
            "/etcdserverpb.Watch/Watch",
            request_serializer=wire.WatchRequest.SerializeToString,
            response_deserializer=wire.WatchResponse.FromString,
        )

    def failed(self, error: grpc.RpcError) -> StoreError:
        """What to raise for a call that ended with `error`; the endpoint rests if it is at fault."""
        translated = translate(error, self.url)
        if isinstance(translated, StoreUnavailable):
            self.resting_until = monotonic() + _REST_AFTER_FAILURE
        return translated


class Endpoints:
    """The endpoints of one cluster, each with a channel of its own."""

    def __init__(self, config: EtcdConfig) -> None:
        """Raises ValueError for a URL that is not one, or files that do not go together; OSError where one cannot be
        read."""
        if not config.endpoints:
            raise ValueError("no etcd endpoint is named")
        credentials = _credentials(config) if any(e.startswith("https:") for e in config.endpoints) else None
        alone = len(config.endpoints) == 1
        self.all = tuple(Endpoint(url, _channel(url, credentials, config), alone) for url in config.endpoints)
        self.closed = False
        self._timeout = config.request_timeout
        self._turns = itertools.cycle(range(len(self.all)))

    async def pick(self) -> Endpoint:
        """The endpoint to ask next: in turn, of those that are connected, rather not one that just failed. A single
        endpoint is always it: gRPC itself waits for its connection. Raises StoreUnavailable when none is up in time."""
        if self.closed:
            raise StoreUnavailable("the store is closed")
        if len(self.all) == 1:
            return self.all[0]
        deadline = monotonic() + self._timeout
        while True:
            if found := self._connected():
                return found
            remaining = deadline - monotonic()
            if remaining <= 0:
                raise StoreUnavailable(f"no etcd endpoint is up: {', '.join(e.url for e in self.all)}")
            await self._until_one_changes(remaining)

    async def close(self) -> None:
        self.closed = True
        for endpoint in self.all:
            await endpoint.channel.close(None)

    def _connected(self) -> Endpoint | None:
        start, count, now = next(self._turns), len(self.all), monotonic()
        in_turn = [self.all[(start + i) % count] for i in range(count)]
        ready = [e for e in in_turn if e.channel.get_state(try_to_connect=True) is grpc.ChannelConnectivity.READY]
        return next((e for e in ready if e.resting_until <= now), ready[0] if ready else None)

    async def _until_one_changes(self, seconds: float) -> None:
        waits = [
            asyncio.ensure_future(e.channel.wait_for_state_change(e.channel.get_state(try_to_connect=True)))
            for e in self.all
        ]
        try:
            await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)


def _unary(
    channel: grpc.aio.Channel, method: str, request: type[Request], response: type[Response]
) -> Method[Request, Response]:
    return channel.unary_unary(
        f"/etcdserverpb.{method}",
        request_serializer=request.SerializeToString,
        response_deserializer=response.FromString,
    )


def _channel(url: str, credentials: grpc.ChannelCredentials | None, config: EtcdConfig) -> grpc.aio.Channel:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/"):
        raise ValueError(f"etcd endpoint {url!r} is not of the form http://host:port or https://host:port")
    target = parts.netloc if parts.port else f"{parts.netloc}:2379"
    options: list[tuple[str, Any]] = [
        ("grpc.max_send_message_length", config.max_message_bytes),
        ("grpc.max_receive_message_length", config.max_message_bytes),
        # A dead link shows itself within 15 seconds; etcd accepts a ping every 5.
        ("grpc.keepalive_time_ms", 10_000),
        ("grpc.keepalive_timeout_ms", 5_000),
        ("grpc.http2.max_pings_without_data", 0),
        ("grpc.initial_reconnect_backoff_ms", 100),
        ("grpc.min_reconnect_backoff_ms", 1_000),
        ("grpc.max_reconnect_backoff_ms", 1_000),
        ("grpc.enable_http_proxy", 0),
        ("grpc.use_local_subchannel_pool", 1),
    ]
    if parts.scheme == "https":
        assert credentials is not None
        return grpc.aio.secure_channel(target, credentials, options)
    return grpc.aio.insecure_channel(target, options)


def _credentials(config: EtcdConfig) -> grpc.ChannelCredentials:
    if (config.cert_file is None) != (config.key_file is None):
        raise ValueError("a client certificate for etcd needs both, the certificate's file and its key's")
    return grpc.ssl_channel_credentials(
        root_certificates=config.ca_file.read_bytes() if config.ca_file else None,
        private_key=config.key_file.read_bytes() if config.key_file else None,
        certificate_chain=config.cert_file.read_bytes() if config.cert_file else None,
    )
