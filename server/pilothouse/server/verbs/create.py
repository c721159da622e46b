"""Create: a new object."""

from dataclasses import dataclass

from google.protobuf.message import Message

from ..admission.base import AdmissionRequest, Operation
from ..audit.record import NAME
from ..authorization.base import permit
from ..meta.context import RequestContext
from ..meta.wire import with_revision
from ..store.base import Op, Put, Refused
from . import faults
from .body import Source
from .metadata import metadata_of, place, stamp_new, wipe_new
from .owning import own_new
from .plane import Kind, Plane
from .reviews import review
from .writing import Tries, write

# How often an object is made anew when a generated name was taken meanwhile.
TRIES = 8


@dataclass(frozen=True, slots=True)
class Prepared:
    """An object that is ready to be stored: its own operation, those that belong to it, the object's name, and its
    protobuf as it will be served, without resourceVersion."""

    put: Put
    together: tuple[Op, ...]
    name: str
    raw: bytes


async def create(plane: Plane, context: RequestContext, body: Source) -> bytes:
    """The object as stored, or a review with its answer, as protobuf. Raises Forbidden, BadRequest, Invalid,
    AlreadyExists, TooLarge."""
    permit(plane.authorizer, context)
    if context.type.is_review:
        return await review(plane, context, body)
    kind = plane.kind(context.type)
    for _ in (tries := Tries(TRIES)):
        message = body.message(plane, kind, context)
        generated = not metadata_of(message).name
        prepared = await prepare(plane, kind, context, message)
        if context.dry_run:
            entry, _ = await plane.store.get(prepared.put.key)
            if entry is None:
                return prepared.raw
            lost = 0
        else:
            outcome = await write(plane, (context,), (prepared.put, *prepared.together))
            if not isinstance(outcome, Refused):
                return with_revision(prepared.raw, outcome.revision)
            lost = outcome.index
            if lost:
                tries.lost_a_claim()
        # Another name may be free, and something else may be claimed together with the object.
        if not generated and not lost:
            break
    if lost:
        raise faults.conflict(context.type, prepared.name)
    raise faults.already_exists(context.type, prepared.name)


async def prepare(plane: Plane, kind: Kind, context: RequestContext, message: Message) -> Prepared:
    """Defaults, admits, stamps and validates a new object. Raises BadRequest, Forbidden, Invalid."""
    resource, strategy = kind.type, kind.strategy
    wipe_new(message)
    place(context, message)
    kind.complete(message)
    own_new(kind, context, message, plane.now())
    request = AdmissionRequest(context, Operation.CREATE, message, None, metadata_of(message).name)
    context.annotations[NAME] = request.name
    await plane.admission.mutate(request)
    stamp_new(resource, message, plane.now())
    strategy.prepare_create(context, message)
    name = request.name = context.annotations[NAME] = metadata_of(message).name
    causes = strategy.arranged(kind.check(message) + strategy.validate(context, message))
    causes += strategy.validate_create(context, message)
    if causes:
        raise faults.invalid(resource, name, causes)
    context.warnings.extend(strategy.warnings(message, None))
    await plane.admission.validate(request)
    raw = message.SerializeToString(deterministic=True)
    ttl = plane.event_ttl if resource.storage.expires else 0
    put = Put(resource.key(metadata_of(message).namespace, name), kind.form.stored(message, raw), 0, ttl)
    return Prepared(put, tuple(request.together), name, raw)
