"""Custom objects own and are owned, and go with their namespace, whenever their kind came."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pilothouse.server.controllers.base import Reports
from pilothouse.server.controllers.names import GARBAGE_COLLECTOR, NAMESPACES
from pilothouse.server.store.base import Put
from pilothouse.server.verbs.plane import Plane

from tests.controllers.world import running
from tests.support.custom import DEFINITIONS, Client, definition, mug, version
from tests.support.rest import open_door

CORE, APIS = "/api/v1/namespaces/shop", "/apis/shop.example.test/v1"
MUGS, MAPS = f"{APIS}/namespaces/shop/mugs", f"{CORE}/configmaps"


@pytest.fixture
async def client(plane: Plane, tmp_path: Path) -> AsyncIterator[Client]:
    async with open_door(plane, tmp_path) as door:
        client = Client(door)
        await client.namespace("shop")
        yield client


@pytest.fixture(autouse=True)
async def reports(plane: Plane, client: Client) -> AsyncIterator[Reports]:
    async with running(plane, GARBAGE_COLLECTOR, NAMESPACES) as reports:
        yield reports
    assert not reports.failures()


def owned_by(owner: dict[str, Any], name: str, **more: Any) -> dict[str, Any]:
    reference = {key: owner[key] for key in ("apiVersion", "kind")}
    reference |= {key: owner["metadata"][key] for key in ("name", "uid")}
    return {"metadata": {"name": name, "ownerReferences": [{**reference, "blockOwnerDeletion": True}]}, **more}


async def goes(client: Client, path: str) -> None:
    await client.until(path, lambda code, value: code == 404)


async def test_custom_objects_own_others_and_are_owned(client: Client) -> None:
    await client.define(definition())
    root = await client.ask("POST", MAPS, {"metadata": {"name": "root"}})
    branch = await client.ask("POST", MUGS, {**mug(), **owned_by(root, "branch")})
    await client.ask("POST", MAPS, owned_by(branch, "leaf"))
    await client.ask("DELETE", f"{MAPS}/root?propagationPolicy=Foreground")
    await goes(client, f"{MAPS}/root")
    await client.refused(404, "GET", f"{MUGS}/branch")
    await client.refused(404, "GET", f"{MAPS}/leaf")


async def test_objects_of_an_unknown_kind_hold_until_the_kind_is_there(client: Client) -> None:
    nobody = "00000000-0000-4000-8000-000000000000"
    ghost = {"apiVersion": "shop.example.test/v1", "kind": "Mug", "metadata": {"name": "ghost", "uid": nobody}}
    await client.ask("POST", MAPS, owned_by(ghost, "leaf"))
    # Whatever could be done about it by now is done when another tree has gone.
    root = await client.ask("POST", MAPS, {"metadata": {"name": "root"}})
    await client.ask("POST", MAPS, owned_by(root, "of-root"))
    await client.ask("DELETE", f"{MAPS}/root")
    await goes(client, f"{MAPS}/of-root")
    await client.ask("GET", f"{MAPS}/leaf")
    # Now it is known that there is no such owner.
    await client.define(definition())
    await goes(client, f"{MAPS}/leaf")


async def test_owners_whose_kind_comes_after_their_dependents_are_followed(plane: Plane, client: Client) -> None:
    await client.define(definition())
    root = await client.ask("POST", MUGS, mug())
    key = "/registry/shop.example.test/mugs/shop/m"
    stored, _ = await plane.store.get(key)
    assert stored is not None
    await client.ask("DELETE", f"{DEFINITIONS}/mugs.shop.example.test")
    await goes(client, f"{DEFINITIONS}/mugs.shop.example.test")
    # As after a start: the objects are there, and their kind is not yet served.
    await plane.store.transact((Put(key, stored.value),))
    await client.ask("POST", MAPS, owned_by(root, "leaf"))
    await client.define(definition())
    await client.until(f"{MUGS}/m", lambda code, value: code == 200)
    await client.ask("DELETE", f"{MUGS}/m")
    await goes(client, f"{MAPS}/leaf")


async def test_custom_objects_go_with_their_namespace(plane: Plane, client: Client) -> None:
    await client.define(definition())
    held = mug()
    held["metadata"]["finalizers"] = ["a.test/hold"]
    await client.ask("POST", MUGS, held)
    await client.ask("DELETE", "/api/v1/namespaces/shop")

    def is_told(code: int, value: Any) -> bool:
        conditions = {c["type"]: c["message"] for c in value["status"].get("conditions", ())}
        return "mugs.shop.example.test has 1 resource instances" in conditions.get("NamespaceContentRemaining", "")

    await client.until("/api/v1/namespaces/shop", is_told)
    await client.ask("PATCH", f"{MUGS}/m", {"metadata": {"finalizers": None}}, "application/merge-patch+json")
    await goes(client, "/api/v1/namespaces/shop")


async def test_kinds_that_come_while_a_namespace_goes_are_emptied_too(plane: Plane, client: Client) -> None:
    await client.define(definition())
    held = {"metadata": {"name": "held", "finalizers": ["a.test/hold"]}}
    await client.ask("POST", MAPS, held)
    await client.ask("POST", MUGS, mug())
    await client.ask("DELETE", "/api/v1/namespaces/shop")
    await goes(client, f"{MUGS}/m")
    await client.define(definition(plural="vats"))
    await client.ask("DELETE", f"{DEFINITIONS}/mugs.shop.example.test")
    await client.ask("PATCH", f"{MAPS}/held", {"metadata": {"finalizers": None}}, "application/merge-patch+json")
    await goes(client, "/api/v1/namespaces/shop")


async def test_owners_are_found_after_their_kind_changed(plane: Plane, client: Client) -> None:
    await client.define(definition())
    root = await client.ask("POST", MUGS, mug())
    await client.ask("POST", MAPS, owned_by(root, "leaf"))
    found = await client.ask("GET", f"{DEFINITIONS}/mugs.shop.example.test")
    found["spec"]["versions"] = [version(), version("v2", False)]
    await client.ask("PUT", f"{DEFINITIONS}/mugs.shop.example.test", found)
    await client.until("/apis/shop.example.test/v2/namespaces/shop/mugs/m", lambda code, value: code == 200)
    assert (await client.send("GET", f"{MAPS}/leaf")).code == 200
    await client.ask("DELETE", f"{MUGS}/m")
    await goes(client, f"{MAPS}/leaf")


async def test_a_definition_takes_its_objects_and_what_they_own(plane: Plane, client: Client) -> None:
    await client.define(definition())
    root = await client.ask("POST", MUGS, mug())
    await client.ask("POST", MAPS, owned_by(root, "leaf"))
    await client.ask("DELETE", f"{DEFINITIONS}/mugs.shop.example.test")
    await goes(client, f"{DEFINITIONS}/mugs.shop.example.test")
    await goes(client, f"{MAPS}/leaf")
