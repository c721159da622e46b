"""A server's inside with admission plugins, for the tests of this folder."""

from collections.abc import Mapping
from typing import Any

from pilothouse.server.authorization.base import Attributes, Decision, Verdict
from pilothouse.server.meta.resource import ResourceType
from pilothouse.server.meta.user import User
from pilothouse.server.verbs.plane import Plane

from tests.support.plane import ADMIN, Requests

NAMESPACE = "orchard"
# The authorizer lets a master do everything, so that what refuses is the plugin.
NODE = User("system:node:shed", ("system:nodes", "system:masters", "system:authenticated"))


class Cluster:
    """Requests by "plural" or "plural.group", in the namespace of the tests where the type lives in one."""

    def __init__(self, plane: Plane) -> None:
        self.plane = plane

    def __call__(self, resource: str, user: User = ADMIN, namespace: str = NAMESPACE) -> Requests:
        found = self.type(resource)
        return Requests(self.plane, found, namespace if found.namespaced else "", user)

    def type(self, resource: str) -> ResourceType:
        return next(r for r in self.plane.registry if r.qualified == resource)


class Granting:
    """An authorizer who allows these, by verb, resource and name, and nothing else."""

    generation = 0

    def __init__(self, *granted: tuple[str, str, str]) -> None:
        self._granted = granted

    def authorize(self, attributes: Attributes) -> Verdict:
        resource = f"{attributes.resource}/{attributes.subresource}" if attributes.subresource else attributes.resource
        allowed = (attributes.verb, resource, attributes.name) in self._granted
        return (Decision.ALLOW if allowed else Decision.NO_OPINION), ""


def pod(name: str = "cider", annotations: Mapping[str, str] | None = None, **spec: Any) -> dict[str, Any]:
    """A pod that says no more than it must."""
    containers = [{"name": "press", "image": "registry.test/press:3"}]
    metadata = {"name": name, "annotations": dict(annotations or {})}
    return {"metadata": metadata, "spec": {"containers": containers, **spec}}


def named(name: str, **metadata: Any) -> dict[str, Any]:
    return {"metadata": {"name": name, **metadata}}
