"""A plane on which controllers run, and what they bring about there."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from pilothouse.server.controllers.base import Controller, Reports
from pilothouse.server.controllers.building import build_controllers
from pilothouse.server.controllers.manager import Manager
from pilothouse.server.errors import NotFound
from pilothouse.server.furniture import lay_down
from pilothouse.server.objects import CachedObjects
from pilothouse.server.store.sqlite import SqliteStore
from pilothouse.server.verbs.plane import Plane

from tests.support.plane import Requests, admitting_plane

DEADLINE = 20.0
BUNDLE = "-----BEGIN CERTIFICATE-----\nbm90aGluZw==\n-----END CERTIFICATE-----\n"


@asynccontextmanager
async def laid_plane(directory: Path) -> AsyncIterator[Plane]:
    """With admission and the default roles: controllers act by roles of their own."""
    store = SqliteStore(directory / "store.db")
    async with admitting_plane(store) as plane:
        await lay_down(plane)
        yield plane
    await store.close()


@asynccontextmanager
async def running(plane: Plane, *names: str, times: int = 1) -> AsyncIterator[Reports]:
    """Controllers at work; times: as so many servers have them. Whatever fails in them fails the test."""
    reports = Reports()
    objects = CachedObjects(plane.registry, plane.kinds, plane.cache, plane.store, plane.writer)
    managers = []
    for _ in range(times):
        controllers: Sequence[Controller] = build_controllers(plane, objects, names, reports, BUNDLE)
        manager = Manager(controllers, reports, None)
        manager.start()
        managers.append(manager)
    try:
        yield reports
    finally:
        for manager in managers:
            await manager.close()


def requests(plane: Plane, group: str, version: str, plural: str, namespace: str = "") -> Requests:
    return Requests(plane, plane.registry.get(group, version, plural), namespace)


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Waits for what a controller brings about."""
    async with asyncio.timeout(DEADLINE):
        while not await holds():  # noqa: ASYNC110 (what is waited for is the server's doing)
            await asyncio.sleep(0.01)


async def found(of: Requests, name: str) -> Any:
    """The object; None where there is none."""
    try:
        return await of.get(name)
    except NotFound:
        return None


async def gone(of: Requests, *names: str) -> None:
    """Waits until these are there no more."""

    async def holds() -> bool:
        return all([await found(of, name) is None for name in names])

    await until(holds)
