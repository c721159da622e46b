"""What a new server lays down for itself: the default namespaces, roles and bindings."""

import asyncio
import logging
from collections.abc import Iterable

import orjson

from .authorization.bootstrap import JsonObject, bootstrap_objects
from .errors import AlreadyExists
from .meta.context import RequestContext
from .meta.user import User
from .verbs.body import Body, Encoding
from .verbs.create import create
from .verbs.plane import Plane

log = logging.getLogger(__name__)

SERVER = User("system:apiserver", ("system:masters", "system:authenticated"))


NAMESPACES = ("default", "kube-system", "kube-public", "kube-node-lease")


async def lay_down(plane: Plane) -> None:
    """Creates what is missing of the default namespaces, ClusterRoles, Roles and bindings. Servers that start together
    may both try: the second one finds them there."""
    missing = []
    namespaces: Iterable[JsonObject] = ({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}} for name in NAMESPACES)
    for obj in (*namespaces, *bootstrap_objects()):
        resource = plane.registry.by_kind(str(obj["apiVersion"]), str(obj["kind"]))
        metadata = obj["metadata"]
        assert resource is not None
        assert isinstance(metadata, dict)
        namespace, name = metadata.get("namespace", ""), metadata["name"]
        if plane.cache.collection(resource).get(resource.key(namespace, name)) is None:
            context = RequestContext(user=SERVER, verb="create", type=resource, namespace=namespace)
            missing.append(_create(plane, context, orjson.dumps(obj)))
    if missing:
        await asyncio.gather(*missing)
        log.info("default namespaces, roles and bindings laid down", extra={"count": len(missing)})


async def _create(plane: Plane, context: RequestContext, data: bytes) -> None:
    try:
        await create(plane, context, Body(data, Encoding.JSON))
    except AlreadyExists:
        log.debug("another server was first", extra={"resource": context.type.qualified})
