"""Reviews: questions that are asked by creating an object, and answered by the object itself. Nothing is stored.

One file for each kind of question. `review` is where the verb create hands over; who may ask was settled there.
"""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any

from ...meta.context import RequestContext
from ..body import Source
from ..metadata import place
from ..plane import Plane
from . import access, identity, rules, tokens

# Fills in the answer of a review, which is a message of its own class.
_Answer = Callable[[Plane, RequestContext, Any], Awaitable[None] | None]

_ANSWERS: Mapping[str, _Answer] = MappingProxyType(
    {
        "SelfSubjectAccessReview": access.answer_self,
        "SubjectAccessReview": access.answer,
        "LocalSubjectAccessReview": access.answer_local,
        "SelfSubjectRulesReview": rules.answer,
        "SelfSubjectReview": identity.answer,
        "TokenReview": tokens.answer,
    }
)


async def review(plane: Plane, context: RequestContext, body: Source) -> bytes:
    """The review with its answer, as protobuf, for a caller who is authorized already. Raises BadRequest, Invalid."""
    kind = plane.kind(context.type)
    message = body.message(plane, kind, context)
    kind.normalize(message)
    place(context, message)
    pending = _ANSWERS[context.type.kind](plane, context, message)
    if pending is not None:
        await pending
    return message.SerializeToString(deterministic=True)
