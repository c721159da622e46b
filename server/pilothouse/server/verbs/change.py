"""The loop that every change to an existing object goes through: read, change, check, compare and swap."""

from collections.abc import Callable
from dataclasses import dataclass

from google.protobuf.message import Message

from ..meta.context import RequestContext
from ..meta.continuation import parse_resource_version
from ..meta.wire import with_revision
from ..store.base import Op, Put, Refused, Remove
from ..watchcache.item import Item
from . import faults
from .metadata import is_doomed, keep_identity, metadata_of, place
from .plane import Kind, Plane
from .reading import item_of, stored_item

TRIES = 5

# From the object as it is to the object as it shall be, with metadata.resourceVersion where the caller insists on one.
Edit = Callable[[Message], Message]


@dataclass(frozen=True, slots=True)
class Changed:
    """What to store of one try, None for nothing, and the object as it will be served, without resourceVersion."""

    op: Op | None
    raw: bytes


async def change(plane: Plane, context: RequestContext, edit: Edit) -> bytes | None:
    """The changed object as protobuf; None where there is no such object. Without a resourceVersion of the caller's the
    change is made again on what another writer left, five times at most. Raises Conflict, Invalid, BadRequest."""
    kind = plane.kind(context.type)
    key = kind.type.key(context.namespace, context.name)
    item, fresh = plane.cache.collection(kind.type).get(key), False
    for _ in range(TRIES):
        if item is None:
            item, fresh = await stored_item(plane, kind, key), True
            if item is None:
                return None
        old, new = _edited(kind, item, edit)
        insisted = demanded_revision(kind, new)
        if insisted and insisted != item.revision:
            if fresh:
                raise faults.conflict(kind.type, context.name)
            item = None
            continue
        changed = prepare_change(plane, kind, context, item, old, new)
        if changed.op is None or context.dry_run:
            return with_revision(changed.raw, item.revision)
        outcome = await plane.writer.write((changed.op,))
        if not isinstance(outcome, Refused):
            return with_revision(changed.raw, outcome.revision)
        if insisted:
            raise faults.conflict(kind.type, context.name)
        item = item_of(kind, outcome.current) if outcome.current is not None else None
        fresh = True
        if item is None:
            return None
    raise faults.conflict(kind.type, context.name)


def _edited(kind: Kind, item: Item, edit: Edit) -> tuple[Message, Message]:
    old = kind.type.message.FromString(item.raw)
    kind.normalize(old)
    return old, edit(old)


def demanded_revision(kind: Kind, new: Message) -> int:
    """The revision that the caller's object insists on; 0 for none. Raises Invalid where the kind demands one."""
    text = metadata_of(new).resource_version
    revision = parse_resource_version(text)
    if not revision and kind.type.conditional_update:
        raise faults.must_name_revision(kind.type, metadata_of(new).name)
    return revision


def prepare_change(
    plane: Plane, kind: Kind, context: RequestContext, item: Item, old: Message, new: Message
) -> Changed:
    """Defaults, validates and stamps a changed object. Raises BadRequest, Invalid, Forbidden, Conflict."""
    resource, strategy = kind.type, kind.strategy
    kind.normalize(new)
    place(context, new)
    keep_identity(resource, new, old)
    kind.default(new)
    strategy.default(new)
    strategy.prepare_update(context, new, old)
    if resource.generation_raised_by and strategy.raises_generation(new, old):
        metadata_of(new).generation += 1
    causes = kind.validate(new)
    causes += strategy.validate(context, new)
    causes += strategy.validate_update(context, new, old)
    if causes:
        raise faults.invalid(resource, context.name, causes)
    raw = new.SerializeToString(deterministic=True)
    if is_doomed(new) and not strategy.holds(new):
        return Changed(Remove(item.key, item.revision), raw)
    if new == old:
        return Changed(None, raw)
    ttl = plane.event_ttl if resource.storage.expires else 0
    return Changed(Put(item.key, kind.form.stored(new), item.revision, ttl), raw)
