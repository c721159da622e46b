"""Starting, stopping, crashing and starting again; and what a server tells of itself meanwhile."""

import asyncio
import json
import random
import signal
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import psutil
import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from grpc import StatusCode
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2
from pilothouse.api.authentication.v1.authentication_pb2 import TokenRequest
from pilothouse.api.authentication.v1.rpc_pb2 import CreateTokenRequestRequest
from pilothouse.api.core.v1.core_pb2 import ConfigMap
from pilothouse.api.dynamic.v1 import dynamic_pb2 as dynamic
from pilothouse.api.meta.v1 import requests_pb2 as requests
from pilothouse.server.authentication.pki import Pki

from tests.e2e.requests import CONFIG_MAPS, DYNAMIC, MAPS, make, make_namespace, writing, writing_json
from tests.support.caller import EOF, Caller, Identity, admin_of
from tests.support.etcd import Etcd
from tests.support.metrics import eventually, get, metric
from tests.support.server import ServerProcess

Start = Callable[..., ServerProcess]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts servers of the test's own, each with a directory; all are gone after the test."""
    started: list[ServerProcess] = []

    def make_server(*flags: str) -> ServerProcess:
        directory = tmp_path / f"server-{len(started)}"
        directory.mkdir()
        server = ServerProcess(directory, flags)
        started.append(server)
        server.start()
        return server

    yield make_server
    for server in started:
        server.kill()


async def frames(stream: Any, until: int = 0) -> list[dynamic.WatchFrame]:
    """What a watch sends up to a revision, or until it ends well."""
    found = []
    async with asyncio.timeout(20):
        while (data := await stream.read()) is not EOF:
            found.append(dynamic.WatchFrame.FromString(data))
            if until and found[-1].revision >= until:
                break
    return found


def names(found: list[dynamic.WatchFrame]) -> list[str]:
    return [ConfigMap.FromString(e.object).metadata.name for frame in found for e in frame.events]


def watching(**options: Any) -> dynamic.WatchRequest:
    return dynamic.WatchRequest(scopes=[{"resource": CONFIG_MAPS, "namespace": "n"}], **options)


async def test_being_told_to_stop_ends_watches_well_and_lets_calls_finish(start: Start) -> None:
    server = start()
    async with Caller(server.grpc_port, admin_of(server)) as caller:
        await make_namespace(caller, "n")
        health = caller.stream("grpc.health.v1.Health/Watch", b"", None)
        assert health_pb2.HealthCheckResponse.FromString(await health.read()).status == 1
        reflection = caller.channel.stream_stream("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo")()
        await reflection.write(b"\x3a\x01*")
        assert await reflection.read()
        watches = [caller.stream(DYNAMIC + "Watch", watching(), None) for _ in range(20)]
        for watch in watches:
            assert await watch.read()
        # This one waits inside the server, for three seconds, when the signal comes.
        waiting = requests.GetRequest(namespace="n", name="a", options={"resource_version": "999999"})
        call = asyncio.create_task(caller.refused(MAPS + "Get", waiting))
        await asyncio.sleep(0.2)
        began = asyncio.get_running_loop().time()
        server.send(signal.SIGTERM)
        for watch in watches:
            await frames(watch)
            assert await watch.code() is StatusCode.OK
        # To be waited for they would have half a minute.
        assert asyncio.get_running_loop().time() - began < 10
        assert health_pb2.HealthCheckResponse.FromString(await health.read()).status == 2
        assert await health.read() is EOF
        assert (await call).reason == "Timeout"
    assert await asyncio.to_thread(server.exit_code) == 0
    assert asyncio.get_running_loop().time() - began < 15
    assert "Traceback" not in server.log
    assert server.log.rstrip().endswith("stopped")


async def test_a_client_that_takes_nothing_in_holds_up_no_stop(start: Start) -> None:
    server = start()
    # Windows that never grow: what is not read stays with the server.
    async with Caller(server.grpc_port, admin_of(server), (("grpc.http2.bdp_probe", 0),)) as caller:
        await make_namespace(caller, "n")
        await asyncio.gather(*(make(caller, "n", f"m{i}", k="x" * 500_000) for i in range(20)))
        process = psutil.Process(server.pid)
        before = process.memory_info().rss
        stalled = [caller.stream(MAPS + "Watch", requests.WatchRequest(), None) for _ in range(50)]
        await eventually(lambda: metric(server, "pilothouse_watches") >= 50)
        for _ in range(5):
            await asyncio.gather(*(make_change(caller, f"m{i}") for i in range(20)))
        # Fifty watchers were each to be sent 60 MB.
        assert process.memory_info().rss - before < 400 << 20
        server.send(signal.SIGTERM)
        assert await asyncio.to_thread(server.exit_code) == 0
        del stalled
    assert "Traceback" not in server.log


async def make_change(caller: Caller, name: str) -> None:
    patch = b'{"metadata":{"annotations":{"again":"%d"}}}' % (asyncio.get_running_loop().time() * 1e6)
    request = requests.PatchRequest(namespace="n", name=name, type=requests.MERGE_PATCH, patch=patch)
    await caller.call(MAPS + "Patch", request)


async def test_data_and_revisions_outlive_a_crash_and_watchers_miss_nothing(start: Start) -> None:
    server = start()
    async with Caller(server.grpc_port, admin_of(server)) as caller:
        await make_namespace(caller, "n")
        first = await make(caller, "n", "a", k="1")
        stream = caller.stream(DYNAMIC + "Watch", watching(), None)
        seen = await frames(stream, int(first.metadata.resource_version))
        last = await make(caller, "n", "b")
        server.kill()
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await frames(stream)
        assert caught.value.code() is StatusCode.UNAVAILABLE
    server.start()
    async with Caller(server.grpc_port, admin_of(server)) as caller:
        answer = await caller.call(MAPS + "Get", requests.GetRequest(namespace="n", name="a"))
        assert ConfigMap.FromString(answer) == first
        next_ = await make(caller, "n", "c")
        assert int(next_.metadata.resource_version) > int(last.metadata.resource_version)
        place = str(seen[-1].revision)
        stream = caller.stream(DYNAMIC + "Watch", watching(resource_version=place), None)
        assert names(await frames(stream, int(next_.metadata.resource_version))) == ["b", "c"]
        stream.cancel()


def second(server: ServerProcess, directory: Path) -> ServerProcess:
    directory.mkdir()
    return ServerProcess(directory, ())


@pytest.mark.parametrize(
    ("port", "fault"),
    [
        ("grpc_port", "--grpc-port: cannot listen on 127.0.0.1:"),
        ("token_port", "--grpc-token-port: cannot listen on 127.0.0.1:"),
        ("secure_port", "--secure-port: cannot listen on 127.0.0.1:"),
        ("health_port", "--health-port: cannot listen on port"),
    ],
)
def test_a_second_server_on_the_same_port_says_so(server: ServerProcess, tmp_path: Path, port: str, fault: str) -> None:
    other = second(server, tmp_path / "other")
    setattr(other, port, getattr(server, port))
    other.launch()
    assert other.exit_code() == 1
    assert fault in other.log
    assert "Traceback" not in other.log


def test_a_second_server_on_the_same_data_says_so_and_disturbs_nothing(server: ServerProcess, tmp_path: Path) -> None:
    config = server.config.read_text()
    other = second(server, tmp_path / "other")
    other.data = server.data
    other.launch()
    assert other.exit_code() == 1
    assert "is in use by another server" in other.log
    assert "Traceback" not in other.log
    assert server.config.read_text() == config


def test_health_and_metrics_are_for_this_machine_alone(server: ServerProcess) -> None:
    for path in ("/livez", "/readyz"):
        assert get(server.health_port, path) == (200, "ok")
    assert get(server.health_port, "/metrics")[0] == 200
    listening = [
        c.laddr.ip
        for c in psutil.Process(server.pid).net_connections("tcp")
        if c.status == psutil.CONN_LISTEN and c.laddr.port == server.health_port
    ]
    assert listening == ["127.0.0.1"]


@pytest.fixture
async def caller(server: ServerProcess) -> AsyncIterator[Caller]:
    async with Caller(server.grpc_port, admin_of(server)) as caller:
        yield caller


async def test_the_standard_health_service(caller: Caller) -> None:
    async def status(name: str) -> int:
        request = health_pb2.HealthCheckRequest(service=name)
        answer = await caller.call("grpc.health.v1.Health/Check", request)
        return int(health_pb2.HealthCheckResponse.FromString(answer).status)

    for name in ("", "pilothouse.api.core.v1.Pods", "pilothouse.api.dynamic.v1.Resources"):
        assert await status(name) == health_pb2.HealthCheckResponse.SERVING
    request = health_pb2.HealthCheckRequest(service="no.such.Service")
    assert (await caller.refused("grpc.health.v1.Health/Check", request)).code is StatusCode.NOT_FOUND
    assert (await caller.refused("grpc.health.v1.Health/Check", b"\xff")).code is StatusCode.INVALID_ARGUMENT
    watch = caller.stream("grpc.health.v1.Health/Watch", request)
    answer = health_pb2.HealthCheckResponse.FromString(await watch.read())
    assert answer.status == health_pb2.HealthCheckResponse.SERVICE_UNKNOWN
    watch.cancel()


@pytest.mark.parametrize("version", ["v1", "v1alpha"])
async def test_reflection(caller: Caller, version: str) -> None:
    call = caller.channel.stream_stream(f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo")()

    async def ask(**question: str) -> reflection_pb2.ServerReflectionResponse:
        await call.write(reflection_pb2.ServerReflectionRequest(**question).SerializeToString())
        return reflection_pb2.ServerReflectionResponse.FromString(await call.read())

    services = {s.name for s in (await ask(list_services="*")).list_services_response.service}
    assert {"pilothouse.api.core.v1.Pods", "pilothouse.api.dynamic.v1.Resources", "grpc.health.v1.Health"} <= services
    for name in services:
        found = (await ask(file_containing_symbol=name)).file_descriptor_response.file_descriptor_proto
        files = [FileDescriptorProto.FromString(file) for file in found]
        assert any(f"{f.package}.{s.name}" == name for f in files for s in f.service), name
    pods = (await ask(file_containing_symbol="pilothouse.api.core.v1.Pods")).file_descriptor_response
    methods = {
        m.name
        for file in map(FileDescriptorProto.FromString, pods.file_descriptor_proto)
        for service in file.service
        if service.name == "Pods"
        for m in service.method
    }
    assert {"Get", "List", "Watch", "Create", "Update", "UpdateStatus", "Patch", "Delete"} <= methods
    assert (await ask(file_containing_symbol="no.such.Thing")).error_response.error_code == 5
    await call.done_writing()
    assert await call.read() is EOF


async def test_two_thousand_idle_connections_are_borne(server: ServerProcess, caller: Caller, namespace: str) -> None:
    process = psutil.Process(server.pid)
    before = process.num_fds()
    admin = Pki(server.data / "pki").client("admin", ["system:masters"])
    context = ssl.create_default_context(cafile=admin.ca)
    context.load_cert_chain(admin.certificate, admin.key)
    context.set_alpn_protocols(["h2"])

    async def connect(number: int) -> asyncio.StreamWriter:
        # One in four never even begins to speak TLS.
        how: dict[str, Any] = {"ssl": context, "server_hostname": "localhost"} if number % 4 else {}
        _, writer = await asyncio.open_connection("127.0.0.1", server.grpc_port, **how)
        return writer

    idle: list[asyncio.StreamWriter] = []
    try:
        for start_at in range(0, 2_000, 100):
            idle += await asyncio.gather(*map(connect, range(start_at, start_at + 100)))
        await eventually(lambda: process.num_fds() >= before + 1_900)
        assert len(await asyncio.gather(*(make(caller, namespace, f"m{i}") for i in range(20)))) == 20
        async with Caller(server.grpc_port, admin_of(server)) as newcomer:
            await newcomer.call(MAPS + "List", requests.ListRequest(namespace=namespace))
        assert get(server.health_port, "/readyz") == (200, "ok")
    finally:
        for writer in idle:
            writer.transport.abort()
    await eventually(lambda: process.num_fds() < before + 200)


@pytest.fixture
def workers(tmp_path: Path, etcd_url: str, etcd_prefix: str) -> Iterator[tuple[ServerProcess, Identity]]:
    """Two workers on etcd, and who may do everything there."""
    pki = Pki(tmp_path / "pki")
    files, client = pki.server(), pki.client("admin", ["system:masters"])
    flags = (
        *("--tls-cert-file", str(files.certificate), "--tls-private-key-file", str(files.key)),
        *("--client-ca-file", str(files.ca), "--bind-address", "127.0.0.1"),
        *("--etcd-servers", etcd_url, "--etcd-prefix", etcd_prefix + "/registry", "--workers", "2"),
        *("--service-account-issuer", "https://issuer.test"),
        *("--service-account-signing-key-file", str(pki.account_key())),
    )
    server = ServerProcess(tmp_path, flags, "serve")
    # The second worker's health port is the next one; below 32768 no connection takes it meanwhile.
    server.health_port = next(p for p in random.sample(range(15_000, 30_000), 100) if is_free(p) and is_free(p + 1))
    server.start()
    yield server, Identity(client.ca.read_bytes(), client.certificate.read_bytes(), client.key.read_bytes())
    server.kill()


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def children(server: ServerProcess) -> list[psutil.Process]:
    """The workers, without what multiprocessing keeps beside them."""
    found = [p for p in psutil.Process(server.pid).children() if p.status() != psutil.STATUS_ZOMBIE]
    return [p for p in found if "spawn_main" in " ".join(p.cmdline())]


def is_ready(port: int) -> bool:
    try:
        return get(port, "/readyz")[0] == 200
    except OSError:
        return False


async def test_workers_share_the_port_and_the_data(workers: tuple[ServerProcess, Identity], etcd_server: Etcd) -> None:
    server, admin = workers
    ports = (server.health_port, server.health_port + 1)
    await eventually(lambda: all(map(is_ready, ports)))

    def served() -> list[bool]:
        return ['verb="get"' in get(port, "/metrics")[1] for port in ports]

    callers = [Caller(server.grpc_port, admin) for _ in range(12)]
    await make_namespace(callers[0], "n")
    for number, writer in enumerate(callers):
        made = await make(writer, "n", f"m{number}")
        for reader in callers:
            query = requests.GetRequest(namespace="n", name=f"m{number}")
            assert ConfigMap.FromString(await reader.call(MAPS + "Get", query)) == made
    assert served() == [True, True], "each worker has had some of the connections"
    victim, other = children(server)
    victim.kill()
    await eventually(lambda: len(children(server)) == 2 and victim.pid not in [p.pid for p in children(server)])
    await eventually(lambda: all(map(is_ready, ports)))
    for caller in callers:
        await eventually_answers(caller)
    before = [*children(server)]
    server.send(signal.SIGTERM)
    assert await asyncio.to_thread(server.exit_code) == 0
    assert not any(p.is_running() for p in (*before, other))
    assert "Traceback" not in server.log
    for caller in callers:
        await caller.channel.close()


async def test_workers_know_each_others_tokens_at_once(workers: tuple[ServerProcess, Identity]) -> None:
    server, admin = workers
    await eventually(lambda: all(map(is_ready, (server.health_port, server.health_port + 1))))
    accounts = dynamic.ResourceName(version="v1", resource="serviceaccounts")
    nobody = Identity(admin.ca)
    readers = [Caller(server.token_port, nobody) for _ in range(8)]
    async with Caller(server.grpc_port, admin) as caller:
        await make_namespace(caller, "n")
        for number in range(3):
            account = json.dumps({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": f"a{number}"}})
            await caller.call(DYNAMIC + "Create", writing_json("n", account.encode(), accounts))
            wanted = CreateTokenRequestRequest(namespace="n", name=f"a{number}")
            answer = await caller.call("pilothouse.api.core.v1.ServiceAccounts/CreateToken", wanted)
            shown = (("authorization", f"Bearer {TokenRequest.FromString(answer).status.token}"),)
            for reader in readers:
                with pytest.raises(grpc.aio.AioRpcError) as caught:
                    await reader.channel.unary_unary(f"/{MAPS}List")(b"", timeout=15, metadata=shown)
                # Known, and not allowed to.
                assert caught.value.code() is StatusCode.PERMISSION_DENIED
    for reader in readers:
        await reader.channel.close()


async def eventually_answers(caller: Caller) -> None:
    async with asyncio.timeout(10):
        while True:
            try:
                await caller.call(DYNAMIC + "Update", writing("n", "m0", k="v"))
                return
            except grpc.aio.AioRpcError as error:
                if error.code() is not StatusCode.UNAVAILABLE:
                    raise
                await asyncio.sleep(0.05)


async def test_workers_do_not_outlive_their_supervisor(workers: tuple[ServerProcess, Identity]) -> None:
    server, _ = workers
    left = children(server)
    assert len(left) == 2
    server.send(signal.SIGKILL)
    await eventually(lambda: not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in left))
