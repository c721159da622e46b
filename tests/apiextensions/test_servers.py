"""Servers that share a store: each follows the definitions that it finds there, whoever wrote them."""

from contextlib import AsyncExitStack
from pathlib import Path

from pilothouse.server.store.etcd import EtcdConfig, EtcdStore

from tests.support.custom import DEFINITIONS, Client, definition, mug
from tests.support.plane import admitting_plane
from tests.support.rest import open_door

MUGS = "/apis/shop.example.test/v1/namespaces/shop/mugs"


async def test_servers_see_each_others_definitions(tmp_path: Path, etcd_url: str, etcd_prefix: str) -> None:
    async with AsyncExitStack() as stack:
        clients = []
        for name in ("a", "b"):
            directory = tmp_path / name
            directory.mkdir()
            store = EtcdStore(EtcdConfig((etcd_url,), prefix=etcd_prefix))
            stack.push_async_callback(store.close)
            plane = await stack.enter_async_context(admitting_plane(store))
            clients.append(Client(await stack.enter_async_context(open_door(plane, directory))))
        one, other = clients
        await one.namespace("shop")
        await one.define(definition())
        # What one server has established, every other serves.
        made = await other.ask("POST", MUGS, mug())
        assert await one.ask("GET", f"{MUGS}/m") == made
        await other.ask("DELETE", f"{DEFINITIONS}/mugs.shop.example.test")
        for client in clients:
            await client.until(MUGS, lambda code, found: code == 404)
