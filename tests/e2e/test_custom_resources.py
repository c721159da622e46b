"""Custom resources with the clients that people have: an operator's bundle, kubectl, the command line, gRPC."""

import asyncio
import json
from typing import Any

import pytest
from pilothouse.api.dynamic.v1 import dynamic_pb2 as dynamic
from pilothouse.client import Client
from pilothouse.client.client import create_operation
from pilothouse.client.watch import Progress
from pilothouse.client.wire import protobuf

from tests.e2e.test_cli import Cli
from tests.support.kubectl import Kubectl
from tests.support.server import ServerProcess

BUNDLE = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: PLURAL.boats.example.test}
spec:
  group: boats.example.test
  scope: Namespaced
  names: {plural: PLURAL, singular: SINGULAR, kind: KIND, shortNames: [SHORT], categories: [harbour]}
  versions:
  - name: v1
    served: true
    storage: true
    subresources:
      status: {}
      scale: {specReplicasPath: .spec.crew, statusReplicasPath: .status.crew}
    additionalPrinterColumns:
    - {name: Crew, type: integer, jsonPath: .spec.crew}
    - {name: Ready, type: string, jsonPath: '.status.conditions[?(@.type=="Ready")].status'}
    - {name: Age, type: date, jsonPath: .metadata.creationTimestamp}
    schema:
      openAPIV3Schema:
        description: A boat, as harbours know it.
        type: object
        properties:
          spec:
            type: object
            required: [flag]
            properties:
              flag: {type: string, enum: [red, blue], description: What it flies.}
              crew: {type: integer, default: 2, minimum: 0}
            x-kubernetes-validations:
            - {rule: "self.flag == 'blue' || self.crew < 10", message: large crews are blue}
          status:
            type: object
            x-kubernetes-preserve-unknown-fields: true
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: SINGULAR-reader}
rules:
- {apiGroups: [boats.example.test], resources: [PLURAL], verbs: [get, list, watch]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: SINGULAR-reader}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: SINGULAR-reader}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: pilot}]
"""
BOAT = "apiVersion: boats.example.test/v1\nkind: KIND\nmetadata: {name: NAME}\nspec: {flag: red}\n"


def named(text: str, singular: str, name: str = "") -> str:
    """A text with the names of one definition: those of a test are its own."""
    words = {"PLURAL": f"{singular}s", "SINGULAR": singular, "KIND": singular.capitalize(), "SHORT": singular[:3]}
    for word, value in {**words, "NAME": name}.items():
        text = text.replace(word, value)
    return text


def test_an_operators_bundle(kubectl: Kubectl) -> None:
    assert kubectl("apply", "-f", "-", stdin=named(BUNDLE, "barge")).count(" created") == 3
    kubectl("wait", "--for=condition=Established", "crd/barges.boats.example.test", "--timeout=30s")
    kubectl("apply", "-f", "-", stdin=named(BOAT, "barge", "ann"))
    header, row = kubectl("get", "bar").splitlines()
    assert header.split() == ["NAME", "CREW", "READY", "AGE"]
    assert row.split()[:2] == ["ann", "2"]
    ready = json.dumps({"status": {"conditions": [{"type": "Ready", "status": "True"}]}})
    kubectl("patch", "barge", "ann", "--subresource=status", "--type=merge", "-p", ready)
    kubectl("wait", "--for=condition=Ready", "barge/ann", "--timeout=10s")
    assert kubectl("get", "harbour", "-o", "name") == "barge.boats.example.test/ann\n"
    assert "ann" in kubectl("get", "barges", "--as", "pilot")
    assert "cannot delete" in kubectl("delete", "barge", "ann", "--as", "pilot", refused=True)


def test_kubectl_edits_and_explains(kubectl: Kubectl) -> None:
    kubectl("apply", "-f", "-", stdin=named(BUNDLE, "canoe"))
    kubectl("wait", "--for=condition=Established", "crd/canoes.boats.example.test", "--timeout=30s")
    assert "What it flies." in kubectl("explain", "canoe.spec.flag")
    boat = named(BOAT, "canoe", "ann")
    wrong = boat.replace("red", "red, sail: 1")
    assert 'unknown field "spec.sail"' in kubectl("create", "-f", "-", stdin=wrong, refused=True)
    kubectl("create", "-f", "-", stdin=boat)
    refused = kubectl("patch", "canoe", "ann", "--type=merge", "-p", '{"spec":{"crew":12}}', refused=True)
    assert "large crews are blue" in refused
    kubectl("scale", "canoe/ann", "--replicas=5")
    assert kubectl.json("get", "canoe", "ann")["spec"] == {"crew": 5, "flag": "red"}
    assert "canoe.boats.example.test/ann configured" in kubectl("apply", "-f", "-", stdin=boat.replace("red", "blue"))
    kubectl("delete", "crd", "canoes.boats.example.test", "--timeout=30s")
    assert "(NotFound)" in kubectl("get", "canoes", refused=True)


def test_fields_of_custom_objects_are_owned(kubectl: Kubectl) -> None:
    kubectl("apply", "--server-side", "-f", "-", stdin=named(BUNDLE, "skiff"))
    kubectl("wait", "--for=condition=Established", "crd/skiffs.boats.example.test", "--timeout=30s")
    boat = named(BOAT, "skiff", "ann").replace("red", "red, crew: 1")
    assert "serverside-applied" in kubectl("apply", "--server-side", "-f", "-", stdin=boat)
    blue = boat.replace("red", "blue")
    refused = kubectl("apply", "--server-side", "--field-manager=other", "-f", "-", stdin=blue, refused=True)
    assert 'conflict with "kubectl": .spec.flag' in refused
    kubectl("scale", "skiff/ann", "--replicas=3")
    owners = kubectl.json("get", "skiff", "ann", "--show-managed-fields")["metadata"]["managedFields"]
    scaler = next(o for o in owners if o.get("subresource") == "scale")
    assert scaler["fieldsV1"] == {"f:spec": {"f:crew": {}}}


@pytest.fixture
def cli(server: ServerProcess, namespace: str) -> Cli:
    return Cli(server.config, namespace)


async def test_the_command_line_applies_and_gets(cli: Cli, client: Client) -> None:
    definition = named(BUNDLE, "dinghy").split("---")[0]
    await asyncio.to_thread(cli, "apply", "-f", "-", stdin=definition)
    await served(client, "dinghys")
    boat = named(BOAT, "dinghy", "ann")
    assert "created" in await asyncio.to_thread(cli, "apply", "-f", "-", stdin=boat)
    assert "configured" in await asyncio.to_thread(cli, "apply", "-f", "-", stdin=boat.replace("red", "blue"))
    shown = json.loads(await asyncio.to_thread(cli, "get", "dinghy", "ann", "-o", "json"))
    assert shown["spec"] == {"crew": 2, "flag": "blue"}
    assert "deleted" in await asyncio.to_thread(cli, "delete", "dinghy", "ann")


async def served(client: Client, plural: str) -> dynamic.ResourceInfo:
    """What the server says of a custom resource, as soon as it says anything."""
    async with asyncio.timeout(20):
        while True:
            for info in await client.dynamic.discover():
                if info.name.resource == plural:
                    return info
            await asyncio.sleep(0.01)


async def test_grpc_serves_custom_kinds_in_both_encodings(cli: Cli, client: Client, namespace: str) -> None:
    definition = named(BUNDLE, "ferry").split("---")[0]
    await asyncio.to_thread(cli, "apply", "-f", "-", stdin=definition)
    info = await served(client, "ferrys")
    assert (info.kind, info.message) == ("Ferry", "")
    boats = client.dynamic.resource(info.name, namespaced=True)
    maps = dynamic.ResourceName(version="v1", resource="configmaps")
    boat: dict[str, Any] = {
        "apiVersion": "boats.example.test/v1",
        "kind": "Ferry",
        "metadata": {"name": "ann", "namespace": namespace},
        "spec": {"flag": "red"},
    }
    scopes = [dynamic.WatchScope(resource=name, namespace=namespace) for name in (info.name, maps)]
    async with asyncio.timeout(20):
        watch = client.dynamic.watch(scopes, resource_version="")
        note = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "note", "namespace": namespace}}
        await client.dynamic.transact([create_operation(info.name, boat), create_operation(maps, note)])
        seen: dict[str, int] = {}
        async for event in watch:
            if isinstance(event, Progress):
                continue
            seen[event.object["metadata"]["name"]] = event.scope
            if {"ann", "note"} <= seen.keys():
                break
    assert (seen["ann"], seen["note"]) == (0, 1)
    listed = [boat async for boat in boats.list(namespace=namespace)]
    assert [boat["spec"] for boat in listed] == [{"crew": 2, "flag": "red"}]
    codec = protobuf(dynamic.CustomObject)
    whole = await client.dynamic.resource(info.name, codec).get("ann", namespace=namespace)
    assert json.loads(whole.content) == {"spec": {"crew": 2, "flag": "red"}}
