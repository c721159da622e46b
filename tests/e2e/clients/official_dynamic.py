"""The dynamic client of the official one. `python official_dynamic.py KUBECONFIG NAMESPACE`."""

import sys
import tempfile

from kubernetes import config, dynamic

from tests.e2e.clients.objects import config_map, deployment


def main(kubeconfig: str, space: str) -> None:
    # What it discovers it keeps in a file, by the address of the server.
    api = dynamic.DynamicClient(
        config.new_client_from_config(kubeconfig), cache_file=f"{tempfile.mkdtemp()}/discovered"
    )
    api.resources.get(api_version="v1", kind="Namespace").create(body={"metadata": {"name": space}})
    maps = api.resources.get(api_version="v1", kind="ConfigMap")
    made = maps.create(body=config_map("jar", books="1"), namespace=space)
    assert maps.get(name="jar", namespace=space).data.to_dict() == {"books": "1"}
    body = {"metadata": {"name": "jar"}, "data": {"maps": "2"}}
    merged = maps.patch(body=body, namespace=space, content_type="application/merge-patch+json")
    assert merged.data.to_dict() == {"books": "1", "maps": "2"}
    applied = maps.server_side_apply(
        body=config_map("bowl", fruit="pear"), name="bowl", namespace=space, field_manager="table"
    )
    assert [entry.manager for entry in applied.metadata.managedFields] == ["table"]
    revision = made.metadata.resourceVersion
    events = maps.watch(namespace=space, resource_version=revision, timeout=30)
    assert [(event["type"], event["object"].metadata.name) for _, event in zip(range(2), events, strict=False)] == [
        ("MODIFIED", "jar"),
        ("ADDED", "bowl"),
    ]
    deployments = api.resources.get(api_version="apps/v1", kind="Deployment")
    deployments.create(body=deployment("web"), namespace=space)
    assert deployments.get(namespace=space).items[0].spec.template.spec.containers[0].ports[0].protocol == "TCP"
    maps.delete(name="jar", namespace=space)
    left = [item.metadata.name for item in maps.get(namespace=space, label_selector="in=shop").items]
    assert left == ["bowl"]


if __name__ == "__main__":
    main(*sys.argv[1:])
