"""The HTTP server: its port, its limits, and what every request goes through before its verb and after it."""

import asyncio
import itertools
import logging
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from aiohttp import hdrs
from aiohttp.web_request import BaseRequest
from aiohttp.web_response import StreamResponse
from aiohttp.web_server import Server
from prometheus_client import CollectorRegistry

from ...audit.log import AuditLog
from ...audit.record import COMPLETE, STARTED, Entry
from ...authentication.openid import Published
from ...errors import ApiError, NotFound, Timeout, Unauthorized
from ...meta.uids import new_uid
from ...meta.user import User
from ...metrics import Metrics
from ...verbs.faults import api_error
from ...verbs.impersonation import impersonate
from ...verbs.paths import permit_nothing
from ...verbs.plane import Plane
from ...verbs.reading import served_meanwhile
from .connection import Connection, connection
from .discovery import Discovery
from .documents import PLAIN, Documents, Examine, Told
from .exchange import Exchange
from .identity import Identities, impersonation_of
from .negotiation import choose
from .offers import Encoders
from .openapi.custom import Describe
from .options import is_on, parse_query, request_seconds
from .paths import (
    Named,
    NotAllowed,
    PageNotFound,
    Target,
    attributes_of,
    is_resource_path,
    named_by,
    segments_of,
    target_of,
    verb_of,
)
from .resources import Resources
from .status import refusal_headers, status_of

log = logging.getLogger(__name__)

HANDSHAKE_SECONDS = 10.0
# What a connection that is closed waits for its client to say so too: one that idles in a pool never will.
GOODBYE_SECONDS = 1.0
REQUEST_SECONDS = 60.0
AUDIT_ID_LENGTH = 64
BACKLOG = 1024
CANCELED = "Canceled"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the door is given beside the plane. examine: runs health checks; max_bytes: of one request's body; address:
    host:port for clients, as discovery tells it; describe: tells the schemas of custom resources in place of their
    definitions; published: documents that it hands out as they are, by path."""

    identities: Identities
    metrics: Metrics
    examine: Examine
    max_bytes: int
    address: str
    audit: AuditLog | None = None
    describe: Describe | None = None
    published: Mapping[str, Published] = field(default_factory=dict)


class RestDoor:
    """One HTTPS server on one port."""

    def __init__(self, plane: Plane, given: Surroundings) -> None:
        self._plane = plane
        self._given = given
        self._numbers = itertools.count(1)
        self._encoders = Encoders(plane)
        self._resources = Resources(plane, self._encoders, given.max_bytes)
        discovery = Discovery(plane.registry, given.address, self._encoders.plain)
        registry: CollectorRegistry = given.metrics.registry
        told = Told(given.describe or plane.definitions.schema_of, given.published)
        self._documents = Documents(plane, discovery, given.examine, registry, told)
        self._web: Server | None = None
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int, context: ssl.SSLContext, share_port: bool) -> int:
        """Serves on `host` and `port` (0: a free one) and returns the port. Raises OSError where it is taken, or cannot
        be listened on. share_port: other processes listen on it too."""
        loop = asyncio.get_running_loop()
        web = self._web = Server(self._handle, handler_cancellation=True)

        self._server = await loop.create_server(
            lambda: connection(web, loop),
            host,
            port,
            ssl=context,
            ssl_handshake_timeout=HANDSHAKE_SECONDS,
            ssl_shutdown_timeout=GOODBYE_SECONDS,
            reuse_port=share_port or None,
            backlog=BACKLOG,
        )
        bound: int = self._server.sockets[0].getsockname()[1]
        return bound

    async def close(self, grace: float) -> None:
        """Takes no more connections; ends those that are open when their requests are, or after `grace` seconds."""
        if self._server is None or self._web is None:
            return
        self._server.close()
        # Connections that idle end now: nothing on them is worth the wait.
        self._web.pre_shutdown()
        await self._web.shutdown(grace)
        self._server = None

    async def _handle(self, raw: BaseRequest) -> StreamResponse:
        peer = raw.protocol
        assert isinstance(peer, Connection)
        if not peer.served:
            peer.served = True
            peer.patience.cancel()
        exchange = self._exchange(raw, peer.source)
        try:
            return await self._answer(exchange, peer.certificate)
        except asyncio.CancelledError:
            exchange.canceled = True
            raise
        except ConnectionError:
            exchange.canceled = True
            raise
        except Exception as error:
            exchange.fault = api_error(error)
            if raw.writer.output_size:
                # Half an answer is out: nothing but the end of the connection tells that the rest does not come.
                peer.force_close()
                raise ConnectionResetError("the answer broke off") from error
            return self._refusal(exchange, exchange.fault)
        finally:
            self._record(exchange)

    def _exchange(self, raw: BaseRequest, source: str) -> Exchange:
        return Exchange(
            raw=raw,
            method=hdrs.METH_GET if raw.method == hdrs.METH_HEAD else raw.method,
            path=raw.raw_path.partition("?")[0],
            source=source,
            audit_id=raw.headers.get("Audit-Id", "")[:AUDIT_ID_LENGTH] or new_uid(),
            request_id=f"r{next(self._numbers)}",
            started=time.perf_counter(),
            begun=self._begun,
        )

    async def _answer(self, exchange: Exchange, certificate: bytes | None) -> StreamResponse:
        raw = exchange.raw
        exchange.query = parse_query(raw.raw_path.partition("?")[2])
        parts = segments_of(exchange.path)
        user = exchange.caller = exchange.user = await self._given.identities.user(certificate, raw.headers, parts[0])
        wanted = impersonation_of(raw.headers)
        if wanted is not None:
            user = exchange.user = impersonate(self._plane, user, wanted)
        if not is_resource_path(parts):
            return await self._documents.answer(exchange, parts)
        named = named_by(parts)
        try:
            target = self._find(exchange, user, named)
        except NotFound:
            if not await served_meanwhile(self._plane, named.group):
                raise
            target = self._find(exchange, user, named)
        if exchange.verb == "watch":
            self._given.metrics.watch_opened(target.type.group, target.type.plural)
            try:
                return await self._resources.answer(exchange)
            finally:
                self._given.metrics.watch_closed(target.type.group, target.type.plural)
        if exchange.verb == "get" and not exchange.query:
            # It waits for nothing that has no end of its own.
            return await self._resources.answer(exchange)
        seconds = request_seconds(exchange.query, REQUEST_SECONDS)
        try:
            async with asyncio.timeout(seconds):
                return await self._resources.answer(exchange)
        except TimeoutError:
            raise Timeout(f"the request took longer than the {seconds:g} seconds that it was given") from None

    def _find(self, exchange: Exchange, user: User, named: Named) -> Target:
        """The target and the verb of a request for a resource. Raises Forbidden, NotFound, NotAllowed."""
        watch = is_on(exchange.query, "watch")
        try:
            target = target_of(self._plane.registry, named)
            exchange.verb = verb_of(exchange.method, target, watch)
            if exchange.verb == "watch" and exchange.raw.method == hdrs.METH_HEAD:
                # It would have a head, and then no end.
                raise NotAllowed(hdrs.METH_GET)
        except (NotFound, NotAllowed):
            permit_nothing(self._plane, attributes_of(user, exchange.method, named, watch))
            raise
        exchange.target = target
        return target

    def _refusal(self, exchange: Exchange, fault: ApiError) -> StreamResponse:
        headers = refusal_headers(fault)
        if isinstance(fault, PageNotFound):
            return exchange.answer(fault.code, b"404 page not found\n", PLAIN)
        if isinstance(fault, Unauthorized):
            headers.append(("WWW-Authenticate", 'Bearer realm="pilothouse"'))
        try:
            encoder = choose(exchange.accept, self._encoders.offers)
        except ApiError:
            encoder = self._encoders.default
        answer = exchange.encoded(fault.code, encoder.document(status_of(fault), "v1", "Status"), encoder, headers)
        if isinstance(fault, Unauthorized):
            # Nobody holds a connection open who does not say who he is.
            answer.force_close()
        return answer

    def _begun(self, exchange: Exchange) -> None:
        """A watch has begun to answer: the audit log does not wait for its end."""
        self._audit(STARTED, exchange, time.perf_counter() - exchange.started)

    def _record(self, exchange: Exchange) -> None:
        """Counts a request that has ended, and writes it into the audit log."""
        seconds = time.perf_counter() - exchange.started
        fault, target = exchange.fault, exchange.target
        code = CANCELED if exchange.canceled else fault.reason if fault is not None else "OK"
        names = ("", "", "") if target is None else (target.type.group, target.type.plural, target.subresource)
        self._given.metrics.request((exchange.verb, *names, code), seconds)
        self._audit(COMPLETE, exchange, seconds)

    def _audit(self, stage: str, exchange: Exchange, seconds: float) -> None:
        if self._given.audit is None:
            return
        now, target = time.time(), exchange.target
        self._given.audit.add(
            Entry(
                stage,
                exchange.request_id,
                exchange.raw.raw_path,
                exchange.verb or exchange.method.lower(),
                target.type.group if target is not None else "",
                target.type.plural if target is not None else "",
                exchange.caller,
                exchange.source,
                exchange.user_agent,
                tuple(exchange.contexts),
                exchange.fault,
                exchange.canceled,
                now - seconds,
                now,
                exchange.audit_id,
            )
        )
