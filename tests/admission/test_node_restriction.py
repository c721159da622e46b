"""NodeRestriction."""

from collections.abc import Mapping
from typing import Any

import pytest
from pilothouse.server.errors import Forbidden, NotFound
from pilothouse.server.meta.user import User
from pilothouse.server.verbs.patch import PatchType

from tests.admission.cluster import NODE, Cluster, named, pod
from tests.admission.conftest import Start
from tests.support.plane import add_namespace

MIRROR = {"kubernetes.io/config.mirror": "1"}
NAMELESS = User("system:node:", NODE.groups)
ONLY_BY_NAME = User("system:node:shed", ("system:masters",))


@pytest.fixture
async def cluster(start: Start) -> Cluster:
    return await start("NodeRestriction")


async def _node(cluster: Cluster, name: str = "shed") -> Any:
    return await cluster("nodes").create(named(name))


def _mirror(uid: str, owner: Mapping[str, Any] = {}) -> dict[str, Any]:
    made = pod(annotations=MIRROR, nodeName="shed")
    reference = {"apiVersion": "v1", "kind": "Node", "name": "shed", "uid": uid, "controller": True}
    made["metadata"]["ownerReferences"] = [{**reference, **owner}]
    return made


async def test_a_node_registers_itself_with_labels_of_its_own(cluster: Cluster) -> None:
    labels = {"kubernetes.io/hostname": "shed", "node.kubernetes.io/instance-type": "big", "colour": "red"}
    made = await cluster("nodes", NODE).create(named("shed", labels=labels))
    assert dict(made.metadata.labels) == labels


@pytest.mark.parametrize("metadata", [{"name": "barn"}, {"generateName": "shed"}])
async def test_a_node_registers_nobody_else(cluster: Cluster, metadata: dict[str, str]) -> None:
    told = metadata.get("name", "")
    with pytest.raises(Forbidden, match=f'node "shed" is not allowed to modify node "{told}"$'):
        await cluster("nodes", NODE).create({"metadata": metadata})


@pytest.mark.parametrize(
    "label",
    ["node-restriction.kubernetes.io/zone", "x.node-restriction.kubernetes.io/y", "kubernetes.io/own", "k8s.io/a"],
)
async def test_a_node_sets_no_labels_that_draw_workloads(cluster: Cluster, label: str) -> None:
    with pytest.raises(Forbidden, match=f'node "shed" is not allowed to set the following labels: {label}$'):
        await cluster("nodes", NODE).create(named("shed", labels={label: "x"}))
    await cluster("nodes").create(named("shed", labels={label: "x"}))
    for value in ("y", None):
        for subresource in ("", "status"):
            with pytest.raises(Forbidden, match=f"is not allowed to modify labels: {label}$"):
                await cluster("nodes", NODE).patch(
                    "shed", {"metadata": {"labels": {label: value}}}, PatchType.MERGE, subresource
                )


async def test_all_labels_that_are_refused_are_told_in_order(cluster: Cluster) -> None:
    await _node(cluster)
    labels = {"node-restriction.kubernetes.io/zone": "a", "kubernetes.io/own": "b", "free": "c"}
    with pytest.raises(Forbidden) as caught:
        await cluster("nodes", NODE).patch("shed", {"metadata": {"labels": labels}})
    told = "is not allowed to modify labels: kubernetes.io/own, node-restriction.kubernetes.io/zone"
    assert caught.value.message == f'nodes "shed" is forbidden: {told}'


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"spec": {"taints": []}}, 'node "shed" is not allowed to modify taints'),
        (
            {"metadata": {"ownerReferences": [{"apiVersion": "v1", "kind": "Pod", "name": "p", "uid": "u"}]}},
            'node "shed" is not allowed to modify ownerReferences',
        ),
    ],
)
async def test_a_node_does_not_decide_who_runs_on_it(cluster: Cluster, change: dict[str, Any], reason: str) -> None:
    await _node(cluster)
    for subresource in ("", "status"):
        with pytest.raises(Forbidden, match=reason):
            await cluster("nodes", NODE).patch("shed", change, PatchType.MERGE, subresource)


async def test_a_node_writes_its_own_status_and_no_other(cluster: Cluster) -> None:
    await _node(cluster)
    await _node(cluster, "barn")
    status = {"status": {"conditions": [{"type": "Ready", "status": "True"}]}}
    made = await cluster("nodes", NODE).patch("shed", status, PatchType.STRATEGIC_MERGE, "status")
    assert [c.type for c in made.status.conditions] == ["Ready"]
    for subresource in ("", "status"):
        with pytest.raises(Forbidden, match='node "shed" is not allowed to modify node "barn"'):
            await cluster("nodes", NODE).patch("barn", status, PatchType.STRATEGIC_MERGE, subresource)
    with pytest.raises(Forbidden, match='node "shed" is not allowed to modify node "barn"'):
        await cluster("nodes", NODE).delete("barn")
    await cluster("nodes", NODE).delete("shed")


async def test_a_node_shows_the_mirror_of_a_pod_of_its_own(cluster: Cluster) -> None:
    node = await _node(cluster)
    await cluster("pods", NODE).create(_mirror(node.metadata.uid))
    await cluster("pods", NODE).delete("cider", grace_period_seconds=0)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"metadata": {"annotations": {}}}, "can only create mirror pods"),
        ({"spec": {"nodeName": "barn"}}, "can only create pods with spec.nodeName set to itself"),
        ({"metadata": {"ownerReferences": []}}, "can only create pods with an owner reference set to itself"),
        ({"owner": {"name": "barn"}}, "can only create pods with an owner reference set to itself"),
        ({"owner": {"controller": False}}, "can only create pods with a controller owner reference set to itself"),
        ({"owner": {"blockOwnerDeletion": True}}, "must not set blockOwnerDeletion on an owner reference"),
        ({"owner": {"uid": "u-2"}}, "node shed UID mismatch: expected u-2 got"),
        ({"spec": {"serviceAccountName": "default"}}, "may not reference service accounts|reference a service account"),
        (
            {"spec": {"volumes": [{"name": "v", "configMap": {"name": "c"}}]}},
            "can not create pods that reference configmaps",
        ),
        (
            {"spec": {"volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "c"}}]}},
            "can not create pods that reference persistentvolumeclaims",
        ),
    ],
)
async def test_a_node_creates_no_other_pods(cluster: Cluster, change: dict[str, Any], reason: str) -> None:
    node = await _node(cluster)
    wanted = _mirror(node.metadata.uid, change.get("owner", {}))
    wanted["metadata"].update(change.get("metadata", {}))
    wanted["spec"].update(change.get("spec", {}))
    with pytest.raises(Forbidden, match=reason):
        await cluster("pods", NODE).create(wanted)


async def test_a_node_that_is_not_registered_has_no_pods(cluster: Cluster) -> None:
    with pytest.raises(NotFound, match='nodes "shed" not found'):
        await cluster("pods", NODE).create(_mirror("u"))


async def test_a_node_touches_only_pods_bound_to_it(cluster: Cluster) -> None:
    await cluster("pods").create(pod("mine", nodeName="shed"))
    await cluster("pods").create(pod("theirs", nodeName="barn"))
    running = {"status": {"phase": "Running"}}
    pods = cluster("pods", NODE)
    assert (await pods.patch("mine", running, PatchType.MERGE, "status")).status.phase == "Running"
    with pytest.raises(
        Forbidden, match=r'node "shed" can only update pod status for pods with spec.nodeName set to it'
    ):
        await pods.patch("theirs", running, PatchType.MERGE, "status")
    # Saying that the pod is its own does not make it so.
    smuggled = {**running, "spec": {"nodeName": "shed"}}
    with pytest.raises(Forbidden, match="can only update pod status"):
        await pods.patch("theirs", smuggled, PatchType.MERGE, "status")
    with pytest.raises(Forbidden, match=r'node "shed" can only delete pods with spec.nodeName set to itself'):
        await pods.delete("theirs")
    with pytest.raises(
        Forbidden, match=r'unexpected operation "UPDATE", node "shed" can only create and delete mirror'
    ):
        await pods.patch("mine", {"metadata": {"labels": {"a": "b"}}})
    with pytest.raises(Forbidden, match='node "shed" cannot update labels through pod status'):
        await pods.patch("mine", {"metadata": {"labels": {"a": "b"}}}, PatchType.MERGE, "status")


async def test_a_node_has_one_lease_and_one_csi_node(cluster: Cluster) -> None:
    await add_namespace(cluster.plane, "kube-node-lease")
    leases = cluster("leases.coordination.k8s.io", NODE, "kube-node-lease")
    await leases.create(named("shed"))
    for metadata in ({"name": "barn"}, {"generateName": "shed"}):
        with pytest.raises(Forbidden, match="can only access node lease with the same name as the requesting node"):
            await leases.create({"metadata": metadata})
    with pytest.raises(Forbidden, match='can only access leases in the "kube-node-lease" system namespace'):
        await cluster("leases.coordination.k8s.io", NODE).create(named("shed"))
    await cluster("leases.coordination.k8s.io", namespace="kube-node-lease").create(named("barn"))
    with pytest.raises(Forbidden, match="can only access node lease"):
        await leases.delete("barn")
    with pytest.raises(Forbidden, match="can only access CSINode with the same name as the requesting node"):
        await cluster("csinodes.storage.k8s.io", NODE).create({**named("barn"), "spec": {"drivers": []}})


async def test_a_node_writes_of_claims_the_status_only(cluster: Cluster) -> None:
    resources = {"requests": {"storage": "1Gi"}}
    claim = {**named("casks"), "spec": {"accessModes": ["ReadWriteOnce"], "resources": resources}}
    await cluster("persistentvolumeclaims").create(claim)
    claims = cluster("persistentvolumeclaims", NODE)
    await claims.patch("casks", {"status": {"capacity": {"storage": "1Gi"}}}, PatchType.MERGE, "status")
    with pytest.raises(Forbidden, match="may only update PVC status"):
        await claims.patch("casks", {"metadata": {"labels": {"a": "b"}}})
    with pytest.raises(Forbidden, match="may only update PVC status"):
        await claims.delete("casks")
    with pytest.raises(Forbidden, match=r"is not allowed to update fields other than status.capacity"):
        await claims.patch("casks", {"status": {"phase": "Lost"}}, PatchType.MERGE, "status")


async def test_who_bears_a_nodes_name_without_its_group_is_no_node_and_a_node_without_a_name_does_nothing(
    cluster: Cluster,
) -> None:
    await cluster("nodes", ONLY_BY_NAME).create(named("barn"))
    with pytest.raises(Forbidden, match='could not determine node from user "system:node:"'):
        await cluster("nodes", NAMELESS).create(named("shed"))
