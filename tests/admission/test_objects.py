"""CachedObjects: what plugins read."""

import pytest
from pilothouse.server import objects as module
from pilothouse.server.objects import CachedObjects

from tests.admission.cluster import NAMESPACE, Cluster, named


@pytest.fixture
def objects(cluster: Cluster) -> CachedObjects:
    plane = cluster.plane
    return CachedObjects(plane.registry, plane.kinds, plane.cache, plane.store, plane.writer)


async def _settled(cluster: Cluster) -> None:
    await cluster.plane.cache.wait_for(await cluster.plane.store.revision(), 5)


async def test_the_cache_and_the_store_tell_the_same(cluster: Cluster, objects: CachedObjects) -> None:
    made = await cluster("configmaps").create({**named("jar"), "data": {"plums": "3"}})
    read = await objects.read("", "configmaps", NAMESPACE, "jar")
    assert read == (made, int(made.metadata.resource_version))
    await _settled(cluster)
    assert objects.get("", "configmaps", NAMESPACE, "jar") == made
    assert objects.get("", "configmaps", NAMESPACE, "jar") is objects.get("", "configmaps", NAMESPACE, "jar")
    assert list(objects.list("", "configmaps", NAMESPACE)) == [made]


async def test_what_is_not_there_is_none(cluster: Cluster, objects: CachedObjects) -> None:
    assert objects.get("", "configmaps", NAMESPACE, "ghost") is None
    assert await objects.read("", "configmaps", NAMESPACE, "ghost") is None
    assert objects.get("orchard.test", "trees", NAMESPACE, "ghost") is None
    assert await objects.read("orchard.test", "trees", NAMESPACE, "ghost") is None
    assert list(objects.list("orchard.test", "trees")) == []


async def test_a_namespace_does_not_show_the_objects_of_another_whose_name_begins_alike(
    cluster: Cluster, objects: CachedObjects
) -> None:
    await cluster("namespaces").create(named(f"{NAMESPACE}-2"))
    await cluster("configmaps", namespace=f"{NAMESPACE}-2").create(named("jar"))
    await cluster("configmaps").create(named("lid"))
    await _settled(cluster)
    assert [m.metadata.name for m in objects.list("", "configmaps", NAMESPACE)] == ["lid"]  # type: ignore[attr-defined]
    assert len(list(objects.list("", "configmaps"))) == 2


async def test_a_change_is_seen(cluster: Cluster, objects: CachedObjects) -> None:
    await cluster("configmaps").create(named("jar"))
    await _settled(cluster)
    before = objects.get("", "configmaps", NAMESPACE, "jar")
    changed = await cluster("configmaps").update({**named("jar"), "data": {"plums": "3"}})
    await _settled(cluster)
    assert objects.get("", "configmaps", NAMESPACE, "jar") == changed != before


async def test_replace_writes_only_what_nobody_changed(cluster: Cluster, objects: CachedObjects) -> None:
    await cluster("configmaps").create(named("jar"))
    read = await objects.read("", "configmaps", NAMESPACE, "jar")
    assert read is not None
    message, revision = read
    message.data["plums"] = "3"  # type: ignore[attr-defined]
    assert await objects.replace("", "configmaps", message, revision)
    assert not await objects.replace("", "configmaps", message, revision)
    now = await objects.read("", "configmaps", NAMESPACE, "jar")
    assert now is not None
    assert now[1] > revision
    assert dict(now[0].data) == {"plums": "3"}  # type: ignore[attr-defined]
    # The revision is that of the key, even where the object came with another.
    assert now[0].metadata.resource_version == str(now[1])  # type: ignore[attr-defined]


async def test_the_memory_is_bounded(cluster: Cluster, objects: CachedObjects, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MEMORY", 4096)
    for number in range(30):
        await cluster("configmaps").create({**named(f"jar-{number:02}"), "data": {"a": "x" * 500}})
    await _settled(cluster)
    first = objects.get("", "configmaps", NAMESPACE, "jar-00")
    assert len(list(objects.list("", "configmaps", NAMESPACE))) == 30
    assert objects.get("", "configmaps", NAMESPACE, "jar-00") is not first
    last = objects.get("", "configmaps", NAMESPACE, "jar-00")
    assert objects.get("", "configmaps", NAMESPACE, "jar-00") is last
