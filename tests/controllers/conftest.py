"""The plane that controllers work on."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pilothouse.server.verbs.plane import Plane

from tests.controllers.world import laid_plane


@pytest.fixture
async def plane(tmp_path: Path) -> AsyncIterator[Plane]:
    async with laid_plane(tmp_path) as plane:
        yield plane
