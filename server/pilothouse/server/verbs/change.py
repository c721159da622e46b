"""The loop that every change to an existing object goes through: read, change, check, compare and swap."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from google.protobuf.message import Message

from ..admission.base import AdmissionRequest, Operation
from ..errors import ApiError
from ..meta.context import RequestContext
from ..meta.continuation import parse_resource_version
from ..meta.wire import with_revision
from ..store.base import Op, Put, Refused, Remove
from ..watchcache.item import Item
from . import faults
from .metadata import is_doomed, keep_identity, metadata_of, place
from .owning import Owners, owners_of
from .plane import Kind, Plane
from .reading import item_of, stored_item
from .writing import Tries, write

TRIES = 5

# From the object as it is, with its resourceVersion, to the object as it shall be, with the resourceVersion that the
# caller insists on, if any.
Edit = Callable[[Message], Message]


@dataclass(frozen=True, slots=True)
class Changed:
    """What to store of one try, the object's own operation first (nothing where nothing changed), and what is answered
    with, without resourceVersion: the object as it will be served, or what of it goes through a subresource."""

    ops: tuple[Op, ...]
    raw: bytes


# From the object as it is and what an Edit made of it to what is stored.
Prepare = Callable[[Plane, Kind, RequestContext, Item, Message, Message], Awaitable[Changed]]


async def change(plane: Plane, context: RequestContext, edit: Edit, prepare: Prepare | None = None) -> bytes | None:
    """The changed object as protobuf; None where there is no such object. Without a resourceVersion of the caller's the
    change is made again on what another writer left, five times at most. prepare: prepare_change() where it is not
    given. Raises Conflict, Invalid, BadRequest."""
    kind = plane.kind(context.type)
    prepare = prepare or prepare_change
    key = kind.type.key(context.namespace, context.name)
    item, fresh = plane.cache.collection(kind.type).get(key), False
    for _ in (tries := Tries(TRIES)):
        if item is None:
            item, fresh = await stored_item(plane, kind, key), True
            if item is None:
                return None
        try:
            old, new = _edited(plane, kind, item, edit)
            insisted = demanded_revision(kind, new)
            if insisted and insisted != item.revision:
                raise faults.conflict(kind.type, context.name)
            changed = await prepare(plane, kind, context, item, old, new)
        except ApiError:
            if fresh:
                raise
            # The cache may be behind: what is wrong with the change may be right with the object as it is.
            item = None
            continue
        if not changed.ops or context.dry_run:
            if fresh:
                return with_revision(changed.raw, item.revision)
            item = None
            continue
        outcome = await write(plane, (context,), changed.ops)
        if not isinstance(outcome, Refused):
            return with_revision(changed.raw, outcome.revision)
        if outcome.index:
            tries.lost_a_claim()
            continue
        if outcome.current is None:
            return None
        # If the caller insists on a revision, this object is told to be another one in the next round.
        item, fresh = item_of(kind, outcome.current), True
    raise faults.conflict(kind.type, context.name)


def _edited(plane: Plane, kind: Kind, item: Item, edit: Edit) -> tuple[Message, Message]:
    old = kind.type.message.FromString(item.body)
    if not plane.written.has(kind.type, item.key, item.revision):
        kind.normalize(old)
    new = edit(old)
    metadata_of(old).ClearField("resource_version")
    return old, new


def demanded_revision(kind: Kind, new: Message) -> int:
    """The revision that the caller's object insists on; 0 for none. Raises Invalid where the kind demands one."""
    text = metadata_of(new).resource_version
    revision = parse_resource_version(text)
    if not revision and kind.type.conditional_update:
        raise faults.must_name_revision(kind.type, metadata_of(new).name)
    return revision


async def prepare_change(
    plane: Plane, kind: Kind, context: RequestContext, item: Item, old: Message, new: Message
) -> Changed:
    """Defaults, admits, stamps and validates a changed object. Raises BadRequest, Invalid, Forbidden, Conflict."""
    place(context, new)
    kind.complete(new)
    owners = owners_of(kind, context, old, new, plane.now())
    request = AdmissionRequest(context, Operation.UPDATE, new, old, context.name)
    await plane.admission.mutate(request)
    return await settle_change(plane, kind, item, (old, new), request, owners)


async def settle_change(
    plane: Plane,
    kind: Kind,
    item: Item,
    objects: tuple[Message, Message],
    request: AdmissionRequest,
    owners: Owners,
) -> Changed:
    """The rest of prepare_change(), once what was asked for is mutated. objects: as it is, and as it shall be; request:
    what admission sees of them; owners: of what it shall be. Raises Invalid, Forbidden."""
    context, (old, new) = request.context, objects
    resource, strategy = kind.type, kind.strategy
    keep_identity(resource, new, old)
    strategy.prepare_update(context, new, old)
    # A generation counts what was asked for; whoever writes a status tells what became of that.
    raising = resource.generation_raised_by and context.subresource != "status"
    if raising and strategy.raises_generation(new, old):
        metadata_of(new).generation += 1
    causes = strategy.arranged(kind.check(new) + strategy.validate(context, new))
    causes += strategy.validate_update(context, new, old)
    if causes:
        raise faults.invalid(resource, context.name, causes)
    if context.subresource in ("", "scale"):
        context.warnings.extend(strategy.warnings(new, old))
    await plane.admission.validate(request)
    together = tuple(request.together)
    unchanged = owners.settle(old, new, new == old) and not together
    raw = new.SerializeToString(deterministic=True)
    if is_doomed(new) and not strategy.holds(new):
        return Changed((Remove(item.key, item.revision), *together), raw)
    if unchanged:
        return Changed((), raw)
    ttl = plane.event_ttl if resource.storage.expires else 0
    return Changed((Put(item.key, kind.form.stored(new, raw), item.revision, ttl), *together), raw)
