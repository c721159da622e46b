"""kubernetes_asyncio. `python asynchronous.py KUBECONFIG NAMESPACE`."""

import asyncio
import sys

from kubernetes_asyncio import client, config, watch

from tests.e2e.clients.objects import NAMES, config_map


async def main(kubeconfig: str, space: str) -> None:
    async with await config.new_client_from_config(kubeconfig) as api:
        core = client.CoreV1Api(api)
        await core.create_namespace({"metadata": {"name": space}})
        await asyncio.gather(*[core.create_namespaced_config_map(space, config_map(name, a="1")) for name in NAMES])
        assert (await core.read_namespaced_config_map(NAMES[1], space)).data == {"a": "1"}
        patched = await core.patch_namespaced_config_map(NAMES[1], space, {"data": {"b": "2"}})
        assert patched.data == {"a": "1", "b": "2"}
        applied = await core.patch_namespaced_config_map(
            "bowl",
            space,
            config_map("bowl", fruit="pear"),
            field_manager="table",
            _content_type="application/apply-patch+yaml",
        )
        assert applied.metadata.managed_fields[0].operation == "Apply"
        page = await core.list_namespaced_config_map(space, limit=4, label_selector="in=shop")
        assert (len(page.items), page.metadata.remaining_item_count) == (4, None)
        rest = await core.list_namespaced_config_map(
            space, limit=4, label_selector="in=shop", _continue=page.metadata._continue
        )
        assert len(rest.items) == 2
        await core.delete_namespaced_config_map("bowl", space)
        async with watch.Watch() as watching:
            revision = rest.metadata.resource_version
            async for event in watching.stream(
                core.list_namespaced_config_map, space, resource_version=revision, timeout_seconds=30
            ):
                assert (event["type"], event["object"].metadata.name) == ("DELETED", "bowl")
                break


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
