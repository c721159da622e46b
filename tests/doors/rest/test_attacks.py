"""What callers send who mean no good: refused clearly or borne, and the door stays open for others."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from time import process_time

import orjson
import pytest
from pilothouse.api.core.v1 import core_pb2 as core
from pilothouse.server.doors.rest import connection, exchange
from pilothouse.server.meta.envelope import envelope_head, enveloped

from tests.doors.rest.test_requests import MAPS, config_map, create, status
from tests.support.rest import MAX_BYTES, Door

DEEP = 100_000
# Of this process, in which the door is: other processes may make it wait as long as they like.
CPU_SECONDS = 5.0


def bomb() -> bytes:
    """Nine lines that stand for 9^9 nodes."""
    lines = [b"a: &a [x,x,x,x,x,x,x,x,x]"]
    lines += [b"%c: &%c [%b]" % (c, c, b",".join([b"*%c" % (c - 1)] * 9)) for c in range(ord("b"), ord("j"))]
    return b"\n".join(lines)


@asynccontextmanager
async def connected(
    door: Door, context: ssl.SSLContext
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port, ssl=context)
    try:
        yield reader, writer
    finally:
        writer.close()


async def answered(door: Door, request: bytes, context: ssl.SSLContext | None = None) -> bytes:
    """What comes back until the door closes the connection, or has answered."""
    async with asyncio.timeout(30), connected(door, context or door.context()) as (reader, writer):
        writer.write(request)
        return await reader.readuntil(b"\r\n\r\n")


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b"[" * DEEP),
        ("application/json", b'{"data":' * DEEP),
        ("application/json", b'{"metadata":' * 5000 + b"{}" + b"}" * 5000),
        ("application/yaml", b"[" * DEEP),
        ("application/yaml", b"- " * DEEP),
        ("application/yaml", b"{a: " * DEEP),
        ("application/yaml", bomb()),
        ("application/yaml", b"a: &a\n  b: *a\n"),
        ("application/yaml", b"a: !!python/object/apply:os.system ['true']\n"),
        ("application/yaml", b"\xff\xfe\x00"),
        ("application/vnd.kubernetes.protobuf", b"k8s\0" + b"\n" * DEEP),
        ("application/json", b'{"kind":"ConfigMap\x00"}'),
    ],
)
async def test_bodies_made_to_hurt_are_refused_soon(door: Door, content_type: str, body: bytes) -> None:
    started = process_time()
    refused = await door.send("POST", MAPS, body, {"Content-Type": content_type})
    assert refused.code in (400, 422)
    status(refused)
    assert process_time() - started < CPU_SECONDS
    assert (await door.send("GET", "/livez", user="")).code == 200


async def test_a_body_that_is_too_large_is_refused_before_it_is_read(door: Door) -> None:
    head = f"POST {MAPS} HTTP/1.1\r\nHost: x\r\nContent-Length: {MAX_BYTES + 1}\r\n\r\n".encode()
    assert b" 413 " in await answered(door, head, door.context("admin", ("system:masters",)))


async def test_a_body_without_a_length_is_read_as_far_as_it_may_be(door: Door) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(2 * MAX_BYTES // 65536):
            yield b"x" * 65536

    session, url = door.session("admin", ("system:masters",)), f"https://127.0.0.1:{door.port}{MAPS}"
    headers = {"Content-Type": "application/json"}
    async with asyncio.timeout(30), session.post(url, data=chunks(), headers=headers) as answer:
        value = await answer.json()
    assert (answer.status, value["reason"]) == (413, "RequestEntityTooLarge")
    assert value["message"] == f"Request entity too large: limit is {MAX_BYTES}"


async def test_compressed_bodies_are_not_unpacked(door: Door) -> None:
    refused = await door.send("POST", MAPS, b"\x1f\x8b" + b"\0" * 100, {"Content-Encoding": "gzip"})
    assert refused.code == 400


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/namespaces/default/configmaps/..",
        "/api/v1/namespaces/default/configmaps/%2e%2e",
        "/api/v1/namespaces/../configmaps",
        "/api/v1/namespaces/default/configmaps/../../secrets",
        "/livez/../metrics",
        "//api/v1",
    ],
)
async def test_paths_that_step_aside_lead_nowhere(door: Door, path: str) -> None:
    assert (await door.send("GET", path)).code == 404


@pytest.mark.parametrize("name", ["a%2fb", "%2e%2e%2fsecrets%2fdefault%2fx", "a%00b", "a%25b"])
async def test_names_that_cannot_stand_in_a_key_are_refused(door: Door, name: str) -> None:
    assert (await door.send("GET", f"{MAPS}/{name}")).code == 400
    assert (await door.send("GET", f"/api/v1/namespaces/{name}/configmaps")).code == 400


@pytest.mark.parametrize(
    "head",
    [
        b"GET /livez HTTP/1.1\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(5000)) + b"\r\n",
        b"GET /livez HTTP/1.1\r\nX: " + b"y" * 1_000_000 + b"\r\n\r\n",
        b"GET /" + b"a" * 1_000_000 + b" HTTP/1.1\r\n\r\n",
        b"GET /livez HTTP/9.9\r\n\r\n",
        b"\x00\x01\x02\x03\r\n\r\n",
        b"POST /livez HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST /livez HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\nxx",
    ],
)
async def test_heads_that_are_no_http_are_refused(door: Door, head: bytes) -> None:
    answer = await answered(door, head)
    assert answer.startswith((b"HTTP/1.1 4", b"HTTP/1.0 4"))
    assert b"Traceback" not in answer
    assert (await door.send("GET", "/livez", user="")).code == 200


async def test_a_connection_that_sends_nothing_is_closed(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "FIRST_REQUEST_SECONDS", 0.2)
    for beginning in (b"", b"GET /livez HT", b"GET /livez HTTP/1.1\r\nX: "):
        async with asyncio.timeout(10), connected(door, door.context()) as (reader, writer):
            writer.write(beginning)
            assert await reader.read() == b""


async def test_a_body_that_does_not_come_is_not_waited_for(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "BODY_SECONDS", 0.2)
    head = f"POST {MAPS} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{{".encode()
    assert b" 504 " in await answered(door, head, door.context("admin", ("system:masters",)))


async def test_who_asks_politely_before_a_large_body_is_answered(door: Door) -> None:
    body = orjson.dumps(config_map("jar", fill="x" * 1_000_000))
    head = f"POST {MAPS} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n"
    async with asyncio.timeout(30), connected(door, door.context("admin", ("system:masters",))) as (reader, writer):
        writer.write(head.encode())
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(body)
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 201 ")


async def test_many_idle_connections_leave_room_for_others(door: Door) -> None:
    context = door.context()
    idle = await asyncio.gather(*(asyncio.open_connection("127.0.0.1", door.port, ssl=context) for _ in range(100)))
    assert (await create(door, config_map("jar"))).code == 201
    for _, writer in idle:
        writer.close()


def crowd(head: bytes, item: bytes, tail: bytes, size: int = MAX_BYTES - 4096) -> bytes:
    """A body that is mostly one item, again and again."""
    return head + b",".join([item] * ((size - len(head) - len(tail)) // (len(item) + 1))) + tail


HEAD = b'{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x",'


@pytest.mark.parametrize(
    "body",
    [
        crowd(HEAD + b'"ownerReferences":[', b"{}", b"]}}"),
        crowd(HEAD + b'"finalizers":[', b'"a"', b"]}}"),
        crowd(HEAD + b'"managedFields":[', b"{}", b"]}}"),
        crowd(HEAD + b'"ghosts":[', b"[]", b"]}}"),
        HEAD + b'"labels":{' + b",".join(b'"k%06d":"-"' % n for n in range(200_000)) + b"}}}",
        HEAD + b'"a":1},' + b",".join(b'"g%06d":1' % n for n in range(200_000)) + b"}",
    ],
)
async def test_bodies_that_hold_too_much_are_refused_soon(door: Door, body: bytes) -> None:
    """Each value costs more than its bytes do."""
    for method, path, kind in (
        ("POST", MAPS, "application/json"),
        ("POST", MAPS, "application/yaml"),
        ("PATCH", f"{MAPS}/jar", "application/merge-patch+json"),
        ("PATCH", f"{MAPS}/jar?fieldManager=f", "application/apply-patch+yaml"),
    ):
        await create(door, config_map("jar"))
        started = process_time()
        refused = await door.send(method, path, BytesIO(body), {"Content-Type": kind})
        assert (refused.code, len(refused.body) < 10_000) == (400, True), (kind, refused.body[:200])
        # Without a bound it is minutes, and gigabytes.
        assert process_time() - started < 2 * CPU_SECONDS


async def test_protobuf_that_holds_too_much_is_refused(door: Door) -> None:
    envelope = envelope_head("v1", "ConfigMap")
    message = core.ConfigMap(metadata={"name": "x", "owner_references": [{}] * 1_000_000}).SerializeToString()
    assert len(message) < MAX_BYTES
    headers = {"Content-Type": "application/vnd.kubernetes.protobuf"}
    refused = await door.send("POST", MAPS, BytesIO(enveloped(envelope, message)), headers)
    assert (refused.code, "more than" in status(refused)["message"]) == (400, True)


async def test_faults_are_told_as_far_as_anybody_reads(door: Door) -> None:
    body = crowd(HEAD + b'"ownerReferences":[', b"{}", b"]}}", 100_000)
    refused = await create(door, orjson.loads(body))
    assert refused.code == 422
    assert len(refused.body) < 200_000
    assert status(refused)["details"]["causes"][-1]["message"].startswith("and ")


async def test_warnings_are_as_many_as_clients_take(door: Door) -> None:
    ghosts = {f"g{number}": 1 for number in range(1000)}
    made = await create(door, config_map("jar") | ghosts)
    assert made.code == 201
    assert 10 < len(made.headers["warning"]) <= 50


async def test_the_largest_that_is_honest_is_taken(door: Door) -> None:
    many = config_map("jar", **{f"k{number}": "x" * 20 for number in range(20_000)})
    text = config_map("cup", csv="1,2,3\n" * 160_000)
    for value in (many, text):
        headers = {"Content-Type": "application/json"}
        assert (await door.send("POST", MAPS, BytesIO(orjson.dumps(value)), headers)).code == 201


async def test_a_long_list_in_yaml_keeps_nobody_waiting(door: Door) -> None:
    data = {f"k{n}": "some: text\n" for n in range(2000)}
    for number in range(15):
        body = orjson.dumps({"metadata": {"name": f"long-{number}"}, "data": data})
        assert (await door.send("POST", MAPS, body, {"Content-Type": "application/json"})).code == 201
    longest, started = 0.0, process_time()
    asking = asyncio.create_task(door.send("GET", MAPS, b"", {"Accept": "application/yaml"}))
    while not asking.done():
        before = process_time()
        await asyncio.sleep(0.001)
        longest = max(longest, process_time() - before)
    took = process_time() - started
    assert (await asking).code == 200
    assert longest < took / 3
