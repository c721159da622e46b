"""A door to a plane with namespace `shop`, and a client of it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pilothouse.server.store.sqlite import SqliteStore

from tests.support.custom import Client
from tests.support.plane import admitting_plane
from tests.support.rest import open_door


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[Client]:
    store = SqliteStore(tmp_path / "store.db")
    async with admitting_plane(store) as plane, open_door(plane, tmp_path) as door:
        found = Client(door)
        await found.namespace("shop")
        yield found
    await store.close()
