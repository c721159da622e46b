"""The small plugins for pods: pull policies, topology, node selectors and tolerations."""

import json
from typing import Any

import pytest
from pilothouse.server.errors import Forbidden
from pilothouse.server.verbs.patch import PatchType

from tests.admission.cluster import NAMESPACE, Cluster, named, pod
from tests.admission.conftest import Start

SELECTOR = "scheduler.alpha.kubernetes.io/node-selector"
DEFAULTS = "scheduler.alpha.kubernetes.io/defaultTolerations"
WHITELIST = "scheduler.alpha.kubernetes.io/tolerationsWhitelist"


async def test_images_are_always_pulled(start: Start) -> None:
    cluster = await start("AlwaysPullImages")
    container = {"name": "press", "image": "registry.test/press:3", "imagePullPolicy": "Never"}
    volume = {"name": "v", "image": {"reference": "registry.test/data:1", "pullPolicy": "IfNotPresent"}}
    spec: dict[str, Any] = {
        "containers": [container],
        "initContainers": [{**container, "name": "i"}],
        "volumes": [volume],
    }
    made = await cluster("pods").create(pod(**spec, automountServiceAccountToken=False))
    policies = [c.image_pull_policy for c in (*made.spec.containers, *made.spec.init_containers)]
    assert policies == ["Always", "Always"]
    assert made.spec.volumes[0].volume_source.image.pull_policy == "Always"


async def test_without_the_plugin_they_are_not(cluster: Cluster) -> None:
    made = await cluster("pods").create(pod())
    assert made.spec.containers[0].image_pull_policy == "IfNotPresent"


def _apart(key: str) -> dict[str, Any]:
    term = {"topologyKey": key, "labelSelector": {"matchLabels": {"app": "press"}}}
    return {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}


async def test_what_must_keep_apart_keeps_apart_by_node_only(start: Start) -> None:
    cluster = await start("LimitPodHardAntiAffinityTopology")
    await cluster("pods").create(pod("fine", affinity=_apart("kubernetes.io/hostname")))
    with pytest.raises(Forbidden) as caught:
        await cluster("pods").create(pod(affinity=_apart("topology.kubernetes.io/zone")))
    assert caught.value.message == (
        'pods "cider" is forbidden: affinity.PodAntiAffinity.RequiredDuringScheduling has TopologyKey '
        "topology.kubernetes.io/zone but only key kubernetes.io/hostname is allowed"
    )


async def _annotate(cluster: Cluster, annotations: dict[str, str]) -> None:
    await cluster("namespaces").patch(NAMESPACE, {"metadata": {"annotations": annotations}})
    await cluster.plane.cache.wait_for(await cluster.plane.store.revision(), 5)


async def test_the_pods_of_a_namespace_run_where_its_annotation_says(start: Start) -> None:
    cluster = await start("PodNodeSelector")
    assert not (await cluster("pods").create(pod("free"))).spec.node_selector
    await _annotate(cluster, {SELECTOR: "env=trial, zone=a"})
    made = await cluster("pods").create(pod(nodeSelector={"disk": "ssd", "zone": "a"}))
    assert dict(made.spec.node_selector) == {"disk": "ssd", "env": "trial", "zone": "a"}
    with pytest.raises(Forbidden, match="pod node label selector conflicts with its namespace node label selector"):
        await cluster("pods").create(pod("perry", nodeSelector={"zone": "b"}))
    await _annotate(cluster, {SELECTOR: "nonsense"})
    with pytest.raises(Forbidden, match=r"the annotation .*node-selector of its namespace is wrong"):
        await cluster("pods").create(pod("perry"))


async def test_node_selectors_can_be_configured(start: Start) -> None:
    section = {"clusterDefaultNodeSelector": "env=trial", NAMESPACE: "env=trial,disk=ssd"}
    cluster = await start("PodNodeSelector", sections={"PodNodeSelector": {"podNodeSelectorPluginConfig": section}})
    made = await cluster("pods").create(pod(nodeSelector={"disk": "ssd"}))
    assert dict(made.spec.node_selector) == {"disk": "ssd", "env": "trial"}
    with pytest.raises(Forbidden, match="pod node label selector labels conflict with its namespace whitelist"):
        await cluster("pods").create(pod("perry", nodeSelector={"disk": "tape"}))


async def test_a_namespace_says_what_its_pods_tolerate(start: Start) -> None:
    cluster = await start("PodTolerationRestriction")
    default = {"key": "frost", "operator": "Exists", "effect": "NoSchedule"}
    lost = {"operator": "Exists", "effect": "NoExecute"}
    pressure = {"key": "node.kubernetes.io/memory-pressure", "operator": "Exists"}
    await _annotate(cluster, {DEFAULTS: json.dumps([default]), WHITELIST: json.dumps([default, lost, pressure])})
    made = await cluster("pods").create(pod())
    assert "frost" in [t.key for t in made.spec.tolerations]
    burst = {"name": "c", "image": "x:1", "resources": {"requests": {"cpu": "1m"}}}
    made = await cluster("pods").create(pod("perry", containers=[burst]))
    assert "node.kubernetes.io/memory-pressure" in [t.key for t in made.spec.tolerations]
    with pytest.raises(Forbidden, match="conflict with its namespace whitelist"):
        await cluster("pods").create(pod("mead", tolerations=[{"key": "drought", "operator": "Exists"}]))
    # Nor is it added to a pod that is there.
    added = [{"op": "add", "path": "/spec/tolerations/-", "value": {"operator": "Exists"}}]
    with pytest.raises(Forbidden, match="conflict with its namespace whitelist"):
        await cluster("pods").patch("cider", added, PatchType.JSON)


async def test_the_configured_tolerations_are_for_namespaces_that_say_nothing(start: Start) -> None:
    section = {"default": [{"key": "frost", "operator": "Exists"}], "whitelist": []}
    cluster = await start("PodTolerationRestriction", sections={"PodTolerationRestriction": section})
    assert "frost" in [t.key for t in (await cluster("pods").create(pod())).spec.tolerations]
    await _annotate(cluster, {DEFAULTS: ""})
    assert "frost" not in [t.key for t in (await cluster("pods").create(pod("perry"))).spec.tolerations]


async def test_who_asks_for_a_special_resource_tolerates_its_taint(start: Start) -> None:
    cluster = await start("ExtendedResourceToleration")
    amounts = {"orchard.test/press": "1", "cpu": "1", "requests.orchard.test/x": "1"}
    container = {"name": "c", "image": "x:1", "resources": {"requests": amounts, "limits": amounts}}
    del amounts["requests.orchard.test/x"]
    made = await cluster("pods").create(pod(containers=[container]))
    added = [(t.key, t.operator, t.effect) for t in made.spec.tolerations if "orchard" in t.key]
    assert added == [("orchard.test/press", "Exists", "")]


async def test_a_new_node_takes_no_pods(cluster: Cluster) -> None:
    made = await cluster("nodes").create(named("shed"))
    assert [(t.key, t.effect) for t in made.spec.taints] == [("node.kubernetes.io/not-ready", "NoSchedule")]
    taint = {"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule", "value": "x"}
    made = await cluster("nodes").create({**named("barn"), "spec": {"taints": [taint]}})
    assert [t.value for t in made.spec.taints] == ["x"]


async def test_a_pod_bound_to_a_node_bears_its_zone(cluster: Cluster) -> None:
    zone = {"topology.kubernetes.io/zone": "south"}
    await cluster("nodes").create(named("shed", labels={**zone, "colour": "red"}))
    assert dict((await cluster("pods").create(pod(nodeName="shed"))).metadata.labels) == zone
    assert not (await cluster("pods").create(pod("perry", nodeName="ghost"))).metadata.labels
    assert not (await cluster("pods").create(pod("mead"))).metadata.labels
