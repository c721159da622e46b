"""The standard health service: all is served, or the server is leaving. Anybody with a connection may ask."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import grpc
from google.protobuf.message import DecodeError
from grpc_health.v1 import health_pb2 as wire

SERVICE = "grpc.health.v1.Health"
# At a time: whoever watches need not say who he is.
WATCHES_AT_MOST = 1024


class Health:
    """is_served: whether a service of this name is there; "" is the server as a whole."""

    def __init__(self, is_served: Callable[[str], bool]) -> None:
        self._is_served = is_served
        self._leaving = asyncio.Event()
        self._watching = 0

    def leave(self) -> None:
        """From now on nothing is served; whoever watches is told, and the watches end."""
        self._leaving.set()

    def handlers(self) -> dict[str, Any]:
        return {
            f"/{SERVICE}/Check": grpc.unary_unary_rpc_method_handler(self._check),
            f"/{SERVICE}/Watch": grpc.unary_stream_rpc_method_handler(self._watch),
        }

    async def _check(self, request: bytes, context: Any) -> bytes:
        name = await _asked(request, context)
        if not self._is_known(name):
            await context.abort(grpc.StatusCode.NOT_FOUND, "no service of this name is served here")
        return self._state(name)

    async def _watch(self, request: bytes, context: Any) -> AsyncIterator[bytes]:
        name = await _asked(request, context)
        if self._watching >= WATCHES_AT_MOST:
            await context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "too many watch the health of this server: ask")
        self._watching += 1
        try:
            yield self._state(name)
            if not self._leaving.is_set():
                await self._leaving.wait()
                yield self._state(name)
        finally:
            self._watching -= 1

    def _is_known(self, name: str) -> bool:
        return not name or self._is_served(name)

    def _state(self, name: str) -> bytes:
        state = wire.HealthCheckResponse.SERVING
        if not self._is_known(name):
            state = wire.HealthCheckResponse.SERVICE_UNKNOWN
        elif self._leaving.is_set():
            state = wire.HealthCheckResponse.NOT_SERVING
        data: bytes = wire.HealthCheckResponse(status=state).SerializeToString()
        return data


async def _asked(request: bytes, context: Any) -> str:
    try:
        return str(wire.HealthCheckRequest.FromString(request).service)
    except DecodeError:
        await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "the bytes of the request are no HealthCheckRequest")
        raise AssertionError("abort does not return") from None
