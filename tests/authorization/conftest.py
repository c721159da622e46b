"""A plane whose line holds the built-in plugins, with users to whom roles grant something."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pilothouse.server.store.sqlite import SqliteStore

from tests.authorization.people import People
from tests.support.plane import add_namespace, admitting_plane


@pytest.fixture
async def people(tmp_path: Path) -> AsyncIterator[People]:
    store = SqliteStore(tmp_path / "store.db")
    try:
        async with admitting_plane(store) as plane:
            await add_namespace(plane, "orchard")
            await add_namespace(plane, "cellar")
            yield People(plane)
    finally:
        await store.close()
