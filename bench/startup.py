"""How soon after its start the server is ready, and how much memory it holds, on SQLite."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from statistics import median

from bench.certificates import ADMIN, USER, make
from bench.cpu import CONFIG_MAP_BYTES, POD_BYTES
from bench.load import Call, drive
from bench.objects import Kind, config_map, pod
from bench.rows import Row
from bench.setting import bind_user, insist
from bench.stand import Server, Unary, channel, settle, unary

ROUNDS = 3
STORED_OF_EACH = 5_000


def creating(create: Unary, kind: Kind) -> Call:
    return lambda index: create(kind.write(index, 0))


async def fill(server: Server, count: int) -> None:
    """Creates so many objects of each kind through the API, as a user bound by RBAC."""
    async with channel(server.port, server.certificates, ADMIN) as admin:
        await bind_user(admin)
    async with channel(server.port, server.certificates, USER) as user:
        for kind in config_map(CONFIG_MAP_BYTES), pod(POD_BYTES):
            create = unary(user, kind.method("Create"))
            await insist(create, kind.write(0, 0))
            await drive(creating(create, kind), iter(range(1, count)))


def starts(server: Server) -> float:
    """Seconds from start to ready; the server is left stopped."""
    seconds = server.start()
    server.process.end()
    return seconds


async def start(directory: Path, quick: bool, wanted: Callable[[str], bool]) -> AsyncIterator[Row]:
    certificates = make(directory / "certificates")
    if wanted("ready"):
        empty = [starts(Server(directory / f"empty-{number}", certificates)) for number in range(ROUNDS)]
        yield Row("ready, empty", median(empty), "s", 1.5, note="SQLite, process start to /readyz")
    count = 500 if quick else STORED_OF_EACH
    server = Server(directory / "full", certificates)
    server.start()
    try:
        await fill(server, count)
        settle(server.process)
        if wanted("memory"):
            note = f"on SQLite, after {count:,} of 1 KB and {count:,} of 2.5 KB were created"
            yield Row("memory, SQLite", server.process.resident(), "MiB", 150, note=note)
    finally:
        server.process.end()
    if wanted("ready"):
        full = [starts(server) for _ in range(ROUNDS)]
        yield Row(f"ready, {2 * count:,} objects", median(full), "s", 1.5, note="SQLite")
