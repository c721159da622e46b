"""Delete: what goes at once, what is held, and how what is held goes in the end."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from pilothouse.api.meta.v1 import meta_pb2 as meta
from pilothouse.server.errors import ApiError, BadRequest, Conflict, Forbidden, Invalid, NotFound
from pilothouse.server.meta.user import User
from pilothouse.server.meta.wire import Undecodable
from pilothouse.server.store.base import Put
from pilothouse.server.verbs.delete import DELETE_UNREAD
from pilothouse.server.verbs.plane import Plane

from tests.support.plane import Requests, version
from tests.verbs.test_update import deployment, grant, jar


def held(*finalizers: str) -> dict[str, Any]:
    return {"metadata": {"name": "jar", "finalizers": list(finalizers)}, "data": {"a": "1"}}


def pod(node: str = "", **spec: Any) -> dict[str, Any]:
    containers = [{"name": "c", "image": "i"}]
    own = {"containers": containers, "serviceAccountName": "default", **({"nodeName": node} if node else {}), **spec}
    return {"metadata": {"name": "p"}, "spec": own}


async def test_a_deleted_object_is_gone_and_the_answer_is_what_it_was(configmaps: Requests) -> None:
    made = await configmaps.create(jar(a="1"))
    deleted = await configmaps.delete("jar")
    assert deleted.removed
    answer = configmaps.message(deleted.body)
    assert version(answer) > version(made)
    assert answer.metadata.uid == made.metadata.uid
    assert dict(answer.data) == {"a": "1"}
    with pytest.raises(NotFound, match='configmaps "jar" not found'):
        await configmaps.get("jar")
    with pytest.raises(NotFound):
        await configmaps.delete("jar")


async def test_of_many_who_delete_one_object_one_does(configmaps: Requests) -> None:
    await configmaps.create(jar())
    outcomes = await asyncio.gather(*(configmaps.delete("jar") for _ in range(10)), return_exceptions=True)
    assert sum(isinstance(o, NotFound) for o in outcomes) == 9


async def test_an_object_made_anew_is_deleted_whatever_the_cache_remembers(configmaps: Requests) -> None:
    for _ in range(30):
        await configmaps.create(jar())
        assert (await configmaps.delete("jar")).removed
    assert (await configmaps.plane.store.get("/registry/configmaps/orchard/jar"))[0] is None


async def test_preconditions_must_hold(configmaps: Requests) -> None:
    made = await configmaps.create(jar())
    other = "0a0b0c0d-0000-4000-8000-000000000009"
    for wanted in (
        meta.Preconditions(uid=other),
        meta.Preconditions(resource_version=str(version(made) - 1)),
        meta.Preconditions(uid=made.metadata.uid, resource_version="1"),
    ):
        with pytest.raises(Conflict):
            await configmaps.delete("jar", preconditions=wanted)
    assert await configmaps.get("jar") == made
    exact = meta.Preconditions(uid=made.metadata.uid, resource_version=str(version(made)))
    assert (await configmaps.delete("jar", preconditions=exact)).removed


async def test_a_precondition_on_what_was_just_written_holds(configmaps: Requests) -> None:
    for number in range(20):
        made = await configmaps.create(jar())
        changed = await configmaps.update(jar(n=str(number)))
        with pytest.raises(Conflict):
            await configmaps.delete("jar", preconditions=meta.Preconditions(resource_version=str(version(made))))
        wanted = meta.Preconditions(resource_version=str(version(changed)))
        assert (await configmaps.delete("jar", preconditions=wanted)).removed


async def test_finalizers_hold_an_object_until_the_last_one_goes(configmaps: Requests) -> None:
    made = await configmaps.create(held("a.test/x", "a.test/y"))
    deleted = await configmaps.delete("jar")
    assert not deleted.removed
    marked = configmaps.message(deleted.body)
    assert abs(marked.metadata.deletion_timestamp.seconds - configmaps.plane.now()) < 15
    assert marked.metadata.deletion_grace_period_seconds == 0
    assert version(marked) > version(made)
    # A second deletion changes nothing.
    again = await configmaps.delete("jar")
    assert configmaps.message(again.body) == marked
    assert not again.removed
    one = await configmaps.update(held("a.test/y"))
    assert one.metadata.deletion_timestamp == marked.metadata.deletion_timestamp
    assert list((await configmaps.get("jar")).metadata.finalizers) == ["a.test/y"]
    last = await configmaps.update(held())
    assert version(last) > version(one)
    with pytest.raises(NotFound):
        await configmaps.get("jar")


async def test_a_patch_can_take_the_last_finalizer(configmaps: Requests) -> None:
    await configmaps.create(held("a.test/x"))
    await configmaps.delete("jar")
    await configmaps.patch("jar", {"metadata": {"finalizers": None}})
    with pytest.raises(NotFound):
        await configmaps.get("jar")


async def test_no_finalizer_is_added_to_what_is_being_deleted(configmaps: Requests) -> None:
    await configmaps.create(held("a.test/x"))
    await configmaps.delete("jar")
    with pytest.raises(Invalid) as error:
        await configmaps.update(held("a.test/x", "a.test/y"))
    assert {c.reason for c in error.value.causes} == {"FieldValueForbidden"}
    assert 'found new finalizers []string{"a.test/y"}' in error.value.message


async def test_the_mark_of_deletion_raises_generation_once(deployments: Requests) -> None:
    await deployments.create(deployment(finalizers=["a.test/x"]))
    await deployments.delete("press")
    await deployments.delete("press")
    assert (await deployments.get("press")).metadata.generation == 2


@pytest.mark.parametrize(
    ("before", "options", "after"),
    [
        ((), {"propagation_policy": "Foreground"}, ["foregroundDeletion"]),
        ((), {"propagation_policy": "Orphan"}, ["orphan"]),
        ((), {"orphan_dependents": True}, ["orphan"]),
        ((), {"propagation_policy": "Background"}, None),
        ((), {"orphan_dependents": False}, None),
        ((), {}, None),
        (("orphan",), {}, ["orphan"]),
        (("foregroundDeletion",), {}, ["foregroundDeletion"]),
        (("orphan",), {"propagation_policy": "Background"}, None),
        (("orphan",), {"propagation_policy": "Foreground"}, ["foregroundDeletion"]),
        (("a.test/x", "orphan"), {"propagation_policy": "Foreground"}, ["a.test/x", "foregroundDeletion"]),
        (("a.test/x",), {"propagation_policy": "Background"}, ["a.test/x"]),
    ],
)
async def test_propagation_is_recorded_as_finalizers(
    configmaps: Requests, before: tuple[str, ...], options: dict[str, Any], after: list[str] | None
) -> None:
    await configmaps.create(held(*before))
    deleted = await configmaps.delete("jar", **options)
    assert deleted.removed is (after is None)
    if after is not None:
        assert list((await configmaps.get("jar")).metadata.finalizers) == after


async def test_a_later_deletion_can_change_the_propagation(configmaps: Requests) -> None:
    made = await configmaps.create(held("a.test/x"))
    first = configmaps.message((await configmaps.delete("jar", propagation_policy="Foreground")).body)
    await configmaps.delete("jar", propagation_policy="Orphan")
    marked = await configmaps.get("jar")
    assert list(marked.metadata.finalizers) == ["a.test/x", "orphan"]
    assert marked.metadata.deletion_timestamp == first.metadata.deletion_timestamp
    assert marked.metadata.generation == made.metadata.generation
    # Without a policy what was said before holds.
    await configmaps.delete("jar")
    assert list((await configmaps.get("jar")).metadata.finalizers) == ["a.test/x", "orphan"]


async def test_a_deletion_in_the_background_ends_one_that_waits(configmaps: Requests) -> None:
    await configmaps.create(held())
    await configmaps.delete("jar", propagation_policy="Foreground")
    assert (await configmaps.delete("jar", propagation_policy="Background")).removed


async def test_the_propagation_of_a_pod_cannot_be_changed_once_it_is_set(pods: Requests) -> None:
    await pods.create(pod("n1"))
    await pods.delete("p", propagation_policy="Foreground")
    for seconds in (60, 30):
        await pods.delete("p", propagation_policy="Orphan", grace_period_seconds=seconds)
        assert list((await pods.get("p")).metadata.finalizers) == ["foregroundDeletion"]
    # But for a deletion that asks for less time.
    await pods.delete("p", propagation_policy="Orphan", grace_period_seconds=1)
    assert list((await pods.get("p")).metadata.finalizers) == ["orphan"]


async def test_a_pod_that_ends_while_it_is_being_deleted_waits_for_who_stops_it(pods: Requests) -> None:
    await pods.create(pod("n1"))
    await pods.delete("p")
    await pods.patch("p", {"status": {"phase": "Succeeded"}}, subresource="status")
    assert not (await pods.delete("p", grace_period_seconds=30)).removed
    assert not (await pods.delete("p")).removed
    shorter = pods.message((await pods.delete("p", grace_period_seconds=-1)).body)
    assert shorter.metadata.deletion_grace_period_seconds == 1
    assert (await pods.delete("p", grace_period_seconds=0)).removed


async def test_a_pod_that_has_ended_goes_at_once(pods: Requests) -> None:
    await pods.create(pod("n1"))
    await pods.patch("p", {"status": {"phase": "Failed"}}, subresource="status")
    assert (await pods.delete("p", grace_period_seconds=30)).removed


async def test_some_kinds_leave_their_dependents_by_default(plane: Plane) -> None:
    jobs = Requests(plane, plane.registry.get("batch", "v1", "jobs"), "orchard")
    template = {"spec": {"containers": [{"name": "c", "image": "i"}], "restartPolicy": "Never"}}
    await jobs.create({"metadata": {"name": "j"}, "spec": {"template": template}})
    assert not (await jobs.delete("j")).removed
    assert list((await jobs.get("j")).metadata.finalizers) == ["orphan"]


async def test_a_pod_on_a_node_gets_a_grace_period_that_can_only_be_shortened(pods: Requests) -> None:
    await pods.create(pod("n1", terminationGracePeriodSeconds=40))
    marked = pods.message((await pods.delete("p")).body)
    assert marked.metadata.deletion_grace_period_seconds == 40
    assert abs(marked.metadata.deletion_timestamp.seconds - pods.plane.now() - 40) < 15
    assert pods.message((await pods.delete("p", grace_period_seconds=60)).body) == marked
    assert pods.message((await pods.delete("p")).body) == marked
    shorter = pods.message((await pods.delete("p", grace_period_seconds=10)).body)
    assert shorter.metadata.deletion_grace_period_seconds == 10
    assert shorter.metadata.deletion_timestamp.seconds == marked.metadata.deletion_timestamp.seconds - 30
    assert (await pods.delete("p", grace_period_seconds=0)).removed
    with pytest.raises(NotFound):
        await pods.get("p")


@pytest.mark.parametrize(("requested", "grace"), [(5, 5), (-3, 1), (None, 30)])
async def test_a_grace_period_may_be_asked_for(pods: Requests, requested: int | None, grace: int) -> None:
    await pods.create(pod("n1"))
    options: dict[str, Any] = {} if requested is None else {"grace_period_seconds": requested}
    marked = pods.message((await pods.delete("p", **options)).body)
    assert marked.metadata.deletion_grace_period_seconds == grace


async def test_a_pod_without_a_node_goes_at_once(pods: Requests) -> None:
    await pods.create(pod())
    assert (await pods.delete("p", grace_period_seconds=30)).removed


async def test_an_update_during_the_grace_period_does_not_remove_a_pod(pods: Requests) -> None:
    await pods.create(pod("n1"))
    await pods.delete("p")
    changed = await pods.patch("p", {"metadata": {"labels": {"a": "b"}}})
    assert changed.metadata.deletion_grace_period_seconds == 30
    assert (await pods.get("p")).metadata.labels["a"] == "b"


async def test_a_namespace_is_held_by_its_own_finalizers(plane: Plane) -> None:
    namespaces = Requests(plane, plane.registry.get("", "v1", "namespaces"))
    await namespaces.create({"metadata": {"name": "orchard"}})
    assert not (await namespaces.delete("orchard")).removed
    marked = await namespaces.get("orchard")
    assert marked.status.phase == "Terminating"
    assert list(marked.spec.finalizers) == ["kubernetes"]


async def test_preconditions_of_a_namespace_are_told_in_its_own_words(plane: Plane) -> None:
    namespaces = Requests(plane, plane.registry.get("", "v1", "namespaces"))
    made = await namespaces.create({"metadata": {"name": "orchard"}})
    text = "Precondition failed: UID in precondition: other, UID in object meta: " + made.metadata.uid
    with pytest.raises(Conflict) as error:
        await namespaces.delete("orchard", preconditions=meta.Preconditions(uid="other"))
    assert error.value.message == f'Operation cannot be fulfilled on namespaces "orchard": {text}'
    assert error.value.kind == "namespaces"


async def test_a_namespace_without_its_finalizer_goes_with_its_last_other_one(plane: Plane) -> None:
    namespaces = Requests(plane, plane.registry.get("", "v1", "namespaces"))
    await namespaces.create({"metadata": {"name": "orchard", "finalizers": ["a.test/x"]}})
    await namespaces.delete("orchard", propagation_policy="Foreground")
    marked = await namespaces.get("orchard")
    assert list(marked.metadata.finalizers) == ["a.test/x", "foregroundDeletion"]
    # While the namespace's own finalizer holds it, a second deletion changes nothing.
    await namespaces.delete("orchard", propagation_policy="Background")
    assert await namespaces.get("orchard") == marked


async def test_a_dry_run_is_judged_but_keeps_the_object(configmaps: Requests) -> None:
    made = await configmaps.create(jar())
    await configmaps.delete("jar", dry_run=True)
    assert await configmaps.get("jar") == made
    with pytest.raises(NotFound):
        await configmaps.delete("none", dry_run=True)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"propagation_policy": "Orphan", "orphan_dependents": True}, Invalid),
        ({"propagation_policy": "Sideways"}, Invalid),
    ],
)
async def test_options_that_make_no_sense_are_refused(
    configmaps: Requests, options: dict[str, Any], error: type[ApiError]
) -> None:
    await configmaps.create(jar())
    with pytest.raises(error):
        await configmaps.delete("jar", **options)
    await configmaps.get("jar")


async def test_only_who_may_delete_does(configmaps: Requests) -> None:
    await configmaps.create(jar())
    with pytest.raises(Forbidden):
        await Requests(configmaps.plane, configmaps.type, "orchard", User("stranger")).delete("jar")
    with pytest.raises(BadRequest):
        await configmaps.delete("../orchard/jar")
    await configmaps.get("jar")


async def test_an_event_that_is_held_still_expires(plane: Plane) -> None:
    events = Requests(plane, plane.registry.get("", "v1", "events"), "orchard")
    about = {"involvedObject": {"kind": "Pod", "namespace": "orchard", "name": "p"}}
    await events.create({"metadata": {"name": "e", "finalizers": ["a.test/x"]}, **about})
    await events.delete("e")
    due = plane.store._writer.next_expiry()  # type: ignore[attr-defined]
    assert due is not None
    assert due - plane.now() < 3700


UNREAD = {"ignore_store_read_error_with_cluster_breaking_potential": True}


async def broken(configmaps: Requests) -> None:
    """A value that is no object, under the key of the jar."""
    key = configmaps.type.key(configmaps.namespace, "jar")
    revision = (await configmaps.plane.store.transact([Put(key, b"k8s\0 no envelope")])).revision
    assert await configmaps.plane.cache.wait_for(revision, 10)


async def test_what_cannot_be_decoded_goes_for_who_insists(configmaps: Requests) -> None:
    await broken(configmaps)
    with pytest.raises(Undecodable):
        await configmaps.delete("jar")
    deleted = await configmaps.delete("jar", **UNREAD)
    assert deleted.removed
    assert configmaps.message(deleted.body).metadata.name == "jar"
    with pytest.raises(NotFound):
        await configmaps.delete("jar", **UNREAD)
    await configmaps.create(jar())


async def test_what_can_be_decoded_is_deleted_as_ever_whoever_insists(configmaps: Requests) -> None:
    await configmaps.create(held("example.com/wait"))
    assert not (await configmaps.delete("jar", **UNREAD)).removed
    assert (await configmaps.get("jar")).metadata.HasField("deletion_timestamp")


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"grace_period_seconds": 0}, "gracePeriodSeconds"),
        ({"propagation_policy": "Orphan"}, "propagationPolicy"),
        ({"dry_run": ["All"]}, "dryRun"),
        ({"preconditions": meta.Preconditions(uid="u")}, "preconditions"),
    ],
)
async def test_what_would_need_the_object_goes_not_with_it(
    configmaps: Requests, options: dict[str, Any], named: str
) -> None:
    await broken(configmaps)
    with pytest.raises(Invalid, match=f"cannot be set together with .{named}"):
        await configmaps.delete("jar", **UNREAD, **options)
    assert (await configmaps.plane.store.get(configmaps.type.key("orchard", "jar")))[0] is not None


async def test_to_delete_unread_is_a_right_of_its_own(configmaps: Requests) -> None:
    await broken(configmaps)
    for user, verbs in (("deleter", ["delete"]), ("breaker", ["delete", DELETE_UNREAD])):
        rule = {"apiGroups": [""], "resources": ["configmaps"], "verbs": verbs}
        await grant(configmaps.plane, user, [rule])
    with pytest.raises(Forbidden, match="cannot unsafe-delete-ignore-read-errors"):
        await replace(configmaps, user=User("deleter")).delete("jar", **UNREAD)
    assert (await replace(configmaps, user=User("breaker")).delete("jar", **UNREAD)).removed
