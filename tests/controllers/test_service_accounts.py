"""Every namespace gets its default service account, and gets it back."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from pilothouse.server.controllers.names import SERVICE_ACCOUNTS
from pilothouse.server.errors import NotFound
from pilothouse.server.verbs.plane import Plane

from tests.controllers.world import running
from tests.support.plane import Requests

DEADLINE = 10.0


@pytest.fixture(autouse=True)
async def controllers(plane: Plane) -> AsyncIterator[None]:
    # Two, as two servers have them.
    async with running(plane, SERVICE_ACCOUNTS, times=2):
        yield


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
