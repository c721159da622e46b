"""Policies for subresources: each is matched by its own name and sees what goes through it."""

from typing import Any

import pytest
from google.protobuf.message import Message
from pilothouse.api.core.v1.pods_pb2 import PodExecOptions
from pilothouse.server.errors import ApiError, BadRequest, Invalid
from pilothouse.server.verbs.subresources.backends import backend_of

from tests.verbs.subresources.conftest import Orchard

GROUP = "admissionregistration.k8s.io"


async def policy(orchard: Orchard, resource: str, operation: str, *expressions: str) -> None:
    group, _, plural = resource.rpartition(":")
    rule = {"apiGroups": [group], "apiVersions": ["v1"], "resources": [plural], "operations": [operation]}
    spec = {
        "matchConstraints": {"resourceRules": [rule]},
        "validations": [{"expression": expression} for expression in expressions],
    }
    await orchard("validatingadmissionpolicies", GROUP).create({"metadata": {"name": "rule"}, "spec": spec})
    bound = {"policyName": "rule", "validationActions": ["Deny"]}
    await orchard("validatingadmissionpolicybindings", GROUP).create({"metadata": {"name": "rule"}, "spec": bound})
    assert await orchard.plane.cache.wait_for(await orchard.plane.store.revision(), 3.0)


async def refused(attempt: Any) -> str:
    with pytest.raises(Invalid) as caught:
        await attempt
    return caught.value.message


async def test_a_policy_for_scales_sees_scales(orchard: Orchard) -> None:
    template = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}
    deployments = orchard("deployments", "apps")
    spec = {"selector": {"matchLabels": {"a": "b"}}, "template": template}
    await deployments.create({"metadata": {"name": "press"}, "spec": spec})
    await policy(
        orchard,
        "apps:deployments/scale",
        "UPDATE",
        "object.kind == 'Scale' && oldObject.kind == 'Scale' && request.kind.group == 'autoscaling'",
        "request.subResource == 'scale' && object.spec.replicas <= oldObject.?spec.replicas.orValue(0) + 2",
    )
    await orchard.patch(deployments, "press", "scale", {"spec": {"replicas": 3}})
    assert "failed expression" in await refused(orchard.patch(deployments, "press", "scale", {"spec": {"replicas": 9}}))
    assert (await deployments.patch("press", {"spec": {"replicas": 9}})).spec.replicas == 9


async def test_a_policy_for_evictions_keeps_pods(orchard: Orchard) -> None:
    await orchard.running()
    await policy(orchard, ":pods/eviction", "CREATE", "has(object.deleteOptions) && object.kind == 'Eviction'")
    eviction: dict[str, Any] = {"metadata": {"name": "cider"}}
    await refused(orchard.create(orchard("pods"), "cider", "eviction", eviction))
    assert not (await orchard("pods").get("cider")).metadata.HasField("deletion_timestamp")
    eviction["deleteOptions"] = {"gracePeriodSeconds": 3}
    await orchard.create(orchard("pods"), "cider", "eviction", eviction)


async def test_a_policy_for_bindings_says_where_pods_go(orchard: Orchard) -> None:
    await orchard.pod()
    await policy(orchard, ":pods/binding", "CREATE", "object.target.name != 'barn' && request.name == 'cider'")
    binding = {"metadata": {"name": "cider"}, "target": {"kind": "Node", "name": "barn"}}
    await refused(orchard.create(orchard("pods"), "cider", "binding", binding))
    binding["target"]["name"] = "shed"
    await orchard.create(orchard("pods"), "cider", "binding", binding)


async def test_a_policy_for_connections_sees_what_is_to_be_run(orchard: Orchard) -> None:
    await orchard.pod()
    await policy(orchard, ":pods/exec", "CONNECT", "object.command[0] != 'sh' && request.operation == 'CONNECT'")

    async def run(command: str) -> None:
        context = orchard("pods").context("create", "cider", "exec")

        def options() -> Message:
            return PodExecOptions(command=[command])

        await backend_of(orchard.plane, context, options)

    assert "failed expression" in await refused(run("sh"))
    with pytest.raises(BadRequest, match="does not have a host assigned"):
        await run("ls")


async def test_a_policy_for_pods_is_none_for_their_parts(orchard: Orchard) -> None:
    await orchard.running()
    await policy(orchard, ":pods", "*", "false")
    try:
        await orchard.patch(orchard("pods"), "cider", "status", {"status": {"message": "pressed"}})
        await orchard.create(orchard("pods"), "cider", "eviction", {"metadata": {"name": "cider"}})
    except ApiError as error:
        raise AssertionError(error.message) from error
