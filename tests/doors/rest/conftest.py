"""A door to a plane of its own for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pilothouse.server.furniture import lay_down
from pilothouse.server.store.sqlite import SqliteStore
from pilothouse.server.verbs.plane import Plane

from tests.support.plane import admitting_plane
from tests.support.rest import Door, open_door


@pytest.fixture
async def plane(tmp_path: Path) -> AsyncIterator[Plane]:
    store = SqliteStore(tmp_path / "door.db")
    try:
        async with admitting_plane(store) as plane:
            await lay_down(plane)
            yield plane
    finally:
        await store.close()


@pytest.fixture
async def door(plane: Plane, tmp_path: Path) -> AsyncIterator[Door]:
    async with open_door(plane, tmp_path) as door:
        yield door
