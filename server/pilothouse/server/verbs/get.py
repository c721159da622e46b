"""Get: one object."""

from ..authorization.base import permit
from ..errors import Internal
from ..meta.context import RequestContext
from ..meta.continuation import parse_resource_version
from ..watchcache.item import Item
from . import faults
from .names import require_name
from .plane import Plane
from .reading import cache_is_current, stored_item, wait_for_revision


async def get(plane: Plane, context: RequestContext, resource_version: str = "") -> Item:
    """The object as of now ("": consistently), as of any time ("0"), or not older than a revision. Raises Forbidden,
    BadRequest, NotFound, Timeout."""
    permit(plane.authorizer, context)
    resource = context.type
    kind = plane.kind(resource)
    require_name(context)
    key = resource.key(context.namespace, context.name)
    if not resource_version:
        if not await cache_is_current(plane):
            stored = await stored_item(plane, kind, key)
            if stored is None:
                raise faults.not_found(resource, context.name)
            return stored
    elif (revision := parse_resource_version(resource_version)) > plane.cache.revision:
        await wait_for_revision(plane, revision)
    collection = plane.cache.collection(resource)
    item = collection.get(key)
    if item is None:
        if key in collection.broken:
            raise Internal(collection.broken[key])
        raise faults.not_found(resource, context.name)
    return item
