"""Planes with the default admission plugins: one on SQLite, several that share an etcd."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from pilothouse.server.app import open_plane
from pilothouse.server.config import ServerConfig
from pilothouse.server.furniture import lay_down
from pilothouse.server.store.base import Store
from pilothouse.server.store.etcd import EtcdConfig, EtcdStore
from pilothouse.server.store.sqlite import SqliteStore
from pilothouse.server.verbs.plane import Plane

from tests.support.plane import Requests

NAMESPACE = "orchard"


@asynccontextmanager
async def plane_on(store: Store, config: ServerConfig | None = None) -> AsyncIterator[Plane]:
    """A plane on a store that somebody else closes, laid down, with a namespace."""
    config = config or ServerConfig()
    async with AsyncExitStack() as stack:
        plane = await open_plane(stack, store, config)
        await lay_down(plane, config.service_cluster_ip_range)
        yield plane


@asynccontextmanager
async def small_plane(directory: Path, **config: Any) -> AsyncIterator[Plane]:
    """A plane on SQLite; `config` are members of ServerConfig."""
    store = SqliteStore(directory / "orchard.db")
    try:
        async with plane_on(store, ServerConfig(**config)) as plane:
            await requests(plane, "namespaces", "").create({"metadata": {"name": NAMESPACE}})
            await requests(plane, "serviceaccounts").create({"metadata": {"name": "default"}})
            yield plane
    finally:
        await store.close()


@asynccontextmanager
async def three_planes(url: str, prefix: str, **config: Any) -> AsyncIterator[list[Plane]]:
    """Three servers' planes on one etcd."""
    async with AsyncExitStack() as stack:
        planes = []
        for _ in range(3):
            store = EtcdStore(EtcdConfig(endpoints=(url,), prefix=prefix))
            stack.push_async_callback(store.close)
            planes.append(await stack.enter_async_context(plane_on(store, ServerConfig(**config))))
        await requests(planes[0], "namespaces", "").create({"metadata": {"name": NAMESPACE}})
        for plane in planes:
            await caught_up(plane)
        yield planes


async def caught_up(plane: Plane) -> None:
    """Returns when the plane's cache has what the store has."""
    assert await plane.cache.wait_for(await plane.store.revision(), 10.0)


def requests(plane: Plane, plural: str, namespace: str = NAMESPACE, group: str = "") -> Requests:
    return Requests(plane, plane.registry.get(group, "v1", plural), namespace)


async def stored(plane: Plane, prefix: str) -> dict[str, bytes]:
    """What the store has under a prefix."""
    page = await plane.store.list(prefix)
    return {entry.key.removeprefix(prefix): entry.value for entry in page.entries}
