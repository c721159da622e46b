"""A Plane of real parts in the test's own process, and requests to its verbs."""

import json
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from google.protobuf.message import Message
from pilothouse.api.meta.v1 import meta_pb2 as meta
from pilothouse.server.admission.chain import Chain
from pilothouse.server.app import open_plane
from pilothouse.server.config import ServerConfig
from pilothouse.server.meta.context import RequestContext
from pilothouse.server.meta.resource import ResourceType
from pilothouse.server.meta.user import User
from pilothouse.server.store.base import Store
from pilothouse.server.verbs.apply import Document, apply
from pilothouse.server.verbs.body import Body, Encoding
from pilothouse.server.verbs.create import create
from pilothouse.server.verbs.delete import Deleted, delete
from pilothouse.server.verbs.get import get
from pilothouse.server.verbs.list import PAGE_BYTES, Listing, list_
from pilothouse.server.verbs.patch import PatchType, patch
from pilothouse.server.verbs.plane import Plane
from pilothouse.server.verbs.update import Updated, update

ADMIN = User("admin", ("system:masters", "system:authenticated"))
RING_BYTES = 32 << 20


@asynccontextmanager
async def running_plane(
    store: Store, ring_bytes: int = RING_BYTES, now: Callable[[], float] = time.time
) -> AsyncIterator[Plane]:
    """The plane on a store that somebody else closes. No admission plugin stands in the line, so that namespaces need
    not exist: what plugins do is tested with them."""
    async with AsyncExitStack() as stack:
        plane = await open_plane(stack, store, ServerConfig(watch_cache_bytes=ring_bytes), now)
        yield replace(plane, admission=Chain(()))


@asynccontextmanager
async def admitting_plane(
    store: Store,
    plugins: Sequence[str] = (),
    file: Path | None = None,
    now: Callable[[], float] = time.time,
    config: ServerConfig | None = None,
) -> AsyncIterator[Plane]:
    """The plane with the default admission plugins and these; file: of their AdmissionConfiguration; config: what else
    the server is told."""
    async with AsyncExitStack() as stack:
        config = replace(
            config or ServerConfig(),
            enable_admission_plugins=tuple(plugins),
            admission_control_config_file=file,
        )
        yield await open_plane(stack, store, config, now)


async def add_namespace(plane: Plane, name: str, **metadata: Any) -> None:
    """A namespace with the service account that pods act for."""
    namespaces = Requests(plane, plane.registry.get("", "v1", "namespaces"))
    await namespaces.create({"metadata": {"name": name, **metadata}})
    accounts = Requests(plane, plane.registry.get("", "v1", "serviceaccounts"), name)
    await accounts.create({"metadata": {"name": "default"}})


@dataclass(frozen=True, slots=True)
class Requests:
    """Requests of one user for one type in one namespace; objects are written as JSON and read as messages."""

    plane: Plane
    type: ResourceType
    namespace: str = ""
    user: User = ADMIN

    def context(self, verb: str, name: str = "", subresource: str = "", dry_run: bool = False) -> RequestContext:
        return RequestContext(self.user, verb, self.type, self.namespace, name, subresource, dry_run)

    def body(self, obj: dict[str, Any]) -> Body:
        whole = {"apiVersion": self.type.api_version, "kind": self.type.kind, **obj}
        return Body(json.dumps(whole).encode(), Encoding.JSON)

    async def create(self, obj: dict[str, Any], dry_run: bool = False) -> Any:
        context = self.context("create", dry_run=dry_run)
        return self.message(await create(self.plane, context, self.body(obj)))

    async def update(self, obj: dict[str, Any], subresource: str = "", dry_run: bool = False) -> Any:
        return self.message((await self.updated(obj, subresource, dry_run)).body)

    async def updated(self, obj: dict[str, Any], subresource: str = "", dry_run: bool = False) -> Updated:
        context = self.context("update", obj["metadata"]["name"], subresource, dry_run)
        return await update(self.plane, context, self.body(obj))

    async def replace(self, message: Message, subresource: str = "") -> Any:
        """Writes a message that was read before."""
        context = self.context("update", message.metadata.name, subresource)  # type: ignore[attr-defined]
        return self.message((await update(self.plane, context, Body(message.SerializeToString()))).body)

    async def patch(self, name: str, document: Any, how: PatchType = PatchType.MERGE, subresource: str = "") -> Any:
        context = self.context("patch", name, subresource)
        return self.message(await patch(self.plane, context, how, json.dumps(document).encode()))

    async def apply(
        self, obj: dict[str, Any], manager: str, force: bool = False, subresource: str = "", dry_run: bool = False
    ) -> Any:
        return self.message((await self.applied(obj, manager, force, subresource, dry_run)).body)

    async def applied(
        self, obj: dict[str, Any], manager: str, force: bool = False, subresource: str = "", dry_run: bool = False
    ) -> Updated:
        whole = {"apiVersion": self.type.api_version, "kind": self.type.kind, **obj}
        context = replace(self.context("patch", obj["metadata"]["name"], subresource, dry_run), field_manager=manager)
        return await apply(self.plane, context, Document(json.dumps(whole).encode(), force))

    async def delete(self, name: str, dry_run: bool = False, **options: Any) -> Deleted:
        return await delete(self.plane, self.context("delete", name, dry_run=dry_run), meta.DeleteOptions(**options))

    async def get(self, name: str, resource_version: str = "") -> Any:
        return self.message((await get(self.plane, self.context("get", name), resource_version)).body)

    async def list(self, page_bytes: int = PAGE_BYTES, **options: Any) -> Listing:
        return await list_(self.plane, self.context("list"), list_options(**options), page_bytes)

    def message(self, body: bytes) -> Any:
        return self.type.message.FromString(body)


def list_options(**options: Any) -> meta.ListOptions:
    """`after` stands for the member "continue"."""
    after = options.pop("after", "")
    made = meta.ListOptions(**options)
    if after:
        setattr(made, "continue", after)
    return made


def names(listing: Listing) -> list[str]:
    """What a page holds, as namespace/name, or name where there is no namespace."""
    return [f"{i.namespace}/{i.name}" if i.namespace else i.name for i in listing.items]


def version(message: Any) -> int:
    return int(message.metadata.resource_version)
