"""Create: a new object."""

from dataclasses import dataclass

from google.protobuf.message import Message

from ..authorization.base import Attributes, require
from ..meta.context import RequestContext
from ..meta.wire import with_revision
from ..store.base import Put, Refused
from . import faults
from .body import Body
from .metadata import metadata_of, place, stamp_new
from .plane import Kind, Plane

# How often a name is made up anew when the last one was taken.
NAMES_AT_MOST = 8


@dataclass(frozen=True, slots=True)
class Prepared:
    """An object that is ready to be stored: the operation, the object's name and its protobuf as it will be served,
    without resourceVersion."""

    put: Put
    name: str
    raw: bytes


async def create(plane: Plane, context: RequestContext, body: Body) -> bytes:
    """The object as stored, as protobuf. Raises Forbidden, BadRequest, Invalid, AlreadyExists, TooLarge."""
    require(plane.authorizer, Attributes.of(context))
    kind = plane.kind(context.type)
    message = body.message(kind, context)
    generated = not metadata_of(message).name
    for attempt in range(NAMES_AT_MOST):
        candidate = message
        if generated and attempt:
            candidate = body.message(kind, context)
        prepared = prepare(plane, kind, context, candidate)
        if context.dry_run:
            entry, _ = await plane.store.get(prepared.put.key)
            if entry is None:
                return prepared.raw
        else:
            outcome = await plane.writer.write((prepared.put,))
            if not isinstance(outcome, Refused):
                return with_revision(prepared.raw, outcome.revision)
        if not generated:
            break
    raise faults.already_exists(context.type, prepared.name)


def prepare(plane: Plane, kind: Kind, context: RequestContext, message: Message) -> Prepared:
    """Defaults, validates and stamps a new object. Raises BadRequest, Invalid."""
    resource = kind.type
    kind.normalize(message)
    place(context, message)
    stamp_new(resource, message, plane.now())
    kind.default(message)
    kind.strategy.default(message)
    kind.strategy.prepare_create(context, message)
    name = metadata_of(message).name
    causes = kind.validate(message)
    causes += kind.strategy.validate(context, message)
    if causes:
        raise faults.invalid(resource, name, causes)
    raw = message.SerializeToString(deterministic=True)
    ttl = plane.event_ttl if resource.storage.expires else 0
    put = Put(resource.key(metadata_of(message).namespace, name), kind.form.stored(message), 0, ttl)
    return Prepared(put, name, raw)
