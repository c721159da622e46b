"""lightkube. `python with_lightkube.py KUBECONFIG NAMESPACE`."""

import sys

import pytest
from lightkube import Client, KubeConfig
from lightkube.core.exceptions import ApiError
from lightkube.models.meta_v1 import ObjectMeta
from lightkube.resources.core_v1 import ConfigMap, Namespace

from tests.e2e.clients.objects import NAMES


def main(kubeconfig: str, space: str) -> None:
    api = Client(config=KubeConfig.from_file(kubeconfig), field_manager="librarian", namespace=space)
    api.create(Namespace(metadata=ObjectMeta(name=space)))
    for name in NAMES:
        api.create(ConfigMap(metadata=ObjectMeta(name=name, labels={"in": "shop"}), data={"books": "1"}))
    assert api.get(ConfigMap, NAMES[1]).data == {"books": "1"}
    assert api.patch(ConfigMap, NAMES[1], {"data": {"maps": "2"}}).data == {"books": "1", "maps": "2"}
    listed = api.list(ConfigMap, chunk_size=2, labels={"in": "shop"})
    assert [found.metadata.name for found in listed] == NAMES
    bowl = ConfigMap(apiVersion="v1", kind="ConfigMap", metadata=ObjectMeta(name="bowl"), data={"fruit": "pear"})
    assert api.apply(bowl).metadata.managedFields[0].manager == "librarian"
    bowl.data = {"fruit": "plum"}
    with pytest.raises(ApiError) as refused:
        api.apply(bowl, field_manager="guest")
    assert refused.value.status.code == 409
    assert api.apply(bowl, field_manager="guest", force=True).data == {"fruit": "plum"}
    api.delete(ConfigMap, "bowl")
    for kind, found in api.watch(ConfigMap, server_timeout=30, resource_version=listed.resourceVersion):
        if kind == "DELETED":
            assert found.metadata.name == "bowl"
            break


if __name__ == "__main__":
    main(*sys.argv[1:])
