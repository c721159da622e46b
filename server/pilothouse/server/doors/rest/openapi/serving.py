"""Requests for OpenAPI documents: which form, and whether the caller has it already."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from email.utils import formatdate

from aiohttp.web_response import Response, StreamResponse

from ..exchange import Exchange
from ..negotiation import JSON, choose
from ..negotiation import Form as Offer
from ..options import first
from ..paths import PageNotFound
from .documents import Form, OpenApi, Sheet, address

_BINARY = "application/com.github.proto-openapi.spec"
_YEAR = 365 * 86400


async def answer(openapi: OpenApi, exchange: Exchange, rest: Sequence[str]) -> StreamResponse:
    """rest: the parts of the path after /openapi. Raises NotFound, NotAcceptable."""
    match list(rest):
        case ["v2"]:
            content_type, form = choose(exchange.accept, _forms("v2"))
            return await _sent(exchange, await openapi.version_2(form), content_type, [])
        case ["v3"]:
            return exchange.answer(200, await openapi.index(), JSON)
        case ["v3", *name]:
            content_type, form = choose(exchange.accept, _forms("v3"))
            where = "/".join(name)
            sheet = await openapi.version_3(where, form)
            wanted = first(exchange.query, "hash")
            if wanted and wanted != sheet.digest:
                return _elsewhere(exchange, address(where, sheet.digest))
            return await _sent(exchange, sheet, content_type, _for_ever() if wanted else [])
    raise PageNotFound("404 page not found")


def _forms(version: str) -> Mapping[Offer, tuple[str, Form]]:
    """What is on offer; the name with an @ is one that older clients ask by."""
    binary = f"{_BINARY}.{version}.v1.0+protobuf"
    return {
        (JSON, None): (JSON, Form.JSON),
        (binary, None): (binary, Form.PROTOBUF),
        (f"{_BINARY}.{version}@v1.0+protobuf", None): (binary, Form.PROTOBUF),
    }


async def _sent(exchange: Exchange, sheet: Sheet, content_type: str, more: list[tuple[str, str]]) -> StreamResponse:
    tag = f'"{sheet.digest}"'
    headers = [*more, ("ETag", tag), ("Vary", "Accept, Accept-Encoding")]
    # What is said of caching by every answer is not said twice.
    headers = [h for h in exchange.headers(content_type) if not more or h[0] != "Cache-Control"] + headers
    if tag in exchange.raw.headers.get("If-None-Match", ""):
        return Response(status=304, headers=[h for h in headers if h[0] != "Content-Type"])
    if "gzip" in exchange.raw.headers.get("Accept-Encoding", ""):
        return Response(body=sheet.packed, headers=[*headers, ("Content-Encoding", "gzip")])
    return Response(body=await asyncio.to_thread(sheet.unpacked), headers=headers)


def _elsewhere(exchange: Exchange, where: str) -> StreamResponse:
    headers = [h for h in exchange.headers("") if h[0] != "Content-Type"]
    return Response(status=301, headers=[*headers, ("Location", where)])


def _for_ever() -> list[tuple[str, str]]:
    """An address that names the digest never leads to anything else."""
    return [("Cache-Control", "public, immutable"), ("Expires", formatdate(time.time() + _YEAR, usegmt=True))]
