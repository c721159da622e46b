"""Server-side apply over both doors: kubectl, the command line, the client's typed and dynamic services."""

import json
from typing import Any

import pytest
from pilothouse.api.apps.v1.apps_pb2 import Deployment
from pilothouse.api.core.v1.core_pb2 import ConfigMap
from pilothouse.api.dynamic.v1.dynamic_pb2 import ResourceName
from pilothouse.client import Client, Resource, protobuf
from pilothouse.client.errors import Conflict, Invalid, NotFound
from pilothouse.client.resource import M

from tests.e2e.test_cli import Cli, cli
from tests.support.kubectl import Kubectl

__all__ = ["cli"]

TYPED, DYNAMIC = "typed", "dynamic"
PLACES = {"ConfigMap": ("", "v1", "configmaps"), "Deployment": ("apps", "v1", "deployments")}
WEB = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "registry.test/web:1"}]}
"""


def resource(client: Client, how: str, message: type[M]) -> Resource[M]:
    """The same resource by its typed service, or by its name."""
    if how == TYPED:
        return client.resource(message)
    group, version, plural = PLACES[message.DESCRIPTOR.name]
    return client.dynamic.resource(ResourceName(group=group, version=version, resource=plural), protobuf(message))


def jar(**data: str) -> ConfigMap:
    return ConfigMap(metadata={"name": "jar"}, data=data)


def owners(obj: Any) -> dict[str, Any]:
    return {entry.manager: json.loads(entry.fields_v1.raw) for entry in obj.metadata.managed_fields}


@pytest.mark.parametrize("how", [TYPED, DYNAMIC])
async def test_messages_are_applied(client: Client, namespace: str, how: str) -> None:
    maps = resource(client, how, ConfigMap)
    made = await maps.apply(jar(a="1"), field_manager="hand", namespace=namespace)
    assert owners(made) == {"hand": {"f:data": {"f:a": {}}}}
    with pytest.raises(Conflict, match=r'conflict with "hand": \.data\.a'):
        await maps.apply(jar(a="2"), field_manager="foot", namespace=namespace)
    tried = await maps.apply(jar(a="2"), field_manager="foot", force=True, namespace=namespace, dry_run=True)
    assert (dict(tried.data), (await maps.get("jar", namespace=namespace))) == ({"a": "2"}, made)
    taken = await maps.apply(jar(a="2", b="1"), field_manager="foot", force=True, namespace=namespace)
    assert owners(taken) == {"foot": {"f:data": {"f:a": {}, "f:b": {}}}}
    left = await maps.apply(jar(b="1"), field_manager="foot", namespace=namespace)
    assert dict(left.data) == {"b": "1"}
    for manager in ("", "m" * 129, "\n"):
        with pytest.raises(Invalid, match="fieldManager"):
            await maps.apply(jar(), field_manager=manager, namespace=namespace)


@pytest.mark.parametrize("how", [TYPED, DYNAMIC])
async def test_of_a_message_only_what_is_set_is_applied(client: Client, namespace: str, how: str) -> None:
    deployments = resource(client, how, Deployment)
    template = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}
    spec = {"selector": {"match_labels": {"a": "b"}}, "template": template, "replicas": 0}
    web = Deployment(metadata={"name": "web"}, spec=spec)
    made = await deployments.apply(web, field_manager="hand", namespace=namespace)
    owned = owners(made)["hand"]
    assert set(owned) == {"f:spec"}
    assert set(owned["f:spec"]) == {"f:replicas", "f:selector", "f:template"}
    assert made.spec.replicas == 0
    status = Deployment(metadata={"name": "web"}, status={"replicas": 2})
    told = await deployments.apply(status, field_manager="meter", namespace=namespace, subresource="status")
    assert (told.status.replicas, owners(told)["meter"]) == (2, {"f:status": {"f:replicas": {}}})
    ghost = Deployment(metadata={"name": "ghost"}, status={"replicas": 2})
    with pytest.raises(NotFound):
        await deployments.apply(ghost, field_manager="meter", namespace=namespace, subresource="status")


async def test_json_is_applied(client: Client, namespace: str) -> None:
    maps = client.dynamic.resource(ResourceName(version="v1", resource="configmaps"))
    value = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "jar"}, "data": {"a": "1"}}
    made = await maps.apply(value, field_manager="hand", namespace=namespace)
    assert made["metadata"]["managedFields"][0]["fieldsV1"] == {"f:data": {"f:a": {}}}
    written = await maps.update({**value, "data": {"a": "2"}}, namespace=namespace)
    entries = {entry["operation"]: entry["manager"] for entry in written["metadata"]["managedFields"]}
    assert entries == {"Update": "pilothouse"}


def test_the_command_line_lets_the_server_merge(cli: Cli) -> None:
    apply = ("apply", "--server-side", "-f", "-")
    for _ in range(2):
        assert cli(*apply, stdin=WEB) == "deployment.apps/web serverside-applied\n"
    other = WEB.replace("replicas: 1", "replicas: 2")
    refused = cli(*apply, "--field-manager=other", stdin=other, code=1)
    assert 'conflict with "pilothouse": .spec.replicas' in refused
    forced = cli(*apply, "--field-manager=other", "--force-conflicts", stdin=other)
    assert forced == "deployment.apps/web serverside-applied\n"
    assert json.loads(cli("get", "deploy/web", "-o", "json"))["spec"]["replicas"] == 2
    assert "--force-conflicts goes with --server-side" in cli(
        "apply", "--force-conflicts", "-f", "-", stdin=WEB, code=2
    )


def test_kubectl_applies_on_the_server(kubectl: Kubectl) -> None:
    apply = ("apply", "--server-side", "-f", "-")
    for _ in range(2):
        assert kubectl(*apply, stdin=WEB) == "deployment.apps/web serverside-applied\n"
    kubectl("scale", "deployment", "web", "--replicas=3")
    refused = kubectl(*apply, stdin=WEB, refused=True)
    assert "Apply failed with 1 conflict" in refused
    assert ".spec.replicas" in refused
    kubectl(*apply, "--force-conflicts", stdin=WEB)
    assert kubectl.json("get", "deployment", "web")["spec"]["replicas"] == 1
    kubectl(*apply, stdin=WEB.replace(", labels: {app: web}", "", 1))
    assert "labels" not in kubectl.json("get", "deployment", "web")["metadata"]
    diff = kubectl("diff", "--server-side", "-f", "-", stdin=WEB, shows=1)
    assert "+  labels:" in diff


def test_kubectl_goes_over_from_the_client_s_side(kubectl: Kubectl) -> None:
    kubectl("apply", "-f", "-", stdin=WEB)
    kubectl("apply", "--server-side", "-f", "-", stdin=WEB.replace("web:1", "web:2"))
    found = kubectl.json("get", "deployment", "web", "--show-managed-fields")
    managers = {(entry["manager"], entry["operation"]) for entry in found["metadata"]["managedFields"]}
    # kubectl keeps the annotation of its client side under a name of its own.
    assert managers == {("kubectl", "Apply"), ("kubectl-last-applied", "Apply")}
    assert "web:2" in found["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"]
    assert kubectl("apply", "-f", "-", stdin=WEB) == "deployment.apps/web configured\n"
