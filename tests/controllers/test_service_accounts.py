"""Every namespace gets its default service account, and gets it back."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pilothouse.server.controllers.service_accounts import ServiceAccounts
from pilothouse.server.errors import NotFound
from pilothouse.server.furniture import lay_down
from pilothouse.server.store.sqlite import SqliteStore
from pilothouse.server.verbs.plane import Plane

from tests.support.plane import Requests, admitting_plane

DEADLINE = 10.0


@pytest.fixture
async def plane(tmp_path: Path) -> AsyncIterator[Plane]:
    store = SqliteStore(tmp_path / "store.db")
    async with admitting_plane(store) as plane:
        await lay_down(plane)
        # Two, as two servers have them.
        controllers = [ServiceAccounts(plane), ServiceAccounts(plane)]
        for controller in controllers:
            controller.start()
        yield plane
        for controller in controllers:
            await controller.close()
    await store.close()


def accounts(plane: Plane, namespace: str) -> Requests:
    return Requests(plane, plane.registry.get("", "v1", "serviceaccounts"), namespace)


async def uid_of_default(plane: Plane, namespace: str) -> str:
    """Waits for the account."""
    async with asyncio.timeout(DEADLINE):
        while True:
            try:
                account = await accounts(plane, namespace).get("default")
            except NotFound:
                await asyncio.sleep(0.01)
            else:
                return str(account.metadata.uid)


async def test_namespaces_old_and_new_have_the_account(plane: Plane) -> None:
    namespaces = Requests(plane, plane.registry.get("", "v1", "namespaces"))
    await namespaces.create({"metadata": {"name": "fresh"}})
    assert await uid_of_default(plane, "kube-system")
    assert await uid_of_default(plane, "fresh")


async def test_a_deleted_account_comes_back_as_another(plane: Plane) -> None:
    first = await uid_of_default(plane, "default")
    await accounts(plane, "default").delete("default")
    async with asyncio.timeout(DEADLINE):
        while await uid_of_default(plane, "default") == first:  # noqa: ASYNC110 (what is waited for is the server's doing)
            await asyncio.sleep(0.01)


async def test_a_terminating_namespace_gets_none(plane: Plane) -> None:
    namespaces = Requests(plane, plane.registry.get("", "v1", "namespaces"))
    await namespaces.create({"metadata": {"name": "leaving"}})
    await uid_of_default(plane, "leaving")
    await namespaces.delete("leaving")
    await accounts(plane, "leaving").delete("default")
    # A namespace that is made later is served later: by then the terminating one was looked at.
    await namespaces.create({"metadata": {"name": "zz-after"}})
    await uid_of_default(plane, "zz-after")
    with pytest.raises(NotFound):
        await accounts(plane, "leaving").get("default")
