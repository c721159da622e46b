"""The official client. `python official.py KUBECONFIG NAMESPACE`."""

import sys

import pytest
from kubernetes import client, config, watch

from tests.e2e.clients.objects import NAMES, config_map, deployment


def main(kubeconfig: str, space: str) -> None:
    api = config.new_client_from_config(kubeconfig)
    core, apps = client.CoreV1Api(api), client.AppsV1Api(api)
    core.create_namespace({"metadata": {"name": space}})
    for name in NAMES:
        core.create_namespaced_config_map(space, config_map(name, books="1"))
    with pytest.raises(client.ApiException) as refused:
        core.create_namespaced_config_map(space, config_map(NAMES[0]))
    assert (refused.value.status, refused.value.reason) == (409, "Conflict")
    assert core.read_namespaced_config_map(NAMES[1], space).data == {"books": "1"}
    assert core.patch_namespaced_config_map(NAMES[1], space, {"data": {"maps": "2"}}).data == {
        "books": "1",
        "maps": "2",
    }

    page = core.list_namespaced_config_map(space, limit=2, label_selector="in=shop")
    found = [item.metadata.name for item in page.items]
    while page.metadata._continue:
        page = core.list_namespaced_config_map(
            space, limit=2, label_selector="in=shop", _continue=page.metadata._continue
        )
        found += [item.metadata.name for item in page.items]
    assert found == NAMES

    core.delete_namespaced_config_map(NAMES[0], space)
    seen = []
    watching = watch.Watch()
    revision = page.metadata.resource_version
    for event in watching.stream(
        core.list_namespaced_config_map, space, resource_version=revision, label_selector="in=shop", timeout_seconds=30
    ):
        seen.append((event["type"], event["object"].metadata.name))
        watching.stop()
    assert seen == [("DELETED", NAMES[0])]

    assert apps.create_namespaced_deployment(space, deployment("web")).spec.replicas == 1
    assert apps.patch_namespaced_deployment_scale("web", space, {"spec": {"replicas": 3}}).spec.replicas == 3
    assert apps.read_namespaced_deployment("web", space).spec.replicas == 3
    core.delete_namespace(space)
    assert core.read_namespace(space).status.phase == "Terminating"


if __name__ == "__main__":
    main(*sys.argv[1:])
