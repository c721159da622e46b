"""Subresources over gRPC, by the client: the typed services and the dynamic one."""

from typing import Any

import pytest
from pilothouse.api.apps.v1.apps_pb2 import Deployment
from pilothouse.api.autoscaling.v1.autoscaling_pb2 import Scale
from pilothouse.api.core.v1.core_pb2 import Namespace
from pilothouse.api.core.v1.pods_pb2 import Binding, Pod
from pilothouse.api.dynamic.v1.dynamic_pb2 import JSON, Operation, ResourceName, WriteRequest
from pilothouse.api.meta.v1.meta_pb2 import CreateOptions, DeleteOptions
from pilothouse.api.policy.v1.policy_pb2 import PodDisruptionBudget
from pilothouse.client import Client, PatchType, Resource, protobuf
from pilothouse.client.errors import BadRequest, Conflict, MethodNotSupported, NotFound, TooManyRequests
from pilothouse.client.resource import M

TYPED, DYNAMIC = "typed", "dynamic"
PLACES = {"Pod": ("", "v1", "pods"), "Deployment": ("apps", "v1", "deployments")}


def resource(client: Client, how: str, message: type[M]) -> Resource[M]:
    """The same resource by its typed service, or by its name."""
    if how == TYPED:
        return client.resource(message)
    group, version, plural = PLACES[message.DESCRIPTOR.name]
    return client.dynamic.resource(ResourceName(group=group, version=version, resource=plural), protobuf(message))


def pod(name: str = "cider", **spec: Any) -> Pod:
    spec = {"containers": [{"name": "c", "image": "registry.test/c:1"}], **spec}
    return Pod(metadata={"name": name, "labels": {"app": "cider"}}, spec=spec)


def binding(name: str = "cider", node: str = "shed") -> Binding:
    return Binding(metadata={"name": name}, target={"kind": "Node", "name": node})


@pytest.mark.parametrize("how", [TYPED, DYNAMIC])
async def test_a_workload_is_scaled(client: Client, namespace: str, how: str) -> None:
    deployments = resource(client, how, Deployment)
    template = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}
    spec = {"selector": {"match_labels": {"a": "b"}}, "template": template}
    await deployments.create(Deployment(metadata={"name": "press"}, spec=spec), namespace=namespace)
    scale = await deployments.get_scale("press", namespace=namespace)
    assert (scale.spec.replicas, scale.status.selector) == (1, "a=b")
    scale.spec.replicas = 3
    changed = await deployments.update_scale(scale)
    assert (await deployments.get("press", namespace=namespace)).spec.replicas == changed.spec.replicas == 3
    with pytest.raises(Conflict):
        await deployments.update_scale(scale)
    with pytest.raises(NotFound):
        await deployments.update_scale(Scale(metadata={"name": "ghost"}), namespace=namespace)


@pytest.mark.parametrize("how", [TYPED, DYNAMIC])
async def test_a_pod_is_bound_and_evicted(client: Client, namespace: str, how: str) -> None:
    pods = resource(client, how, Pod)
    await pods.create(pod(), namespace=namespace)
    await pods.bind(binding(), namespace=namespace, options=CreateOptions(dry_run=["All"]))
    await pods.bind(binding(), namespace=namespace)
    assert (await pods.get("cider", namespace=namespace)).spec.node_name == "shed"
    with pytest.raises(Conflict, match='already assigned to node "shed"'):
        await pods.bind(binding(node="barn"), namespace=namespace)
    await pods.evict("cider", namespace=namespace, options=DeleteOptions(grace_period_seconds=0))
    with pytest.raises(NotFound):
        await pods.get("cider", namespace=namespace)


async def test_a_budget_is_obeyed_and_tells_when_to_ask_again(client: Client, namespace: str) -> None:
    pods = client.resource(Pod)
    made = await pods.create(pod(node_name="shed"), namespace=namespace)
    made.status.phase = "Running"
    await pods.update(made, subresource="status")
    budget = PodDisruptionBudget(metadata={"name": "guard"}, spec={"selector": {}, "min_available": {"int_val": 1}})
    await client.resource(PodDisruptionBudget).create(budget, namespace=namespace)
    with pytest.raises(TooManyRequests, match="disruption budget") as caught:
        await pods.evict("cider", namespace=namespace)
    assert (caught.value.retry_after, caught.value.causes[0].reason) == (10, "DisruptionBudget")


@pytest.mark.parametrize("how", [TYPED, DYNAMIC])
async def test_parts_of_a_pod_are_read_and_written_by_their_names(client: Client, namespace: str, how: str) -> None:
    pods = resource(client, how, Pod)
    made = await pods.create(pod(), namespace=namespace)
    made.spec.ephemeral_containers.add(ephemeral_container_common={"name": "look", "image": "registry.test/look:1"})
    made.spec.containers[0].image = "registry.test/other:1"
    made = await pods.update(made, subresource="ephemeralcontainers")
    assert len(made.spec.ephemeral_containers) == 1
    assert made.spec.containers[0].image == "registry.test/c:1"
    assert await pods.get("cider", namespace=namespace, subresource="status") == made
    change = {"status": {"phase": "Running"}}
    patched = await pods.patch("cider", change, PatchType.MERGE_PATCH, namespace=namespace, subresource="status")
    assert patched.status.phase == "Running"


async def test_a_namespace_is_finalized(client: Client) -> None:
    namespaces = client.resource(Namespace)
    made = await namespaces.create(Namespace(metadata={"generate_name": "fallow-"}))
    made.spec.finalizers.append("example.test/hay")
    held = await namespaces.update(made, subresource="finalize")
    assert list(held.spec.finalizers) == ["kubernetes", "example.test/hay"]
    del held.spec.finalizers[:]
    await namespaces.update(held, subresource="finalize")


async def test_what_has_a_form_of_its_own_is_no_object(client: Client, namespace: str) -> None:
    deployments = client.resource(Deployment)
    change: dict[str, Any] = {"spec": {"replicas": 2}}
    with pytest.raises(BadRequest, match="has a form of its own"):
        await deployments.patch("press", change, PatchType.MERGE_PATCH, namespace=namespace, subresource="scale")
    with pytest.raises(BadRequest, match="has a form of its own"):
        await deployments.get("press", namespace=namespace, subresource="scale")
    with pytest.raises(MethodNotSupported):
        await client.resource(Pod).patch("cider", change, namespace=namespace, subresource="log")


@pytest.mark.parametrize("how", [TYPED, DYNAMIC])
@pytest.mark.parametrize("part", ["log", "exec", "proxy", "binding", "ghost"])
async def test_what_is_no_part_of_an_object_does_not_show_it(
    client: Client, namespace: str, how: str, part: str
) -> None:
    """Who may read the logs of pods is not shown the pods."""
    pods = resource(client, how, Pod)
    await pods.create(pod(), namespace=namespace)
    with pytest.raises(MethodNotSupported):
        await pods.get("cider", namespace=namespace, subresource=part)


async def test_a_transaction_binds_and_evicts_nothing(client: Client, namespace: str) -> None:
    """Nor does who may evict pods create one by it."""
    pods = ResourceName(version="v1", resource="pods")
    body = b'{"metadata":{"name":"cider"},"spec":{"containers":[{"name":"c","image":"i"}]}}'
    write = WriteRequest(resource=pods, namespace=namespace, object=body, encoding=JSON, subresource="eviction")
    with pytest.raises(MethodNotSupported):
        await client.dynamic.transact([Operation(create=write)])
    with pytest.raises(NotFound):
        await client.resource(Pod).get("cider", namespace=namespace)


async def test_the_answer_of_the_dynamic_service_is_what_the_subresource_answers(
    client: Client, namespace: str
) -> None:
    await client.resource(Pod).create(pod(), namespace=namespace)
    bindings = client.dynamic.resource(ResourceName(version="v1", resource="bindings"))
    answer = await bindings.create(
        {"metadata": {"name": "cider"}, "target": {"kind": "Node", "name": "shed"}}, namespace=namespace
    )
    assert (answer["kind"], answer["status"], answer["code"]) == ("Status", "Success", 201)
    assert (await client.resource(Pod).get("cider", namespace=namespace)).spec.node_name == "shed"
