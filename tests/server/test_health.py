"""The health port, over real sockets."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from pilothouse.server import health
from pilothouse.server.health import Check, HealthServer
from prometheus_client import CollectorRegistry, Gauge


class Served:
    """A health server and the checks that it reads."""

    def __init__(self) -> None:
        self.live: dict[str, Check] = {"ping": lambda: None}
        self.ready: dict[str, Check] = {}
        self.registry = CollectorRegistry()
        self.server = HealthServer(self.live, self.ready, self.registry)
        self.port = 0

    async def send(self, request: bytes) -> tuple[int, dict[str, str], str]:
        """The answer's status, headers and body."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(request)
        async with asyncio.timeout(10):
            answer = await reader.read()
        writer.close()
        await writer.wait_closed()
        head, _, body = answer.partition(b"\r\n\r\n")
        status, *lines = head.decode().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines)
        assert headers["Content-Length"] == str(len(body))
        return int(status.split()[1]), headers, body.decode()

    async def get(self, target: str) -> tuple[int, str]:
        status, _, body = await self.send(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        return status, body


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    served = Served()
    served.port = await served.server.start(0)
    yield served
    await served.server.close()


def failing() -> None:
    raise RuntimeError("the store\nis away")


async def slow() -> None:
    await asyncio.Event().wait()


async def fine() -> None:
    await asyncio.sleep(0)


async def test_a_server_without_faults_is_live_and_ready(served: Served) -> None:
    assert await served.get("/livez") == (200, "ok")
    assert await served.get("/readyz") == (200, "ok")


async def test_a_failing_check_makes_it_unready_but_not_dead(served: Served) -> None:
    served.ready |= {"cache": fine, "store": failing}
    assert await served.get("/livez") == (200, "ok")
    lines = "[+]ping ok\n[+]cache ok\n[-]store failed: the store is away\nreadyz check failed\n"
    assert await served.get("/readyz") == (500, lines)
    served.ready["store"] = fine
    assert await served.get("/readyz") == (200, "ok")


async def test_verbose_names_every_check(served: Served) -> None:
    served.ready["cache"] = fine
    assert await served.get("/readyz?verbose") == (200, "[+]ping ok\n[+]cache ok\nreadyz check passed\n")
    assert await served.get("/livez?a=b&verbose=1") == (200, "[+]ping ok\nlivez check passed\n")
    assert await served.get("/livez?verbosely") == (200, "ok")


async def test_why_a_check_fails_is_not_for_everybody() -> None:
    """As on the public port, where nobody has to say who he is."""
    served = HealthServer({}, {"etcd": failing}, CollectorRegistry())
    assert await served.examine("readyz", "", {}) == (500, "[-]etcd failed: reason withheld\nreadyz check failed\n")


async def test_one_check_can_be_asked_for(served: Served) -> None:
    served.ready |= {"cache": fine, "store": failing}
    assert await served.get("/readyz/cache") == (200, "ok")
    assert (await served.get("/readyz/store"))[0] == 500
    assert (await served.get("/livez/store"))[0] == 404


async def test_a_check_that_hangs_fails(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "CHECK_SECONDS", 0.02)
    served.live["loop"] = slow
    status, body = await served.get("/livez")
    assert status == 500
    assert "[-]loop failed: no answer within 0.02 seconds" in body


async def test_metrics_are_those_of_the_registry(served: Served) -> None:
    Gauge("casks", "Full casks", registry=served.registry).set(7)
    status, body = await served.get("/metrics")
    assert status == 200
    assert "casks 7.0\n" in body


@pytest.mark.parametrize(
    ("request_head", "status"),
    [
        (b"GET /pods HTTP/1.1\r\n\r\n", 404),
        (b"GET / HTTP/1.1\r\n\r\n", 404),
        (b"GET //livez HTTP/1.1\r\n\r\n", 404),
        (b"GET /http://[ HTTP/1.1\r\n\r\n", 404),
        (b"POST /livez HTTP/1.1\r\nContent-Length: 0\r\n\r\n", 405),
        (b"GET livez HTTP/1.1\r\n\r\n", 400),
        (b"GET /livez\r\n\r\n", 400),
        (b"\x16\x03\x01\x00\xee\r\n\r\n", 400),
        (b"GET /livez HTTP/1.1\r\nX: " + b"x" * health.MAX_HEAD + b"\r\n\r\n", 431),
    ],
)
async def test_what_it_does_not_understand_is_refused(served: Served, request_head: bytes, status: int) -> None:
    answered, headers, _ = await served.send(request_head)
    assert answered == status
    assert headers.get("Allow") == ("GET" if status == 405 else None)


async def test_a_silent_peer_is_dismissed(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "READ_SECONDS", 0.02)
    assert (await served.send(b"GET /livez HT"))[0] == 408


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "192.168.1.1"])
async def test_it_is_served_on_the_loopback_only(host: str) -> None:
    with pytest.raises(ValueError, match="loopback only"):
        await HealthServer({}, {}, CollectorRegistry()).start(0, host)


async def test_a_port_that_is_taken_is_an_error(served: Served) -> None:
    with pytest.raises(OSError, match=str(served.port)):
        await HealthServer({}, {}, CollectorRegistry()).start(served.port)


async def test_closing_frees_the_port_and_ends_open_connections(served: Served) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(b"GET /livez HTTP/1.1\r\n")
    await served.get("/livez")
    await served.server.close()
    async with asyncio.timeout(10):
        assert await reader.read() == b""
    writer.close()
    await writer.wait_closed()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", served.port)
    assert await served.server.start(served.port) == served.port
