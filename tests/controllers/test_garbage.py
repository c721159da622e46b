"""Objects go when all their owners have gone, in each of the three ways."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
from pilothouse.server.controllers.base import Reports
from pilothouse.server.controllers.names import GARBAGE_COLLECTOR
from pilothouse.server.errors import Conflict, NotFound
from pilothouse.server.verbs.plane import Plane

from tests.controllers.world import found, gone, requests, running, until
from tests.support.plane import Requests, add_namespace

NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
async def orchard(plane: Plane) -> None:
    await add_namespace(plane, "orchard")


@pytest.fixture
async def reports(plane: Plane, orchard: None) -> AsyncIterator[Reports]:
    # Two, as two servers have them.
    async with running(plane, GARBAGE_COLLECTOR, times=2) as reports:
        yield reports
    assert not reports[GARBAGE_COLLECTOR].failures


@pytest.fixture
def maps(plane: Plane, orchard: None) -> Requests:
    return requests(plane, "", "v1", "configmaps", "orchard")


@pytest.fixture
def secrets(plane: Plane, orchard: None) -> Requests:
    return requests(plane, "", "v1", "secrets", "orchard")


def named(owner: Any, kind: str = "ConfigMap", **more: Any) -> dict[str, Any]:
    """A reference to an owner."""
    metadata = owner.metadata
    return {"apiVersion": "v1", "kind": kind, "name": metadata.name, "uid": metadata.uid, **more}


def owned(name: str, *references: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    return {"metadata": {"name": name, "ownerReferences": list(references), **metadata}}


async def settled(maps: Requests) -> None:
    """Returns when the collector has looked at what was written so far: what it must not do, it has not done."""
    root = await maps.create(owned("settled-root"))
    await maps.create(owned("settled", named(root)))
    await maps.delete("settled-root")
    await gone(maps, "settled")


async def references(of: Requests, name: str) -> list[str]:
    return [r.name for r in (await of.get(name)).metadata.owner_references]


async def loses(of: Requests, name: str, owner: str) -> None:
    """Waits until an object names an owner no more."""

    async def holds() -> bool:
        return owner not in await references(of, name)

    await until(holds)


async def test_in_the_background_dependents_follow_their_owner(
    reports: Reports, maps: Requests, secrets: Requests
) -> None:
    root = await maps.create(owned("root"))
    branch = await secrets.create(owned("branch", named(root)))
    await maps.create(owned("leaf", named(branch, "Secret")))
    assert (await maps.delete("root", propagation_policy="Background")).removed
    await gone(secrets, "branch")
    await gone(maps, "leaf")


async def test_in_the_foreground_an_owner_waits_for_those_who_block_it(
    reports: Reports, maps: Requests, secrets: Requests
) -> None:
    root = await maps.create(owned("root"))
    blocking = named(root, blockOwnerDeletion=True)
    await secrets.create(owned("blocks", blocking, finalizers=["a.test/x"]))
    await secrets.create(owned("blocks-not", named(root), finalizers=["a.test/x"]))
    await maps.delete("root", propagation_policy="Foreground")

    async def are_marked() -> bool:
        both = [await secrets.get(name) for name in ("blocks", "blocks-not")]
        return all(secret.metadata.HasField("deletion_timestamp") for secret in both)

    await until(are_marked)
    await settled(maps)
    assert list((await maps.get("root")).metadata.finalizers) == ["foregroundDeletion"]
    await secrets.patch("blocks", {"metadata": {"finalizers": None}})
    await gone(maps, "root")
    assert await found(secrets, "blocks-not") is not None


async def test_in_the_foreground_leaves_go_before_branches(reports: Reports, maps: Requests) -> None:
    root = await maps.create(owned("root"))
    branch = await maps.create(owned("branch", named(root, blockOwnerDeletion=True)))
    await maps.create(owned("leaf", named(branch, blockOwnerDeletion=True), finalizers=["a.test/x"]))
    await maps.delete("root", propagation_policy="Foreground")

    async def waits() -> bool:
        return list((await maps.get("branch")).metadata.finalizers) == ["foregroundDeletion"]

    await until(waits)
    await settled(maps)
    assert await found(maps, "root") is not None
    await maps.patch("leaf", {"metadata": {"finalizers": None}})
    await gone(maps, "root", "branch", "leaf")


async def test_orphans_stay_and_forget_their_owner(reports: Reports, maps: Requests) -> None:
    root, other = await maps.create(owned("root")), await maps.create(owned("other"))
    await maps.create(owned("alone", named(root)))
    await maps.create(owned("shared", named(root), named(other)))
    assert not (await maps.delete("root", propagation_policy="Orphan")).removed
    await gone(maps, "root")
    assert await references(maps, "alone") == []
    assert await references(maps, "shared") == ["other"]
    await settled(maps)
    assert await found(maps, "alone") is not None


async def test_kinds_whose_updates_must_name_a_version_are_served_too(
    plane: Plane, reports: Reports, maps: Requests
) -> None:
    leases = requests(plane, "coordination.k8s.io", "v1", "leases", "orchard")
    root = await maps.create(owned("root"))
    lease = await leases.create(owned("lease", named(root)))
    reference = {**named(lease, "Lease", blockOwnerDeletion=True), "apiVersion": "coordination.k8s.io/v1"}
    await maps.create(owned("leaf", reference))
    await maps.delete("root", propagation_policy="Orphan")
    await gone(maps, "root")
    assert await references(leases, "lease") == []
    await leases.delete("lease", propagation_policy="Foreground")
    await gone(leases, "lease")
    await gone(maps, "leaf")


async def test_one_owner_is_enough(reports: Reports, maps: Requests) -> None:
    one, two = await maps.create(owned("one")), await maps.create(owned("two"))
    await maps.create(owned("leaf", named(one), named(two)))
    await maps.delete("one")
    await loses(maps, "leaf", "one")
    assert await references(maps, "leaf") == ["two"]
    await maps.delete("two")
    await gone(maps, "leaf")


async def test_an_owner_that_waits_is_let_go_by_dependents_with_another(reports: Reports, maps: Requests) -> None:
    one, two = await maps.create(owned("one")), await maps.create(owned("two"))
    await maps.create(owned("leaf", named(one, blockOwnerDeletion=True), named(two)))
    await maps.delete("one", propagation_policy="Foreground")
    await gone(maps, "one")
    assert await references(maps, "leaf") == ["two"]


async def test_owners_that_never_were_do_not_hold_anything(reports: Reports, maps: Requests) -> None:
    ghost = {"apiVersion": "v1", "kind": "ConfigMap", "name": "ghost", "uid": NOBODY}
    await maps.create(owned("leaf", ghost))
    await gone(maps, "leaf")


async def test_another_object_of_the_owners_name_is_not_the_owner(reports: Reports, maps: Requests) -> None:
    await maps.create(owned("root"))
    await maps.create(owned("leaf", {"apiVersion": "v1", "kind": "ConfigMap", "name": "root", "uid": NOBODY}))
    await gone(maps, "leaf")


async def test_a_reference_to_a_kind_that_is_not_known_holds_for_ever(reports: Reports, maps: Requests) -> None:
    unknown = {"apiVersion": "a.test/v1", "kind": "Widget", "name": "w", "uid": NOBODY}
    ghost = {"apiVersion": "v1", "kind": "ConfigMap", "name": "ghost", "uid": NOBODY}
    await maps.create(owned("leaf", unknown, ghost))
    await settled(maps)
    assert await references(maps, "leaf") == ["w", "ghost"]


async def test_owners_in_other_namespaces_do_not_count_and_are_told(
    plane: Plane, reports: Reports, maps: Requests
) -> None:
    await add_namespace(plane, "meadow")
    far = await requests(plane, "", "v1", "configmaps", "meadow").create(owned("far"))
    leaf = await maps.create(owned("leaf", named(far)))
    await gone(maps, "leaf")
    told = await events(plane, "orchard", leaf.metadata.uid)
    assert [(e.reason, e.type, e.source.component) for e in told] == [
        ("OwnerRefInvalidNamespace", "Warning", "garbage-collector-controller")
    ]
    place = f"[v1/ConfigMap, namespace: orchard, name: far, uid: {far.metadata.uid}]"
    assert told[0].message == f'ownerRef {place} does not exist in namespace "orchard"'


async def test_cluster_scoped_objects_are_not_collected_for_owners_in_namespaces(
    plane: Plane, reports: Reports, maps: Requests
) -> None:
    root = await maps.create(owned("root"))
    classes = requests(plane, "scheduling.k8s.io", "v1", "priorityclasses")
    made = await classes.create({**owned("high", named(root)), "value": 1})
    await maps.delete("root")
    await settled(maps)
    assert await references(classes, "high") == ["root"]
    assert [e.reason for e in await events(plane, "default", made.metadata.uid)] == ["OwnerRefInvalidNamespace"]


async def test_cluster_scoped_owners_own_what_is_in_namespaces(plane: Plane, reports: Reports, maps: Requests) -> None:
    classes = requests(plane, "scheduling.k8s.io", "v1", "priorityclasses")
    root = await classes.create({**owned("high"), "value": 1})
    reference = {**named(root, "PriorityClass"), "apiVersion": "scheduling.k8s.io/v1"}
    await maps.create(owned("leaf", reference))
    await classes.delete("high")
    await gone(maps, "leaf")


@pytest.mark.parametrize("policy", ["Background", "Foreground"])
async def test_circles_go_as_a_whole(reports: Reports, maps: Requests, policy: str) -> None:
    first = await maps.create(owned("first"))
    second = await maps.create(owned("second", named(first, blockOwnerDeletion=True)))
    await maps.patch("first", owned("first", named(second, blockOwnerDeletion=True)))
    await maps.delete("first", propagation_policy=policy)
    await gone(maps, "first", "second")


async def test_who_owns_itself_can_go(reports: Reports, maps: Requests) -> None:
    itself = await maps.create(owned("itself"))
    await maps.patch("itself", owned("itself", named(itself, blockOwnerDeletion=True)))
    await maps.delete("itself", propagation_policy="Foreground")
    await gone(maps, "itself")


async def test_a_reference_that_is_added_later_counts(reports: Reports, maps: Requests) -> None:
    root = await maps.create(owned("root"))
    await maps.create(owned("leaf"))
    await maps.patch("leaf", owned("leaf", named(root)))
    await maps.delete("root")
    await gone(maps, "leaf")


async def test_a_reference_that_was_taken_away_counts_no_more(reports: Reports, maps: Requests) -> None:
    root = await maps.create(owned("root"))
    await maps.create(owned("leaf", named(root)))
    await maps.patch("leaf", {"metadata": {"ownerReferences": None}})
    await maps.delete("root")
    await settled(maps)
    assert await found(maps, "leaf") is not None


async def test_finalizers_of_dependents_say_how_their_own_are_treated(reports: Reports, maps: Requests) -> None:
    root = await maps.create(owned("root"))
    branch = await maps.create(owned("branch", named(root), finalizers=["orphan"]))
    await maps.create(owned("leaf", named(branch)))
    await maps.delete("root")
    await gone(maps, "branch")
    assert await references(maps, "leaf") == []


async def test_jobs_leave_their_pods_unless_told_otherwise(plane: Plane, reports: Reports, maps: Requests) -> None:
    jobs = requests(plane, "batch", "v1", "jobs", "orchard")
    template = {"spec": {"containers": [{"name": "c", "image": "i"}], "restartPolicy": "Never"}}
    for name in ("left", "taken"):
        job = await jobs.create({"metadata": {"name": name}, "spec": {"template": template}})
        await maps.create(owned(f"of-{name}", {**named(job, "Job"), "apiVersion": "batch/v1"}))
    await jobs.delete("left")
    await jobs.delete("taken", propagation_policy="Background")
    await gone(jobs, "left", "taken")
    await gone(maps, "of-taken")
    assert await references(maps, "of-left") == []


async def test_what_happened_while_no_server_ran_is_made_up_for(plane: Plane, maps: Requests) -> None:
    root, waits, leaves = [await maps.create(owned(name)) for name in ("root", "waits", "leaves")]
    await maps.create(owned("of-root", named(root)))
    await maps.create(owned("of-waits", named(waits, blockOwnerDeletion=True)))
    await maps.create(owned("of-leaves", named(leaves)))
    stays = await maps.create(owned("stays"))
    await maps.create(owned("of-stays", named(stays)))
    await maps.delete("root")
    await maps.delete("waits", propagation_policy="Foreground")
    await maps.delete("leaves", propagation_policy="Orphan")
    async with running(plane, GARBAGE_COLLECTOR) as reports:
        await gone(maps, "of-root", "waits", "of-waits", "leaves")
        assert await references(maps, "of-leaves") == []
        await settled(maps)
        assert await references(maps, "of-stays") == ["stays"]
    assert not reports[GARBAGE_COLLECTOR].failures


async def test_what_changes_all_the_time_is_collected_all_the_same(reports: Reports, maps: Requests) -> None:
    root = await maps.create(owned("root"))
    await maps.create(owned("leaf", named(root)))

    async def change() -> None:
        number = 0
        while await found(maps, "leaf") is not None:
            number += 1
            # It may go meanwhile.
            with suppress(NotFound, Conflict):
                await maps.patch("leaf", {"data": {"n": str(number)}})

    changing = asyncio.create_task(change())
    await maps.delete("root")
    await gone(maps, "leaf")
    await changing


async def events(plane: Plane, namespace: str, uid: str) -> list[Any]:
    """Waits for events about an object."""
    of = requests(plane, "", "v1", "events", namespace)
    listed: list[Any] = []

    async def holds() -> bool:
        listed[:] = [of.message(item.body) for item in (await of.list()).items]
        listed[:] = [event for event in listed if event.involved_object.uid == uid]
        return bool(listed)

    await until(holds)
    return listed
