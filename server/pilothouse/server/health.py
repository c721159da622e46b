"""The health port: /livez, /readyz and /metrics over plain HTTP/1.1, on the loopback only.

Written on asyncio alone, because importing an HTTP framework would take longer than the rest of a start. It answers one
GET per connection and reads nothing but the head of a request.
"""

import asyncio
import inspect
import ipaddress
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from http import HTTPStatus
from urllib.parse import parse_qs

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

Check = Callable[[], Awaitable[None] | None]
"""Returns, or raises with a message for people where something is wrong."""

MAX_HEAD = 8 * 1024
READ_SECONDS = 5.0
CHECK_SECONDS = 5.0
WITHHELD = "reason withheld"

_PLAIN = "text/plain; charset=utf-8"


class HealthServer:
    """Serves while the event loop runs.

    live and ready: named checks, read at every request, so that they may come and go; ready is answered for by live's
    checks too. metrics: what /metrics shows.
    """

    def __init__(self, live: Mapping[str, Check], ready: Mapping[str, Check], metrics: CollectorRegistry) -> None:
        self._live = live
        self._ready = ready
        self._metrics = metrics
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()

    async def start(self, port: int, host: str = "127.0.0.1") -> int:
        """Returns the port, which is a free one where `port` is 0. Raises ValueError for a host that is not an IP
        address of the loopback, OSError where the port is taken."""
        if not ipaddress.ip_address(host).is_loopback:
            raise ValueError(f"health is served on the loopback only (127.0.0.1 or ::1), not on {host}")
        self._server = await asyncio.start_server(self._connected, host, port, limit=MAX_HEAD)
        bound: int = self._server.sockets[0].getsockname()[1]
        return bound

    async def close(self) -> None:
        """Returns when the port is free and every connection is closed."""
        if self._server is None:
            return
        self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        await self._server.wait_closed()
        self._server = None

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            # A peer that leaves before it has read its answer is none of our trouble.
            with suppress(ConnectionError, TimeoutError, asyncio.CancelledError):
                writer.write(await self._answer(reader))
                async with asyncio.timeout(READ_SECONDS):
                    await writer.drain()
        finally:
            self._open.discard(task)
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader) -> bytes:
        try:
            async with asyncio.timeout(READ_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.LimitOverrunError:
            return _response(
                HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, f"a request has {MAX_HEAD} bytes at most here\n"
            )
        except (asyncio.IncompleteReadError, TimeoutError):
            return _response(HTTPStatus.REQUEST_TIMEOUT, f"no whole request within {READ_SECONDS:g} seconds\n")
        words = head.partition(b"\r\n")[0].decode("latin-1").split(" ")
        if len(words) != 3 or not words[2].startswith("HTTP/1.") or not words[1].startswith("/"):
            return _response(HTTPStatus.BAD_REQUEST, "this is not an HTTP/1.1 request\n")
        if words[0] != "GET":
            return _response(HTTPStatus.METHOD_NOT_ALLOWED, "only GET is answered here\n", extra="Allow: GET\r\n")
        return await self._get(words[1])

    async def _get(self, target: str) -> bytes:
        path, _, query = target.partition("?")
        endpoint, _, name = path[1:].partition("/")
        if endpoint == "metrics" and not name:
            return _response(HTTPStatus.OK, generate_latest(self._metrics), CONTENT_TYPE_LATEST)
        if endpoint not in ("livez", "readyz"):
            return _response(HTTPStatus.NOT_FOUND, "here are /livez, /readyz and /metrics\n")
        found = await self.examine(endpoint, name, parse_qs(query, keep_blank_values=True), candid=True)
        return _response(*found)

    async def examine(
        self, endpoint: str, name: str, query: Mapping[str, Sequence[str]], candid: bool = False
    ) -> tuple[HTTPStatus, str]:
        """What an endpoint's checks find, as a status and a text. endpoint: "livez", or "readyz" and "healthz", which
        are one; name: of the only check to run, "" for all; query: `verbose` shows each, `exclude` leaves some out;
        candid: whether the text says why a check has failed, which not everybody is to know."""
        checks = dict(self._live) if endpoint == "livez" else {**self._live, **self._ready}
        if name:
            if name not in checks:
                return HTTPStatus.NOT_FOUND, f"{endpoint} has no check of this name: {', '.join(checks)}\n"
            checks = {name: checks[name]}
        excluded = query.get("exclude", ())
        wanted = {name: check for name, check in checks.items() if name not in excluded}
        found = await asyncio.gather(*(_fault(check) for check in wanted.values()))
        faults = {name: fault if candid or not fault else WITHHELD for name, fault in zip(wanted, found, strict=True)}
        return _report(endpoint, list(checks), faults, query)


def _report(
    endpoint: str, checks: Sequence[str], faults: Mapping[str, str | None], query: Mapping[str, Sequence[str]]
) -> tuple[HTTPStatus, str]:
    """faults: of the checks that were run, None where all is well."""
    failed = any(fault is not None for fault in faults.values())
    if not failed and "verbose" not in query:
        return HTTPStatus.OK, "ok"
    lines = [_line(name, faults) for name in checks]
    if unknown := [name for name in query.get("exclude", ()) if name not in checks]:
        lines.append(f"warn: some health checks cannot be excluded: no matches for {', '.join(map(_quoted, unknown))}")
    lines.append(f"{endpoint} check {'failed' if failed else 'passed'}\n")
    return HTTPStatus.INTERNAL_SERVER_ERROR if failed else HTTPStatus.OK, "\n".join(lines)


def _line(name: str, faults: Mapping[str, str | None]) -> str:
    if name not in faults:
        return f"[+]{name} excluded: ok"
    return f"[+]{name} ok" if faults[name] is None else f"[-]{name} failed: {faults[name]}"


def _quoted(name: str) -> str:
    return f'"{name}"'


async def _fault(check: Check) -> str | None:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            outcome = check()
            if inspect.isawaitable(outcome):
                await outcome
    except TimeoutError:
        return f"no answer within {CHECK_SECONDS:g} seconds"
    except Exception as error:  # noqa: BLE001  # whatever a check raises is its finding
        return " ".join(str(error).split()) or type(error).__name__
    return None


def _response(status: HTTPStatus, body: str | bytes, content_type: str = _PLAIN, extra: str = "") -> bytes:
    content = body.encode() if isinstance(body, str) else body
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: {content_type}\r\nContent-Length: {len(content)}\r\n"
        f"X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\nConnection: close\r\n{extra}\r\n"
    )
    return head.encode("latin-1") + content
