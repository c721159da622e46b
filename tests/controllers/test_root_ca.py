"""Every namespace has the certificates by which the server is known."""

from typing import Any

from pilothouse.server.controllers.names import ROOT_CA
from pilothouse.server.verbs.plane import Plane

from tests.controllers.world import BUNDLE, found, requests, running, until
from tests.support.plane import Requests

NAME = "kube-root-ca.crt"


async def right(maps: Requests) -> Any:
    """Waits until the ConfigMap is as it has to be."""

    async def holds() -> bool:
        made = await found(maps, NAME)
        return made is not None and dict(made.data) == {"ca.crt": BUNDLE}

    await until(holds)
    return await maps.get(NAME)


async def test_namespaces_old_and_new_have_it(plane: Plane) -> None:
    async with running(plane, ROOT_CA, times=2) as reports:
        await requests(plane, "", "v1", "namespaces").create({"metadata": {"name": "fresh"}})
        for namespace in ("kube-system", "fresh"):
            made = await right(requests(plane, "", "v1", "configmaps", namespace))
            assert made.metadata.annotations["kubernetes.io/description"].startswith("Contains a CA bundle")
    assert not reports[ROOT_CA].failures


async def test_it_is_repaired_and_made_again(plane: Plane) -> None:
    maps = requests(plane, "", "v1", "configmaps", "default")
    async with running(plane, ROOT_CA):
        first = await right(maps)
        for document in ({"data": {"ca.crt": "another"}}, {"data": {"more": "x"}}):
            await maps.patch(NAME, document)
            assert (await right(maps)).metadata.uid == first.metadata.uid
        await maps.patch(NAME, {"metadata": {"annotations": None, "labels": {"mine": "stays"}}})

        async def is_described() -> bool:
            return "kubernetes.io/description" in (await maps.get(NAME)).metadata.annotations

        await until(is_described)
        assert dict((await maps.get(NAME)).metadata.labels) == {"mine": "stays"}
        await maps.delete(NAME)

        async def is_another() -> bool:
            made = await found(maps, NAME)
            return made is not None and made.metadata.uid != first.metadata.uid

        await until(is_another)


async def test_what_changed_while_the_server_was_away_is_repaired(plane: Plane) -> None:
    maps = requests(plane, "", "v1", "configmaps", "default")
    await maps.create({"metadata": {"name": NAME}, "data": {"ca.crt": "of another server"}})
    async with running(plane, ROOT_CA):
        await right(maps)


async def test_a_map_that_is_immutable_is_told_as_a_failure(plane: Plane) -> None:
    maps = requests(plane, "", "v1", "configmaps", "default")
    await maps.create({"metadata": {"name": NAME}, "data": {"ca.crt": "x"}, "immutable": True})
    async with running(plane, ROOT_CA) as reports:

        async def is_told() -> bool:
            return reports[ROOT_CA].failures["Invalid"] > 1

        await until(is_told)
