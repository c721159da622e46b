"""The server's CPU per operation against the floor's: Get, Create, Update, List, and Get as the store grows."""

import random
from collections.abc import AsyncIterator, Callable
from itertools import count
from pathlib import Path
from statistics import median

from bench import objects, wire
from bench.load import Call, Cost, Side
from bench.objects import config_map, pod
from bench.rows import Row
from bench.setting import Setting, Stored, floor_key, floor_request, setting
from bench.stand import Unary, unary

ROUNDS = 5
STORED_OF_EACH = 5_000
# As sent. Served, with defaults and managedFields, they have about 1 KB and 2.5 KB.
CONFIG_MAP_BYTES, POD_BYTES = 850, 870


class Effort:
    """How much is done: the numbers of calls in a round, less for a quick look."""

    def __init__(self, quick: bool) -> None:
        self.calls = 400 if quick else 4_000
        self.lists = 32
        self.rounds = 3 if quick else ROUNDS
        self.scales = (1_000, 10_000) if quick else (1_000, 100_000)


async def alternate(ours: Side, floor: Side, rounds: int, indexes: Callable[[int], list[int]]) -> tuple[Cost, Cost]:
    """Rounds on either side in turn, one to warm up first; the median of each figure."""
    costs: tuple[list[Cost], list[Cost]] = ([], [])
    for number in range(rounds + 1):
        for side, into in (ours, costs[0]), (floor, costs[1]):
            cost = await side.round(indexes(number))
            if number:
                into.append(cost)
    return middle(costs[0]), middle(costs[1])


def middle(costs: list[Cost]) -> Cost:
    return Cost(*(median(getattr(cost, figure) for cost in costs) for figure in ("server", "client", "wall")))


def row(name: str, bar: float, costs: tuple[Cost, Cost], unit: str = "us", note: str = "") -> Row:
    """CPU per call of both, with what they came to per second and what the client spent, for information."""
    scale = {"us": 1e6, "ms": 1e3}[unit]
    ours, floor = costs
    rates = f"{1 / ours.wall:,.0f}/s, floor {1 / floor.wall:,.0f}/s, client {ours.client * scale:,.3g} {unit}"
    return Row(name, ours.server * scale, unit, bar, floor.server * scale, note="; ".join(filter(None, (rates, note))))


def shuffled(stored: int, calls: int) -> Callable[[int], list[int]]:
    """Random keys, the same for both sides in each round."""
    return lambda number: random.Random(number).choices(range(stored), k=calls)


def get_calls(at: Setting, stored: Stored) -> tuple[Call, Call]:
    ours, bare = unary(at.user, stored.kind.method("Get")), unary(at.floor_channel, "/floor.Floor/Read")
    request = floor_request(stored.served_bytes, b"", len(objects.get(0)))
    return lambda index: ours(objects.get(index % stored.count)), lambda _: bare(request)


def update_calls(at: Setting, stored: Stored) -> tuple[Call, Call]:
    ours = unary(at.user, stored.kind.method("Update"))
    bare = unary(at.floor_channel, "/floor.Floor/Update")
    stamps, length = count(1), len(stored.update.write(0, 0))
    return (
        lambda index: ours(stored.update.write(index % stored.count, next(stamps))),
        lambda index: bare(floor_request(stored.served_bytes, floor_key(stored.kind, index % stored.count), length)),
    )


async def get(at: Setting, effort: Effort) -> AsyncIterator[Row]:
    for stored in at.stored.values():
        ours, bare = get_calls(at, stored)
        our_writes, bare_writes = update_calls(at, stored)
        sides = Side(at.server.process, ours, our_writes), Side(at.floor, bare, bare_writes)
        costs = await alternate(*sides, effort.rounds, shuffled(stored.count, effort.calls))
        note = f"{stored.served_bytes} bytes, 50 updates/s beside, on both"
        yield row(f"get {stored.kind.plural}", 1.25, costs, note=note)


def create_calls(at: Setting, stored: Stored) -> tuple[Call, Call]:
    ours = unary(at.user, stored.kind.method("Create"))
    bare = unary(at.floor_channel, "/floor.Floor/Create")
    length = len(stored.kind.write(0, 0))
    return (
        lambda index: ours(stored.kind.write(index, 0)),
        lambda index: bare(floor_request(stored.served_bytes, floor_key(stored.kind, index), length)),
    )


async def create(at: Setting, effort: Effort) -> AsyncIterator[Row]:
    def names(number: int) -> list[int]:
        return list(range(200_000 + number * effort.calls, 200_000 + (number + 1) * effort.calls))

    for stored in at.stored.values():
        ours, bare = create_calls(at, stored)
        costs = await alternate(Side(at.server.process, ours), Side(at.floor, bare), effort.rounds, names)
        for number in range(effort.rounds + 1):
            await at.store.remove(stored.kind.key(index) for index in names(number))
        yield row(f"create {stored.kind.plural}", 1.5, costs, note="with managedFields")


async def update(at: Setting, effort: Effort) -> AsyncIterator[Row]:
    for stored in at.stored.values():
        ours, bare = update_calls(at, stored)
        sides = Side(at.server.process, ours), Side(at.floor, bare)
        costs = await alternate(*sides, effort.rounds, shuffled(stored.count, effort.calls))
        yield row(f"update {stored.kind.plural}", 1.5, costs, note="without resourceVersion, with managedFields")


async def pages(call: Unary) -> AsyncIterator[bytes]:
    """Every page of a listing."""
    token = b""
    while True:
        answer = await call(objects.page(token))
        yield answer
        following = wire.first(wire.first(answer, 1), 3)
        if not following:
            return
        if following == token:
            raise ValueError(f"the page after {token!r} leads to itself")
        token = following


async def list_all(at: Setting, effort: Effort) -> AsyncIterator[Row]:
    """One call here is a listing of everything, page by page."""
    lists = [unary(at.user, stored.kind.method("List")) for stored in at.stored.values()]
    sizes, items = [], 0
    for call in lists:
        async for answer in pages(call):
            sizes.append(len(answer))
            items += wire.count(answer, 2)
    if items != sum(stored.count for stored in at.stored.values()):
        raise ValueError(f"the listings hold {items} objects")
    bare = unary(at.floor_channel, "/floor.Floor/Read")
    requests = [floor_request(size, b"", len(objects.page(b""))) for size in sizes]

    async def ours(_: int) -> None:
        for call in lists:
            async for _answer in pages(call):
                pass

    async def floors(_: int) -> None:
        for request in requests:
            await bare(request)

    sides = Side(at.server.process, ours), Side(at.floor, floors)
    costs = await alternate(*sides, effort.rounds, lambda _: list(range(effort.lists)))
    note = f"{items:,} objects, {sum(sizes) / 1e6:.1f} MB, {len(sizes)} pages"
    yield row("list all", 1.3, costs, "ms", note)


async def measured(
    directory: Path, effort: Effort, wanted: Callable[[str], bool], arguments: tuple[str, ...] = ()
) -> AsyncIterator[Row]:
    """The rows against the floor, with 10,000 objects stored: half ConfigMaps of 1 KB, half Pods of 2.5 KB. arguments:
    flags of the server."""
    kinds = config_map(CONFIG_MAP_BYTES), pod(POD_BYTES)
    async with setting(directory, kinds, (STORED_OF_EACH, STORED_OF_EACH), arguments) as at:
        if wanted("memory"):
            note = "on etcd, 5,000 of 1 KB and 5,000 of 2.5 KB read from it"
            yield Row("memory, etcd", at.server.process.resident(), "MiB", 150, note=note)
        for name, part in (("get", get), ("list", list_all), ("update", update), ("create", create)):
            if wanted(name):
                async for figure in part(at, effort):
                    yield figure


async def scaled(directory: Path, effort: Effort) -> AsyncIterator[Row]:
    """Get where many objects are stored against Get where few are: two servers, each with an etcd of its own."""
    few, many = effort.scales
    kind = config_map(CONFIG_MAP_BYTES)
    async with (
        setting(directory / "few", [kind], [few]) as small,
        setting(directory / "many", [kind], [many]) as large,
    ):
        sides = [Side(at.server.process, get_calls(at, at.stored[kind.plural])[0]) for at in (large, small)]
        costs = await alternate(sides[0], sides[1], effort.rounds, shuffled(many, effort.calls))
    yield row(f"get, {many:,} stored", 1.25, costs, note=f"its floor is Get with {few:,} stored")
