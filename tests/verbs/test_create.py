"""Create: what the server gives a new object, and what it refuses."""

import asyncio
import re

import pytest
from pilothouse.server.errors import AlreadyExists, BadRequest, Forbidden, Invalid, TooLarge
from pilothouse.server.meta.user import User
from pilothouse.server.store.base import ValueTooLarge
from pilothouse.server.verbs.body import Body, Encoding
from pilothouse.server.verbs.create import create
from pilothouse.server.verbs.faults import api_error
from pilothouse.server.verbs.plane import Plane

from tests.support.plane import Requests, version


async def test_a_new_object_gets_identity_age_and_version(configmaps: Requests) -> None:
    now = configmaps.plane.now()
    made = await configmaps.create({"metadata": {"name": "jar", "labels": {"a": "1"}}, "data": {"x": "1"}})
    assert made.metadata.name == "jar"
    assert made.metadata.namespace == "orchard"
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", made.metadata.uid)
    assert abs(made.metadata.creation_timestamp.seconds - now) < 15
    assert version(made) == await configmaps.plane.store.revision()
    assert dict(made.data) == {"x": "1"}
    assert await configmaps.get("jar") == made


async def test_what_only_the_server_may_set_is_dropped(configmaps: Requests) -> None:
    owned = {
        "name": "jar",
        "uid": "0a0b0c0d-0000-4000-8000-000000000009",
        "creationTimestamp": "2001-01-01T00:00:00Z",
        "deletionTimestamp": "2001-01-01T00:00:00Z",
        "deletionGracePeriodSeconds": 5,
        "selfLink": "/somewhere",
        "managedFields": [{"manager": "m", "operation": "Apply", "apiVersion": "v1"}],
    }
    metadata = (await configmaps.create({"metadata": owned})).metadata
    assert metadata.uid != owned["uid"]
    assert metadata.creation_timestamp.seconds > 1_500_000_000
    for field in ("deletion_timestamp", "deletion_grace_period_seconds"):
        assert not metadata.HasField(field)
    assert not metadata.self_link
    assert not metadata.managed_fields
    stored, _ = await configmaps.plane.store.get("/registry/configmaps/orchard/jar")
    assert stored is not None
    assert b"somewhere" not in stored.value


async def test_generation_and_status_are_the_servers(deployments: Requests) -> None:
    made = await deployments.create(deployment("press") | {"status": {"replicas": 7}})
    assert made.metadata.generation == 1
    assert made.status.replicas == 0
    assert made.spec.replicas == 1


async def test_a_name_is_made_of_the_prefix_given(configmaps: Requests) -> None:
    made = await asyncio.gather(*(configmaps.create({"metadata": {"generateName": "jar-"}}) for _ in range(20)))
    found = {m.metadata.name for m in made}
    assert len(found) == 20
    assert all(re.fullmatch(r"jar-[a-z0-9]{5}", name) for name in found)
    assert all(m.metadata.generate_name == "jar-" for m in made)


async def test_a_name_that_is_taken_is_made_anew(configmaps: Requests, monkeypatch: pytest.MonkeyPatch) -> None:
    suffixes = iter(("aaaaa", "aaaaa", "aaaaa", "bbbbb"))
    monkeypatch.setattr("pilothouse.server.verbs.metadata.generate_name", lambda prefix: prefix + next(suffixes))
    made = [await configmaps.create({"metadata": {"generateName": "jar-"}}) for _ in range(2)]
    assert [m.metadata.name for m in made] == ["jar-aaaaa", "jar-bbbbb"]


async def test_an_object_that_exists_is_not_created_again(configmaps: Requests) -> None:
    await configmaps.create({"metadata": {"name": "jar"}})
    with pytest.raises(AlreadyExists) as error:
        await configmaps.create({"metadata": {"name": "jar"}})
    assert error.value.message == 'configmaps "jar" already exists'
    assert (error.value.kind, error.value.name) == ("configmaps", "jar")
    with pytest.raises(AlreadyExists):
        await configmaps.create({"metadata": {"name": "jar"}}, dry_run=True)


async def test_of_many_who_create_one_object_one_does(configmaps: Requests) -> None:
    outcomes = await asyncio.gather(
        *(configmaps.create({"metadata": {"name": "jar"}, "data": {"n": str(n)}}) for n in range(20)),
        return_exceptions=True,
    )
    made = [o for o in outcomes if not isinstance(o, BaseException)]
    assert len(made) == 1
    assert all(isinstance(o, AlreadyExists) for o in outcomes if isinstance(o, BaseException))
    assert await configmaps.get("jar") == made[0]


async def test_a_dry_run_shows_what_would_be_and_writes_nothing(configmaps: Requests) -> None:
    before = await configmaps.plane.store.revision()
    shown = await configmaps.create({"metadata": {"name": "jar"}, "data": {"x": "1"}}, dry_run=True)
    assert shown.metadata.uid
    assert not shown.metadata.resource_version
    assert await configmaps.plane.store.revision() == before


async def test_an_invalid_object_is_refused_with_every_cause(deployments: Requests) -> None:
    wrong = deployment("Press_") | {"spec": {"selector": {}, "template": {}}}
    with pytest.raises(Invalid) as error:
        await deployments.create(wrong)
    fields = {cause.field for cause in error.value.causes}
    assert "metadata.name" in fields
    assert any(field.startswith("spec.") for field in fields)
    with pytest.raises(Invalid, match=r"metadata\.name"):
        await deployments.create({"metadata": {}, "spec": deployment("x")["spec"]})


@pytest.mark.parametrize("namespace", ["", "a/b", "../secrets", "A", "x" * 300])
async def test_a_namespace_that_cannot_be_one_is_refused(plane: Plane, namespace: str) -> None:
    requests = Requests(plane, plane.registry.get("", "v1", "configmaps"), namespace)
    with pytest.raises((BadRequest, Invalid)):
        await requests.create({"metadata": {"name": "jar"}})
    assert (await plane.store.list("/registry/")).entries == []


@pytest.mark.parametrize("name", ["a/b", "..", ".", "A", "x" * 300, "a%2fb"])
async def test_a_name_that_cannot_be_one_is_refused(configmaps: Requests, name: str) -> None:
    with pytest.raises((BadRequest, Invalid)):
        await configmaps.create({"metadata": {"name": name}})
    assert (await configmaps.plane.store.list("/registry/")).entries == []


async def test_the_object_and_the_request_must_agree_on_the_namespace(configmaps: Requests, plane: Plane) -> None:
    with pytest.raises(BadRequest, match="namespace"):
        await configmaps.create({"metadata": {"name": "jar", "namespace": "elsewhere"}})
    nodes = plane.registry.get("", "v1", "nodes")
    with pytest.raises(BadRequest, match="cluster-scoped"):
        await Requests(plane, nodes, "elsewhere").create({"metadata": {"name": "n1"}})
    # A cluster-scoped object has none, whatever it says itself.
    made = await Requests(plane, nodes).create({"metadata": {"name": "n1", "namespace": "elsewhere"}})
    assert not made.metadata.HasField("namespace") or not made.metadata.namespace


async def test_only_who_may_create_does(configmaps: Requests) -> None:
    stranger = Requests(configmaps.plane, configmaps.type, "orchard", User("stranger"))
    with pytest.raises(Forbidden, match='User "stranger" cannot create resource "configmaps"'):
        await stranger.create({"metadata": {"name": "jar"}})
    # What is wrong with an object is not told to who may not write it.
    with pytest.raises(Forbidden):
        await create(stranger.plane, stranger.context("create"), Body(b"nonsense"))


async def test_bytes_that_are_no_object_are_refused(configmaps: Requests) -> None:
    context = configmaps.context("create")
    with pytest.raises(BadRequest):
        await create(configmaps.plane, context, Body(b"\xff\xff\xff"))
    with pytest.raises(BadRequest, match='Secret in version "v1" cannot be handled as a ConfigMap'):
        await create(configmaps.plane, context, Body(b'{"kind":"Secret","apiVersion":"v1"}', Encoding.JSON))
    with pytest.raises(BadRequest):
        await create(configmaps.plane, context, Body(b"[]", Encoding.JSON))


async def test_an_object_too_large_for_the_store_is_refused_as_such(plane: Plane) -> None:
    revisions = Requests(plane, plane.registry.get("apps", "v1", "controllerrevisions"), "orchard")
    with pytest.raises(ValueTooLarge) as error:
        await revisions.create({"metadata": {"name": "big"}, "data": {"x": "y" * 2_000_000}, "revision": 1})
    assert isinstance(api_error(error.value), TooLarge)


def deployment(name: str) -> dict[str, object]:
    template = {"metadata": {"labels": {"app": "a"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}
    return {"metadata": {"name": name}, "spec": {"selector": {"matchLabels": {"app": "a"}}, "template": template}}
