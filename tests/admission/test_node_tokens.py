"""NodeRestriction on the tokens of service accounts."""

from typing import Any

import pytest
from pilothouse.api.authentication.v1.authentication_pb2 import TokenRequest
from pilothouse.server.admission.base import AdmissionRequest, Operation
from pilothouse.server.admission.environment import Environment
from pilothouse.server.admission.plugins.node_restriction import NodeRestriction
from pilothouse.server.errors import ApiError, Conflict, Forbidden, NotFound
from pilothouse.server.meta.context import RequestContext
from pilothouse.server.objects import CachedObjects

from tests.admission.cluster import NAMESPACE, NODE, Cluster, Granting, pod


async def _ask(
    cluster: Cluster, bound: dict[str, str], *audiences: str, granted: tuple[str, str, str] = ("", "", "")
) -> None:
    plane = cluster.plane
    objects = CachedObjects(plane.registry, plane.kinds, plane.cache, plane.store, plane.writer)
    plugin = NodeRestriction(Environment(objects, Granting(granted), plane.registry, plane.now))
    token = TokenRequest()
    token.spec.audiences.extend(audiences)
    reference = token.spec.bound_object_ref
    for name, value in bound.items():
        setattr(reference, name, value)
    context = RequestContext(NODE, "create", cluster.type("serviceaccounts"), NAMESPACE, "default", "token")
    await plugin.mutate(AdmissionRequest(context, Operation.CREATE, token, None, "default"))


@pytest.fixture
async def mine(cluster: Cluster) -> Any:
    return await cluster("pods").create(pod("mine", nodeName="shed"))


def _bound(pod: Any) -> dict[str, str]:
    return {"api_version": "v1", "kind": "Pod", "name": pod.metadata.name, "uid": pod.metadata.uid}


async def test_a_node_is_given_the_tokens_that_its_pods_mount(cluster: Cluster, mine: Any) -> None:
    await _ask(cluster, _bound(mine))


@pytest.mark.parametrize(
    ("change", "error", "reason"),
    [
        ({"kind": "Secret"}, Forbidden, "node requested token not bound to a pod"),
        ({"name": ""}, Forbidden, "node requested token not bound to a pod"),
        ({"uid": ""}, Forbidden, "node requested token with a pod binding without a uid"),
        ({"name": "ghost"}, NotFound, 'pods "ghost" not found'),
        ({"uid": "u-2"}, Conflict, "does not match the UID in record"),
    ],
)
async def test_it_is_given_no_others(
    cluster: Cluster, mine: Any, change: dict[str, str], error: type[ApiError], reason: str
) -> None:
    with pytest.raises(error, match=reason):
        await _ask(cluster, {**_bound(mine), **change})


async def test_a_pod_elsewhere_has_no_token_here(cluster: Cluster) -> None:
    theirs = await cluster("pods").create(pod("theirs", nodeName="barn"))
    with pytest.raises(Forbidden, match="bound to a pod scheduled on a different node"):
        await _ask(cluster, _bound(theirs))


async def test_a_token_is_for_whom_the_pod_names(cluster: Cluster) -> None:
    source = {"serviceAccountToken": {"path": "t", "audience": "market"}}
    made = await cluster("pods").create(
        pod("mine", nodeName="shed", volumes=[{"name": "v", "projected": {"sources": [source]}}])
    )
    await _ask(cluster, _bound(made), "market")
    with pytest.raises(Forbidden, match='audience "bank" not found in pod spec volume'):
        await _ask(cluster, _bound(made), "bank")
    granted = ("request-serviceaccounts-token-audience", "bank", "default")
    await _ask(cluster, _bound(made), "bank", granted=granted)
    with pytest.raises(Forbidden, match="node may only request 0 or 1 audiences"):
        await _ask(cluster, _bound(made), "market", "bank")


async def test_a_token_is_for_whom_a_csi_driver_of_the_pod_names(cluster: Cluster) -> None:
    spec = {"tokenRequests": [{"audience": "vault"}]}
    await cluster("csidrivers.storage.k8s.io").create({"metadata": {"name": "cellar.test"}, "spec": spec})
    volume = {"name": "v", "csi": {"driver": "cellar.test"}}
    made = await cluster("pods").create(pod("mine", nodeName="shed", volumes=[volume]))
    await _ask(cluster, _bound(made), "vault")
