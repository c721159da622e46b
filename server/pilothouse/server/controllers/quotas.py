"""Quotas: what the objects of a namespace use is counted again when a quota is new, when objects go, and now and then.

Admission charges what is created; this finds what was given back, and what was charged and never written.
"""

import asyncio
from typing import cast

from google.protobuf.message import Message
from pilothouse.api.core.v1.quotas_pb2 import ResourceQuota

from ..admission.base import Objects
from ..admission.plugins.resource_quota import recount
from ..errors import Conflict, NotFound, Unavailable
from ..meta.context import RequestContext
from ..meta.resource import ResourceType
from ..strategies.pod_resources import Amounts, amounts
from ..verbs.body import Body
from ..verbs.plane import Plane
from ..verbs.reading import cache_is_current
from ..verbs.update import update
from .base import Report, account
from .following import EveryKind, following
from .names import QUOTAS
from .queue import WorkQueue

ACCOUNT = account("resourcequota-controller")
EVERY_SECONDS = 300.0
# A create is charged a moment before its object is there: a quota is counted only once it was left alone for so long.
SETTLE_SECONDS = 0.5
PATIENCE_SECONDS = 5.0
# Kinds whose updates can give back: pods that end, services and claims that ask for less.
SHRINKING = frozenset(
    (("", "pods"), ("", "services"), ("", "persistentvolumeclaims"), ("resource.k8s.io", "resourceclaims"))
)


class QuotaRecount:
    """Keeps the status of quotas right. objects: what is counted."""

    name = QUOTAS

    def __init__(self, plane: Plane, report: Report, objects: Objects) -> None:
        self._plane = plane
        self._objects = objects
        self._type = plane.registry.get("", "v1", "resourcequotas")
        # When each quota was last seen to change, by the event loop's clock; by namespace and key.
        self._quotas: dict[str, dict[str, float]] = {}
        self._content = EveryKind(plane, self._content_changed, self._kinds_changed, namespaced=True)
        self._queue = WorkQueue(self._attend, lambda name: f"the count for the quotas of namespace {name}", report)

    async def run(self) -> None:
        self._quotas.clear()
        with following(self._plane, (self._type, self._quota_changed)):
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._queue.run())
                    group.create_task(self._count_now_and_then())
            finally:
                self._content.close()

    async def _count_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            for namespace in self._quotas:
                self._queue.add(namespace)

    def _quota_changed(self, key: str, message: Message | None) -> None:
        namespace = key.removeprefix(self._type.storage.prefix).partition("/")[0]
        if message is None:
            quotas = self._quotas.get(namespace, {})
            quotas.pop(key, None)
            if not quotas:
                self._quotas.pop(namespace, None)
                self._queue.add(namespace)
            return
        quota = cast(ResourceQuota, message)
        seen = self._quotas.setdefault(namespace, {})
        if key not in seen or _is_new(quota):
            self._queue.add(namespace)
        seen[key] = asyncio.get_running_loop().time()

    def _kinds_changed(self) -> None:
        for namespace in self._quotas:
            self._queue.add(namespace)

    def _content_changed(self, resource: ResourceType, key: str, message: Message | None) -> None:
        if message is not None and (resource.group, resource.plural) not in SHRINKING:
            return
        start = len(resource.storage.prefix)
        namespace = key[start : key.find("/", start)]
        if namespace in self._quotas and resource is not self._type:
            self._queue.add_after(namespace, SETTLE_SECONDS)

    async def _attend(self, namespace: str) -> None:
        if namespace not in self._quotas:
            if not self._quotas:
                self._content.close()
            return
        self._content.sync()
        collection = self._plane.cache.collection(self._type)
        quotas = [ResourceQuota.FromString(i.body) for i in collection.under(self._type.prefix(namespace))]
        settled = max(self._quotas[namespace].values(), default=0.0) + SETTLE_SECONDS
        left = settled - asyncio.get_running_loop().time()
        if left > 0:
            # Until a new quota is counted it holds nothing back; what came in meanwhile is found the second time.
            self._queue.add_after(namespace, left)
            quotas = [quota for quota in quotas if _is_new(quota)]
            if not quotas:
                return
        if not await cache_is_current(self._plane, PATIENCE_SECONDS):
            raise Unavailable("the watch cache is behind the store")
        counted = await recount(self._objects, namespace)
        for quota in quotas:
            await self._write(quota, counted.get(quota.metadata.name), settled=left <= 0)

    async def _write(self, quota: ResourceQuota, used: Amounts | None, settled: bool) -> None:
        """settled: whether what was charged is counted by now; else nothing is given back."""
        charged = amounts(quota.status.used)
        if used is None or (not _is_new(quota) and charged == used):
            return
        if not settled:
            used = {name: max(amount, charged.get(name, amount)) for name, amount in used.items()}
        quota.status.Clear()
        for name, limit in quota.spec.hard.items():
            quota.status.hard[name].CopyFrom(limit)
        for name, amount in used.items():
            quota.status.used[name].string = str(amount)
        namespace, name = quota.metadata.namespace, quota.metadata.name
        context = RequestContext(ACCOUNT, "update", self._type, namespace, name, "status")
        try:
            await update(self._plane, context, Body(quota.SerializeToString()))
        except (Conflict, NotFound):
            # It was charged meanwhile, or is gone.
            self._queue.add_after(namespace, SETTLE_SECONDS)


def _is_new(quota: ResourceQuota) -> bool:
    """Whether its limits are not in force yet."""
    return amounts(quota.spec.hard) != amounts(quota.status.hard)
