"""SelfSubjectReview: who is the caller?"""

from pilothouse.api.authentication.v1 import authentication_pb2 as authentication

from ...meta.context import RequestContext
from ...meta.user import User
from ..plane import Plane


def answer(plane: Plane, context: RequestContext, review: authentication.SelfSubjectReview) -> None:
    """Whatever else was sent is dropped."""
    review.Clear()
    review.metadata.creation_timestamp.seconds = int(plane.now())
    describe(context.user, review.status.user_info)


def describe(user: User, info: authentication.UserInfo) -> None:
    """Writes a user into an authentication.k8s.io UserInfo."""
    info.username = user.name
    if user.uid:
        info.uid = user.uid
    info.groups.extend(user.groups)
    for key, values in user.extra.items():
        info.extra[key].items.extend(values)
