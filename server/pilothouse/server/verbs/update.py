"""Update: an object, or a part of it, replaced."""

from dataclasses import dataclass, replace

from google.protobuf.message import Message
from pilothouse.api.meta.v1 import meta_pb2 as meta

from ..authorization.base import permit
from ..errors import AlreadyExists, BadRequest
from ..meta.context import RequestContext
from ..meta.continuation import parse_resource_version
from . import faults
from .body import Body
from .change import TRIES, change
from .create import create
from .metadata import metadata_of
from .names import require_name
from .plane import Plane
from .subresources.parts import part_of


@dataclass(frozen=True, slots=True)
class Updated:
    """body: the object as stored, as protobuf; created: whether it was not there before."""

    body: bytes
    created: bool = False


async def update(plane: Plane, context: RequestContext, body: Body) -> Updated:
    """Raises Forbidden, BadRequest, Invalid, NotFound, Conflict, TooLarge."""
    permit(plane.authorizer, context)
    part = part_of(plane, context)
    given = body.message(plane, part.kind, context)
    require_same_name(context, given)
    require_name(context)

    asked, decoded = meta.ObjectMeta(), [given]
    asked.CopyFrom(metadata_of(given))

    def edit(old: Message) -> Message:
        require_same_uid(context, asked.uid, old)
        # What is edited is changed on its way; a second try starts from the body again.
        new = decoded.pop() if decoded else body.message(plane, part.kind, context)
        metadata_of(new).name = context.name
        return new

    for _ in range(TRIES):
        changed = await change(plane, context, edit, part.prepare)
        if changed is not None:
            return Updated(changed)
        if not context.type.create_on_update or context.subresource:
            break
        if parse_resource_version(asked.resource_version):
            break
        if uid := asked.uid:
            key = context.type.key(context.namespace, context.name)
            raise faults.another_uid(context.type, key, context.name, uid, "")
        try:
            return Updated(await create(plane, replace(context, verb="create"), body), created=True)
        except AlreadyExists:
            # Somebody created it since: then it is there to be updated.
            continue
    raise faults.not_found(context.type, context.name)


def require_same_name(context: RequestContext, given: Message) -> None:
    """Raises BadRequest where the object has another name than the request."""
    name = metadata_of(given).name
    if context.name and name and name != context.name:
        raise BadRequest(f"the name of the object ({name}) does not match the name on the URL ({context.name})")


def require_same_uid(context: RequestContext, wanted: str, old: Message) -> None:
    """Raises Conflict where the object that is to be replaced has another uid than the one given."""
    uid = metadata_of(old).uid
    if wanted and wanted != uid:
        key = context.type.key(context.namespace, context.name)
        raise faults.another_uid(context.type, key, context.name, wanted, uid)
