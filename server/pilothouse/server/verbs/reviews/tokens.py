"""TokenReview: whose is a bearer token?"""

from pilothouse.api.authentication.v1 import authentication_pb2 as authentication

from ...errors import BadRequest
from ...meta.context import RequestContext
from ..plane import Plane
from .identity import describe


def answer(plane: Plane, context: RequestContext, review: authentication.TokenReview) -> None:
    """Raises BadRequest. Audiences are left unanswered, which says that they were not checked."""
    if not review.spec.token:
        raise BadRequest("token is required for TokenReview in authentication")
    status = review.status
    status.Clear()
    user = plane.tokens.authenticate(review.spec.token)
    if user is None:
        status.error = "invalid bearer token"
        return
    status.authenticated = True
    describe(user, status.user)
