"""Paths of no resource: whoever is not allowed to read one does not learn what is there."""

from ..authorization.base import Attributes, require
from ..meta.user import User
from .plane import Plane


def permit_path(plane: Plane, user: User, method: str, path: str) -> None:
    """Raises Forbidden. The verb of a path is its method in lower case; "head" is as good as "get"."""
    verb = "get" if method == "HEAD" else method.lower()
    require(plane.authorizer, Attributes(user, verb, path=path))
