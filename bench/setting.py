"""The setting of a benchmark: etcd, the server, the floor beside it, a user bound by RBAC, and stored objects."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import grpc
import grpc.aio
from pilothouse.api.core.v1 import core_pb2, pods_pb2, rpc_pb2
from pilothouse.api.meta.v1 import meta_pb2
from pilothouse.api.rbac.v1 import rbac_pb2
from pilothouse.api.rbac.v1 import rpc_pb2 as rbac_rpc_pb2

from bench import objects
from bench.certificates import ADMIN, USER, make
from bench.etcd import EtcdClient
from bench.objects import Kind
from bench.stand import Process, Server, Unary, channel, floor, unary
from tests.support.etcd import Etcd, free_port

RBAC = "/pilothouse.api.rbac.v1"
CORE = "/pilothouse.api.core.v1"


async def insist(call: Unary, request: bytes, seconds: float = 15) -> bytes:
    """Calls until it is answered: a new namespace's service account and a new role take a moment to be seen. What is
    there already is an answer too, an empty one."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return await call(request, wait_for_ready=True, timeout=10)
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.ALREADY_EXISTS:
                return b""
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.05)


async def bind_user(admin: grpc.aio.Channel) -> None:
    """Creates the namespace with the account that pods act for, and lets the plain user do everything with the measured
    kinds in it, and no more."""
    namespace = core_pb2.Namespace(metadata=meta_pb2.ObjectMeta(name=objects.NAMESPACE))
    account = core_pb2.ServiceAccount(metadata=meta_pb2.ObjectMeta(name="default"))
    role = rbac_pb2.ClusterRole(metadata=meta_pb2.ObjectMeta(name="bench"))
    role.rules.add(verbs=["*"], api_groups=[""], resources=["configmaps", "pods", "secrets"])
    binding = rbac_pb2.ClusterRoleBinding(metadata=meta_pb2.ObjectMeta(name="bench"))
    binding.subjects.add(kind="User", name="bench-user", api_group="rbac.authorization.k8s.io")
    binding.role_ref.kind, binding.role_ref.name = "ClusterRole", "bench"
    binding.role_ref.api_group = "rbac.authorization.k8s.io"
    account = core_pb2.ServiceAccount(metadata=meta_pb2.ObjectMeta(name="default", namespace=objects.NAMESPACE))
    for path, request in (
        (f"{CORE}.Namespaces/Create", rpc_pb2.CreateNamespaceRequest(object=namespace)),
        (f"{CORE}.ServiceAccounts/Create", rpc_pb2.CreateServiceAccountRequest(object=account)),
        (
            f"{CORE}.ServiceAccounts/Create",
            rpc_pb2.CreateServiceAccountRequest(namespace=objects.NAMESPACE, object=account),
        ),
        (f"{RBAC}.ClusterRoles/Create", rbac_rpc_pb2.CreateClusterRoleRequest(object=role)),
        (f"{RBAC}.ClusterRoleBindings/Create", rbac_rpc_pb2.CreateClusterRoleBindingRequest(object=binding)),
    ):
        await insist(unary(admin, path), request.SerializeToString())


@dataclass(slots=True)
class Stored:
    """A kind with objects in the store: how long each is as served, and what an update of one sends."""

    kind: Kind
    count: int
    served_bytes: int
    update: Kind


@dataclass(slots=True)
class Setting:
    server: Server
    floor: Process
    user: grpc.aio.Channel
    floor_channel: grpc.aio.Channel
    store: EtcdClient
    floor_store: EtcdClient
    stored: dict[str, Stored] = field(default_factory=dict)

    async def fill(self, kind: Kind, count: int) -> Stored:
        """Stores `count` objects: one by the API, the others in etcd as its copies; in the floor's too."""
        created = await insist(unary(self.user, kind.method("Create")), kind.write(0, 0))
        metadata = meta_pb2.PartialObjectMetadata.FromString(created).metadata
        value = await self.store.get(kind.key(0))
        uid = metadata.uid.encode()
        await self.store.fill((kind.key(i), objects.stored_copy(value, i, uid)) for i in range(1, count))
        await self.floor_store.fill((floor_key(kind, i), value) for i in range(count))
        served = await insist(unary(self.user, kind.method("Get")), objects.get(count - 1))
        result = Stored(kind, count, len(served), kind.with_object(as_updated(kind, served)))
        self.stored[kind.plural] = result
        return result


def as_updated(kind: Kind, served: bytes) -> bytes:
    """The object as a client would send it back, under the placeholder's name, without uid and resourceVersion."""
    message = pods_pb2.Pod() if kind.plural == "pods" else core_pb2.ConfigMap()
    message.ParseFromString(served)
    message.metadata.name = objects.NAME.decode()
    for absent in "uid", "resource_version", "managed_fields":
        message.metadata.ClearField(absent)
    return message.SerializeToString(deterministic=True)


def floor_key(kind: Kind, index: int) -> bytes:
    return (b"/floor" + kind.key(index)).ljust(44)


def floor_request(answer_bytes: int, key: bytes, length: int) -> bytes:
    """As long as the API's own request (see bench/floor.py)."""
    return (answer_bytes.to_bytes(4, "big") + key).ljust(length)[: max(length, 48)]


@contextlib.asynccontextmanager
async def setting(
    directory: Path, kinds: Sequence[Kind], counts: Sequence[int], arguments: tuple[str, ...] = ()
) -> AsyncIterator[Setting]:
    """Everything started and filled; ended and closed at the end. arguments: flags of the server."""
    certificates = make(directory / "certificates")
    # An etcd for either, so that the server's cache need not ask behind revisions that are none of its own.
    etcd, floor_etcd = (Etcd(directory / name, durable=True) for name in ("etcd", "floor-etcd"))
    server = Server(directory / "server", certificates, etcd.url, arguments)
    floor_port = free_port()
    beside = floor(directory, certificates, floor_etcd.port, floor_port)
    try:
        etcd.start()
        floor_etcd.start()
        server.start()
        beside.spawn()
        async with channel(server.port, certificates, ADMIN) as admin:
            await bind_user(admin)
        async with channel(server.port, certificates, USER) as user, channel(floor_port, certificates, USER) as bare:
            await bare.channel_ready()
            result = Setting(server, beside, user, bare, EtcdClient(etcd.port), EtcdClient(floor_etcd.port))
            for kind, count in zip(kinds, counts, strict=True):
                await result.fill(kind, count)
            yield result
            await result.store.close()
            await result.floor_store.close()
    finally:
        beside.end()
        server.process.end()
        etcd.stop()
        floor_etcd.stop()
