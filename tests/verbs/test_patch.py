"""Patch: three ways to write one, on the object or its status."""

import asyncio
from typing import Any

import pytest
from pilothouse.server.errors import ApiError, BadRequest, Conflict, Forbidden, Invalid, MethodNotSupported, NotFound
from pilothouse.server.meta.user import User
from pilothouse.server.verbs.patch import PatchType, patch

from tests.support.plane import Requests, version
from tests.verbs.test_update import deployment, jar

JSON, MERGE, STRATEGIC = PatchType.JSON, PatchType.MERGE, PatchType.STRATEGIC_MERGE


async def test_a_merge_patch_changes_members_and_null_removes_them(configmaps: Requests) -> None:
    made = await configmaps.create(jar(a="1", b="2"))
    changed = await configmaps.patch("jar", {"data": {"a": None, "c": "3"}})
    assert dict(changed.data) == {"b": "2", "c": "3"}
    assert changed.metadata.uid == made.metadata.uid
    assert version(changed) > version(made)


async def test_a_strategic_merge_patch_knows_the_keys_of_lists(deployments: Requests) -> None:
    await deployments.create(deployment())
    containers = [{"name": "c", "image": "other"}, {"name": "d", "image": "new"}]
    document = {"spec": {"template": {"spec": {"containers": containers}}}}
    changed = await deployments.patch("press", document, STRATEGIC)
    found = {c.name: c.image for c in changed.spec.template.spec.containers}
    assert found == {"c": "other", "d": "new"}
    assert changed.metadata.generation == 2


async def test_a_json_patch_tests_and_changes(configmaps: Requests) -> None:
    await configmaps.create(jar(a="1"))
    document = [
        {"op": "test", "path": "/data/a", "value": "1"},
        {"op": "add", "path": "/data/b", "value": "2"},
        {"op": "remove", "path": "/data/a"},
    ]
    assert dict((await configmaps.patch("jar", document, JSON)).data) == {"b": "2"}
    with pytest.raises(ApiError):
        await configmaps.patch("jar", document, JSON)
    assert dict((await configmaps.get("jar")).data) == {"b": "2"}


async def test_a_test_of_what_was_just_written_holds(configmaps: Requests) -> None:
    """The cache may not have heard of it yet."""
    await configmaps.create(jar(n="0"))
    for number in range(30):
        document = [
            {"op": "test", "path": "/data/n", "value": str(number)},
            {"op": "replace", "path": "/data/n", "value": str(number + 1)},
        ]
        changed = await configmaps.patch("jar", document, JSON)
    assert changed.data["n"] == "30"


async def test_a_patch_of_status_leaves_the_spec_and_the_other_way_round(deployments: Requests) -> None:
    await deployments.create(deployment())
    document = {"spec": {"replicas": 5}, "status": {"replicas": 3}}
    changed = await deployments.patch("press", document, subresource="status")
    assert (changed.spec.replicas, changed.status.replicas) == (1, 3)
    changed = await deployments.patch("press", {"spec": {"replicas": 5}, "status": {"replicas": 9}})
    assert (changed.spec.replicas, changed.status.replicas) == (5, 3)


async def test_a_version_in_a_patch_guards_the_write(configmaps: Requests) -> None:
    made = await configmaps.create(jar(a="1"))
    changed = await configmaps.patch("jar", {"metadata": {"resourceVersion": str(version(made))}, "data": {"a": "2"}})
    for revision in (version(made), 1):
        with pytest.raises(Conflict, match="the object has been modified"):
            await configmaps.patch("jar", {"metadata": {"resourceVersion": str(revision)}, "data": {"a": "3"}})
        replace = [{"op": "replace", "path": "/metadata/resourceVersion", "value": str(revision)}]
        with pytest.raises(Conflict):
            await configmaps.patch("jar", replace, JSON)
    test = [
        {"op": "test", "path": "/metadata/resourceVersion", "value": str(version(changed))},
        {"op": "add", "path": "/data/b", "value": "1"},
    ]
    assert dict((await configmaps.patch("jar", test, JSON)).data) == {"a": "2", "b": "1"}


async def test_a_patch_without_a_version_is_made_again_on_what_others_wrote(configmaps: Requests) -> None:
    await configmaps.create(jar())
    await asyncio.gather(*(configmaps.patch("jar", {"data": {str(n): "x"}}) for n in range(5)))
    assert set((await configmaps.get("jar")).data) == {str(n) for n in range(5)}


async def test_kinds_that_demand_a_version_of_an_update_take_patches_without(leases: Requests) -> None:
    await leases.create({"metadata": {"name": "l"}, "spec": {"holderIdentity": "a"}})
    changed = await leases.patch("l", {"spec": {"holderIdentity": "b"}})
    assert changed.spec.holder_identity == "b"


async def test_a_patch_that_changes_nothing_keeps_the_version(configmaps: Requests) -> None:
    made = await configmaps.create(jar(a="1"))
    assert await configmaps.patch("jar", {"data": {"a": "1"}}) == made
    assert await configmaps.patch("jar", {}) == made


@pytest.mark.parametrize(
    ("document", "how", "error"),
    [
        ({"metadata": {"name": "other"}}, MERGE, BadRequest),
        ({"metadata": {"namespace": "other"}}, MERGE, BadRequest),
        ({"kind": "Secret"}, MERGE, Invalid),
        ({"nonsense": 1}, MERGE, Invalid),
        ({"data": {"bad key": "x"}}, MERGE, Invalid),
        ([{"op": "replace", "path": "", "value": 3}], JSON, Invalid),
        ({}, JSON, BadRequest),
        ([], MERGE, BadRequest),
    ],
)
async def test_a_patch_that_leaves_no_such_object_is_refused(
    configmaps: Requests, document: Any, how: PatchType, error: type[ApiError]
) -> None:
    made = await configmaps.create(jar(a="1"))
    with pytest.raises(error):
        await configmaps.patch("jar", document, how)
    assert await configmaps.get("jar") == made


async def test_what_only_the_server_sets_is_kept(configmaps: Requests) -> None:
    made = await configmaps.create(jar(a="1"))
    owned = {"selfLink": "/x", "deletionTimestamp": "2001-01-01T00:00:00Z", "generation": 9, "uid": None}
    assert await configmaps.patch("jar", {"metadata": owned}) == made


async def test_nothing_is_created_by_a_patch(leases: Requests, configmaps: Requests) -> None:
    for requests in (leases, configmaps):
        with pytest.raises(NotFound):
            await requests.patch("none", {"metadata": {"labels": {"a": "b"}}})


async def test_a_dry_run_writes_nothing(configmaps: Requests) -> None:
    made = await configmaps.create(jar(a="1"))
    context = configmaps.context("patch", "jar", dry_run=True)
    shown = configmaps.message(await patch(configmaps.plane, context, MERGE, b'{"data":{"a":"2"}}'))
    assert shown.data["a"] == "2"
    assert await configmaps.get("jar") == made


async def test_only_who_may_patch_does_and_only_what_there_is(configmaps: Requests) -> None:
    await configmaps.create(jar())
    stranger = Requests(configmaps.plane, configmaps.type, "orchard", User("stranger"))
    with pytest.raises(Forbidden):
        await stranger.patch("jar", {})
    with pytest.raises(MethodNotSupported):
        await configmaps.patch("jar", {}, subresource="status")
