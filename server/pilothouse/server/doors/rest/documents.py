"""Paths of no resource: discovery, the version, health and metrics."""

import platform
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import cache
from http import HTTPStatus
from typing import NamedTuple

import orjson
from aiohttp.web_response import Response, StreamResponse
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from ...authentication.openid import MAX_AGE_SECONDS, Published
from ...verbs.paths import permit_path
from ...verbs.plane import Plane
from .discovery import Discovery, Document
from .exchange import Exchange
from .negotiation import JSON
from .openapi import serving as openapi
from .openapi.custom import Describe
from .openapi.documents import OpenApi
from .paths import NotAllowed, PageNotFound

# The release of Kubernetes whose interface this is.
MAJOR, MINOR, PATCH = 1, 36, 2
PLAIN = "text/plain; charset=utf-8"

Examine = Callable[[str, str, Mapping[str, Sequence[str]]], Awaitable[tuple[HTTPStatus, str]]]
"""Runs the checks of an endpoint: its name, the name of a single check or "", the query."""


class Told(NamedTuple):
    """What documents tell beside what the plane knows. describe: the schemas of custom resources; published: documents
    as they are, by path."""

    describe: Describe
    published: Mapping[str, Published]


class Documents:
    """Answers to everything that is no request for a resource."""

    def __init__(
        self, plane: Plane, discovery: Discovery, examine: Examine, metrics: CollectorRegistry, told: Told
    ) -> None:
        self._plane = plane
        self._openapi = OpenApi(plane.registry, told.describe)
        self._discovery = discovery
        self._examine = examine
        self._metrics = metrics
        self._published = told.published

    async def answer(self, exchange: Exchange, parts: Sequence[str]) -> StreamResponse:
        """Raises Forbidden, NotFound, NotAllowed."""
        assert exchange.user is not None
        permit_path(self._plane, exchange.user, exchange.method, exchange.path)
        published = self._published.get("/" + "/".join(parts))
        if published is not None:
            return _shown(exchange, published)
        if parts[0] not in ("api", "apis", "openapi", "version", "livez", "readyz", "healthz", "metrics", ""):
            raise PageNotFound("404 page not found")
        if exchange.method != "GET":
            raise NotAllowed("GET, HEAD")
        match list(parts):
            case ["api"] | ["api", _] | ["apis"] | ["apis", _] | ["apis", _, _]:
                return self._sent(exchange, self._discovery.document(parts, exchange.accept))
            case ["openapi", *rest]:
                return await openapi.answer(self._openapi, exchange, rest)
            case ["version"]:
                return exchange.answer(200, _version(), JSON)
            case ["metrics"]:
                return exchange.answer(200, generate_latest(self._metrics), CONTENT_TYPE_LATEST)
            case [("livez" | "readyz" | "healthz") as endpoint, *name] if len(name) < 2:
                status, text = await self._examine(endpoint, "".join(name), exchange.query)
                return exchange.answer(status, text.encode(), PLAIN, [("X-Content-Type-Options", "nosniff")])
            case [""]:
                paths = sorted((*self._discovery.paths(), *self._published))
                return exchange.answer(200, orjson.dumps({"paths": paths}) + b"\n", JSON)
        raise PageNotFound("404 page not found")

    def _sent(self, exchange: Exchange, document: Document) -> StreamResponse:
        """The document, or that the caller has it."""
        headers = exchange.headers(document.content_type, [("ETag", document.etag), ("Vary", "Accept")])
        if exchange.raw.headers.get("If-None-Match") == document.etag:
            return Response(status=304, headers=[header for header in headers if header[0] != "Content-Type"])
        return Response(body=document.data, headers=headers)


def _shown(exchange: Exchange, document: Published) -> StreamResponse:
    """A document that caches may keep. Raises NotAllowed."""
    if exchange.method != "GET":
        raise NotAllowed("GET, HEAD")
    headers = [header for header in exchange.headers(document.content_type) if header[0] != "Cache-Control"]
    return Response(body=document.data, headers=[*headers, ("Cache-Control", f"public, max-age={MAX_AGE_SECONDS}")])


@cache
def _version() -> bytes:
    version = {
        "major": str(MAJOR),
        "minor": str(MINOR),
        "emulationMajor": str(MAJOR),
        "emulationMinor": str(MINOR),
        "minCompatibilityMajor": str(MAJOR),
        "minCompatibilityMinor": str(MINOR - 1),
        "gitVersion": f"v{MAJOR}.{MINOR}.{PATCH}",
        "gitCommit": "pilothouse",
        "gitTreeState": "clean",
        "buildDate": "1970-01-01T00:00:00Z",
        "goVersion": f"python{platform.python_version()}",
        "compiler": platform.python_implementation().lower(),
        "platform": f"{platform.system().lower()}/{platform.machine()}",
    }
    return orjson.dumps(version, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
