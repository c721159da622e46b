"""What is done to a server while it is written to and watched, and the judgement of what came of it."""

import asyncio
import re
import subprocess
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import grpc.aio
from pilothouse.api.meta.v1 import requests_pb2

from bench.certificates import ADMIN, USER, make
from bench.etcd import EtcdClient
from bench.setting import bind_user, insist
from bench.stand import Server, channel, unary
from tests.soak.clients import NAMESPACE, SERVICES, Watcher, Writer, listed, method
from tests.soak.history import Frame, Outcome, Snapshot, Violation, judge
from tests.support.etcd import Etcd, find_etcd

WRITERS = 8
WATCHERS = 20
WRITER_PAUSE_SECONDS = 0.01
PATIENCE_SECONDS = 30.0
KINDS = tuple(SERVICES)


@dataclass(slots=True)
class Scene:
    """A server on one of the stores, with everybody who talks to it."""

    server: Server
    etcd: Etcd | None
    writers: list[Writer] = field(default_factory=list)
    watchers: list[Watcher] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Report:
    violations: list[Violation]
    acknowledged: int
    unknown: int
    events: int
    resumed: int
    expired: int

    def __str__(self) -> str:
        return (
            f"{self.acknowledged} writes acknowledged, {self.unknown} of unknown outcome, {self.events} events, "
            f"{self.resumed} streams resumed, {self.expired} expired, {len(self.violations)} violations"
        )


Chaos = Callable[[Scene], Awaitable[None]]


def sound_when_killed() -> bool:
    """Whether the etcd at hand keeps its data when killed: 3.5.0 to 3.5.2 may not (see the announcement in etcd's
    changelog for 3.5.3)."""
    told = subprocess.run([find_etcd(), "--version"], capture_output=True, text=True, check=True).stdout
    version = re.search(r"etcd Version: (\d+)\.(\d+)\.(\d+)", told)
    if version is None:
        raise ValueError(f"etcd --version says {told!r}")
    return not (3, 5, 0) <= tuple(int(part) for part in version.groups()) <= (3, 5, 2)


async def restart_server(scene: Scene) -> None:
    scene.server.process.kill()
    await asyncio.to_thread(scene.server.start)


async def restart_etcd(scene: Scene) -> None:
    assert scene.etcd is not None
    await asyncio.to_thread(scene.etcd.kill if sound_when_killed() else scene.etcd.stop)
    await asyncio.sleep(0.2)
    await asyncio.to_thread(scene.etcd.start)
    await asyncio.to_thread(scene.server.await_ready)


def crashes(server_kills: int, etcd_kills: int, between: float) -> Chaos:
    """Kills and restarts the server so many times, and etcd, with so many seconds of work between."""

    async def chaos(scene: Scene) -> None:
        for number in range(max(server_kills, etcd_kills)):
            if number < server_kills:
                await asyncio.sleep(between)
                await restart_server(scene)
            if scene.etcd and number < etcd_kills:
                await asyncio.sleep(between)
                await restart_etcd(scene)
        await asyncio.sleep(between)

    return chaos


def compactions(rounds: int, between: float) -> Chaos:
    """Compacts etcd to its newest revision again and again; some watchers stay away meanwhile, over a restart too."""

    async def chaos(scene: Scene) -> None:
        assert scene.etcd is not None
        store, compacted = EtcdClient(scene.etcd.port), 0
        try:
            for number in range(rounds):
                away = scene.watchers[number % 4 :: 4]
                for watcher in away:
                    watcher.present.clear()
                for _ in range(4):
                    await asyncio.sleep(between / 4)
                    revision = await store.revision()
                    # etcd refuses to compact twice to the same revision.
                    if revision > compacted:
                        await store.compact(revision)
                        compacted = revision
                if number % 2 == 0:
                    await restart_server(scene)
                for watcher in away:
                    watcher.present.set()
        finally:
            await store.close()

    return chaos


async def play(directory: Path, chaos: Chaos, etcd: Etcd | None, arguments: tuple[str, ...] = ()) -> Report:
    """Runs one scenario in `directory` on `etcd` (None: SQLite) and judges it. Raises what a client died of."""
    certificates = make(directory / "certificates")
    server = Server(directory / "server", certificates, etcd.url if etcd else "", arguments)
    scene = Scene(server, etcd)
    await asyncio.to_thread(server.start)
    try:
        async with AsyncExitStack() as stack:
            admin = await stack.enter_async_context(channel(server.port, certificates, ADMIN))
            await bind_user(admin)
            channels = [await stack.enter_async_context(channel(server.port, certificates, USER)) for _ in range(6)]
            # A new role binding takes a moment to be seen where the store is another process.
            for kind in KINDS:
                listing = requests_pb2.ListRequest(namespace=NAMESPACE).SerializeToString()
                await insist(unary(channels[0], method(kind, "List")), listing)
            populate(scene, channels)
            final = await act(scene, chaos, channels[0])
    finally:
        server.process.end()
    return report(scene, final)


def populate(scene: Scene, channels: list[grpc.aio.Channel]) -> None:
    """Eight writers and twenty watchers, of each kind alone and of both at once; a few of them slow."""
    tokens = count(1)
    scene.writers = [Writer(channels[number % 2], number, tokens, WRITER_PAUSE_SECONDS) for number in range(WRITERS)]
    for number in range(WATCHERS):
        kinds = (KINDS[:1], KINDS[1:], KINDS)[number % 3]
        slow = 0.3 if number % 5 == 0 else 0.0
        scene.watchers.append(Watcher(channels[2 + number % 4], f"watcher-{number}", kinds, slow))


async def act(scene: Scene, chaos: Chaos, through: grpc.aio.Channel) -> dict[str, Snapshot]:
    """Lets everybody work through the chaos, then stops the writers, lists, and waits until the watchers are there."""
    async with asyncio.TaskGroup() as watching:
        tasks = {watching.create_task(watcher.run()): watcher for watcher in scene.watchers}
        async with asyncio.TaskGroup() as writing:
            for writer in scene.writers:
                writing.create_task(writer.run())
            await chaos(scene)
            for writer in scene.writers:
                writer.stopped = True
        final = await listed(through, KINDS)
        goal = max(snapshot.revision for snapshot in final.values())
        for watcher in scene.watchers:
            watcher.present.set()
            watcher.pause, watcher.goal = 0.0, goal
        _, late = await asyncio.wait(tasks, timeout=PATIENCE_SECONDS)
        if late:
            where = {watcher.name: (watcher.position, watcher.trouble) for watcher in map(tasks.__getitem__, late)}
            raise TimeoutError(f"watchers did not come to {goal}: {where}")
    return final


def report(scene: Scene, final: dict[str, Snapshot]) -> Report:
    attempts = [attempt for writer in scene.writers for attempt in writer.attempts]
    everything = {key: left for part in final.values() for key, left in part.objects.items()}
    whole = Snapshot(max(part.revision for part in final.values()), everything)
    logs = {watcher.name: watcher.log for watcher in scene.watchers}
    scopes = {watcher.name: tuple(f"{resource}/" for resource in watcher.resources) for watcher in scene.watchers}
    frames = [entry for log in logs.values() for entry in log if isinstance(entry, Frame)]
    return Report(
        judge(attempts, logs, whole, scopes),
        acknowledged=sum(attempt.outcome is Outcome.ACKNOWLEDGED for attempt in attempts),
        unknown=sum(attempt.outcome is Outcome.UNKNOWN for attempt in attempts),
        events=sum(len(frame.events) for frame in frames),
        resumed=sum(watcher.resumed for watcher in scene.watchers),
        expired=sum(watcher.expired for watcher in scene.watchers),
    )
