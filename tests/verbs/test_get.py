"""Get: one object, as of now, of any time, or not older than a revision."""

import asyncio

import pytest
from pilothouse.server.errors import BadRequest, Forbidden, Internal, NotFound, Timeout
from pilothouse.server.meta.user import User
from pilothouse.server.store.base import Put
from pilothouse.server.verbs import reading
from pilothouse.server.verbs.get import get
from pilothouse.server.verbs.list import list_
from pilothouse.server.verbs.plane import Plane

from tests.support.plane import Requests, list_options, running_plane, version
from tests.verbs.test_update import jar


async def test_a_read_sees_every_write_that_was_answered_before_at_any_server(either_plane: Plane) -> None:
    async with running_plane(either_plane.store) as other:
        here, there = (Requests(p, p.registry.get("", "v1", "configmaps"), "orchard") for p in (either_plane, other))
        await here.create(jar(n="0"))
        for number in range(1, 25):
            changed = await here.update(jar(n=str(number)))
            assert await there.get("jar") == changed
            listing = await there.list()
            assert listing.items[0].revision == version(changed)
            assert listing.revision >= version(changed)


async def test_a_read_is_consistent_where_the_newest_revision_is_of_a_foreign_key(either_plane: Plane) -> None:
    configmaps = Requests(either_plane, either_plane.registry.get("", "v1", "configmaps"), "orchard")
    made = await configmaps.create(jar(n="0"))
    for number in range(3):
        await either_plane.store.transact([Put("/elsewhere/x", str(number).encode())])
        async with asyncio.timeout(15):
            assert await configmaps.get("jar") == made
            assert (await configmaps.list()).items[0].revision == version(made)


async def test_version_zero_takes_what_is_at_hand(configmaps: Requests) -> None:
    made = await configmaps.create(jar())
    assert await configmaps.plane.cache.wait_for(version(made), 10)
    assert await configmaps.get("jar", "0") == made


async def test_a_read_not_older_than_a_revision_waits_for_it(configmaps: Requests) -> None:
    made = await configmaps.create(jar(a="1"))
    assert await configmaps.get("jar", "1") == made
    coming = asyncio.create_task(configmaps.get("jar", str(version(made) + 1)))
    await asyncio.sleep(0)
    changed = await configmaps.update(jar(a="2"))
    assert await coming == changed


async def test_a_revision_that_does_not_come_is_a_timeout(
    configmaps: Requests, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "NEWER_REVISION_WAIT", 0.01)
    await configmaps.create(jar())
    with pytest.raises(Timeout, match="Too large resource version") as error:
        await configmaps.get("jar", "1000")
    assert [c.reason for c in error.value.causes] == ["ResourceVersionTooLarge"]
    assert error.value.retry_after == 1


@pytest.mark.parametrize("text", ["x", "-1", "1.5", " 1", "99999999999999999999999"])
async def test_a_version_that_is_no_number_is_refused(configmaps: Requests, text: str) -> None:
    with pytest.raises(BadRequest):
        await configmaps.get("jar", text)


async def test_what_is_not_there_is_not_found(configmaps: Requests) -> None:
    await configmaps.create(jar())
    for version_asked in ("", "0", "1"):
        with pytest.raises(NotFound) as error:
            await configmaps.get("none", version_asked)
        assert error.value.message == 'configmaps "none" not found'
    with pytest.raises(NotFound):
        await Requests(configmaps.plane, configmaps.type, "orch").get("jar")


@pytest.mark.parametrize("name", ["", "..", "a/b", "../secrets/x", "a\0b"])
async def test_a_name_that_cannot_be_one_is_refused(configmaps: Requests, name: str) -> None:
    with pytest.raises(BadRequest):
        await configmaps.get(name)


async def test_a_namespace_must_be_named_where_there_are_namespaces(plane: Plane, configmaps: Requests) -> None:
    with pytest.raises(BadRequest, match="namespace"):
        await Requests(plane, configmaps.type).get("jar")
    with pytest.raises(BadRequest, match="namespace"):
        await Requests(plane, plane.registry.get("", "v1", "nodes"), "orchard").get("n1")


async def test_only_who_may_read_does_and_learns_nothing_otherwise(configmaps: Requests) -> None:
    await configmaps.create(jar())
    stranger = Requests(configmaps.plane, configmaps.type, "orchard", User("stranger"))
    messages = set()
    for name in ("jar", "none"):
        with pytest.raises(Forbidden) as error:
            await stranger.get(name)
        messages.add(error.value.message.replace(name, "?"))
    assert len(messages) == 1


async def test_an_object_that_cannot_be_decoded_is_an_error_for_it_alone(configmaps: Requests) -> None:
    plane = configmaps.plane
    made = await configmaps.create(jar())
    await plane.store.transact([Put("/registry/configmaps/orchard/bad", b"k8s\0 nonsense")])
    with pytest.raises(Internal, match="/registry/configmaps/orchard/bad"):
        await configmaps.get("bad")
    assert await configmaps.get("jar") == made
    context = configmaps.context("list")
    listing = await list_(plane, context, list_options())
    assert [i.name for i in listing.items] == ["jar"]
    assert any("/registry/configmaps/orchard/bad" in w for w in context.warnings)


async def test_one_identity_is_read_as_each_of_its_types(plane: Plane) -> None:
    one, two = (
        Requests(plane, plane.registry.get("autoscaling", v, "horizontalpodautoscalers"), "orchard")
        for v in ("v1", "v2")
    )
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "press"}
    made = await one.create(
        {
            "metadata": {"name": "s"},
            "spec": {"maxReplicas": 4, "scaleTargetRef": target, "targetCPUUtilizationPercentage": 70},
        }
    )
    as_two = await two.get("s")
    assert version(as_two) == version(made)
    assert as_two.spec.metrics[0].resource.target.average_utilization == 70
    changed = await two.patch("s", {"spec": {"maxReplicas": 6}})
    assert (await one.get("s")).spec.max_replicas == 6
    assert version(await one.get("s")) == version(changed)
    assert [i.name for i in (await one.list()).items] == [i.name for i in (await two.list()).items] == ["s"]
    assert (await one.delete("s")).removed
    with pytest.raises(NotFound):
        await two.get("s")


async def test_a_store_that_went_back_is_not_read_from_the_cache(configmaps: Requests) -> None:
    plane = configmaps.plane
    await configmaps.create(jar())
    plane.cache.revision += 100
    assert not await reading.cache_is_current(plane)


async def test_a_read_that_is_cancelled_leaves_the_feed_alone(either_plane: Plane) -> None:
    configmaps = Requests(either_plane, either_plane.registry.get("", "v1", "configmaps"), "orchard")
    await configmaps.create(jar())
    epoch = either_plane.cache.epoch
    for _ in range(20):
        await either_plane.store.transact([Put("/elsewhere/x", b"")])
        read = asyncio.create_task(get(either_plane, configmaps.context("get", "jar")))
        await asyncio.sleep(0.002)
        read.cancel()
        await asyncio.gather(read, return_exceptions=True)
    changed = await configmaps.update(jar(a="1"))
    assert await configmaps.get("jar") == changed
    assert either_plane.cache.epoch == epoch
