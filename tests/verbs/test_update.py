"""Update: an object, or its status, replaced; under which conditions, and by whom."""

import asyncio
from typing import Any

import pytest
from pilothouse.server.errors import BadRequest, Conflict, Forbidden, Invalid, MethodNotSupported, NotFound
from pilothouse.server.meta.user import User
from pilothouse.server.verbs.plane import Plane

from tests.support.plane import ADMIN, Requests, running_plane, version


def jar(**data: str) -> dict[str, Any]:
    return {"metadata": {"name": "jar"}, "data": data}


def deployment(replicas: int = 1, **metadata: Any) -> dict[str, Any]:
    template = {"metadata": {"labels": {"app": "a"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}
    spec = {"replicas": replicas, "selector": {"matchLabels": {"app": "a"}}, "template": template}
    return {"metadata": {"name": "press", **metadata}, "spec": spec}


async def test_an_update_replaces_what_the_object_holds_and_keeps_what_it_is(configmaps: Requests) -> None:
    made = await configmaps.create(jar(a="1"))
    changed = await configmaps.update(jar(b="2"))
    assert dict(changed.data) == {"b": "2"}
    assert changed.metadata.uid == made.metadata.uid
    assert changed.metadata.creation_timestamp == made.metadata.creation_timestamp
    assert version(changed) > version(made)
    assert await configmaps.get("jar") == changed


async def test_a_stale_or_future_version_is_a_conflict(configmaps: Requests) -> None:
    made = await configmaps.create(jar(a="1"))
    changed = await configmaps.update(jar(a="2"))
    for revision in (version(made), version(changed) + 1000):
        with pytest.raises(Conflict, match="the object has been modified"):
            await configmaps.update({"metadata": {"name": "jar", "resourceVersion": str(revision)}, "data": {}})
    await configmaps.update({"metadata": {"name": "jar", "resourceVersion": str(version(changed))}, "data": {}})
    await configmaps.update({"metadata": {"name": "jar", "resourceVersion": "0"}, "data": {"z": "1"}})


async def test_a_wrong_uid_is_a_conflict(configmaps: Requests) -> None:
    await configmaps.create(jar())
    with pytest.raises(Conflict, match="UID in precondition"):
        await configmaps.update({"metadata": {"name": "jar", "uid": "0a0b0c0d-0000-4000-8000-000000000009"}})


async def test_an_update_that_changes_nothing_keeps_the_version(configmaps: Requests) -> None:
    made = await configmaps.create(jar(a="1"))
    again = await configmaps.update(jar(a="1"))
    assert again == made
    assert await configmaps.plane.store.revision() == version(made)


async def test_a_change_back_and_forth_is_never_taken_for_no_change(configmaps: Requests) -> None:
    """The cache may not have heard of the last write yet: what it holds is no reason to write nothing."""
    await configmaps.create(jar(a="0"))
    for number in range(50):
        changed = await configmaps.update(jar(a=str(number % 2)))
        assert changed.data["a"] == str(number % 2)
        stored, _ = await configmaps.plane.store.get("/registry/configmaps/orchard/jar")
        assert stored is not None
        assert version(changed) == stored.revision
        assert b"a\x12\x01" + str(number % 2).encode() in stored.value


async def test_what_only_the_server_sets_is_kept(configmaps: Requests) -> None:
    made = await configmaps.create(jar(a="1"))
    owned = {
        "name": "jar",
        "creationTimestamp": "2001-01-01T00:00:00Z",
        "deletionTimestamp": "2001-01-01T00:00:00Z",
        "deletionGracePeriodSeconds": 5,
        "generation": 44,
        "selfLink": "/x",
        "managedFields": [{"manager": "m", "operation": "Apply", "apiVersion": "v1"}],
    }
    assert await configmaps.update({"metadata": owned, "data": {"a": "1"}}) == made


async def test_many_who_write_without_a_version_all_get_their_turn_or_hear_of_a_conflict(configmaps: Requests) -> None:
    await configmaps.create(jar())
    outcomes = await asyncio.gather(
        *(configmaps.update(jar(n=str(n))) for n in range(5)),
        return_exceptions=True,
    )
    assert all(not isinstance(o, BaseException) for o in outcomes)
    assert len({version(o) for o in outcomes}) == 5


async def test_of_many_who_insist_on_one_version_one_writes(configmaps: Requests) -> None:
    made = await configmaps.create(jar())
    metadata = {"name": "jar", "resourceVersion": str(version(made))}
    outcomes = await asyncio.gather(
        *(configmaps.update({"metadata": metadata, "data": {"n": str(n)}}) for n in range(10)),
        return_exceptions=True,
    )
    assert sum(isinstance(o, Conflict) for o in outcomes) == 9


async def test_some_kinds_demand_a_version(leases: Requests) -> None:
    made = await leases.create({"metadata": {"name": "l"}, "spec": {"holderIdentity": "a"}})
    with pytest.raises(Invalid, match="must be specified for an update"):
        await leases.update({"metadata": {"name": "l"}, "spec": {"holderIdentity": "b"}})
    metadata = {"name": "l", "resourceVersion": str(version(made))}
    changed = await leases.update({"metadata": metadata, "spec": {"holderIdentity": "b"}})
    assert changed.spec.holder_identity == "b"


async def test_some_kinds_are_created_by_an_update(leases: Requests, configmaps: Requests) -> None:
    updated = await leases.updated({"metadata": {"name": "l"}, "spec": {"holderIdentity": "a"}})
    assert updated.created
    assert leases.message(updated.body).metadata.uid
    with pytest.raises(NotFound):
        await leases.update({"metadata": {"name": "other", "resourceVersion": "1"}})
    uid = "0a0b0c0d-0000-4000-8000-000000000009"
    with pytest.raises(Conflict, match=f"UID in precondition: {uid}"):
        await leases.update({"metadata": {"name": "other", "uid": uid}})
    with pytest.raises(NotFound):
        await configmaps.update(jar())
    with pytest.raises(NotFound):
        await configmaps.update({"metadata": {"name": "jar", "resourceVersion": "1"}})


async def test_to_create_by_an_update_takes_the_right_to_create(leases: Requests, plane: Plane) -> None:
    await grant(
        plane, "updater", [{"apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": ["update"]}]
    )
    updater = Requests(plane, leases.type, "orchard", User("updater"))
    with pytest.raises(Forbidden, match='cannot create resource "leases"'):
        await updater.update({"metadata": {"name": "l"}})
    made = await leases.create({"metadata": {"name": "l"}})
    await updater.update({"metadata": {"name": "l", "resourceVersion": str(version(made))}, "spec": {}})


async def test_many_who_create_by_an_update_leave_one_object(plane: Plane) -> None:
    endpoints = Requests(plane, plane.registry.get("", "v1", "endpoints"), "orchard")
    updated = await asyncio.gather(
        *(endpoints.updated({"metadata": {"name": "e", "labels": {"n": str(n)}}}) for n in range(4))
    )
    assert sum(u.created for u in updated) == 1
    assert len({endpoints.message(u.body).metadata.uid for u in updated}) == 1


async def test_spec_and_status_are_written_apart(deployments: Requests) -> None:
    await deployments.create(deployment())
    with_status = await deployments.update(deployment(5) | {"status": {"replicas": 3}}, "status")
    assert (with_status.spec.replicas, with_status.status.replicas) == (1, 3)
    assert with_status.metadata.generation == 1
    scaled = await deployments.update(deployment(5) | {"status": {"replicas": 9}})
    assert (scaled.spec.replicas, scaled.status.replicas) == (5, 3)
    assert scaled.metadata.generation == 2


async def test_generation_grows_with_the_spec_alone(deployments: Requests) -> None:
    await deployments.create(deployment())
    assert (await deployments.update(deployment(labels={"a": "b"}))).metadata.generation == 1
    assert (await deployments.update(deployment(2, labels={"a": "b"}))).metadata.generation == 2
    assert (await deployments.update(deployment(2, generation=40))).metadata.generation == 2


async def test_a_status_that_a_kind_lacks_cannot_be_written(configmaps: Requests) -> None:
    await configmaps.create(jar())
    with pytest.raises(MethodNotSupported):
        await configmaps.update(jar(), "status")


async def test_the_name_must_be_the_requests(configmaps: Requests) -> None:
    from pilothouse.server.verbs.update import update

    await configmaps.create(jar())
    with pytest.raises(BadRequest, match="does not match"):
        await update(configmaps.plane, configmaps.context("update", "other"), configmaps.body(jar()))
    with pytest.raises(BadRequest, match="name is required"):
        await update(configmaps.plane, configmaps.context("update"), configmaps.body(jar()))


async def test_a_dry_run_is_judged_and_shown_but_not_written(configmaps: Requests) -> None:
    made = await configmaps.create(jar(a="1"))
    shown = await configmaps.update(jar(a="2"), dry_run=True)
    assert (shown.data["a"], version(shown)) == ("2", version(made))
    with pytest.raises(Invalid):
        await configmaps.update({"metadata": {"name": "jar"}, "data": {"bad key": "x"}}, dry_run=True)
    assert await configmaps.get("jar") == made


async def test_an_object_written_elsewhere_is_updated_as_it_is_now(either_plane: Plane) -> None:
    """Two servers on one store: what the other one wrote is seen, though this one's cache may lag behind."""
    async with running_plane(either_plane.store) as other:
        here, there = (
            Requests(p, p.registry.get("", "v1", "configmaps"), "orchard", ADMIN) for p in (either_plane, other)
        )
        await here.create(jar(n="0"))
        for number in range(1, 20):
            changed = await there.get("jar")
            assert changed.data["n"] == str(number - 1)
            changed.data["n"] = str(number)
            await there.replace(changed)
            here, there = there, here


async def grant(plane: Plane, user: str, rules: list[dict[str, Any]]) -> None:
    """A ClusterRole of the user's own name, bound to the user."""
    group = "rbac.authorization.k8s.io"
    await Requests(plane, plane.registry.get(group, "v1", "clusterroles")).create(
        {"metadata": {"name": user}, "rules": rules}
    )
    bound = await Requests(plane, plane.registry.get(group, "v1", "clusterrolebindings")).create(
        {
            "metadata": {"name": user},
            "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": user},
            "subjects": [{"apiGroup": group, "kind": "User", "name": user}],
        }
    )
    assert await plane.cache.wait_for(version(bound), 10)
