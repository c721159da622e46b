"""Paths that no verb takes: whoever is not allowed to go there does not learn what is, or is not, there."""

from ..authorization.base import Attributes, require
from ..meta.user import User
from .plane import Plane


def permit_path(plane: Plane, user: User, method: str, path: str) -> None:
    """Raises Forbidden. The verb of a path is its method in lower case; "head" is as good as "get"."""
    verb = "get" if method == "HEAD" else method.lower()
    require(plane.authorizer, Attributes(user, verb, path=path))


def permit_nothing(plane: Plane, attributes: Attributes) -> None:
    """Of a request that names a resource, or a method, that is not served. Raises Forbidden."""
    require(plane.authorizer, attributes)
