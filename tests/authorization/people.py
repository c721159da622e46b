"""Users and what they are granted, on a plane."""

from collections.abc import Mapping, Sequence
from typing import Any

from pilothouse.server.meta.user import User
from pilothouse.server.verbs.plane import Plane

from tests.authorization.cluster import GROUP, binding, role, subject
from tests.support.plane import ADMIN, Requests, version

Rules = Mapping[str, Sequence[str]]

WRITE_RBAC: Rules = {
    "apiGroups": [GROUP],
    "resources": ["roles", "clusterroles", "rolebindings", "clusterrolebindings"],
    "verbs": ["get", "list", "create", "update", "patch"],
}


class People:
    """Grants by a role and a binding; waits until the authorizer knows."""

    def __init__(self, plane: Plane) -> None:
        self.plane = plane

    def requests(self, plural: str, user: User = ADMIN, namespace: str = "", group: str = GROUP) -> Requests:
        return Requests(self.plane, self.plane.registry.get(group, "v1", plural), namespace, user)

    async def grant(self, name: str, *rules: Rules, namespace: str = "") -> User:
        """A user of that name, who holds the rules in a namespace, or everywhere."""
        roles, bindings = ("roles", "rolebindings") if namespace else ("clusterroles", "clusterrolebindings")
        kind = "Role" if namespace else "ClusterRole"
        await self.requests(roles, namespace=namespace).create(role(f"of-{name}", *rules, namespace=namespace))
        bound = binding(f"of-{name}", f"of-{name}", subject("User", name), namespace=namespace, kind=kind)
        await self.settled(await self.requests(bindings, namespace=namespace).create(bound))
        return User(name, ("system:authenticated",))

    async def settled(self, written: Any) -> Any:
        """Returns what was written once the cache has it."""
        assert await self.plane.cache.wait_for(version(written), 5)
        return written
