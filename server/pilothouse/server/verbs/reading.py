"""As of when a read is answered: from the cache once it has the revision asked for, or from the store."""

from ..store.base import Entry
from ..watchcache.item import Item, make_item
from . import faults
from .plane import Kind, Plane

# A write of this server is in the cache within a millisecond or two of its answer.
SOON = 0.02
CONSISTENT_READ_WAIT = 0.1
NEWER_REVISION_WAIT = 3.0


async def cache_is_current(plane: Plane, patience: float = CONSISTENT_READ_WAIT) -> bool:
    """Whether the cache now holds all that the store held when this was called. False after `patience` seconds: the
    newest revision may belong to a key that the cache does not watch, and the store must answer itself."""
    cache = plane.cache
    if not cache.ready:
        return False
    seen = cache.revision
    revision = await plane.writer.revision()
    if revision < seen:
        # The store was restored, and the cache has yet to hear of it.
        return False
    if cache.revision >= revision or await cache.wait_for(revision, SOON):
        return True
    cache.ask_progress()
    return await cache.wait_for(revision, patience - SOON)


async def wait_for_revision(plane: Plane, revision: int) -> None:
    """Returns when the cache has `revision`. Raises Timeout after three seconds."""
    if not await plane.cache.wait_for(revision, NEWER_REVISION_WAIT):
        raise faults.revision_too_large(revision, plane.cache.revision)


def item_of(kind: Kind, entry: Entry) -> Item:
    """A stored entry as an item of the kind. Raises Undecodable."""
    return make_item(kind.type, kind.form, entry.key, entry.value, entry.revision)[0]


async def stored_item(plane: Plane, kind: Kind, key: str) -> Item | None:
    """The object under `key` as the store has it now."""
    entry, _ = await plane.store.get(key)
    return None if entry is None else item_of(kind, entry)


async def served_meanwhile(plane: Plane, group: str) -> bool:
    """Whether types came since the caller looked for one in vain: another server on the same store may have established
    a definition, and told its client so, before this one heard of it."""
    if "." not in group:
        return False
    before = plane.registry.generation
    await cache_is_current(plane)
    await plane.definitions.settled(group)
    return plane.registry.generation != before
