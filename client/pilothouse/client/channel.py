"""The connection: a TLS channel, and the one place through which every call goes."""

import asyncio
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import grpc
from google.protobuf.message import Message
from grpc.aio import AioRpcError, Channel, UnaryStreamCall, secure_channel

from .config import ClientConfig, ConfigError
from .errors import ApiError, Disconnected, Pairs, Unavailable, from_call, warnings_of
from .methods import Method
from .token_file import TokenFile

R = TypeVar("R", bound=Message)

CALL_TIMEOUT = 60.0  # seconds, of a call that is not a stream
READ_ATTEMPTS = 4  # of a call that changes nothing, while the server is unavailable
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 10.0  # seconds between attempts

OPTIONS: list[tuple[str, int | str]] = [
    # A server puts writes that name no field manager down to it.
    ("grpc.primary_user_agent", "pilothouse/client"),
    # A dead link is noticed within half a minute, also while nothing is asked.
    ("grpc.keepalive_time_ms", 20_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.max_pings_without_data", 0),
    # A watch frame never splits a revision, and one revision may hold a whole transaction.
    ("grpc.max_receive_message_length", 128 << 20),
    # That an object is too large is for the server to say.
    ("grpc.max_send_message_length", -1),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 5_000),
    # Reads are retried here, by `Connection.unary`: a service config cannot name the services of kinds that are not
    # known in advance.
    ("grpc.enable_retries", 0),
]


def open_channel(config: ClientConfig) -> Channel:
    """A channel that connects when first used. Raises ConfigError where a file is missing, is not PEM or
    holds no token."""
    credentials = grpc.ssl_channel_credentials(
        root_certificates=_pem(config.certificate_authority, "certificate-authority"),
        private_key=_pem(config.client_key, "client-key"),
        certificate_chain=_pem(config.client_certificate, "client-certificate"),
    )
    if config.token_file is not None:
        tokens = grpc.metadata_call_credentials(TokenFile(config.token_file), "token-file")
        credentials = grpc.composite_channel_credentials(credentials, tokens)
    elif config.token:
        credentials = grpc.composite_channel_credentials(credentials, grpc.access_token_call_credentials(config.token))
    options = list(OPTIONS)
    if config.server_name:
        options.append(("grpc.ssl_target_name_override", config.server_name))
    return secure_channel(config.server, credentials, options)


def _pem(path: Path | None, key: str) -> bytes | None:
    if path is None:
        return None
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"cannot read {key} {path}: {error.strerror}") from None
    if b"-----BEGIN " not in content:
        raise ConfigError(f"{key} {path} is not a PEM file")
    return content


def pause(attempt: int) -> float:
    """Seconds to wait after the attempt-th failure in a row, from 1: growing, and spread so that clients part."""
    longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(attempt - 1, 16))
    return longest * random.uniform(0.5, 1.0)  # not for secrets


class Connection:
    """Calls over one channel. Every failure of a call leaves as an ApiError."""

    def __init__(self, channel: Channel, server: str, on_warning: Callable[[str], None]) -> None:
        self._channel = channel
        self._server = server
        self._on_warning = on_warning
        self._callables: dict[str, Any] = {}

    async def unary(self, method: Method, request: Message) -> Message:
        """Calls, and hands warnings on. A method that changes nothing is tried again while the server is unavailable.
        Raises ApiError."""
        attempt = 1
        while True:
            call = self._callable(method)(request, timeout=CALL_TIMEOUT)
            try:
                response = cast(Message, await call)
            except AioRpcError as error:
                self._warn(error.trailing_metadata())
                failure = self.failure(error)
                if not (method.reads and isinstance(failure, Unavailable) and attempt < READ_ATTEMPTS):
                    raise failure from None
                await asyncio.sleep(max(pause(attempt), failure.retry_after))
                attempt += 1
            else:
                self._warn(await call.trailing_metadata())
                return response

    def stream(self, method: Method, request: Message) -> UnaryStreamCall[Message, Message]:
        """Starts a call whose answers are read one by one; its failures are to be passed through `failure`."""
        call: UnaryStreamCall[Message, Message] = self._callable(method)(request)
        return call

    def failure(self, error: AioRpcError) -> ApiError:
        """The ApiError for a failed call."""
        failure = from_call(error)
        if isinstance(failure, Disconnected):
            failure.message = f"{self._server}: {failure.message}"
            failure.args = (failure.message,)
        return failure

    async def close(self) -> None:
        await self._channel.close(None)

    def _callable(self, method: Method) -> Any:  # a multi-callable of one of two kinds, which share no type
        found = self._callables.get(method.path)
        if found is None:
            make = self._channel.unary_stream if method.streams else self._channel.unary_unary
            found = make(
                method.path,
                request_serializer=method.request.SerializeToString,
                response_deserializer=method.response.FromString,
            )
            self._callables[method.path] = found
        return found

    def _warn(self, metadata: Pairs | None) -> None:
        for text in warnings_of(metadata):
            self._on_warning(text)
