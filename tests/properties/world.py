"""A plane that lasts for a module of tests, and requests in JSON to it from functions that are no coroutines."""

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from pilothouse.server.app import open_plane
from pilothouse.server.config import ServerConfig
from pilothouse.server.furniture import lay_down
from pilothouse.server.meta.resource import ResourceType
from pilothouse.server.store.sqlite import SqliteStore
from pilothouse.server.verbs.plane import Plane

from tests.properties.objects import Json
from tests.support.plane import Requests, add_namespace

T = TypeVar("T")
NAMESPACE = "orchard"
WRITTEN_BY_SERVER = ("uid", "resourceVersion", "creationTimestamp", "generation", "managedFields")


class World:
    """Runs requests to completion, one after the other."""

    def __init__(self, runner: asyncio.Runner, plane: Plane) -> None:
        self.plane = plane
        self._runner = runner
        self._numbers = count()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(coroutine)

    def kind(self, of: tuple[str, str]) -> "Kind":
        found = self.plane.registry.by_kind(*of)
        assert found is not None
        return Kind(self, found)

    def fresh_name(self) -> str:
        return f"object-{next(self._numbers)}"

    def revision(self) -> int:
        return self.run(self.plane.store.revision())


class Kind:
    """Requests for one kind; objects in and out are JSON."""

    def __init__(self, world: World, resource: ResourceType) -> None:
        self.type = resource
        self._world = world
        self._requests = Requests(world.plane, resource, NAMESPACE if resource.namespaced else "")

    def create(self, value: Json, name: str, dry_run: bool = False) -> Json:
        named = {**value, "metadata": {**value.get("metadata", {}), "name": name}}
        return self.json(self._world.run(self._requests.create(named, dry_run)))

    def update(self, value: Json, subresource: str = "", dry_run: bool = False) -> Json:
        return self.json(self._world.run(self._requests.update(value, subresource, dry_run)))

    def patch(self, name: str, document: Any, **how: Any) -> Json:
        return self.json(self._world.run(self._requests.patch(name, document, **how)))

    def delete(self, name: str, dry_run: bool = False) -> None:
        self._world.run(self._requests.delete(name, dry_run))

    def get(self, name: str) -> Json:
        return self.json(self._world.run(self._requests.get(name)))

    def json(self, message: Any) -> Json:
        codec = self._world.plane.kind(self.type).codec()
        value: Json = codec.to_value(message, self.type.api_version, self.type.kind)
        return value


async def opened(stack: AsyncExitStack, directory: Path) -> Plane:
    store = SqliteStore(directory / "store.db")
    stack.push_async_callback(store.close)
    # Examples are never deleted: there must be addresses for many Services.
    config = ServerConfig(service_cluster_ip_range=("10.0.0.0/16",))
    plane = await open_plane(stack, store, config)
    await lay_down(plane, config.service_cluster_ip_range)
    await add_namespace(plane, NAMESPACE)
    return plane
