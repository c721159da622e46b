"""DeleteCollection: every object that a list would find, deleted one by one."""

import asyncio
from dataclasses import replace

from pilothouse.api.meta.v1 import meta_pb2 as meta

from ..authorization.base import permit
from ..errors import Conflict, NotFound
from ..meta.context import RequestContext
from ..watchcache.item import Item
from .delete import check_options, delete_named
from .list import Listing, page_of
from .plane import Plane

# Deletions under way at a time: enough to share transactions, few enough to leave room for others.
TOGETHER = 64


async def delete_collection(
    plane: Plane, context: RequestContext, list_options: meta.ListOptions, options: meta.DeleteOptions
) -> Listing:
    """The objects that were deleted or marked for deletion, as they were; where a limit left some, the token of
    the rest. Raises Forbidden, BadRequest, Invalid."""
    permit(plane.authorizer, replace(context, field_selector=list_options.field_selector))
    check_options(options)
    deleted: list[Item] = []
    asked = meta.ListOptions()
    asked.CopyFrom(list_options)
    while True:
        listing: Listing = await page_of(plane, context, asked)
        for at in range(0, len(listing.items), TOGETHER):
            some = listing.items[at : at + TOGETHER]
            gone = await asyncio.gather(*(_delete(plane, context, item, options) for item in some))
            deleted.extend(item for item, was_there in zip(some, gone, strict=True) if was_there)
        if not listing.continue_token or list_options.limit:
            return replace(listing, items=deleted)
        asked.ClearField("resource_version")
        asked.ClearField("resource_version_match")
        setattr(asked, "continue", listing.continue_token)


async def _delete(plane: Plane, context: RequestContext, item: Item, options: meta.DeleteOptions) -> bool:
    own = replace(context, namespace=item.namespace, name=item.name)
    try:
        await delete_named(plane, own, options)
    except (NotFound, Conflict):
        # Somebody else was first; what a collection's deletion wants has happened, or is theirs to decide.
        return False
    return True
