"""Exchange: one request and what is known of it, from its head to its answer."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias
from zlib import Z_BEST_SPEED, compressobj

from aiohttp.web_request import BaseRequest
from aiohttp.web_response import Response, StreamResponse

from ...errors import ApiError, Timeout, TooLarge
from ...meta.context import RequestContext
from ...meta.user import User
from .encoders import Encoder, indented
from .negotiation import JSON
from .options import Query, is_on
from .paths import Target
from .status import Headers, warning_headers

# Answers from this size on are compressed for who takes it, and sent piece by piece.
LARGE_BYTES = 128 * 1024
# A connection keeps buffers as large as the largest write that it has seen, for as long as it is open.
PIECE_BYTES = 64 * 1024
EVENT_BYTES = 16 * 1024
BODY_SECONDS = 30.0
_BROWSERS = ("curl", "Wget", "Mozilla")
GZIP_WINDOW = 31
COMMON: Headers = [("Cache-Control", "no-cache, private"), ("Server", "pilothouse")]

Raw: TypeAlias = BaseRequest


@dataclass(slots=True)
class Exchange:
    """method: HEAD is GET here; path: as it came; source: the peer's address; started: by the performance counter;
    begun: is told that a stream has begun; caller: who has authenticated; user: whom he acts as; verb, target: of a
    request for a resource; fault: what it ended with."""

    raw: Raw
    method: str
    path: str
    source: str
    audit_id: str
    request_id: str
    started: float
    begun: Callable[["Exchange"], None]
    query: Query = field(default_factory=dict)
    caller: User | None = None
    user: User | None = None
    verb: str = ""
    target: Target | None = None
    warnings: list[str] = field(default_factory=list)
    contexts: list[RequestContext] = field(default_factory=list)
    fault: ApiError | None = None
    canceled: bool = False

    @property
    def accept(self) -> str:
        return ",".join(self.raw.headers.getall("Accept", ()))

    @property
    def user_agent(self) -> str:
        return self.raw.headers.get("User-Agent", "")

    def context(self) -> RequestContext:
        """What the line is told of a request for a resource; the first context is the request's own."""
        assert self.target is not None
        assert self.user is not None
        target = self.target
        self.warnings.extend(target.type.warnings)
        context = RequestContext(
            user=self.user,
            verb=self.verb,
            type=target.type,
            namespace=target.namespace,
            name=target.name,
            subresource=target.subresource,
            request_id=self.request_id,
            source_address=self.source,
            warnings=self.warnings,
        )
        self.contexts.append(context)
        return context

    async def body(self, at_most: int) -> bytes:
        """Raises TooLarge, Timeout."""
        if (self.raw.content_length or 0) > at_most:
            raise TooLarge(f"Request entity too large: limit is {at_most}")
        if self.raw.headers.get("Expect", "").lower() == "100-continue":
            await self.raw.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.raw.writer.output_size = 0
        pieces, size = [], 0
        try:
            async with asyncio.timeout(BODY_SECONDS):
                while piece := await self.raw.content.readany():
                    pieces.append(piece)
                    size += len(piece)
                    if size > at_most:
                        raise TooLarge(f"Request entity too large: limit is {at_most}")
        except TimeoutError:
            raise Timeout(f"the body of the request did not come within {BODY_SECONDS:g} seconds") from None
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def answer(self, code: int, data: bytes, content_type: str, more: Headers | None = None) -> StreamResponse:
        """A whole answer."""
        return Response(status=code, body=data, headers=self.headers(content_type, more))

    def encoded(self, code: int, data: bytes, encoder: Encoder, more: Headers | None = None) -> StreamResponse:
        """An answer of an encoder, set out for people where they are the ones who ask."""
        if encoder.media_type == JSON and self._pretty:
            data = indented(data)
        return self.answer(code, data, encoder.media_type, more)

    async def pieces(self, pieces: Sequence[bytes], encoder: Encoder) -> StreamResponse:
        """A list: large ones are sent as they are put together, compressed for who takes it."""
        size = sum(map(len, pieces))
        if size < LARGE_BYTES or (encoder.media_type == JSON and self._pretty):
            return self.encoded(200, b"".join(pieces), encoder)
        response = StreamResponse(headers=self.headers(encoder.media_type))
        compresses = "gzip" in self.raw.headers.get("Accept-Encoding", "")
        if compresses:
            response.headers["Content-Encoding"] = "gzip"
            response.headers["Vary"] = "Accept-Encoding"
        else:
            response.content_length = size
        await response.prepare(self.raw)
        if self.raw.method == "HEAD":
            return response
        compressor = compressobj(Z_BEST_SPEED, wbits=GZIP_WINDOW)
        for part in _parts(pieces):
            # Compressing leaves the interpreter to others.
            data = await asyncio.to_thread(compressor.compress, part) if compresses else part
            if data:
                await response.write(data)
        await response.write_eof(compressor.flush() if compresses else b"")
        return response

    def headers(self, content_type: str, more: Headers | None = None) -> Headers:
        """Of any answer."""
        return [
            ("Content-Type", content_type),
            ("Audit-Id", self.audit_id),
            *COMMON,
            *(warning_headers(self.warnings) if self.warnings else ()),
            *(more or ()),
        ]

    @property
    def _pretty(self) -> bool:
        if "pretty" in self.query:
            return is_on(self.query, "pretty")
        return self.user_agent.startswith(_BROWSERS)


async def send_events(response: StreamResponse, data: bytes) -> None:
    """Writes to a stream that stays open: a little at a time, for there are many of them."""
    view = memoryview(data)
    for at in range(0, len(view), EVENT_BYTES):
        await response.write(view[at : at + EVENT_BYTES])


def _parts(pieces: Sequence[bytes]) -> Iterable[bytes]:
    """The pieces, put together to parts of a size that is worth a write."""
    waiting: list[bytes] = []
    size = 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size >= PIECE_BYTES:
            yield b"".join(waiting)
            waiting, size = [], 0
    if waiting:
        yield b"".join(waiting)
