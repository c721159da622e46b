"""What is created for an object, through a subresource of it, and is not stored itself."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from pilothouse.api.meta.v1 import meta_pb2 as meta

from ...authorization.base import permit
from ...errors import MethodNotSupported
from ...meta.context import RequestContext
from ...meta.resource import ResourceType
from ..body import Body
from ..names import require_name, require_place
from ..plane import Plane
from .answer import Answer
from .binding import bind
from .eviction import evict
from .token import create_token

Create = Callable[[Plane, RequestContext, Body], Awaitable[Answer | None]]
"""Creates for a caller who is authorized already. None: success, of which there is nothing to tell."""

_CREATES: Mapping[tuple[str, str, str], Create] = MappingProxyType(
    {
        ("", "bindings", ""): bind,
        ("", "pods", "binding"): bind,
        ("", "pods", "eviction"): evict,
        ("", "serviceaccounts", "token"): create_token,
    }
)


def is_created(resource: ResourceType, subresource: str) -> bool:
    """Whether a create of this is for create_part(), and not for the verb create."""
    return bool(subresource) or (resource.group, resource.plural, "") in _CREATES


async def create_part(plane: Plane, context: RequestContext, body: Body) -> Answer:
    """Raises Forbidden, BadRequest, Invalid, NotFound, Conflict, TooManyRequests, MethodNotSupported."""
    permit(plane.authorizer, context)
    resource, name = context.type, context.subresource
    create = _CREATES.get((resource.group, resource.plural, name))
    if create is None:
        raise MethodNotSupported(f"{resource.qualified}/{name} does not support the verb create")
    if name:
        require_name(context)
    else:
        require_place(context)
    return await create(plane, context, body) or Answer(_success(), "v1", "Status")


def _success() -> meta.Status:
    status = meta.Status(status="Success", code=201)
    status.metadata.SetInParent()
    return status
