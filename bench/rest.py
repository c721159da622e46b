"""The REST door: its CPU per operation against a bare aiohttp server's, and its memory."""

import asyncio
import contextlib
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import count
from pathlib import Path

import aiohttp

from bench import objects
from bench.certificates import USER
from bench.cpu import CONFIG_MAP_BYTES, POD_BYTES, STORED_OF_EACH, Effort, alternate, middle, row, shuffled
from bench.load import Cost, Side, drive
from bench.objects import Kind, config_map, pod
from bench.rows import Row
from bench.setting import Setting, setting
from bench.stand import Process, Unary, client_tls, http_floor, unary
from tests.support.etcd import free_port

LIST_CALLERS = 4
ONE_IN = 100
SLOW_READERS = 8
# What a reader takes of an answer before it stops: its head, mostly.
TAKEN_BYTES = 1 << 12

Get = Callable[[str], Awaitable[bytes]]


@contextlib.asynccontextmanager
async def client(port: int, tls: ssl.SSLContext) -> AsyncIterator[Get]:
    """GET of a path, over as many connections as there are callers. Whatever is not answered with 200 is raised."""
    connector = aiohttp.TCPConnector(limit=0, ssl=tls)
    async with aiohttp.ClientSession(f"https://127.0.0.1:{port}", connector=connector) as session:

        async def get(path: str) -> bytes:
            async with session.get(path, headers={"Accept-Encoding": "identity"}) as answer:
                answer.raise_for_status()
                return await answer.read()

        yield get


async def gets(at: Setting, ours: Get, bare: Get, beside: Process, effort: Effort) -> AsyncIterator[Row]:
    for stored in at.stored.values():
        size = len(await ours(f"{stored.kind.path}/{objects.name(0).decode()}"))

        def one(index: int, path: str = stored.kind.path) -> Awaitable[bytes]:
            return ours(f"{path}/{objects.name(index).decode()}")

        def least(_: int, size: int = size) -> Awaitable[bytes]:
            return bare(f"/{size}")

        sides = Side(at.server.process, one), Side(beside, least)
        costs = await alternate(*sides, effort.rounds, shuffled(stored.count, effort.calls))
        yield row(f"REST get {stored.kind.plural}", 1.8, costs, note=f"{size:,} bytes of JSON")


async def change(at: Setting, number: int, stamps: "count[int]") -> None:
    """One object in ONE_IN is updated."""
    for stored in at.stored.values():
        call, update = unary(at.user, stored.kind.method("Update")), stored.update

        async def one(index: int, call: Unary = call, update: Kind = update) -> None:
            await call(update.write(index, next(stamps)))

        await drive(one, iter(shuffled(stored.count, stored.count // ONE_IN)(number)))


async def lists(at: Setting, ours: Get, bare: Get, beside: Process, effort: Effort) -> AsyncIterator[Row]:
    """One call is a list of everything, a request for each kind."""
    paths = [stored.kind.path for stored in at.stored.values()]
    cpu, clock = at.server.process.cpu(), time.perf_counter()
    sizes = [len(await ours(path)) for path in paths]
    cpu, clock = at.server.process.cpu() - cpu, time.perf_counter() - clock
    yield Row("REST list all, cold", cpu * 1e3, "ms", note=f"answered in {clock * 1e3:.0f} ms")

    async def all_of_it(_: int) -> None:
        for path in paths:
            await ours(path)

    async def least(_: int) -> None:
        for size in sizes:
            await bare(f"/{size}")

    costs: tuple[list[Cost], list[Cost]] = [], []
    stamps = count(1)
    for number in range(effort.rounds + 1):
        await change(at, number, stamps)
        for side, into in (Side(at.server.process, all_of_it), costs[0]), (Side(beside, least), costs[1]):
            cost = await side.round(list(range(effort.lists)), LIST_CALLERS)
            if number:
                into.append(cost)
    note = f"{sum(sizes) / 1e6:.1f} MB of JSON, one object in {ONE_IN} changed between rounds"
    yield row("REST list all", 1.5, (middle(costs[0]), middle(costs[1])), "ms", note)


async def memory(at: Setting, port: int, tls: ssl.SSLContext, size: int) -> Row:
    """What the server grows by while callers who read nothing more wait for a list, in responses per caller."""
    path, before = list(at.stored.values())[-1].kind.path, at.server.process.resident()
    writers = []
    for _ in range(SLOW_READERS):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls, limit=TAKEN_BYTES)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode())
        await reader.readexactly(TAKEN_BYTES)
        writers.append(writer)
    grown = at.server.process.resident() - before
    for writer in writers:
        writer.transport.abort()
    per_caller = grown * (1 << 20) / SLOW_READERS / size
    note = f"{grown:.1f} MiB for {SLOW_READERS} lists of {size / 1e6:.1f} MB that wait for their callers"
    return Row("REST list, memory per caller", per_caller, "responses", 2, note=note)


async def measured(
    directory: Path, effort: Effort, wanted: Callable[[str], bool], arguments: tuple[str, ...] = ()
) -> AsyncIterator[Row]:
    """The rows against the floor, with 10,000 objects stored, as over gRPC."""
    kinds = config_map(CONFIG_MAP_BYTES), pod(POD_BYTES)
    floor_port = free_port()
    async with setting(directory, kinds, (STORED_OF_EACH, STORED_OF_EACH), arguments) as at:
        tls = client_tls(at.server.certificates, USER)
        beside = http_floor(directory, at.server.certificates, floor_port)
        beside.spawn()
        try:
            async with client(at.server.secure_port, tls) as ours, client(floor_port, tls) as bare:
                await answered(bare)
                if wanted("rest-list"):
                    async for figure in lists(at, ours, bare, beside, effort):
                        yield figure
                    size = len(await ours(list(at.stored.values())[-1].kind.path))
                    yield await memory(at, at.server.secure_port, tls, size)
                if wanted("rest-get"):
                    async for figure in gets(at, ours, bare, beside, effort):
                        yield figure
        finally:
            beside.end()


async def answered(get: Get, seconds: float = 10.0) -> None:
    """Waits until a server that was just started answers."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            await get("/1")
            return
        except aiohttp.ClientConnectionError:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.05)
