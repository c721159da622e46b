"""What happens on the connections themselves: requests behind each other, cut off, dripping, or made to be misread."""

import asyncio
import gzip
import socket
import ssl
from contextlib import suppress

import orjson
import pytest
from pilothouse.server.doors.rest import connection
from pilothouse.server.verbs.plane import Plane

from tests.doors.rest.test_attacks import answered, connected
from tests.doors.rest.test_requests import MAPS, config_map, create, status
from tests.doors.rest.test_watches import PATIENCE, present
from tests.support.rest import ADMIN_GROUPS, Door, open_door

REFUSED = (b"HTTP/1.0 400 ", b"HTTP/1.1 400 ")
FLOOD_BYTES = 32 << 20
GET = b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"


def admin(door: Door) -> ssl.SSLContext:
    return door.context("admin", ADMIN_GROUPS)


async def body_of(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """The next answer that has a length."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.decode().splitlines()
    sizes = [int(line.partition(":")[2]) for line in lines if line.lower().startswith("content-length:")]
    return int(lines[0].split()[1]), await reader.readexactly(sizes[0])


async def test_requests_behind_each_other_are_answered_in_their_order(door: Door) -> None:
    paths = [f"/livez/ghost{number}" if number % 2 else "/livez" for number in range(60)]
    async with asyncio.timeout(PATIENCE), connected(door, admin(door)) as (reader, writer):
        writer.write(b"".join(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode() for path in paths))
        codes = [(await body_of(reader))[0] for _ in paths]
    assert codes == [404 if "ghost" in path else 200 for path in paths]


async def test_many_requests_behind_each_other_wait_with_the_client(door: Door) -> None:
    """What is not answered yet is not read either, beyond what the buffers on the way hold."""
    context = door.context()

    def flood() -> int:
        """How much is taken of a client that reads no answers."""
        sent = 0
        with (
            socket.create_connection(("127.0.0.1", door.port)) as plain,
            context.wrap_socket(plain, server_hostname="127.0.0.1") as secure,
            suppress(TimeoutError),
        ):
            secure.settimeout(0.5)
            while sent < FLOOD_BYTES:
                sent += secure.send(GET * 1000)
        return sent

    assert await asyncio.to_thread(flood) < FLOOD_BYTES
    assert (await door.send("GET", "/livez", user="")).code == 200


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        b"Content-Length: 5\r\nContent-Length: 6\r\n",
        b"Content-Length: 5, 6\r\n",
        b"Content-Length: +5\r\n",
        b"Content-Length: -5\r\n",
        b"Content-Length: 0x5\r\n",
        b"Content-Length: 5 5\r\n",
        b"Content-Length: \xb2\r\n",
        b"Content-Length : 5\r\n",
        b" Content-Length: 5\r\n",
        b"Transfer-Encoding: xchunked\r\n",
        b"Transfer-Encoding: chunked, identity\r\n",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        b"Transfer-Encoding : chunked\r\n",
        b"X: a\nTransfer-Encoding: chunked\r\n",
        b"X\0Y: a\r\n",
        b"X: a\0b\r\n",
        b": a\r\n",
        b"no colon\r\n",
    ],
)
async def test_requests_that_two_would_read_differently_are_refused(door: Door, head: bytes) -> None:
    """Whatever stands behind such a head is never taken for a request."""
    hidden = b"0\r\n\r\nGET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
    request = b"POST /livez HTTP/1.1\r\nHost: x\r\n" + head + b"\r\n" + hidden
    async with asyncio.timeout(PATIENCE), connected(door, door.context()) as (reader, writer):
        writer.write(request)
        everything = await reader.read()
    assert everything.startswith(REFUSED)
    assert everything.count(b"Content-Type: ") == 1
    assert orjson.loads(everything.partition(b"\r\n\r\n")[2])["kind"] == "Status"


@pytest.mark.parametrize(
    "chunk", [b"xyz\r\n", b"-1\r\n", b"5", b"ffffffffffffffffff\r\n", b"5\r\nabcdeX", b"2;" + b"x" * 99]
)
async def test_chunks_that_are_none_end_the_connection(door: Door, chunk: bytes) -> None:
    head = f"POST {MAPS} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    async with asyncio.timeout(PATIENCE), connected(door, admin(door)) as (reader, writer):
        writer.write(head + chunk + b"\r\n\r\n" + GET)
        everything = await reader.read()
    assert everything.startswith(REFUSED)
    assert b" 200 " not in everything
    assert (await door.send("GET", "/livez", user="")).code == 200


async def test_a_client_may_leave_the_name_of_the_server_out(door: Door) -> None:
    """Who connects by address shows none, and some proxies drop it."""
    context = door.context()
    context.check_hostname = False
    async with asyncio.timeout(PATIENCE):
        reader, writer = await asyncio.open_connection("127.0.0.1", door.port, ssl=context, server_hostname="")
        writer.write(GET)
        assert await body_of(reader) == (200, b"ok")
        writer.close()


@pytest.mark.parametrize("data", [b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00" + b"\0" * 64, b"", b"\xff" * 4096])
async def test_what_is_no_tls_gets_no_answer(door: Door, data: bytes) -> None:
    async with asyncio.timeout(PATIENCE):
        reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
        writer.write(data)
        writer.write_eof()
        with suppress(ConnectionResetError):
            assert b"HTTP" not in await reader.read()
        writer.close()
    assert (await door.send("GET", "/livez", user="")).code == 200


async def test_old_tls_is_refused(door: Door) -> None:
    context = door.context()
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    with pytest.warns(DeprecationWarning, match="TLS"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, ConnectionError)):
        await asyncio.open_connection("127.0.0.1", door.port, ssl=context)


async def gone(door: Door, gauge: bytes) -> None:
    """Until a gauge shows 0. Each look is a request, so that the door has its turn."""
    async with asyncio.timeout(PATIENCE):
        while gauge + b" 0.0" not in (await door.send("GET", "/metrics")).body:
            pass


async def test_a_watcher_that_is_cut_off_leaves_nothing_behind(door: Door) -> None:
    since = await present(door)
    head = f"GET {MAPS}?watch=1&resourceVersion={since} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    for number in range(5):
        async with connected(door, admin(door)) as (reader, writer):
            writer.write(head)
            await reader.readuntil(b"\r\n\r\n")
            await create(door, config_map(f"jar{number}", fill="x" * 100_000))
            await reader.readexactly(10_000)
            writer.transport.abort()
    await gone(door, b'pilothouse_watches{group="",resource="configmaps"}')
    assert len(orjson.loads((await door.send("GET", MAPS)).body)["items"]) >= 5


async def test_an_upload_that_is_cut_off_writes_nothing(door: Door) -> None:
    body = orjson.dumps(config_map("half", fill="x" * 500_000))
    head = f"POST {MAPS} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    for cut in (0, 1, len(body) // 2, len(body) - 1):
        async with connected(door, admin(door)) as (_, writer):
            writer.write(head + body[:cut])
            await writer.drain()
            writer.transport.abort()
    for _ in range(3):
        assert (await door.send("GET", f"{MAPS}/half")).code == 404


async def test_a_reader_that_takes_nothing_is_left(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "STALLED_SECONDS", 0.2)
    since = await present(door)
    head = f"GET {MAPS}?watch=1&resourceVersion={since} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    async with asyncio.timeout(2 * PATIENCE), connected(door, admin(door)) as (reader, writer):
        writer.write(head)
        await reader.readuntil(b"\r\n\r\n")
        writer.transport.pause_reading()  # type: ignore[attr-defined]  # a stream's transport reads as well
        for number in range(24):
            # More than the buffers between the two hold.
            assert (await create(door, config_map(f"jar{number}", fill="x" * 900_000))).code == 201
        await gone(door, b'pilothouse_watches{group="",resource="configmaps"}')


async def test_a_slow_reader_is_not(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "STALLED_SECONDS", 0.2)
    for number in range(12):
        await create(door, config_map(f"jar{number}", fill="x" * 900_000))
    async with asyncio.timeout(2 * PATIENCE), connected(door, admin(door)) as (reader, writer):
        writer.write(f"GET {MAPS} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        size = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
        assert size > 10_000_000
        for part in [size // 20] * 20 + [size % 20]:
            await reader.readexactly(part)
            await asyncio.sleep(0.03)


async def test_heads_that_drip_are_waited_for_no_longer_than_silence(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "IDLE_SECONDS", 0.3)
    async with asyncio.timeout(PATIENCE), connected(door, door.context()) as (reader, writer):
        writer.write(GET)
        assert (await body_of(reader))[0] == 200
        end = asyncio.create_task(reader.read())
        for letter in b"GET /livez HTTP/1.1\r\nX-Long: " + b"y" * 10_000:
            writer.write(bytes((letter,)))
            if (await asyncio.wait({end}, timeout=0.02))[0]:
                break
        assert await end == b""


async def test_bombs_in_compressed_bodies_are_not_unpacked(door: Door) -> None:
    bomb = gzip.compress(
        b'{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"b"},"data":{"a":"' + b"x" * (64 << 20) + b'"}}'
    )
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    refused = await door.send("POST", MAPS, bomb, headers)
    assert (refused.code, status(refused)["reason"]) == (400, "BadRequest")


async def test_whoever_is_not_known_keeps_no_connection(plane: Plane, door: Door) -> None:
    refused = await answered(door, f"GET {MAPS} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert refused.startswith(b"HTTP/1.1 401 ")
    assert b"Connection: close" in refused


async def test_a_door_that_closes_leaves_nobody_waiting(plane: Plane, tmp_path_factory: pytest.TempPathFactory) -> None:
    async with asyncio.timeout(PATIENCE):
        async with open_door(plane, tmp_path_factory.mktemp("closing")) as door:
            reader, writer = await asyncio.open_connection("127.0.0.1", door.port, ssl=door.context())
            writer.write(GET)
            await body_of(reader)
        assert await reader.read() == b""
        writer.close()
