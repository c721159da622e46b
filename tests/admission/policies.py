"""Policies and bindings for tests."""

from typing import Any

from pilothouse.server.errors import ApiError
from pilothouse.server.verbs.create import create

from tests.admission.cluster import Cluster
from tests.support.plane import ADMIN

POLICIES = "validatingadmissionpolicies.admissionregistration.k8s.io"
BINDINGS = "validatingadmissionpolicybindings.admissionregistration.k8s.io"
CONFIG_MAPS = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["*"], "resources": ["configmaps"]}


def policy(name: str, *validations: dict[str, Any], rules: dict[str, Any] = CONFIG_MAPS, **spec: Any) -> dict[str, Any]:
    constraints = {"resourceRules": [rules], **spec.pop("constraints", {})}
    return {
        "metadata": {"name": name},
        "spec": {"matchConstraints": constraints, "validations": list(validations), **spec},
    }


def binding(name: str, policy: str, *actions: str, **spec: Any) -> dict[str, Any]:
    return {
        "metadata": {"name": name},
        "spec": {"policyName": policy, "validationActions": list(actions or ("Deny",)), **spec},
    }


async def bind(cluster: Cluster, *validations: dict[str, Any], actions: tuple[str, ...] = (), **spec: Any) -> None:
    """A policy of config maps, bound with no limits of its own. `bound` is of the binding."""
    bound = spec.pop("bound", {})
    await cluster(POLICIES).create(policy("still", *validations, **spec))
    await cluster(BINDINGS).create(binding("press", "still", *actions, **bound))
    await settled(cluster)


async def settled(cluster: Cluster) -> None:
    """Once the cache has what was written."""
    await cluster.plane.cache.wait_for(await cluster.plane.store.revision(), 5)


async def refusal(cluster: Cluster, data: dict[str, str], name: str = "jar", resource: str = "configmaps") -> str:
    """What creating a config map is told; "" where it is let through."""
    try:
        await cluster(resource).create({"metadata": {"name": name}, "data": data}, dry_run=True)
    except ApiError as error:
        return error.message
    return ""


async def warned(cluster: Cluster, data: dict[str, str]) -> tuple[list[str], dict[str, str]]:
    """The warnings and the annotations of a creation."""
    requests = cluster("configmaps", ADMIN)
    context = requests.context("create", dry_run=True)
    await create(cluster.plane, context, requests.body({"metadata": {"name": "jar"}, "data": data}))
    return context.warnings, context.annotations
