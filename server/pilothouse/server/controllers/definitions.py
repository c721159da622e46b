"""Definitions: their names are accepted, they are established when they are served, and their objects go before them.

Source of the semantics: the controllers of apiextensions in a kube-apiserver. Every server runs this; who comes second
finds the work done.
"""

import asyncio
import logging
from contextlib import suppress

from pilothouse.api.apiextensions.v1.apiextensions_pb2 import CustomResourceDefinition
from pilothouse.api.meta.v1 import meta_pb2 as meta

from ..apiextensions.definition import ESTABLISHED, FINALIZER, NAMES_ACCEPTED, TERMINATING, is_true, prefix_of
from ..apiextensions.naming import Taken, accept_names, establish, judge_approval, judge_schemas, set_condition
from ..errors import Conflict, NotFound
from ..meta.context import RequestContext
from ..meta.user import User
from ..store.base import Remove
from ..verbs.body import Body
from ..verbs.delete_collection import delete_collection
from ..verbs.faults import api_error
from ..verbs.plane import Plane
from ..verbs.update import update

log = logging.getLogger(__name__)

ACCOUNT = User("system:apiserver", ("system:masters", "system:authenticated"))
RETRY_SECONDS = 0.5


class Definitions:
    """Brings definitions forward, from start() to close()."""

    def __init__(self, plane: Plane) -> None:
        self._plane = plane
        self._serving = plane.definitions
        self._type = plane.registry.get("apiextensions.k8s.io", "v1", "customresourcedefinitions")
        self._waiting: set[str] = set()
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._serving.listen(self._noticed)
        for crd in self._serving.definitions():
            self._noticed(crd.metadata.name)
        self._task = asyncio.create_task(self._run(), name="definitions")

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def _noticed(self, name: str) -> None:
        """Something changed about a definition: names that others in its group wait for may be free now."""
        self._waiting.add(name)
        group = name.partition(".")[2]
        for crd in self._serving.definitions():
            if crd.spec.group == group and not is_true(crd, NAMES_ACCEPTED):
                self._waiting.add(crd.metadata.name)
        self._changed.set()

    def _again(self, name: str) -> None:
        self._waiting.add(name)
        self._changed.set()

    async def _run(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            while self._waiting:
                name = min(self._waiting)
                self._waiting.discard(name)
                try:
                    await self._advance(name)
                except (Conflict, NotFound):
                    # Somebody else wrote or deleted it; that change is told here, too.
                    continue
                except Exception as error:  # noqa: BLE001 (the loop must outlive whatever one definition brings up)
                    log.warning("the definition %s has to wait: %s", name, api_error(error).message)
                    asyncio.get_running_loop().call_later(RETRY_SECONDS, self._again, name)

    async def _advance(self, name: str) -> None:
        """Does what is next for a definition."""
        crd = self._serving.get(name)
        item = self._plane.cache.collection(self._type).get(self._type.key("", name))
        if crd is None or item is None:
            return
        wanted, now = CustomResourceDefinition.FromString(item.body), int(self._plane.now())
        if crd.metadata.HasField("deletion_timestamp"):
            if FINALIZER in crd.metadata.finalizers:
                await self._terminate(name, wanted, now)
            return
        others = [other for other in self._serving.definitions() if other.metadata.name != name]
        accept_names(wanted, Taken(crd.spec.group, others, self._plane.registry), now)
        judge_approval(wanted, now)
        judge_schemas(wanted, now)
        if self._serving.is_ready(name):
            establish(wanted, now)
        if wanted.status != crd.status:
            await self._write(wanted, "status")

    async def _terminate(self, name: str, crd: CustomResourceDefinition, now: int) -> None:
        """Deletes the objects of a definition, and lets it go when there are none left."""
        if is_true(crd, ESTABLISHED):
            reason = next(c.reason for c in crd.status.conditions if c.type == TERMINATING)
            if reason != "InstanceDeletionInProgress":
                text = "CustomResource deletion is in progress"
                set_condition(crd, TERMINATING, "True", "InstanceDeletionInProgress", text, now)
                await self._write(crd, "status")
                return
            if not await self._empty(crd):
                asyncio.get_running_loop().call_later(RETRY_SECONDS, self._again, name)
                return
        kept = [finalizer for finalizer in crd.metadata.finalizers if finalizer != FINALIZER]
        del crd.metadata.finalizers[:]
        crd.metadata.finalizers.extend(kept)
        await self._write(crd)
        log.info("definition removed", extra={"definition": name})

    async def _empty(self, crd: CustomResourceDefinition) -> bool:
        """Deletes every object; whether none is left."""
        served = self._serving.types_of(crd.metadata.name)
        if served:
            context = RequestContext(user=ACCOUNT, verb="deletecollection", type=served[0])
            options = meta.DeleteOptions(propagation_policy="Background")
            await delete_collection(self._plane, context, meta.ListOptions(), options)
        left = await self._plane.store.list(prefix_of(crd), 500)
        if not served and left.entries:
            # No version is served: nobody could look at them, or take a finalizer away.
            await self._plane.store.transact([Remove(entry.key, entry.revision) for entry in left.entries[:100]])
            return False
        return not left.entries

    async def _write(self, crd: CustomResourceDefinition, subresource: str = "") -> None:
        context = RequestContext(
            user=ACCOUNT, verb="update", type=self._type, name=crd.metadata.name, subresource=subresource
        )
        await update(self._plane, context, Body(crd.SerializeToString()))
