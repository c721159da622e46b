"""The REST door in the test's own process, over real TLS connections, and requests to it."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import aiohttp
from pilothouse.server.audit.log import AuditLog
from pilothouse.server.authentication.certificates import CertificateAuthenticator
from pilothouse.server.authentication.openid import Published
from pilothouse.server.authentication.pki import Authority
from pilothouse.server.authentication.serving import ServingCertificates, TlsFiles
from pilothouse.server.doors.rest.identity import Identities
from pilothouse.server.doors.rest.openapi.custom import Describe
from pilothouse.server.doors.rest.server import RestDoor, Surroundings
from pilothouse.server.health import HealthServer
from pilothouse.server.metrics import Metrics
from pilothouse.server.verbs.plane import Plane
from yarl import URL

MAX_BYTES = 3 << 20
ADMIN_GROUPS = ("system:masters",)


@dataclass(frozen=True, slots=True)
class Reply:
    """headers: by lower-case name, each with all its values."""

    code: int
    body: bytes
    headers: Mapping[str, list[str]]


class Door:
    """An open door, its authority, and a session for each user."""

    def __init__(self, directory: Path, authority: Authority, port: int) -> None:
        self.port = port
        self._directory = directory
        self._authority = authority
        self._sessions: dict[str, aiohttp.ClientSession] = {}

    def context(self, user: str = "", groups: tuple[str, ...] = ()) -> ssl.SSLContext:
        """With a client certificate, unless user is ""."""
        context = ssl.create_default_context(cadata=self._authority.pem.decode())
        if user:
            issued = self._authority.issue_client(user, groups)
            file = self._directory / f"{user.replace(':', '-')}.pem"
            file.touch(0o600)
            file.write_bytes(issued.certificate + issued.key)
            context.load_cert_chain(file)
        return context

    def session(self, user: str, groups: tuple[str, ...]) -> aiohttp.ClientSession:
        """One for all requests of a user."""
        session = self._sessions.get(user)
        if session is None:
            connector = aiohttp.TCPConnector(ssl=self.context(user, groups), limit=0)
            session = self._sessions[user] = aiohttp.ClientSession(connector=connector, auto_decompress=False)
        return session

    async def send(
        self,
        method: str,
        path: str,
        body: bytes | BytesIO = b"",
        headers: Mapping[str, str] | None = None,
        *,
        user: str = "admin",
        groups: tuple[str, ...] = ADMIN_GROUPS,
    ) -> Reply:
        """path goes as it is, with its query. user "" shows no certificate."""
        url = URL(f"https://127.0.0.1:{self.port}{path}", encoded=True)
        async with (
            asyncio.timeout(60),
            self.session(user, groups).request(
                method,
                url,
                data=body or None,
                headers=headers,
                skip_auto_headers=("Content-Type", "Accept-Encoding"),
                allow_redirects=False,
            ) as answer,
        ):
            found: dict[str, list[str]] = {}
            for name, value in answer.headers.items():
                found.setdefault(name.lower(), []).append(value)
            return Reply(answer.status, await answer.read(), found)

    async def close(self) -> None:
        for session in self._sessions.values():
            await session.close()


@asynccontextmanager
async def open_door(
    plane: Plane,
    directory: Path,
    *,
    anonymous: bool = False,
    audit: AuditLog | None = None,
    describe: Describe | None = None,
    published: Mapping[str, Published] | None = None,
) -> AsyncIterator[Door]:
    """The door to a plane, with certificates made in `directory`."""
    authority = Authority.create()
    served = authority.issue_server()
    files = TlsFiles(directory / "tls.crt", directory / "tls.key", directory / "ca.crt")
    for path, data in (
        (files.certificate, served.certificate),
        (files.key, served.key),
        (directory / "ca.crt", authority.pem),
    ):
        path.write_bytes(data)
    metrics = Metrics()
    identities = Identities(CertificateAuthenticator().authenticate, plane.tokens, anonymous)
    health = HealthServer({"ping": lambda: None}, {"etcd": lambda: None}, metrics.registry)
    given = Surroundings(
        identities, metrics, health.examine, MAX_BYTES, "127.0.0.1:6443", audit, describe, published or {}
    )
    door = RestDoor(plane, given)
    port = await door.start("127.0.0.1", 0, ServingCertificates(files).ssl_context(), False)
    client = Door(directory, authority, port)
    try:
        yield client
    finally:
        await client.close()
        await door.close(1.0)
