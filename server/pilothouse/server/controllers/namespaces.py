"""Namespace termination: what lives in a namespace that is being deleted is deleted, and then the namespace itself.

Pods go first, as kube-controller-manager orders it: nothing that they use is taken from under them.
"""

import asyncio
from collections.abc import Callable, Sequence

from google.protobuf.message import Message
from pilothouse.api.core.v1.core_pb2 import Namespace
from pilothouse.api.meta.v1 import meta_pb2 as meta

from ..authorization.base import permit
from ..errors import Conflict, NotFound, Unavailable
from ..meta.context import RequestContext
from ..meta.resource import ResourceType
from ..verbs.change import change
from ..verbs.delete import delete
from ..verbs.faults import api_error
from ..verbs.plane import Plane
from ..verbs.reading import cache_is_current
from ..watchcache.item import Item
from .base import Report, account, is_leaving, metadata_of_item
from .following import EveryKind, following
from .names import NAMESPACES
from .namespace_conditions import Remains, set_conditions
from .queue import WorkQueue

ACCOUNT = account("namespace-controller")
FINALIZER = "kubernetes"
# Deletions under way at a time, in one namespace.
TOGETHER = 8
# Changes in a namespace that come within so many seconds are looked at together.
SETTLE_SECONDS = 0.1
PATIENCE_SECONDS = 5.0


class NamespaceTermination:
    """Empties namespaces and lets them go."""

    name = NAMESPACES

    def __init__(self, plane: Plane, report: Report) -> None:
        self._plane = plane
        self._report = report
        self._type = plane.registry.get("", "v1", "namespaces")
        self._pods = plane.registry.get("", "v1", "pods")
        self._leaving: set[str] = set()
        self._content = EveryKind(plane, self._content_changed, self._kinds_changed, namespaced=True)
        self._queue = WorkQueue(self._attend, lambda name: f"the end of namespace {name}", report)

    async def run(self) -> None:
        self._leaving.clear()
        with following(self._plane, (self._type, self._namespace_changed)):
            try:
                await self._queue.run()
            finally:
                self._content.close()

    def _namespace_changed(self, key: str, message: Message | None) -> None:
        name = key.removeprefix(self._type.storage.prefix)
        if message is None or not is_leaving(message):
            if name in self._leaving:
                self._leaving.discard(name)
                self._queue.add(name)
        elif name not in self._leaving:
            self._leaving.add(name)
            self._queue.add(name)
        else:
            # Its finalizers may have changed.
            self._queue.add_after(name, SETTLE_SECONDS)

    def _kinds_changed(self) -> None:
        for name in self._leaving:
            self._queue.add(name)

    def _content_changed(self, resource: ResourceType, key: str, message: Message | None) -> None:
        start = len(resource.storage.prefix)
        name = key[start : key.find("/", start)]
        if name in self._leaving:
            self._queue.add_after(name, SETTLE_SECONDS)

    async def _attend(self, name: str) -> None:
        """One look at a namespace; whatever changes in it later leads to another."""
        namespace = self._namespace(name)
        if namespace is None or FINALIZER not in namespace.spec.finalizers:
            if not self._leaving:
                self._content.close()
            return
        self._content.sync()
        await self._see_all()
        remains = await self._empty(name)
        await self._tell(name, remains)
        if remains.failures:
            raise Unavailable(remains.failures[0])
        if remains.nothing:
            await self._finalize(name)

    def _namespace(self, name: str) -> Namespace | None:
        """The namespace, where it is being deleted."""
        item = self._plane.cache.collection(self._type).get(self._type.key("", name))
        if item is None:
            return None
        namespace = Namespace.FromString(item.body)
        return namespace if namespace.metadata.HasField("deletion_timestamp") else None

    async def _see_all(self) -> None:
        """Returns when the cache has all that was written before. Raises Unavailable."""
        if not await cache_is_current(self._plane, PATIENCE_SECONDS):
            raise Unavailable("the watch cache is behind the store")

    async def _empty(self, name: str) -> Remains:
        """Deletes what can be deleted now, and says what is left."""
        failures: dict[str, str] = {}
        await self._delete_all(name, [self._pods], failures)
        if not self._plane.cache.collection(self._pods).under(self._pods.prefix(name)):
            await self._delete_all(name, self._content.types, failures)
        remains = Remains(failures=list(failures.values()))
        for resource in self._content.types:
            self._count(name, resource, remains)
        return remains

    async def _delete_all(self, name: str, types: Sequence[ResourceType], failures: dict[str, str]) -> None:
        """failures: gets the first failure of each kind, by the kind's name."""
        deleted = False
        slots = asyncio.Semaphore(TOGETHER)
        async with asyncio.TaskGroup() as group:
            for resource in types:
                for item in self._plane.cache.collection(resource).under(resource.prefix(name)):
                    if metadata_of_item(item).HasField("deletion_timestamp"):
                        continue
                    deleted = True
                    await slots.acquire()
                    task = group.create_task(self._delete(resource, item, failures))
                    task.add_done_callback(lambda _: slots.release())
        if deleted:
            await self._see_all()

    async def _delete(self, resource: ResourceType, item: Item, failures: dict[str, str]) -> None:
        context = RequestContext(ACCOUNT, "delete", resource, item.namespace, item.name)
        try:
            await delete(self._plane, context, meta.DeleteOptions(propagation_policy="Background"))
        except NotFound:
            return
        except Exception as error:  # noqa: BLE001 (whatever it is, it is told as a condition, and tried again)
            failures.setdefault(resource.qualified, api_error(error).message)

    def _count(self, name: str, resource: ResourceType, remains: Remains) -> None:
        collection, prefix = self._plane.cache.collection(resource), resource.prefix(name)
        for item in collection.under(prefix):
            remains.objects[resource] += 1
            remains.finalizers.update(set(metadata_of_item(item).finalizers))
        for key, fault in collection.broken.items():
            if key.startswith(prefix) and collection.get(key) is None:
                remains.objects[resource] += 1
                remains.failures.append(fault)

    async def _tell(self, name: str, remains: Remains) -> None:
        now = int(self._plane.now())
        namespace = self._namespace(name)
        if namespace is not None and set_conditions(namespace, remains, now):
            await self._change(name, "status", lambda found: set_conditions(found, remains, now))

    async def _finalize(self, name: str) -> None:
        await self._change(name, "finalize", lambda found: found.spec.finalizers.remove(FINALIZER))

    async def _change(self, name: str, subresource: str, edit: Callable[[Namespace], object]) -> None:
        def edited(old: Message) -> Message:
            assert isinstance(old, Namespace)
            new = Namespace()
            new.CopyFrom(old)
            new.status.phase = "Terminating"
            edit(new)
            return new

        context = RequestContext(ACCOUNT, "update", self._type, "", name, subresource)
        permit(self._plane.authorizer, context)
        try:
            await change(self._plane, context, edited)
        except (Conflict, ValueError):
            # Somebody else wrote it, and has taken the finalizer maybe; either is told here, too.
            self._queue.add_after(name, SETTLE_SECONDS)
