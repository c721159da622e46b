"""The events that tell people of references to owners that can never be: across namespaces, and from cluster-scoped
objects into namespaces."""

import hashlib
from collections import OrderedDict

import orjson
from pilothouse.api.meta.v1 import meta_pb2 as meta

from ...errors import AlreadyExists
from ...meta.context import RequestContext
from ...meta.times import format_time
from ...meta.user import User
from ...verbs.body import Body, Encoding
from ...verbs.create import create
from ...verbs.plane import Plane
from ..base import Report, metadata_of_item
from .actions import Found

COMPONENT = "garbage-collector-controller"
REASON = "OwnerRefInvalidNamespace"
REMEMBERED = 1000


class InvalidOwners:
    """Tells of each such reference once."""

    def __init__(self, plane: Plane, account: User, report: Report) -> None:
        self._plane = plane
        self._report = report
        self._account = account
        self._type = plane.registry.get("", "v1", "events")
        self._namespaces = plane.registry.get("", "v1", "namespaces")
        self._told: OrderedDict[tuple[str, str], None] = OrderedDict()

    async def tell(self, found: Found) -> None:
        """Writes an event for each owner that is elsewhere than where the object could name it."""
        for reference in found.metadata.owner_references:
            known = found.metadata.uid, reference.uid
            if known in self._told or not self._is_elsewhere(reference, found):
                continue
            self._told[known] = None
            if len(self._told) > REMEMBERED:
                self._told.popitem(last=False)
            try:
                await self._write(found, reference)
            except AlreadyExists:
                continue
            except Exception as error:  # noqa: BLE001 (what becomes of the object must not hang on an event)
                self._report.failed(f"the event that tells of an owner of {found.item.key}", error)

    def _is_elsewhere(self, reference: meta.OwnerReference, found: Found) -> bool:
        owner = self._plane.registry.by_kind(reference.api_version, reference.kind)
        if owner is None or not owner.namespaced or owner.is_review:
            return False
        if not found.item.namespace:
            return True
        collection = self._plane.cache.collection(owner)
        if collection.get(owner.key(found.item.namespace, reference.name)) is not None:
            return False
        for namespace in self._plane.cache.collection(self._namespaces).under(self._namespaces.storage.prefix):
            item = collection.get(owner.key(namespace.name, reference.name))
            if item is not None and metadata_of_item(item).uid == reference.uid:
                return True
        return False

    async def _write(self, found: Found, reference: meta.OwnerReference) -> None:
        namespace, metadata = found.item.namespace, found.metadata
        where = namespace or "default"
        now = format_time(int(self._plane.now()))
        named = (
            f"[{reference.api_version}/{reference.kind}, namespace: {namespace}, name: {reference.name}, "
            f"uid: {reference.uid}]"
        )
        event = {
            "apiVersion": "v1",
            "kind": "Event",
            # Always the same, so that it is told once however often the collector begins anew.
            "metadata": {"name": f"{metadata.name}.{_digest(metadata.uid, reference.uid)}", "namespace": where},
            "involvedObject": {
                "apiVersion": found.type.api_version,
                "kind": found.type.kind,
                "namespace": namespace,
                "name": metadata.name,
                "uid": metadata.uid,
            },
            "reason": REASON,
            "message": f'ownerRef {named} does not exist in namespace "{namespace}"',
            "type": "Warning",
            "count": 1,
            "firstTimestamp": now,
            "lastTimestamp": now,
            "source": {"component": COMPONENT},
            "reportingComponent": COMPONENT,
        }
        context = RequestContext(self._account, "create", self._type, where)
        await create(self._plane, context, Body(orjson.dumps(event), Encoding.JSON))


def _digest(*parts: str) -> str:
    return hashlib.sha256("/".join(parts).encode()).hexdigest()[:16]
