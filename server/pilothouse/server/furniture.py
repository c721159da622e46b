"""What a new server lays down for itself: the default roles and bindings."""

import asyncio
import logging

import orjson

from .authorization.bootstrap import bootstrap_objects
from .errors import AlreadyExists
from .meta.context import RequestContext
from .meta.user import User
from .verbs.body import Body, Encoding
from .verbs.create import create
from .verbs.plane import Plane

log = logging.getLogger(__name__)

SERVER = User("system:apiserver", ("system:masters", "system:authenticated"))


async def lay_down_roles(plane: Plane) -> None:
    """Creates the default ClusterRoles, Roles and bindings that are missing. Servers that start together may both try:
    the second one finds them there."""
    missing = []
    for obj in bootstrap_objects():
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
        log.info("default roles and bindings laid down", extra={"count": len(missing)})


async def _create(plane: Plane, context: RequestContext, data: bytes) -> None:
    try:
        await create(plane, context, Body(data, Encoding.JSON))
    except AlreadyExists:
        log.debug("another server was first", extra={"resource": context.type.qualified})
