"""What a garbage collector and a namespace's end do to a server at work: much goes, while others go on."""

import asyncio
import random
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import grpc.aio
from pilothouse.api.core.v1 import core_pb2
from pilothouse.api.dynamic.v1 import dynamic_pb2
from pilothouse.api.meta.v1 import meta_pb2, requests_pb2

from bench.certificates import ADMIN, make
from bench.setting import insist
from bench.stand import Server, channel, unary
from tests.soak.clients import method
from tests.support.etcd import Etcd

DYNAMIC = "/pilothouse.api.dynamic.v1.Resources/"
TREE, OTHERS = "tree", "others"
CONFIG_MAPS = dynamic_pb2.ResourceName(version="v1", resource="configmaps")
AT_ONCE = 50
PROBES, PAUSE_SECONDS = 3, 0.01
PATIENCE_SECONDS = 120.0


@dataclass(slots=True)
class Latencies:
    """Seconds that requests took, by what they were."""

    seconds: dict[str, list[float]] = field(default_factory=dict)

    def add(self, what: str, seconds: float) -> None:
        self.seconds.setdefault(what, []).append(seconds)

    @property
    def all(self) -> list[float]:
        return [second for part in self.seconds.values() for second in part]

    def p99(self) -> float:
        return statistics.quantiles(self.all, n=100)[98]

    def __str__(self) -> str:
        parts = [f"{what} {_quantiles(found)}" for what, found in sorted(self.seconds.items())]
        return f"{len(self.all)} requests, p50/p99 ms: all {_quantiles(self.all)}; {', '.join(parts)}"


def _quantiles(found: Sequence[float]) -> str:
    cuts = statistics.quantiles(found, n=100)
    return f"{cuts[49] * 1000:.1f}/{cuts[98] * 1000:.1f}"


@dataclass(frozen=True, slots=True)
class Collected:
    """A tree that was collected: how many objects, in how many seconds; what others waited before and meanwhile."""

    objects: int
    seconds: float
    quiet: Latencies
    busy: Latencies

    @property
    def slowdown(self) -> float:
        return self.busy.p99() / self.quiet.p99()

    def __str__(self) -> str:
        return (
            f"{self.objects} objects in {self.seconds:.1f} s; p99 {self.slowdown:.2f} times its quiet value\n"
            f"  quiet: {self.quiet}\n  busy:  {self.busy}"
        )


@asynccontextmanager
async def serving(directory: Path, etcd: Etcd | None) -> AsyncIterator[grpc.aio.Channel]:
    """A channel of an administrator to a server that runs the controllers."""
    certificates = make(directory / "certificates")
    arguments = ("--controllers", "*", "--root-ca-file", str(certificates / "ca.crt"))
    server = Server(directory / "server", certificates, etcd.url if etcd else "", arguments)
    await asyncio.to_thread(server.start)
    try:
        async with channel(server.port, certificates, ADMIN) as admin:
            yield admin
    finally:
        server.process.end()


async def collect(directory: Path, objects: int, quiet_seconds: float, etcd: Etcd | None = None) -> Collected:
    """Deletes the root of a tree, whose branches own ever a hundred leaves, and waits until all of it has gone."""
    async with serving(directory, etcd) as admin:
        for name in (TREE, OTHERS):
            namespace = core_pb2.Namespace(metadata={"name": name})
            request = dynamic_pb2.WriteRequest(object=namespace.SerializeToString())
            await insist(unary(admin, "/pilothouse.api.core.v1.Namespaces/Create"), request.SerializeToString())
        await plant(admin, objects)
        probe = Probe(admin)
        await probe.during(asyncio.sleep(1.0))
        quiet = await probe.during(asyncio.sleep(quiet_seconds))
        started = time.monotonic()
        await unary(admin, method("configmaps", "Delete"))(
            requests_pb2.DeleteRequest(namespace=TREE, name="root").SerializeToString()
        )
        busy = await probe.during(emptied(admin))
        return Collected(objects, time.monotonic() - started, quiet, busy)


async def plant(admin: grpc.aio.Channel, objects: int) -> None:
    root = (await transact(admin, [config_map("root")]))[0]
    names = [f"branch-{n}" for n in range(max(1, objects // 100))]
    branches = await transact(admin, [config_map(name, root) for name in names])
    leaves = [config_map(f"leaf-{n}", branches[n % len(branches)]) for n in range(objects - len(branches))]
    await transact(admin, leaves)


async def transact(admin: grpc.aio.Channel, made: Sequence[core_pb2.ConfigMap]) -> list[core_pb2.ConfigMap]:
    """Creates many, some in each transaction."""
    call, answers = unary(admin, DYNAMIC + "Transact"), []
    for at in range(0, len(made), AT_ONCE):
        request = dynamic_pb2.TransactRequest()
        for one in made[at : at + AT_ONCE]:
            write = dynamic_pb2.WriteRequest(resource=CONFIG_MAPS, namespace=TREE, object=one.SerializeToString())
            request.operations.add(create=write)
        answer = dynamic_pb2.TransactResponse.FromString(await call(request.SerializeToString(), timeout=30))
        answers += [core_pb2.ConfigMap.FromString(found.object) for found in answer.objects]
    return answers


def config_map(name: str, owner: core_pb2.ConfigMap | None = None) -> core_pb2.ConfigMap:
    made = core_pb2.ConfigMap(metadata={"name": name}, data={"filling": "x" * 300})
    if owner is not None:
        made.metadata.owner_references.add(
            api_version="v1", kind="ConfigMap", name=owner.metadata.name, uid=owner.metadata.uid
        )
    return made


async def emptied(admin: grpc.aio.Channel) -> None:
    """Returns when nothing of the tree is left."""
    call = unary(admin, method("configmaps", "List"))
    request = requests_pb2.ListRequest(namespace=TREE, options=meta_pb2.ListOptions(limit=2)).SerializeToString()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        page = dynamic_pb2.ObjectList.FromString(await call(request, timeout=30))
        # The server's own certificates are there too.
        if len(page.items) < 2:
            return
        if time.monotonic() > deadline:
            raise TimeoutError(f"the tree was not collected within {PATIENCE_SECONDS} s")
        await asyncio.sleep(0.25)


class Probe:
    """What others do meanwhile: reads, lists and writes in another namespace, a few at a time."""

    def __init__(self, admin: grpc.aio.Channel) -> None:
        self._calls = {verb: unary(admin, method("configmaps", verb)) for verb in ("Get", "List", "Create", "Update")}
        self._names = count()

    async def during(self, work: Awaitable[None]) -> Latencies:
        found, done = Latencies(), asyncio.Event()
        probes = [asyncio.create_task(self._run(found, done, number)) for number in range(PROBES)]
        await work
        done.set()
        await asyncio.gather(*probes)
        return found

    async def _run(self, found: Latencies, done: asyncio.Event, seed: int) -> None:
        choices = random.Random(seed)
        while not done.is_set():
            name = f"other-{next(self._names)}"
            made = core_pb2.ConfigMap(metadata={"name": name}, data={"filling": "x" * 300})
            for verb, request in self._round(name, made):
                started = time.perf_counter()
                await self._calls[verb](request, timeout=30)
                found.add(verb, time.perf_counter() - started)
                await asyncio.sleep(PAUSE_SECONDS * choices.uniform(0.5, 1.5))

    @staticmethod
    def _round(name: str, made: core_pb2.ConfigMap) -> list[tuple[str, bytes]]:
        write = dynamic_pb2.WriteRequest(namespace=OTHERS, object=made.SerializeToString()).SerializeToString()
        get = requests_pb2.GetRequest(namespace=OTHERS, name=name).SerializeToString()
        listing = requests_pb2.ListRequest(namespace=OTHERS, options=meta_pb2.ListOptions(limit=20)).SerializeToString()
        return [("Create", write), ("Get", get), ("List", listing), ("Update", write), ("Get", get)]
