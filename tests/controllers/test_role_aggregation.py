"""Aggregated ClusterRoles follow the roles that their selectors choose."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from pilothouse.server.controllers.names import ROLE_AGGREGATION
from pilothouse.server.verbs.plane import Plane

from tests.controllers.world import running
from tests.support.plane import Requests

DEADLINE = 10.0
LABEL = {"to": "all"}


@pytest.fixture(autouse=True)
async def controllers(plane: Plane) -> AsyncIterator[None]:
    # Two, as two servers have them.
    async with running(plane, ROLE_AGGREGATION, times=2):
        yield


@pytest.fixture
def roles(plane: Plane) -> Requests:
    return Requests(plane, plane.registry.get("rbac.authorization.k8s.io", "v1", "clusterroles"))


def role(name: str, *verbs: str, resource: str = "widgets", **metadata: Any) -> dict[str, Any]:
    rules = [{"apiGroups": ["a.test"], "resources": [resource], "verbs": [verb]} for verb in verbs]
    return {"metadata": {"name": name, **metadata}, "rules": rules}


def gathering(name: str, **metadata: Any) -> dict[str, Any]:
    selectors = [{"matchLabels": LABEL}, {"matchExpressions": [{"key": "also", "operator": "Exists"}]}]
    return {"metadata": {"name": name, **metadata}, "aggregationRule": {"clusterRoleSelectors": selectors}}


async def becomes(roles: Requests, name: str, wanted: list[str]) -> None:
    """Waits until the verbs of a role's rules are these."""
    await until(roles, name, lambda role: [rule.verbs[0] for rule in role.rules] == wanted)


async def until(roles: Requests, name: str, holds: Callable[[Any], bool]) -> None:
    async with asyncio.timeout(DEADLINE):
        while not holds(await roles.get(name)):  # noqa: ASYNC110 (what is waited for is the server's doing)
            await asyncio.sleep(0.01)


async def test_rules_come_each_once_in_the_order_of_names(roles: Requests) -> None:
    await roles.create(gathering("all"))
    await roles.create(role("c", "list", labels=LABEL))
    await roles.create(role("b", "get", "list", labels=LABEL))
    await roles.create(role("a", "watch", labels={"also": "x"}))
    await roles.create(role("other", "delete"))
    await becomes(roles, "all", ["get", "list", "watch"])


async def test_rules_go_with_their_role_and_with_its_label(roles: Requests) -> None:
    await roles.create(gathering("all"))
    for name, verb in (("a", "get"), ("b", "list")):
        await roles.create(role(name, verb, labels=LABEL))
    await becomes(roles, "all", ["get", "list"])
    await roles.delete("a")
    await becomes(roles, "all", ["list"])
    await roles.patch("b", {"metadata": {"labels": None}})
    await becomes(roles, "all", [])


async def test_what_is_written_by_hand_does_not_last(roles: Requests) -> None:
    await roles.create(gathering("all"))
    await roles.create(role("a", "get", labels=LABEL))
    await becomes(roles, "all", ["get"])
    await roles.patch("all", {"rules": role("x", "delete")["rules"]})
    await becomes(roles, "all", ["get"])


async def test_aggregated_roles_are_gathered_too_and_none_gathers_itself(roles: Requests) -> None:
    await roles.create(gathering("inner", labels={"also": "x"} | LABEL))
    outer = gathering("outer", labels=LABEL)
    await roles.create(outer)
    await roles.create(role("a", "get", labels=LABEL))
    await becomes(roles, "inner", ["get"])
    await becomes(roles, "outer", ["get"])


async def test_the_default_roles_are_filled(roles: Requests) -> None:
    await until(roles, "admin", lambda role: any("rolebindings" in rule.resources for rule in role.rules))
    view = await roles.get("view")
    assert all("secrets" not in rule.resources for rule in view.rules)
