"""Clusters with the default admission plugins, and those that a test names."""

import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from pilothouse.server.store.sqlite import SqliteStore

from tests.admission.cluster import NAMESPACE, Cluster
from tests.support.plane import add_namespace, admitting_plane

Start = Callable[..., Awaitable[Cluster]]


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Start]:
    """start(*plugins, sections={...}, now=clock) -> a Cluster; sections: of the AdmissionConfiguration, by plugin."""
    async with AsyncExitStack() as stack:

        async def begin(
            *plugins: str, sections: dict[str, Any] | None = None, now: Callable[[], float] = time.time
        ) -> Cluster:
            store = SqliteStore(tmp_path / "store.db")
            stack.push_async_callback(store.close)
            file = tmp_path / "admission.yaml" if sections else None
            if sections and file:
                listed = [{"name": name, "configuration": section} for name, section in sections.items()]
                head = {"apiVersion": "apiserver.config.k8s.io/v1", "kind": "AdmissionConfiguration"}
                file.write_text(json.dumps({**head, "plugins": listed}))
            plane = await stack.enter_async_context(admitting_plane(store, plugins, file, now))
            await add_namespace(plane, NAMESPACE)
            return Cluster(plane)

        yield begin


@pytest.fixture
async def cluster(start: Start) -> Cluster:
    """With the default plugins only."""
    return await start()
