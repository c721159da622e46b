"""kr8s. `python with_kr8s.py KUBECONFIG NAMESPACE`."""

import asyncio
import sys

import kr8s.asyncio
from kr8s.asyncio.objects import ConfigMap, Deployment, Namespace

from tests.e2e.clients.objects import NAMES, config_map, deployment


async def main(kubeconfig: str, space: str) -> None:
    api = await kr8s.asyncio.api(kubeconfig=kubeconfig)
    await (await Namespace({"metadata": {"name": space}}, api=api)).create()
    for name in NAMES:
        made = config_map(name, books="1")
        made["metadata"]["namespace"] = space
        await (await ConfigMap(made, api=api)).create()
    shelf = await ConfigMap.get(NAMES[1], namespace=space, api=api)
    await shelf.patch({"data": {"maps": "2"}})
    await shelf.refresh()
    assert shelf.data == {"books": "1", "maps": "2"}
    await shelf.label({"kept": "yes"})
    kept = [found.name async for found in api.get("configmaps", namespace=space, label_selector="kept=yes")]
    assert kept == [NAMES[1]]
    events = api.watch("configmaps", namespace=space, label_selector="in=shop")
    async for kind, found in events:
        assert (kind, found.name) == ("ADDED", NAMES[0])
        break
    await events.aclose()
    web = deployment("web")
    web["metadata"]["namespace"] = space
    running = await Deployment(web, api=api)
    await running.create()
    await running.patch({"spec": {"replicas": 2}})
    assert running.replicas == 2
    await shelf.delete()
    assert not await shelf.exists()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
