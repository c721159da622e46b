"""What get, update and patch see of an object through a subresource."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial

from google.protobuf.message import Message

from ...errors import BadRequest, MethodNotSupported
from ...meta.context import RequestContext
from ...watchcache.item import Item
from ..change import Prepare, prepare_change
from ..metadata import metadata_of
from ..plane import Kind, Plane
from .scale import owned_scale_of, prepare_scale, shown_scale


@dataclass(frozen=True, slots=True)
class Part:
    """kind: of what is read and written; view: that, of an object with its resourceVersion; prepare: from the object as
    it is and the part as it shall be to what is stored."""

    kind: Kind
    view: Callable[[Message], Message]
    prepare: Prepare


def part_of(plane: Plane, context: RequestContext) -> Part:
    """Raises MethodNotSupported where the verb has nothing to do with the subresource of the context."""
    resource, name = context.type, context.subresource
    if not name:
        return _whole(plane.kind(resource))
    found = resource.subresource(name)
    # Who may read a log may not read the pod by it.
    if found is None or found.leads_elsewhere or context.verb not in found.verbs or (found.body and name != "scale"):
        raise MethodNotSupported(f"{resource.qualified}/{name} does not support the verb {context.verb}")
    if not found.body:
        return _whole(plane.kind(resource))
    show = shown_scale if context.verb == "get" else owned_scale_of
    return Part(plane.kind(plane.registry.body_of(resource, name)), partial(show, plane.kind(resource)), prepare_scale)


def viewed(plane: Plane, context: RequestContext, item: Item) -> bytes:
    """What a get of a subresource answers with, as protobuf. Raises MethodNotSupported."""
    part = part_of(plane, context)
    if part.kind.type is context.type:
        return item.body
    message = context.type.message.FromString(item.body)
    plane.kind(context.type).normalize(message)
    shown = part.view(message)
    metadata_of(shown).ClearField("managed_fields")
    return shown.SerializeToString()


def require_own_form(plane: Plane, context: RequestContext) -> None:
    """For methods whose answer is an object of the type itself. Raises MethodNotSupported, and BadRequest for a
    subresource with another form."""
    if part_of(plane, context).kind.type is not context.type:
        raise BadRequest(f"{context.type.qualified}/{context.subresource} has a form of its own: use its own methods")


@lru_cache(maxsize=1024)
def _whole(kind: Kind) -> Part:
    return Part(kind, lambda message: message, prepare_change)
