"""Connections: what is known of one, how long it may be silent, and the answer to what is no HTTP."""

import asyncio
import logging
from typing import cast

import orjson
from aiohttp.http_exceptions import BadHttpMethod, LineTooLong
from aiohttp.web_protocol import RequestHandler
from aiohttp.web_request import BaseRequest
from aiohttp.web_response import Response, StreamResponse
from aiohttp.web_server import Server

from ...errors import ApiError, BadRequest
from .encoders import document_value
from .exchange import COMMON
from .negotiation import JSON
from .paths import NotAllowed
from .status import refusal_headers, status_of

log = logging.getLogger(__name__)

# What a connection is given for its first request, and may then stay silent. Clients' own pools give up sooner.
FIRST_REQUEST_SECONDS = 30.0
IDLE_SECONDS = 150.0
# What is read of a body that nobody wants before the connection ends.
LINGER_SECONDS = 2.0
# How long an answer waits for a reader who takes nothing of it.
STALLED_SECONDS = 60.0
# Label selectors travel in the first line.
LINE_BYTES = 64 << 10
HEADERS_AT_MOST = 128
# From here on who writes waits for the client to read: there may be thousands of connections.
UNSENT_BYTES = 32 << 10


class Connection(RequestHandler):
    """certificate: of the client in DER, None where he showed none; source: the peer's address. What never sends a
    request is closed, and so is what takes nothing of its answer."""

    __slots__ = ("certificate", "patience", "served", "source", "stall")

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        cast(asyncio.WriteTransport, transport).set_write_buffer_limits(high=UNSENT_BYTES)
        self.served = False
        self.stall: asyncio.TimerHandle | None = None
        connection = transport.get_extra_info("ssl_object")
        self.certificate: bytes | None = connection.getpeercert(binary_form=True) if connection is not None else None
        peer = transport.get_extra_info("peername")
        self.source = str(peer[0]) if peer else ""
        self.patience = asyncio.get_running_loop().call_later(FIRST_REQUEST_SECONDS, self._expect)

    def connection_lost(self, exc: BaseException | None) -> None:
        self.patience.cancel()
        self._moving()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch(-1)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._moving()

    def handle_error(
        self, request: BaseRequest, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> StreamResponse:
        """The answer to what is no HTTP, or more of it than is taken; nothing is known of the request then."""
        if isinstance(exc, BadHttpMethod):
            fault: ApiError = NotAllowed("GET, HEAD, POST, PUT, PATCH, DELETE")
        elif isinstance(exc, LineTooLong):
            fault = BadRequest(f"a line of the request's head is longer than {LINE_BYTES} bytes")
        else:
            fault = BadRequest("the request is no HTTP/1.1 that is understood here")
        log.debug("a request cannot be read", extra={"error": type(exc).__name__})
        data = orjson.dumps(document_value(status_of(fault), "v1", "Status"))
        self.close()
        return Response(
            status=fault.code, body=data, headers=[*COMMON, ("Content-Type", JSON), *refusal_headers(fault)]
        )

    def _watch(self, waiting: int) -> None:
        """Ends the connection where as much waits to be sent as did when it was looked at last."""
        if self.transport is None:
            return
        left = self.transport.get_write_buffer_size()
        if left == waiting:
            log.info("a client takes nothing of its answer", extra={"source": self.source, "bytes": left})
            self.transport.abort()
            return
        self.stall = asyncio.get_running_loop().call_later(STALLED_SECONDS, self._watch, left)

    def _moving(self) -> None:
        if self.stall is not None:
            self.stall.cancel()
            self.stall = None

    def _expect(self) -> None:
        if not self.served:
            self.force_close()


def connection(web: Server, loop: asyncio.AbstractEventLoop) -> Connection:
    """A new one of this server."""
    return Connection(
        web,
        loop=loop,
        keepalive_timeout=IDLE_SECONDS,
        lingering_time=LINGER_SECONDS,
        max_line_size=LINE_BYTES,
        max_field_size=LINE_BYTES,
        max_headers=HEADERS_AT_MOST,
        auto_decompress=False,
        access_log=None,  # type: ignore[arg-type]  # the stub leaves out that it may be none
        logger=log,
    )
