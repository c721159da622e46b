"""What a server bears from those who mean no good, measured: how soon others are served meanwhile, and its memory."""

import asyncio
import resource
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from time import perf_counter

import psutil
import pytest

from tests.support.server import ServerProcess

IDLE, DRIPPING = 2000, 300
# What one connection may take of the server's memory, and everything else together.
CONNECTION_BYTES, ROOM_BYTES = 120 << 10, 150 << 20
PATIENCE = 120
# Seconds, where other processes want the machine too.
SOON = 10.0
GET = b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    process = ServerProcess(tmp_path_factory.mktemp("attacked"))
    process.start()
    yield process
    process.stop()


@pytest.fixture(autouse=True, scope="module")
def many_files() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 2 * IDLE + 1000), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def context(server: ServerProcess, user: str = "") -> ssl.SSLContext:
    """With the certificate of a user that `up` has made one for."""
    pki = server.data / "pki"
    made = ssl.create_default_context(cafile=pki / "ca.crt")
    if user:
        made.load_cert_chain(pki / "clients" / f"{user}.crt", pki / "clients" / f"{user}.key")
    return made


Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def connect(server: ServerProcess, tls: ssl.SSLContext) -> Streams:
    return await asyncio.open_connection("127.0.0.1", server.secure_port, ssl=tls)


async def dropped(writer: asyncio.StreamWriter) -> None:
    """Ends a connection as a cut cable does."""
    writer.transport.abort()
    with suppress(OSError):
        await writer.wait_closed()


@asynccontextmanager
async def crowd(server: ServerProcess, tls: ssl.SSLContext, count: int) -> AsyncIterator[list[Streams]]:
    """Connections, opened some at a time as a client would who wants all of them soon."""
    opened: list[Streams] = []
    try:
        while len(opened) < count:
            some = min(100, count - len(opened))
            opened += await asyncio.gather(*(connect(server, tls) for _ in range(some)))
        yield opened
    finally:
        for _, writer in opened:
            await dropped(writer)


def memory(server: ServerProcess) -> int:
    found: int = psutil.Process(server.pid).memory_info().rss
    return found


async def served(server: ServerProcess, tls: ssl.SSLContext, count: int = 50) -> float:
    """The longest of some requests on one connection, in seconds."""
    reader, writer = await connect(server, tls)
    longest = 0.0
    for _ in range(count):
        started = perf_counter()
        writer.write(GET)
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 ")
        await reader.readexactly(2)
        longest = max(longest, perf_counter() - started)
    await dropped(writer)
    return longest


async def test_thousands_of_idle_connections_cost_little(attacked: ServerProcess) -> None:
    tls = context(attacked)
    await served(attacked, tls)
    before = memory(attacked)
    async with asyncio.timeout(PATIENCE), crowd(attacked, tls, IDLE) as connections:
        for _, writer in connections[: IDLE // 2]:
            writer.write(GET)
        answers = await asyncio.gather(*(reader.readuntil(b"\r\n\r\nok") for reader, _ in connections[: IDLE // 2]))
        assert len(answers) == IDLE // 2
        assert await served(attacked, tls) < SOON
        assert memory(attacked) - before < IDLE * CONNECTION_BYTES
    async with asyncio.timeout(PATIENCE):
        assert await served(attacked, tls) < SOON


async def test_who_drips_his_request_hurts_nobody_else(attacked: ServerProcess) -> None:
    tls, admin = context(attacked), context(attacked, "admin")
    heads = b"GET /livez HTTP/1.1\r\nX-Long: "
    post = b"POST /api/v1/namespaces/default/configmaps HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n{"
    async with (
        asyncio.timeout(PATIENCE),
        crowd(attacked, tls, DRIPPING) as slow,
        crowd(attacked, admin, DRIPPING // 10) as uploading,
    ):
        for _, writer in slow:
            writer.write(heads)
        for _, writer in uploading:
            writer.write(post)
        for _ in range(5):
            for _, writer in (*slow, *uploading):
                writer.write(b" ")
            assert await served(attacked, tls, 10) < SOON


async def test_floods_of_every_sort_leave_the_server_well(attacked: ServerProcess) -> None:
    admin = context(attacked, "admin")
    path = b"POST /api/v1/namespaces/default/configmaps HTTP/1.1\r\nHost: x\r\n"
    deep = b"[" * (3 << 20)
    floods = [
        GET * 200_000,
        b"GET /livez HTTP/1.1\r\n" + b"X: y\r\n" * 500_000,
        b"GET /" + b"a" * (16 << 20),
        path + b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(deep) + deep,
        path + b"Content-Type: application/yaml\r\nContent-Length: %d\r\n\r\n" % len(deep) + deep,
        path + b"Transfer-Encoding: chunked\r\n\r\n" + b"10000\r\n" + b"x" * 65536 + b"\r\n" * 200,
        b"\x00" * (1 << 20),
    ]
    before = memory(attacked)
    async with asyncio.timeout(PATIENCE):
        for flood in floods * 3:
            _, writer = await connect(attacked, admin)
            writer.write(flood)
            assert await served(attacked, admin, 5) < 2 * SOON
            await dropped(writer)
        assert await served(attacked, admin) < SOON
    assert memory(attacked) - before < ROOM_BYTES
