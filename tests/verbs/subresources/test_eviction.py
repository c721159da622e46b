"""pods/eviction: pods are deleted as far as their disruption budgets let them go."""

import asyncio
from typing import Any

import pytest
from pilothouse.server.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    TooManyRequests,
    Unclassified,
)
from pilothouse.server.verbs.plane import Plane

from tests.support.plane import add_namespace
from tests.verbs.subresources.conftest import Orchard, user

VIOLATION = "Cannot evict pod as it would violate the pod's disruption budget."


def eviction(name: str = "cider", **options: Any) -> dict[str, Any]:
    body: dict[str, Any] = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name}}
    return {**body, "deleteOptions": options} if options else body


async def evict(orchard: Orchard, name: str = "cider", dry_run: bool = False, **options: Any) -> Any:
    return await orchard.create(orchard("pods"), name, "eviction", eviction(name, **options), dry_run)


async def budget(orchard: Orchard, allowed: int | None, name: str = "guard", selector: Any = None, **more: Any) -> None:
    """allowed: None where nobody has counted yet."""
    selector = {"matchLabels": {"app": "cider"}} if selector is None else selector
    policy = {"unhealthyPodEvictionPolicy": more.pop("unhealthy")} if "unhealthy" in more else {}
    budgets = orchard("poddisruptionbudgets", "policy")
    await budgets.create({"metadata": {"name": name}, "spec": {"minAvailable": 1, "selector": selector, **policy}})
    if allowed is not None:
        status = {"observedGeneration": 1, "disruptionsAllowed": allowed, "currentHealthy": 1, "desiredHealthy": 1}
        await budgets.patch(name, {"status": {**status, "expectedPods": 1, **more}}, subresource="status")


async def is_there(orchard: Orchard, name: str = "cider") -> bool:
    try:
        pod = await orchard("pods").get(name)
    except NotFound:
        return False
    return not pod.metadata.HasField("deletion_timestamp")


async def test_a_pod_without_budget_goes(orchard: Orchard) -> None:
    await orchard.running()
    answer = await evict(orchard)
    assert (answer.status, answer.code) == ("Success", 201)
    pod = await orchard("pods").get("cider")
    assert pod.metadata.deletion_grace_period_seconds == 30
    why = next(c for c in pod.status.conditions if c.type == "DisruptionTarget")
    assert (why.status, why.reason, why.message) == ("True", "EvictionByEvictionAPI", "Eviction API: evicting")
    await evict(orchard)


async def test_a_budget_lets_go_what_it_has(orchard: Orchard) -> None:
    for name in ("cider", "mead", "perry"):
        await orchard.running(name)
    await budget(orchard, 2)
    await evict(orchard, "cider")
    budgets = orchard("poddisruptionbudgets", "policy")
    guard = await budgets.get("guard")
    assert guard.status.disruptions_allowed == 1
    assert list(guard.status.disrupted_pods) == ["cider"]
    assert guard.metadata.generation == 1
    await evict(orchard, "mead")
    guard = await budgets.get("guard")
    exhausted = guard.status.conditions[0]
    assert (exhausted.type, exhausted.status, exhausted.reason) == ("DisruptionAllowed", "False", "InsufficientPods")
    with pytest.raises(TooManyRequests) as caught:
        await evict(orchard, "perry")
    assert (caught.value.message, caught.value.retry_after) == (VIOLATION, 0)
    cause = caught.value.causes[0]
    assert (cause.reason, cause.message) == (
        "DisruptionBudget",
        "The disruption budget guard needs 1 healthy pods and has 1 currently",
    )
    assert await is_there(orchard, "perry")


async def test_many_at_once_take_no_more_than_there_is(orchard: Orchard) -> None:
    names = [f"cider-{number}" for number in range(12)]
    for name in names:
        await orchard.running(name)
    await budget(orchard, 5)
    outcomes = await asyncio.gather(*(evict(orchard, name) for name in names), return_exceptions=True)
    assert sum(isinstance(o, TooManyRequests) for o in outcomes) == 7
    guard = await orchard("poddisruptionbudgets", "policy").get("guard")
    assert (guard.status.disruptions_allowed, len(guard.status.disrupted_pods)) == (0, 5)
    assert sum([await is_there(orchard, name) for name in names]) == 7


async def test_a_budget_that_nobody_counted_lets_nothing_go(orchard: Orchard) -> None:
    await orchard.running()
    await budget(orchard, None)
    with pytest.raises(TooManyRequests) as caught:
        await evict(orchard)
    assert (caught.value.message, caught.value.retry_after) == (VIOLATION, 10)
    assert caught.value.causes[0].message == "The disruption budget guard is still being processed by the server."
    await orchard("pods").patch("cider", {"metadata": {"labels": {"app": "other"}}})
    await evict(orchard)
    assert not await is_there(orchard)


async def test_several_budgets_are_too_many(orchard: Orchard) -> None:
    await orchard.running()
    await budget(orchard, 1)
    await budget(orchard, 1, "second")
    with pytest.raises(Unclassified, match="more than one PodDisruptionBudget") as caught:
        await evict(orchard)
    assert (caught.value.code, caught.value.status_reason) == (500, "")
    assert await is_there(orchard)


@pytest.mark.parametrize(
    ("selector", "protects"),
    [
        ({}, True),
        ({"matchExpressions": [{"key": "app", "operator": "In", "values": ["cider", "mead"]}]}, True),
        ({"matchExpressions": [{"key": "app", "operator": "DoesNotExist"}]}, False),
        ({"matchLabels": {"app": "mead"}}, False),
    ],
)
async def test_a_budget_is_for_the_pods_that_it_selects(orchard: Orchard, selector: Any, protects: bool) -> None:
    await orchard.running()
    await budget(orchard, 0, selector=selector)
    if protects:
        with pytest.raises(TooManyRequests):
            await evict(orchard)
    else:
        await evict(orchard)
    assert await is_there(orchard) == protects


async def test_a_budget_of_another_namespace_is_nothing_to_this_one(plane: Plane, orchard: Orchard) -> None:
    await add_namespace(plane, "garden")
    garden = Orchard(plane, "garden")
    await budget(garden, 5)
    await budget(orchard, 0)
    await orchard.running()
    await garden.running()
    with pytest.raises(TooManyRequests):
        await evict(orchard)
    body = eviction()
    body["metadata"]["namespace"] = "garden"
    with pytest.raises(BadRequest, match="namespace"):
        await orchard.create(orchard("pods"), "cider", "eviction", body)
    await evict(garden)
    assert (await garden("poddisruptionbudgets", "policy").get("guard")).status.disruptions_allowed == 4
    assert await is_there(orchard)


@pytest.mark.parametrize("phase", ["Pending", "Succeeded", "Failed"])
async def test_what_does_not_run_needs_no_budget(orchard: Orchard, phase: str) -> None:
    await orchard.running()
    await orchard("pods").patch("cider", {"status": {"phase": phase}}, subresource="status")
    await budget(orchard, 0)
    await evict(orchard)
    assert not await is_there(orchard)
    assert not (await orchard("poddisruptionbudgets", "policy").get("guard")).status.disrupted_pods


@pytest.mark.parametrize(
    ("counts", "goes"),
    [
        ({}, True),
        ({"currentHealthy": 0}, False),
        ({"currentHealthy": 0, "unhealthy": "AlwaysAllow"}, True),
        ({"currentHealthy": 0, "unhealthy": "IfHealthyBudget"}, False),
        ({"currentHealthy": 0, "desiredHealthy": 0}, False),
    ],
)
async def test_an_unhealthy_pod_goes_while_enough_others_are_well(
    orchard: Orchard, counts: dict[str, Any], goes: bool
) -> None:
    await orchard.running(ready=False)
    await budget(orchard, 0, **counts)
    if goes:
        await evict(orchard)
    else:
        with pytest.raises(TooManyRequests):
            await evict(orchard)
    assert await is_there(orchard) != goes
    assert not (await orchard("poddisruptionbudgets", "policy").get("guard")).status.disrupted_pods


async def test_options_are_those_of_a_deletion(orchard: Orchard) -> None:
    await orchard.running()
    await evict(orchard, gracePeriodSeconds=7)
    assert (await orchard("pods").get("cider")).metadata.deletion_grace_period_seconds == 7
    await evict(orchard, gracePeriodSeconds=0)
    with pytest.raises(NotFound):
        await orchard("pods").get("cider")
    await orchard.running("mead")
    with pytest.raises(Invalid, match="propagationPolicy"):
        await evict(orchard, "mead", propagationPolicy="Sideways")
    with pytest.raises(Conflict, match="the UID in the precondition"):
        await evict(orchard, "mead", preconditions={"uid": "another"})
    with pytest.raises(Conflict, match="the ResourceVersion in the precondition"):
        await evict(orchard, "mead", preconditions={"resourceVersion": "1"})
    pod = await orchard("pods").get("mead")
    wanted = {"uid": pod.metadata.uid, "resourceVersion": pod.metadata.resource_version}
    await evict(orchard, "mead", preconditions=wanted)
    assert not await is_there(orchard, "mead")


@pytest.mark.parametrize("inside", [True, False])
async def test_a_dry_run_takes_nothing_and_deletes_nothing(orchard: Orchard, inside: bool) -> None:
    before = await orchard.running()
    await budget(orchard, 1)
    revision = await orchard.plane.store.revision()
    for _ in range(2):
        await (evict(orchard, dryRun=["All"]) if inside else evict(orchard, dry_run=True))
    assert await orchard.plane.store.revision() == revision
    assert await orchard("pods").get("cider") == before


async def test_what_is_no_eviction(orchard: Orchard) -> None:
    with pytest.raises(NotFound, match='pods "cider" not found'):
        await evict(orchard)
    await orchard.running()
    with pytest.raises(BadRequest, match="name in URL does not match name in Eviction object"):
        await orchard.create(orchard("pods"), "cider", "eviction", eviction("mead"))
    with pytest.raises(BadRequest, match="Eviction"):
        await orchard.create(orchard("pods"), "cider", "eviction", {**eviction(), "apiVersion": "v1", "kind": "Pod"})
    await orchard.create(orchard("pods"), "cider", "eviction", {**eviction(), "apiVersion": "policy/v1beta1"})
    assert not await is_there(orchard)


async def test_a_node_evicts_its_own_pods_alone(orchard: Orchard) -> None:
    await orchard.running("cider", node="shed")
    await orchard.running("mead", node="barn")
    node = orchard.acting(user("system:node:shed", "system:nodes"))
    revision = await orchard.plane.store.revision()
    assert await orchard.plane.cache.wait_for(revision, 3.0)
    with pytest.raises(Forbidden, match=r"can only evict pods with spec.nodeName set to itself"):
        await evict(node, "mead")
    await evict(node, "cider")
    assert not await is_there(orchard, "cider")
    assert await is_there(orchard, "mead")


async def test_negative_and_endless_budgets_are_refused(orchard: Orchard) -> None:
    await orchard.running()
    await budget(orchard, 1, disruptedPods={f"pod-{n}": "2026-01-01T00:00:00Z" for n in range(2001)})
    with pytest.raises(Forbidden, match=r'poddisruptionbudget.policy "guard" is forbidden: DisruptedPods map too big'):
        await evict(orchard)
