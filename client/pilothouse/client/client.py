"""The client: one connection, and the resources behind it."""

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar, overload

from google.protobuf.message import Message
from grpc.aio import UnaryStreamCall
from pilothouse.api.dynamic.v1 import dynamic_pb2
from pilothouse.api.dynamic.v1.dynamic_pb2 import Operation, ResourceInfo, ResourceName, TransactResponse, WatchScope

from .channel import Connection, open_channel
from .config import ClientConfig
from .resource import Resource
from .watch import HEARTBEAT_SECONDS, Source, Watch
from .wire import DYNAMIC, JSON, Codec, DynamicWire, JsonObject, TypedWire

T = TypeVar("T")
M = TypeVar("M", bound=Message)

log = logging.getLogger("pilothouse.client")


class Client:
    """Use as `async with Client.connect(config) as client:`."""

    def __init__(self, connection: Connection, namespace: str) -> None:
        self._connection = connection
        self._namespace = namespace
        self.dynamic = Dynamic(connection, namespace)

    @classmethod
    def connect(
        cls, config: ClientConfig | None = None, *, on_warning: Callable[[str], None] = log.warning
    ) -> "Client":
        """A client that connects at its first call; without a configuration, ClientConfig.load()'s. `on_warning` gets
        each warning that the server sends. Raises ConfigError."""
        config = config or ClientConfig.load()
        return cls(Connection(open_channel(config), config.server, on_warning), config.namespace)

    async def __aenter__(self) -> "Client":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Ends all calls and watches."""
        await self._connection.close()

    def resource(self, message: type[M]) -> Resource[M]:
        """The resource whose objects are messages of this class, such as core_v1 Pod. Raises TypeError for others."""
        return Resource(self._connection, TypedWire(message), self._namespace)


class Dynamic:
    """Every resource that the server serves, by name."""

    def __init__(self, connection: Connection, namespace: str) -> None:
        self._connection = connection
        self._namespace = namespace

    @overload
    def resource(self, name: ResourceName, *, namespaced: bool = True) -> Resource[JsonObject]: ...

    @overload
    def resource(self, name: ResourceName, codec: Codec[T], *, namespaced: bool = True) -> Resource[T]: ...

    def resource(self, name: ResourceName, codec: Codec[Any] = JSON, *, namespaced: bool = True) -> Resource[Any]:
        """One resource; its objects are dictionaries of Kubernetes' JSON, or what the codec makes of them. `namespaced`
        as ResourceInfo says: a cluster's resource takes no namespace."""
        return Resource(self._connection, DynamicWire(name, codec, namespaced), self._namespace)

    async def discover(self) -> list[ResourceInfo]:
        """What the server serves."""
        answer = await self._connection.unary(DYNAMIC["Discover"], dynamic_pb2.DiscoverRequest())
        assert isinstance(answer, dynamic_pb2.DiscoverResponse)
        return list(answer.resources)

    async def explain(self, request: dynamic_pb2.ExplainRequest) -> dynamic_pb2.ExplainResponse:
        """Why somebody may do something or may not; with an object, what admission would make of it."""
        answer = await self._connection.unary(DYNAMIC["Explain"], request)
        assert isinstance(answer, dynamic_pb2.ExplainResponse)
        return answer

    async def transact(self, operations: Sequence[Operation], *, dry_run: bool = False) -> TransactResponse:
        """Writes all or nothing: at most 64 operations, each object once."""
        request = dynamic_pb2.TransactRequest(operations=operations, dry_run=["All"] if dry_run else [])
        answer = await self._connection.unary(DYNAMIC["Transact"], request)
        assert isinstance(answer, TransactResponse)
        return answer

    def watch(
        self,
        scopes: Sequence[WatchScope],
        *,
        resource_version: str = "",
        known: Iterable[tuple[int, JsonObject]] | None = None,
        heartbeat_seconds: int = HEARTBEAT_SECONDS,
    ) -> Watch[JsonObject]:
        """The changes of many resources in one stream, in the order in which they happened. An event's `scope` is an
        index into `scopes`; `known` pairs each object with one."""

        def open_stream(revision: str) -> UnaryStreamCall[Message, Message]:
            request = dynamic_pb2.WatchRequest(
                scopes=scopes, resource_version=revision, encoding=JSON.encoding, heartbeat_seconds=heartbeat_seconds
            )
            return self._connection.stream(DYNAMIC["Watch"], request)

        names = [s.resource.SerializeToString(deterministic=True) for s in scopes]
        source = Source(
            connection=self._connection,
            open=open_stream,
            decode=lambda event: JSON.decode(event.object),
            identity=JSON.identity,
            families=[names.index(name) for name in names],
            what=", ".join(s.resource.resource for s in scopes),
        )
        return Watch(source, resource_version, known, heartbeat_seconds)


def create_operation(name: ResourceName, obj: JsonObject) -> Operation:
    """A transaction's creation of one object, which names its namespace itself."""
    return Operation(create=_write(name, obj))


def update_operation(name: ResourceName, obj: JsonObject) -> Operation:
    """A transaction's update of one object; its resourceVersion, where set, must be the current one."""
    return Operation(update=_write(name, obj))


def delete_operation(name: ResourceName, object_name: str, namespace: str = "") -> Operation:
    """A transaction's deletion of one object."""
    return Operation(
        delete=dynamic_pb2.DeleteRequest(resource=name, namespace=namespace, name=object_name, encoding=JSON.encoding)
    )


def _write(name: ResourceName, obj: JsonObject) -> dynamic_pb2.WriteRequest:
    namespace = JSON.identity(obj).namespace
    return dynamic_pb2.WriteRequest(resource=name, namespace=namespace, object=JSON.encode(obj), encoding=JSON.encoding)
