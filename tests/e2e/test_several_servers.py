"""Three servers on one etcd: limits hold across them, and one of them does the controllers' work."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import grpc.aio
import pytest
from google.protobuf.message import Message
from pilothouse.api.core.v1 import core_pb2, quotas_pb2
from pilothouse.api.dynamic.v1 import dynamic_pb2
from pilothouse.api.meta.v1 import meta_pb2, requests_pb2

from bench.certificates import ADMIN, make
from bench.stand import Server, channel, unary
from tests.support.etcd import Etcd
from tests.support.metrics import eventually, get

CORE = "/pilothouse.api.core.v1."
NAMESPACE = "orchard"
SECONDS = 60.0


class Servers:
    """Processes that share an etcd, and a channel to each."""

    def __init__(self, processes: list[Server], channels: list[grpc.aio.Channel]) -> None:
        self.processes = processes
        self.channels = channels

    async def call(self, number: int, method: str, request: Message) -> bytes:
        call = unary(self.channels[number % len(self.channels)], CORE + method)
        return await call(request.SerializeToString(), timeout=SECONDS, wait_for_ready=True)

    async def create(self, number: int, service: str, made: Message) -> bytes:
        namespace = "" if isinstance(made, core_pb2.Namespace) else NAMESPACE
        write = dynamic_pb2.WriteRequest(namespace=namespace, object=made.SerializeToString())
        return await self.call(number, f"{service}/Create", write)

    async def names(self, number: int, service: str) -> list[str]:
        answer = await self.call(number, f"{service}/List", requests_pb2.ListRequest(namespace=NAMESPACE))
        bodies = dynamic_pb2.ObjectList.FromString(answer).items
        return [meta_pb2.PartialObjectMetadata.FromString(body).metadata.name for body in bodies]

    def leaders(self) -> list[Server]:
        return [p for p in self.processes if p.process.running and leads(p)]


def leads(server: Server) -> bool:
    return "pilothouse_leads 1.0" in get(server.health_port, "/metrics")[1]


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[list[Server]]:
    etcd = Etcd(tmp_path / "etcd")
    etcd.start()
    certificates = make(tmp_path / "certificates")
    flags = ("--controllers", "*", "--root-ca-file", str(certificates / "ca.crt"))
    term = ("--leader-elect-lease-duration", "2s")
    found = [Server(tmp_path / f"server-{n}", certificates, etcd.url, (*flags, *term)) for n in range(3)]
    try:
        for server in found:
            server.process.spawn()
        for server in found:
            server.await_ready()
        yield found
    finally:
        for server in found:
            server.process.end(signal.SIGKILL)
        etcd.stop()


@pytest.fixture
async def servers(processes: list[Server]) -> AsyncIterator[Servers]:
    async with AsyncExitStack() as stack:
        channels = []
        for server in processes:
            channels.append(await stack.enter_async_context(channel(server.port, server.certificates, ADMIN)))
        servers = Servers(processes, channels)
        await servers.create(0, "Namespaces", core_pb2.Namespace(metadata={"name": NAMESPACE}))
        yield servers


async def test_a_quota_of_ten_lets_ten_of_two_hundred_in(servers: Servers) -> None:
    quota = quotas_pb2.ResourceQuota(metadata={"name": "purse"})
    quota.spec.hard["count/secrets"].string = "10"
    await servers.create(0, "ResourceQuotas", quota)
    request = requests_pb2.GetRequest(namespace=NAMESPACE, name="purse")

    async def used(number: int) -> str:
        answer = await servers.call(number, "ResourceQuotas/Get", request)
        return quotas_pb2.ResourceQuota.FromString(answer).status.used["count/secrets"].string

    async with asyncio.timeout(SECONDS):
        for number in range(3):
            while await used(number) != "0":  # noqa: ASYNC110 (what is waited for is the servers' doing)
                await asyncio.sleep(0.02)

    async def create(number: int) -> str:
        """What was refused says why; "" where it was made."""
        try:
            await servers.create(number, "Secrets", core_pb2.Secret(metadata={"name": f"s{number}"}))
        except grpc.aio.AioRpcError as error:
            return f"{error.code().name}: {error.details()}"
        return ""

    told = await asyncio.gather(*map(create, range(200)))
    refused = [text for text in told if text]
    assert len(refused) == 190
    assert all(text.startswith("PERMISSION_DENIED: ") and "exceeded quota: purse" in text for text in refused)
    wanted = sorted(f"s{number}" for number, text in enumerate(told) if not text)
    for number in range(3):
        assert sorted(await servers.names(number, "Secrets")) == wanted
        assert await used(number) == "10"
    # What goes makes room for as many, whoever is asked.
    for name in wanted[:4]:
        await servers.call(1, "Secrets/Delete", requests_pb2.DeleteRequest(namespace=NAMESPACE, name=name))
    async with asyncio.timeout(SECONDS):
        while await used(2) != "6":  # noqa: ASYNC110 (what is waited for is the servers' doing)
            await asyncio.sleep(0.02)
    assert (await asyncio.gather(*map(create, range(200, 260)))).count("") == 4


async def test_one_leads_and_another_follows_when_it_is_killed(servers: Servers) -> None:
    await eventually(lambda: len(servers.leaders()) == 1)
    first = servers.leaders()[0]
    first.process.kill()
    await eventually(lambda: len(servers.leaders()) == 1)
    number = servers.processes.index(servers.leaders()[0])
    assert servers.processes[number] is not first
    # The work is taken up where it was left.
    other = next(n for n in range(3) if servers.processes[n] is not first and n != number)
    owner = core_pb2.ConfigMap.FromString(
        await servers.create(other, "ConfigMaps", core_pb2.ConfigMap(metadata={"name": "root"}))
    )
    leaf = core_pb2.ConfigMap(metadata={"name": "leaf"})
    leaf.metadata.owner_references.add(api_version="v1", kind="ConfigMap", name="root", uid=owner.metadata.uid)
    await servers.create(number, "ConfigMaps", leaf)
    await servers.call(other, "ConfigMaps/Delete", requests_pb2.DeleteRequest(namespace=NAMESPACE, name="root"))
    async with asyncio.timeout(SECONDS):
        while "leaf" in await servers.names(other, "ConfigMaps"):  # noqa: ASYNC110 (it is the servers' doing)
            await asyncio.sleep(0.02)


async def test_a_leader_that_is_stopped_in_the_middle_leads_no_longer_when_it_wakes(servers: Servers) -> None:
    await eventually(lambda: len(servers.leaders()) == 1)
    first = servers.leaders()[0]
    assert first.process.running is not None
    first.process.running.send_signal(signal.SIGSTOP)
    try:
        others = [server for server in servers.processes if server is not first]
        await eventually(lambda: sum(map(leads, others)) == 1)
    finally:
        first.process.running.send_signal(signal.SIGCONT)
    await eventually(lambda: not leads(first))
    assert sum(map(leads, others)) == 1
