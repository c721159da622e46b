"""Writers and watchers that record what they are told, and go on through whatever happens to the server."""

import asyncio
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import grpc
import grpc.aio
from pilothouse.api.core.v1 import core_pb2
from pilothouse.api.dynamic.v1 import dynamic_pb2
from pilothouse.api.meta.v1 import meta_pb2, requests_pb2

from bench.stand import stream, unary
from tests.soak.history import CHANGES, Attempt, Event, Frame, Outcome, Snapshot, Standing, Verb

NAMESPACE = "bench"
TOKEN = "token"
CALL_SECONDS = 10.0
REFUSALS = {
    grpc.StatusCode.ABORTED,
    grpc.StatusCode.ALREADY_EXISTS,
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
}
PASSING = {
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.CANCELLED,
    # How grpcio reports a connection that is reset in the middle of an answer.
    grpc.StatusCode.INTERNAL,
    grpc.StatusCode.UNKNOWN,
}
SERVICES = {"configmaps": "ConfigMaps", "secrets": "Secrets"}


def method(resource: str, verb: str) -> str:
    return f"/pilothouse.api.core.v1.{SERVICES[resource]}/{verb}"


def standing(body: bytes) -> tuple[str, Standing]:
    """An object's name, and its revision and token. Of any kind: metadata is field 1 of each."""
    metadata = meta_pb2.PartialObjectMetadata.FromString(body).metadata
    return metadata.name, Standing(int(metadata.resource_version), int(metadata.annotations[TOKEN]))


@dataclass(slots=True)
class Writer:
    """Writes to keys of its own, one write at a time, each on the condition that nothing came between."""

    channel: grpc.aio.Channel
    number: int
    tokens: Iterator[int]
    pause: float
    attempts: list[Attempt] = field(default_factory=list)
    stopped: bool = False
    known: dict[tuple[str, str], Standing | None] = field(init=False)
    choices: random.Random = field(init=False)

    def __post_init__(self) -> None:
        names = [f"writer-{self.number}-{n}" for n in range(4)]
        self.known = {(resource, name): None for resource in SERVICES for name in names}
        self.choices = random.Random(self.number)

    async def run(self) -> None:
        while not self.stopped:
            resource, name = self.choices.choice(list(self.known))
            if not await self.write(resource, name):
                await self.look(resource, name)
            await asyncio.sleep(self.pause * self.choices.uniform(0.5, 1.5))

    async def write(self, resource: str, name: str) -> bool:
        """One write; whether it is known what it left."""
        now, token = self.known[resource, name], next(self.tokens)
        key = f"{resource}/{name}"
        deletes = now is not None and self.choices.random() < 0.2
        verb: Verb = "delete" if deletes else "create" if now is None else "update"
        request = deletion(name, now.revision) if now and deletes else change(resource, name, now, token)
        try:
            answer = await unary(self.channel, method(resource, verb.capitalize()))(request, timeout=CALL_SECONDS)
        except grpc.aio.AioRpcError as error:
            refused = error.code() in REFUSALS
            if not refused and error.code() not in PASSING:
                raise
            self.attempts.append(Attempt(key, verb, token, Outcome.REFUSED if refused else Outcome.UNKNOWN))
            return False
        if verb == "delete":
            self.attempts.append(Attempt(key, verb, token, Outcome.ACKNOWLEDGED))
            self.known[resource, name] = None
        else:
            _, left = standing(answer)
            self.attempts.append(Attempt(key, verb, token, Outcome.ACKNOWLEDGED, left.revision))
            self.known[resource, name] = left
        return True

    async def look(self, resource: str, name: str) -> None:
        """Finds out what stands, however long that takes: consistently, so that it is behind the write that failed."""
        get = unary(self.channel, method(resource, "Get"))
        request = requests_pb2.GetRequest(namespace=NAMESPACE, name=name).SerializeToString()
        while True:
            try:
                _, self.known[resource, name] = standing(await get(request, timeout=CALL_SECONDS))
            except grpc.aio.AioRpcError as error:
                if error.code() is grpc.StatusCode.NOT_FOUND:
                    self.known[resource, name] = None
                    return
                if error.code() not in PASSING:
                    raise
                await asyncio.sleep(0.05)
            else:
                return


def change(resource: str, name: str, now: Standing | None, token: int) -> bytes:
    """A create request, or an update on the condition that `now` still stands."""
    body = core_pb2.ConfigMap() if resource == "configmaps" else core_pb2.Secret()
    body.metadata.name = name
    body.metadata.annotations[TOKEN] = str(token)
    body.metadata.annotations["filling"] = "x" * 300
    if now is not None:
        body.metadata.resource_version = str(now.revision)
    # Both kinds have the same request, but for the type of the object.
    return dynamic_pb2.WriteRequest(namespace=NAMESPACE, object=body.SerializeToString()).SerializeToString()


def deletion(name: str, revision: int) -> bytes:
    request = requests_pb2.DeleteRequest(namespace=NAMESPACE, name=name)
    request.options.preconditions.resource_version = str(revision)
    return request.SerializeToString()


@dataclass(slots=True)
class Watcher:
    """Watches one kind by its typed service, or several by the dynamic one, and resumes where it was cut off.

    pause: seconds that it takes over each frame. present: while cleared, it stays away; it comes back where it was.
    """

    channel: grpc.aio.Channel
    name: str
    resources: tuple[str, ...]
    pause: float = 0.0
    present: asyncio.Event = field(default_factory=asyncio.Event)
    log: list[Frame | Snapshot] = field(default_factory=list)
    position: int = 0
    resumed: int = 0
    expired: int = 0
    trouble: str = ""
    goal: int | None = None

    def __post_init__(self) -> None:
        self.present.set()

    async def run(self) -> None:
        """Until it has come to the goal, once there is one."""
        while self.goal is None or self.position < self.goal:
            await self.present.wait()
            try:
                await self.stream()
            except grpc.aio.AioRpcError as error:
                if error.code() is grpc.StatusCode.OUT_OF_RANGE and self.position:
                    self.expired += 1
                    self.position = 0
                elif error.code() not in PASSING:
                    raise
                self.trouble = f"{error.code().name}: {error.details()}"
                await asyncio.sleep(0.05)

    async def stream(self) -> None:
        """One stream, from where it is or from what exists, until it breaks, it is at the goal or must stay away."""
        call = stream(self.channel, self.method)(self.request())
        self.resumed += self.position > 0
        initial: dict[str, Standing] | None = None if self.position else {}
        try:
            async for raw in call:
                frame = dynamic_pb2.WatchFrame.FromString(raw)
                events = [self.event(event) for event in frame.events]
                if initial is None:
                    self.log.append(Frame(frame.revision, tuple(events)))
                    self.position = frame.revision
                else:
                    initial |= {event.key: Standing(event.revision, event.token) for event in events}
                    if frame.initial_events_end:
                        self.log.append(Snapshot(frame.revision, initial))
                        self.position, initial = frame.revision, None
                if not self.present.is_set() or (self.goal is not None and self.position >= self.goal):
                    return
                if self.pause:
                    await asyncio.sleep(self.pause)
        finally:
            call.cancel()

    def event(self, event: dynamic_pb2.WatchEvent) -> Event:
        name, left = standing(event.object)
        key = f"{self.resources[event.scope]}/{name}"
        return Event(left.revision, key, CHANGES[requests_pb2.WatchEventType.Name(event.type)], left.token)

    @property
    def method(self) -> str:
        if len(self.resources) == 1:
            return method(self.resources[0], "Watch")
        return "/pilothouse.api.dynamic.v1.Resources/Watch"

    def request(self) -> bytes:
        revision = str(self.position) if self.position else ""
        if len(self.resources) == 1:
            typed = requests_pb2.WatchRequest(namespace=NAMESPACE, heartbeat_seconds=1)
            if revision:
                typed.options.resource_version = revision
            return typed.SerializeToString()
        dynamic = dynamic_pb2.WatchRequest(resource_version=revision, heartbeat_seconds=1)
        for resource in self.resources:
            dynamic.scopes.add(namespace=NAMESPACE).resource.MergeFrom(
                dynamic_pb2.ResourceName(version="v1", resource=resource)
            )
        return dynamic.SerializeToString()


async def listed(channel: grpc.aio.Channel, resources: tuple[str, ...], seconds: float = 15) -> dict[str, Snapshot]:
    """A consistent list of each kind, by kind. Raises AioRpcError when the server does not answer for so long."""
    result = {}
    deadline = time.monotonic() + seconds
    for resource in resources:
        call = unary(channel, method(resource, "List"))
        request = requests_pb2.ListRequest(namespace=NAMESPACE).SerializeToString()
        answer = await call(request, wait_for_ready=True, timeout=max(1.0, deadline - time.monotonic()))
        page = dynamic_pb2.ObjectList.FromString(answer)
        objects = dict(standing(body) for body in page.items)
        names = {f"{resource}/{name}": left for name, left in objects.items()}
        result[resource] = Snapshot(int(page.metadata.resource_version), names)
    return result
