"""The garbage collector: follows every kind, and does what the graph of owners says is to be done."""

import asyncio
from contextlib import suppress

from google.protobuf.message import Message
from pilothouse.api.meta.v1 import meta_pb2 as meta

from ...errors import Conflict, NotFound
from ...meta.resource import ResourceType
from ...verbs.metadata import FOREGROUND, ORPHAN
from ...verbs.plane import Plane
from ..base import Report, account, metadata_of_item
from ..following import EveryKind
from ..names import GARBAGE_COLLECTOR
from ..queue import WorkQueue
from .actions import Actions, Found
from .events import InvalidOwners
from .graph import Graph, Owners
from .owners import OwnerStates

ACCOUNT = account("generic-garbage-collector")
# Objects worked on at a time, and how many times as long a worker rests as its work took: what others wait for the
# event loop and for the store stays short.
TOGETHER = 4
REST = 2.0
# Objects looked at, at the start, before others have a turn.
AT_ONCE = 200
AGAIN_SECONDS = 0.05
# What is queued when kinds come or go; and before the key of what has gone: its dependents are to be judged.
KINDS = ""
GONE = "-"


class GarbageCollector:
    """Collects objects whose owners are gone, and serves the finalizers foregroundDeletion and orphan."""

    name = GARBAGE_COLLECTOR

    def __init__(self, plane: Plane, report: Report) -> None:
        self._plane = plane
        self._graph = Graph()
        self._states = OwnerStates(plane)
        self._invalid = InvalidOwners(plane, ACCOUNT, report)
        self._actions = Actions(plane, ACCOUNT)
        self._waiting: set[str] = set()
        self._kinds = EveryKind(plane, self._changed, lambda: self._queue.add(KINDS))
        self._queue = WorkQueue(self._attend, lambda key: f"the collection of {key}", report, TOGETHER, REST)

    async def run(self) -> None:
        self._graph.clear()
        self._waiting.clear()
        try:
            # Nothing is judged before all is entered: whoever looks abandoned may be needed by what comes later.
            await self._look_at_all()
            await self._queue.run()
        finally:
            self._kinds.close()

    async def _look_at_all(self) -> None:
        """Enters what there is of the kinds that are new."""
        for resource, items in self._kinds.sync():
            for at in range(0, len(items), AT_ONCE):
                for item in items[at : at + AT_ONCE]:
                    # What changed since was told.
                    if self._plane.cache.collection(resource).get(item.key) is item:
                        self._enter(item.key, item.namespace, metadata_of_item(item))
                await asyncio.sleep(0)

    def _changed(self, resource: ResourceType, key: str, message: Message | None) -> None:
        if message is not None:
            metadata: meta.ObjectMeta = message.metadata  # type: ignore[attr-defined]
            self._enter(key, metadata.namespace, metadata)
            return
        before = self._graph.put(key, ())
        self._release(before)
        self._waiting.discard(key)
        if self._graph.dependents(key):
            self._queue.add(GONE + key)

    def _enter(self, key: str, namespace: str, metadata: meta.ObjectMeta) -> None:
        """Takes in an object as it is now."""
        references = metadata.owner_references
        if references or self._graph.owners(key):
            owners = tuple(self._states.reference(r, namespace) for r in references)
            before = self._graph.put(key, owners)
            if before != owners:
                self._release(before)
                self._queue.add(key)
        if not metadata.HasField("deletion_timestamp"):
            self._waiting.discard(key)
            return
        if ORPHAN in metadata.finalizers:
            self._queue.add(key)
        if FOREGROUND in metadata.finalizers:
            self._waiting.add(key)
            self._queue.add(key)
        elif key in self._waiting:
            # It waits no longer for anybody: those who are left are judged by what it is now.
            self._waiting.discard(key)
            self._queue.add(GONE + key)

    def _release(self, owners: Owners) -> None:
        """A dependent of these has gone, or names them no longer."""
        for owner in owners:
            if owner.key in self._waiting and not self._graph.is_blocked(owner.key, owner.uid):
                self._queue.add(owner.key)

    async def _attend(self, key: str) -> None:
        if key == KINDS:
            await self._look_at_all()
            self._resolve()
            return
        if key.startswith(GONE):
            await self._queue_dependents(key.removeprefix(GONE))
            return
        resource = self._kinds.type_of(key)
        item = None if resource is None else self._plane.cache.collection(resource).get(key)
        if resource is None or item is None:
            return
        metadata = metadata_of_item(item)
        found = Found(resource, item, metadata)
        try:
            if not metadata.HasField("deletion_timestamp"):
                if metadata.owner_references:
                    await self._judge(found)
            elif ORPHAN in metadata.finalizers:
                await self._orphan(found)
            elif FOREGROUND in metadata.finalizers:
                await self._finish_foreground(found)
        except NotFound:
            return
        except Conflict:
            # The cache is behind, or somebody else was faster: what they left is looked at.
            self._queue.add_after(key, AGAIN_SECONDS)

    def _resolve(self) -> None:
        """Finds the places of owners whose kind was not known before."""
        for dependent in list(self._graph.dependents("")):
            resource = self._kinds.type_of(dependent)
            item = None if resource is None else self._plane.cache.collection(resource).get(dependent)
            if item is not None:
                self._enter(dependent, item.namespace, metadata_of_item(item))

    async def _queue_dependents(self, key: str) -> None:
        """Some at a time: an owner may have very many."""
        for number, dependent in enumerate(list(self._graph.dependents(key))):
            self._queue.add(dependent)
            if number % AT_ONCE == AT_ONCE - 1:
                await asyncio.sleep(0)

    async def _judge(self, found: Found) -> None:
        """Deletes a dependent of which no owner is left; takes references away that hold nothing."""
        metadata, namespace = found.metadata, found.item.namespace
        references = metadata.owner_references
        await self._invalid.tell(found)
        judgement = await self._states.judge(references, namespace)
        if judgement.unknown:
            return
        if judgement.alive:
            if useless := judgement.absent | judgement.waiting:
                await self._actions.release(found, useless)
            return
        key = found.item.key
        if judgement.waiting and self._graph.dependents(key):
            if any(dependent in self._waiting for dependent in self._graph.dependents(key)):
                # A circle may be: nobody in it would ever go while each waits for the next.
                await self._actions.unblock(found)
            await self._actions.delete(found, "Foreground")
            return
        policy = "Orphan" if ORPHAN in metadata.finalizers else "Background"
        await self._actions.delete(found, "Foreground" if FOREGROUND in metadata.finalizers else policy)

    async def _finish_foreground(self, found: Found) -> None:
        """Lets an owner go when no dependent blocks it any more; else the dependents go first."""
        key = found.item.key
        if not self._graph.is_blocked(key, found.metadata.uid):
            await self._actions.remove_finalizer(found, FOREGROUND)
            return
        await self._queue_dependents(key)

    async def _orphan(self, found: Found) -> None:
        """Makes the dependents of an owner independent, then lets it go."""
        dependents = list(self._graph.dependents(found.item.key))
        for at in range(0, len(dependents), TOGETHER):
            some = (self._part(dependent, found.metadata.uid) for dependent in dependents[at : at + TOGETHER])
            for outcome in await asyncio.gather(*some, return_exceptions=True):
                if isinstance(outcome, BaseException):
                    raise outcome
        await self._actions.remove_finalizer(found, ORPHAN)

    async def _part(self, dependent: str, owner: str) -> None:
        """Takes the reference to an owner of this uid from a dependent, if that is there still."""
        resource = self._kinds.type_of(dependent)
        item = None if resource is None else self._plane.cache.collection(resource).get(dependent)
        if resource is not None and item is not None:
            with suppress(NotFound):
                await self._actions.release(Found(resource, item, metadata_of_item(item)), {owner})
