"""NamespaceLifecycle."""

import asyncio

import pytest
from pilothouse.server.errors import BadRequest, Forbidden, NotFound
from pilothouse.server.store.base import Remove

from tests.admission.cluster import Cluster, named
from tests.support.plane import Requests


async def test_nothing_is_created_in_a_namespace_that_does_not_exist(cluster: Cluster) -> None:
    with pytest.raises(NotFound, match=r'^namespaces "meadow" not found$') as caught:
        await cluster("configmaps", namespace="meadow").create(named("jar"))
    assert (caught.value.kind, caught.value.name) == ("namespaces", "meadow")


async def test_a_create_right_after_that_of_its_namespace_succeeds(cluster: Cluster) -> None:
    for number in range(20):
        await cluster("namespaces").create(named(f"meadow-{number}"))
        await cluster("configmaps", namespace=f"meadow-{number}").create(named("jar"))


async def test_nothing_is_created_in_a_terminating_namespace_but_what_is_there_can_be_changed(cluster: Cluster) -> None:
    jars = cluster("configmaps")
    await jars.create(named("jar"))
    await cluster("namespaces").delete("orchard")
    with pytest.raises(Forbidden) as caught:
        await jars.create(named("lid"))
    reason = "unable to create new content in namespace orchard because it is being terminated"
    assert caught.value.message == f'configmaps "lid" is forbidden: {reason}'
    assert [(c.reason, c.message, c.field) for c in caught.value.causes] == [
        ("NamespaceTerminating", "namespace orchard is being terminated", "metadata.namespace")
    ]
    changed = await jars.update({**named("jar"), "data": {"plums": "3"}})
    assert dict(changed.data) == {"plums": "3"}
    assert (await jars.delete("jar")).removed


async def test_creates_that_race_with_the_deletion_of_their_namespace_lose_once_it_is_answered(
    cluster: Cluster,
) -> None:
    for number in range(10):
        await cluster("namespaces").create(named(f"meadow-{number}"))
        jars = cluster("configmaps", namespace=f"meadow-{number}")
        await cluster("namespaces").delete(f"meadow-{number}")
        # Without an await between them the cache has had no moment to hear of the deletion.
        with pytest.raises(Forbidden, match="is being terminated"):
            await jars.create(named("jar"))


async def test_a_namespace_that_is_there_again_takes_objects(cluster: Cluster) -> None:
    namespaces = cluster("namespaces")
    for number in range(10):
        name = f"meadow-{number}"
        made = await namespaces.create(named(name))
        await namespaces.delete(name)
        # As what empties a namespace does when it is done; the cache hears of it a moment later.
        entry, _ = await cluster.plane.store.get(f"/registry/namespaces/{name}")
        assert entry is not None
        await cluster.plane.store.transact([Remove(entry.key, entry.revision)])
        again = await namespaces.create(named(name))
        assert again.metadata.uid != made.metadata.uid
        await cluster("configmaps", namespace=name).create(named("jar"))


async def test_the_namespace_in_a_body_is_that_of_the_request(cluster: Cluster) -> None:
    await cluster("namespaces").create(named("meadow"))
    await cluster("namespaces").delete("meadow")
    with pytest.raises(BadRequest, match="does not match the namespace sent on the request"):
        await cluster("configmaps", namespace="meadow").create(named("jar", namespace="orchard"))


@pytest.mark.parametrize("name", ["default", "kube-system", "kube-public"])
async def test_the_namespaces_of_the_system_stay(cluster: Cluster, name: str) -> None:
    namespaces = cluster("namespaces")
    await namespaces.create(named(name))
    with pytest.raises(Forbidden, match=f'namespaces "{name}" is forbidden: this namespace may not be deleted'):
        await namespaces.delete(name)


async def test_deleting_a_dry_namespace_changes_nothing(cluster: Cluster) -> None:
    await cluster("namespaces").delete("orchard", dry_run=True)
    await asyncio.gather(*(_create(cluster("configmaps"), f"jar-{n}") for n in range(3)))


async def _create(requests: Requests, name: str) -> None:
    await requests.create(named(name))
