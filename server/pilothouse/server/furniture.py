"""What a server lays down for itself when it starts: the default namespaces, priority classes, roles and bindings."""

import asyncio
import logging
from collections.abc import Coroutine, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace

import orjson
from pilothouse.api.meta.v1 import meta_pb2 as meta

from .allocation import default_range
from .authorization.bindings import GROUP
from .authorization.bootstrap import JsonObject, bootstrap_objects
from .authorization.reconciling import must_be_recreated, reconciled
from .errors import AlreadyExists, Conflict, NotFound
from .meta.context import RequestContext
from .meta.strict import parse_object
from .meta.user import User
from .verbs.body import Body, Encoding
from .verbs.create import create
from .verbs.delete import delete
from .verbs.plane import Plane
from .verbs.update import update
from .watchcache.item import Item

log = logging.getLogger(__name__)

SERVER = User("system:apiserver", ("system:masters", "system:authenticated"))


NAMESPACES = ("default", "kube-system", "kube-public", "kube-node-lease")
PRIORITY_CLASSES: tuple[JsonObject, ...] = tuple(
    {
        "apiVersion": "scheduling.k8s.io/v1",
        "kind": "PriorityClass",
        "metadata": {"name": name},
        "value": value,
        "description": description,
    }
    for name, value, description in (
        ("system-node-critical", 2_000_001_000, "For pods that a node cannot do without: they are not to be moved."),
        ("system-cluster-critical", 2_000_000_000, "For pods that the cluster cannot do without; they may move."),
    )
)


async def lay_down(plane: Plane, cluster_ranges: Sequence[str] = ("10.0.0.0/24",)) -> None:
    """Creates what is missing of the default namespaces, PriorityClasses, ServiceCIDR, ClusterRoles, Roles and
    bindings, and adds what the roles and bindings that exist lack of the defaults. Servers that start together may
    both try: the second one finds them there. cluster_ranges: of cluster IPs, as CIDRs."""
    namespaces: list[JsonObject] = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}} for name in NAMESPACES
    ]
    objects = (default_range(cluster_ranges), *PRIORITY_CLASSES, *bootstrap_objects())
    # What lives in a namespace is written only where that exists.
    count = await _lay(plane, namespaces) + await _lay(plane, objects)
    if count:
        log.info("default namespaces, priority classes, roles and bindings laid down", extra={"count": count})


async def _lay(plane: Plane, objects: Iterable[JsonObject]) -> int:
    """How many objects there was something to do about."""
    tasks = []
    for obj in objects:
        resource = plane.registry.by_kind(str(obj["apiVersion"]), str(obj["kind"]))
        metadata = obj["metadata"]
        assert resource is not None
        assert isinstance(metadata, dict)
        context = RequestContext(SERVER, "create", resource, metadata.get("namespace", ""), metadata["name"])
        item = plane.cache.collection(resource).get(resource.key(context.namespace, context.name))
        if item is None:
            tasks.append(_create(plane, replace(context, name=""), orjson.dumps(obj)))
        elif resource.group == GROUP:
            work = _reconcile(plane, context, item, obj)
            if work is not None:
                tasks.append(work)
    await asyncio.gather(*tasks)
    return len(tasks)


def _reconcile(
    plane: Plane, context: RequestContext, item: Item, obj: JsonObject
) -> Coroutine[object, object, None] | None:
    """What there is to do about an object that exists; None for nothing."""
    kind = plane.kind(context.type)
    existing = kind.type.message.FromString(item.body)
    default = kind.codec().from_value(parse_object(orjson.dumps(obj)))
    for message in (existing, default):
        kind.complete(message)
    if must_be_recreated(existing, default):
        return _recreate(plane, context, orjson.dumps(obj))
    wanted = reconciled(existing, default)
    return None if wanted is None else _update(plane, context, wanted.SerializeToString())


async def _recreate(plane: Plane, context: RequestContext, data: bytes) -> None:
    with suppress(NotFound):
        await delete(plane, replace(context, verb="delete"), meta.DeleteOptions())
    await _create(plane, replace(context, name=""), data)


async def _update(plane: Plane, context: RequestContext, data: bytes) -> None:
    try:
        await update(plane, replace(context, verb="update"), Body(data))
    except (Conflict, NotFound):
        log.debug("another server was first", extra={"resource": context.type.qualified})


async def _create(plane: Plane, context: RequestContext, data: bytes) -> None:
    try:
        await create(plane, context, Body(data, Encoding.JSON))
    except AlreadyExists:
        log.debug("another server was first", extra={"resource": context.type.qualified})
