"""An APIService for each version of a group that definitions of custom resources bring, as long as they do."""

import asyncio
import logging
from contextlib import suppress

from google.protobuf.message import Message
from pilothouse.api.meta.v1 import meta_pb2 as meta

from ..errors import Conflict, NotFound
from ..meta.context import RequestContext
from ..verbs.delete import delete
from ..verbs.faults import api_error
from ..verbs.plane import Plane
from ..verbs.reading import cache_is_current
from ..watchcache.item import Item
from .api_services import GROUP, MANAGED, registered
from .laying import SERVER, Layer

log = logging.getLogger(__name__)

# How an APIService says that it comes and goes with what it registers.
FOLLOWS = "true"
RETRY_SECONDS = 1.0
# Groups of users' own come after all that have a place.
GROUP_PRIORITY, VERSION_PRIORITY = 1000, 100


class Registrations:
    """Keeps them, from start() to close()."""

    def __init__(self, plane: Plane) -> None:
        self._plane = plane
        self._layer = Layer(plane)
        self._type = plane.registry.get(GROUP, "v1", "apiservices")
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._plane.definitions.listen(self._definition_changed)
        self._plane.cache.follow(self._type, self._service_changed)
        self._changed.set()
        self._task = asyncio.create_task(self._run(), name="registrations")

    async def close(self) -> None:
        if self._task is None:
            return
        self._plane.cache.unfollow(self._type, self._service_changed)
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    def _definition_changed(self, name: str) -> None:
        self._changed.set()

    def _service_changed(self, key: str, message: Message | None) -> None:
        self._changed.set()

    async def _run(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                await self._register()
            except Exception as error:  # noqa: BLE001 (the loop must outlive whatever one registration brings up)
                log.warning("groups of custom resources are not registered yet: %s", api_error(error).message)
                asyncio.get_running_loop().call_later(RETRY_SECONDS, self._changed.set)

    async def _register(self) -> None:
        await cache_is_current(self._plane)
        wanted = {
            (crd.spec.group, version.name)
            for crd in self._plane.definitions.definitions()
            for version in crd.spec.versions
            if version.served
        }
        await self._layer.lay(
            registered(group, version, GROUP_PRIORITY, VERSION_PRIORITY, FOLLOWS) for group, version in sorted(wanted)
        )
        names = {f"{version}.{group}" for group, version in wanted}
        for item in self._plane.cache.collection(self._type).under(self._type.prefix("")):
            if item.labels.get(MANAGED) == FOLLOWS and item.name not in names:
                await self._remove(item)

    async def _remove(self, item: Item) -> None:
        context = RequestContext(SERVER, "delete", self._type, name=item.name)
        unchanged = meta.DeleteOptions(preconditions=meta.Preconditions(resource_version=str(item.revision)))
        with suppress(Conflict, NotFound):
            await delete(self._plane, context, unchanged)
