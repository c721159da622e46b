"""A namespace that is deleted is emptied and goes; while something keeps it, its conditions say what."""

from typing import Any

from pilothouse.server.controllers.names import NAMESPACES
from pilothouse.server.store.base import Put, Remove
from pilothouse.server.verbs.plane import Plane

from tests.controllers.world import found, gone, requests, running, until
from tests.support.plane import Requests, add_namespace


def pod(name: str, node: str = "", **metadata: Any) -> dict[str, Any]:
    spec: dict[str, Any] = {"containers": [{"name": "c", "image": "i"}]}
    return {"metadata": {"name": name, **metadata}, "spec": {**spec, **({"nodeName": node} if node else {})}}


async def conditions(namespaces: Requests, name: str) -> dict[str, tuple[str, str, str]]:
    namespace = await namespaces.get(name)
    return {c.type: (c.status, c.reason, c.message) for c in namespace.status.conditions}


async def says(namespaces: Requests, name: str, kind: str, *told: str) -> None:
    """Waits until a condition says this."""

    async def holds() -> bool:
        return (await conditions(namespaces, name)).get(kind) == told

    await until(holds)


async def test_all_that_is_in_a_namespace_goes_and_then_the_namespace(plane: Plane) -> None:
    namespaces = requests(plane, "", "v1", "namespaces")
    async with running(plane, NAMESPACES, times=2) as reports:
        await add_namespace(plane, "orchard")
        await requests(plane, "", "v1", "configmaps", "orchard").create({"metadata": {"name": "jar"}})
        await requests(plane, "", "v1", "pods", "orchard").create(pod("press"))
        await requests(plane, "coordination.k8s.io", "v1", "leases", "orchard").create({"metadata": {"name": "l"}})
        # A neighbour whose name begins alike stays.
        await add_namespace(plane, "orchard-2")
        neighbour = requests(plane, "", "v1", "configmaps", "orchard-2")
        await neighbour.create({"metadata": {"name": "jar"}})
        deleted = await namespaces.delete("orchard")
        assert not deleted.removed
        await gone(namespaces, "orchard")
        assert await found(requests(plane, "", "v1", "configmaps", "orchard"), "jar") is None
        assert await found(neighbour, "jar") is not None
    assert not reports[NAMESPACES].failures


async def test_pods_go_before_what_they_use(plane: Plane) -> None:
    namespaces = requests(plane, "", "v1", "namespaces")
    pods = requests(plane, "", "v1", "pods", "orchard")
    maps = requests(plane, "", "v1", "configmaps", "orchard")
    await add_namespace(plane, "orchard")
    await requests(plane, "", "v1", "nodes").create({"metadata": {"name": "n1"}})
    await pods.create(pod("press", "n1"))
    await maps.create({"metadata": {"name": "jar"}})
    async with running(plane, NAMESPACES):
        await namespaces.delete("orchard")
        remain = "Some resources are remaining: configmaps. has 1 resource instances, "
        remain += "pods. has 1 resource instances, serviceaccounts. has 1 resource instances"
        await says(namespaces, "orchard", "NamespaceContentRemaining", "True", "SomeResourcesRemain", remain)
        marked = await pods.get("press")
        assert marked.metadata.deletion_grace_period_seconds == 30
        assert not (await maps.get("jar")).metadata.HasField("deletion_timestamp")
        # As its node does when the pod has stopped.
        await pods.delete("press", grace_period_seconds=0)
        await gone(namespaces, "orchard")


async def test_finalizers_keep_a_namespace_and_its_conditions_name_them(plane: Plane) -> None:
    namespaces = requests(plane, "", "v1", "namespaces")
    maps = requests(plane, "", "v1", "configmaps", "orchard")
    await namespaces.create({"metadata": {"name": "orchard"}})
    for name, finalizers in (("a", ["a.test/x"]), ("b", ["a.test/x", "a.test/y"]), ("c", [])):
        await maps.create({"metadata": {"name": name, "finalizers": finalizers}})
    async with running(plane, NAMESPACES) as reports:
        await namespaces.delete("orchard")
        held = "Some content in the namespace has finalizers remaining: "
        held += "a.test/x in 2 resource instances, a.test/y in 1 resource instances"
        await says(namespaces, "orchard", "NamespaceFinalizersRemaining", "True", "SomeFinalizersRemain", held)
        told = await conditions(namespaces, "orchard")
        assert list(told) == [
            "NamespaceDeletionDiscoveryFailure",
            "NamespaceDeletionGroupVersionParsingFailure",
            "NamespaceDeletionContentFailure",
            "NamespaceContentRemaining",
            "NamespaceFinalizersRemaining",
        ]
        assert told["NamespaceContentRemaining"][2].endswith("configmaps. has 2 resource instances")
        assert [status for status, _, _ in told.values()] == ["False", "False", "False", "True", "True"]
        assert await found(maps, "c") is None
        for name in ("a", "b"):
            await maps.patch(name, {"metadata": {"finalizers": None}})
        await gone(namespaces, "orchard")
    assert not reports[NAMESPACES].failures


async def test_a_namespace_that_others_hold_waits_for_them(plane: Plane) -> None:
    namespaces = requests(plane, "", "v1", "namespaces")
    await namespaces.create({"metadata": {"name": "orchard", "finalizers": ["a.test/x"]}})
    async with running(plane, NAMESPACES):
        await namespaces.delete("orchard")

        async def is_finalized() -> bool:
            return not (await namespaces.get("orchard")).spec.finalizers

        await until(is_finalized)
        assert all(status == "False" for status, _, _ in (await conditions(namespaces, "orchard")).values())
        await namespaces.patch("orchard", {"metadata": {"finalizers": None}})
        await gone(namespaces, "orchard")


async def test_what_was_left_by_a_server_that_stopped_is_finished(plane: Plane) -> None:
    namespaces = requests(plane, "", "v1", "namespaces")
    await add_namespace(plane, "orchard")
    await namespaces.delete("orchard")
    async with running(plane, NAMESPACES):
        await gone(namespaces, "orchard")


async def test_objects_that_cannot_be_read_keep_a_namespace_and_are_told(plane: Plane) -> None:
    namespaces = requests(plane, "", "v1", "namespaces")
    await namespaces.create({"metadata": {"name": "orchard"}})
    await plane.store.transact((Put("/registry/configmaps/orchard/broken", b"no object"),))
    async with running(plane, NAMESPACES) as reports:
        await namespaces.delete("orchard")

        async def is_told() -> bool:
            told = (await conditions(namespaces, "orchard")).get("NamespaceDeletionContentFailure")
            return told is not None and told[1] == "ContentDeletionFailed"

        await until(is_told)
        assert reports[NAMESPACES].failures
        await plane.store.transact((Remove("/registry/configmaps/orchard/broken"),))
        await gone(namespaces, "orchard")
