"""Every admission plugin is shown every kind of request for a subresource, and takes each for what it is."""

from pathlib import Path
from typing import Any

import pytest
from pilothouse.api.core.v1.pods_pb2 import PodExecOptions
from pilothouse.server.admission.plugins import ORDER
from pilothouse.server.errors import BadRequest
from pilothouse.server.store.sqlite import SqliteStore
from pilothouse.server.verbs.subresources.backends import backend_of

from tests.support.plane import add_namespace, admitting_plane
from tests.verbs.subresources.conftest import ORCHARD, Orchard

NEEDS_A_SECTION = ("EventRateLimit",)


async def test_no_plugin_stumbles_over_a_subresource(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "orchard.db")
    plugins = [name for name in ORDER if name not in NEEDS_A_SECTION]
    try:
        async with admitting_plane(store, plugins) as plane:
            await add_namespace(plane, ORCHARD)
            await _ask_for_all(Orchard(plane))
    finally:
        await store.close()


async def _ask_for_all(orchard: Orchard) -> None:
    pods, deployments = orchard("pods"), orchard("deployments", "apps")
    requests = {"resources": {"requests": {"cpu": "1"}}}
    container = {"name": "press", "image": "registry.test/press:3"}
    await pods.create({"metadata": {"name": "cider"}, "spec": {"containers": [{**container, **requests}]}})
    look: dict[str, Any] = {"spec": {"ephemeralContainers": [{**container, "name": "look"}]}}
    await orchard.patch(pods, "cider", "ephemeralcontainers", look)
    larger = {"name": "press", "resources": {"requests": {"cpu": "2"}}}
    await orchard.patch(pods, "cider", "resize", {"spec": {"containers": [larger]}})
    await orchard.patch(pods, "cider", "status", {"status": {"message": "pressed"}})
    with pytest.raises(BadRequest, match="does not have a host assigned"):
        await backend_of(orchard.plane, pods.context("create", "cider", "exec"), PodExecOptions)
    target = {"metadata": {"name": "cider"}, "target": {"kind": "Node", "name": "shed"}}
    await orchard.create(pods, "cider", "binding", target)
    await orchard.create(pods, "cider", "eviction", {"metadata": {"name": "cider"}})
    template = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [container]}}
    spec = {"selector": {"matchLabels": {"a": "b"}}, "template": template}
    await deployments.create({"metadata": {"name": "press"}, "spec": spec})
    await orchard.patch(deployments, "press", "scale", {"spec": {"replicas": 3}})
    namespaces = orchard("namespaces")
    await orchard.update(namespaces, ORCHARD, "finalize", {"metadata": {"name": ORCHARD}})
