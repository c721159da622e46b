"""One world for all properties of a module: examples use names of their own."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack

import pytest

from tests.properties.world import World, opened


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        plane = runner.run(opened(stack, tmp_path_factory.mktemp("world")))
        yield World(runner, plane)
        runner.run(stack.aclose())
