"""Quotas as a controller leaves them: with a status that says what is used."""

from typing import Any

from pilothouse.server.verbs.plane import Plane

from tests.allocation.planes import caught_up, requests

CONTAINER = {"name": "press", "image": "registry.test/press:3"}


async def add_quota(plane: Plane, name: str, hard: dict[str, str], **spec: Any) -> None:
    """A quota of which nothing is used yet. The plane's cache has it on return."""
    quotas = requests(plane, "resourcequotas")
    await quotas.create({"metadata": {"name": name}, "spec": {"hard": hard, **spec}})
    status = {"hard": hard, "used": dict.fromkeys(hard, "0")}
    await quotas.update({"metadata": {"name": name}, "status": status}, "status")
    await caught_up(plane)


async def used(plane: Plane, name: str) -> dict[str, str]:
    """What a quota says is used, as the store has it."""
    found, _ = await plane.store.get(f"/registry/resourcequotas/orchard/{name}")
    assert found is not None
    quotas = requests(plane, "resourcequotas")
    quota = quotas.message(plane.kind(quotas.type).form.served(found.key, found.value)[0])
    return {resource: amount.string for resource, amount in quota.status.used.items()}


def pod(name: str = "cider", resources: dict[str, Any] | None = None, **spec: Any) -> dict[str, Any]:
    container = {**CONTAINER, "resources": resources or {}}
    return {"metadata": {"name": name}, "spec": {"containers": [container], **spec}}
