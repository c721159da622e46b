"""TokenReview: whose is a bearer token?"""

from pilothouse.api.authentication.v1 import authentication_pb2 as authentication

from ...authentication.bearer import InvalidToken
from ...errors import BadRequest
from ...meta.context import RequestContext
from ..plane import Plane
from .identity import describe


async def answer(plane: Plane, context: RequestContext, review: authentication.TokenReview) -> None:
    """Raises BadRequest. The audiences that are answered are those asked about, or the server's own, that the token is
    meant for."""
    if not review.spec.token:
        raise BadRequest("token is required for TokenReview in authentication")
    status = review.status
    status.Clear()
    try:
        found = await plane.tokens.verify(review.spec.token, tuple(review.spec.audiences))
    except InvalidToken as error:
        status.error = error.why
        return
    status.authenticated = True
    status.audiences.extend(found.audiences)
    describe(found.user, status.user)
