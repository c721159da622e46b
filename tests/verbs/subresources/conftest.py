"""An orchard: a namespace of a plane with its default admission plugins."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pilothouse.server.meta.user import User
from pilothouse.server.store.sqlite import SqliteStore
from pilothouse.server.verbs.body import Body, Encoding
from pilothouse.server.verbs.get import get
from pilothouse.server.verbs.patch import PatchType, patch
from pilothouse.server.verbs.plane import Plane
from pilothouse.server.verbs.subresources.creating import create_part
from pilothouse.server.verbs.subresources.parts import viewed
from pilothouse.server.verbs.update import update

from tests.support.plane import ADMIN, Requests, add_namespace, admitting_plane

ORCHARD = "orchard"


class Orchard:
    """Requests for subresources of one namespace; objects are written as JSON and read as messages."""

    def __init__(self, plane: Plane, namespace: str = ORCHARD, user: User = ADMIN) -> None:
        self.plane = plane
        self.namespace = namespace
        self.user = user

    def acting(self, user: User) -> "Orchard":
        return Orchard(self.plane, self.namespace, user)

    def __call__(self, plural: str, group: str = "", version: str = "v1") -> Requests:
        resource = self.plane.registry.get(group, version, plural)
        return Requests(self.plane, resource, self.namespace if resource.namespaced else "", self.user)

    async def create(self, of: Requests, name: str, part: str, body: dict[str, Any], dry_run: bool = False) -> Any:
        context = of.context("create", name, part, dry_run)
        return (await create_part(self.plane, context, _body(body))).message

    async def get(self, of: Requests, name: str, part: str) -> Any:
        context = of.context("get", name, part)
        body = viewed(self.plane, context, await get(self.plane, context))
        return self.plane.registry.body_of(of.type, part).message.FromString(body)

    async def update(self, of: Requests, name: str, part: str, body: dict[str, Any], dry_run: bool = False) -> Any:
        context = of.context("update", name, part, dry_run)
        updated = await update(self.plane, context, _body(body))
        return self.plane.registry.body_of(of.type, part).message.FromString(updated.body)

    async def patch(
        self, of: Requests, name: str, part: str, document: Any, how: PatchType = PatchType.STRATEGIC_MERGE
    ) -> Any:
        patched = await patch(self.plane, of.context("patch", name, part), how, json.dumps(document).encode())
        return self.plane.registry.body_of(of.type, part).message.FromString(patched)

    async def pod(self, name: str = "cider", **metadata: Any) -> Any:
        spec = metadata.pop("spec", {})
        containers = [{"name": "press", "image": "registry.test/press:3"}]
        return await self("pods").create(
            {"metadata": {"name": name, **metadata}, "spec": {"containers": containers, **spec}}
        )

    async def running(self, name: str = "cider", ready: bool = True, node: str = "shed", **metadata: Any) -> Any:
        """A pod that runs on a node."""
        metadata.setdefault("labels", {"app": "cider"})
        spec = {**metadata.pop("spec", {}), "nodeName": node}
        await self.pod(name, spec=spec, **metadata)
        conditions = [{"type": "Ready", "status": "True" if ready else "False"}]
        return await self("pods").patch(
            name, {"status": {"phase": "Running", "conditions": conditions}}, subresource="status"
        )


def _body(value: dict[str, Any]) -> Body:
    return Body(json.dumps(value).encode(), Encoding.JSON)


@pytest.fixture
async def plane(tmp_path: Path) -> AsyncIterator[Plane]:
    store = SqliteStore(tmp_path / "orchard.db")
    try:
        async with admitting_plane(store, ["NodeRestriction"]) as plane:
            await add_namespace(plane, ORCHARD)
            yield plane
    finally:
        await store.close()


@pytest.fixture
def orchard(plane: Plane) -> Orchard:
    return Orchard(plane)


def user(name: str, *groups: str) -> User:
    return replace(ADMIN, name=name, groups=groups)
