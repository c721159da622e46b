"""pods/ephemeralcontainers, pods/resize and pods/status: what each may change, and what admission says to it."""

import asyncio
from typing import Any

import pytest
from pilothouse.server.errors import Conflict, Forbidden, Invalid, MethodNotSupported
from pilothouse.server.verbs.patch import PatchType
from pilothouse.server.verbs.plane import Plane

from tests.support.plane import Requests, add_namespace
from tests.verbs.subresources.conftest import Orchard, user

EPHEMERAL, RESIZE = "ephemeralcontainers", "resize"
SMALL = {"requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"cpu": "200m", "memory": "128Mi"}}


def container(name: str = "press", **fields: Any) -> dict[str, Any]:
    return {"name": name, "image": "registry.test/press:3", **fields}


def debugger(name: str = "look", **fields: Any) -> dict[str, Any]:
    """The patch of `kubectl debug`."""
    return {"spec": {"ephemeralContainers": [container(name, **fields)]}}


def resized(*containers: dict[str, Any], **spec: Any) -> dict[str, Any]:
    return {"spec": {"containers": list(containers), **spec}}


def asking(name: str = "press", **resources: Any) -> dict[str, Any]:
    return {"name": name, "resources": resources}


async def pod(orchard: Orchard, *containers: dict[str, Any], **spec: Any) -> Any:
    metadata = spec.pop("metadata", {})
    whole = {"containers": list(containers or (container(resources=SMALL),)), **spec}
    return await orchard("pods").create({"metadata": {"name": "cider", **metadata}, "spec": whole})


async def resize(orchard: Orchard, document: Any, how: PatchType = PatchType.STRATEGIC_MERGE) -> Any:
    return await orchard.patch(orchard("pods"), "cider", RESIZE, document, how)


async def debug(orchard: Orchard, document: Any, how: PatchType = PatchType.STRATEGIC_MERGE) -> Any:
    return await orchard.patch(orchard("pods"), "cider", EPHEMERAL, document, how)


async def settle(plane: Plane) -> None:
    """What was written has come to whoever reads the cache."""
    assert await plane.cache.wait_for(await plane.store.revision(), 3.0)


async def test_an_ephemeral_container_is_added(orchard: Orchard) -> None:
    before = await pod(orchard)
    after = await debug(orchard, debugger())
    added = after.spec.ephemeral_containers[0].ephemeral_container_common
    assert (added.name, added.termination_message_path) == ("look", "/dev/termination-log")
    assert after.metadata.generation == before.metadata.generation + 1
    after = await debug(orchard, debugger("again"))
    names = [c.ephemeral_container_common.name for c in after.spec.ephemeral_containers]
    assert sorted(names) == ["again", "look"]
    assert await orchard.get(orchard("pods"), "cider", EPHEMERAL) == after


async def test_ephemeral_containers_stay_as_they_are(orchard: Orchard) -> None:
    await pod(orchard)
    before = await debug(orchard, debugger())
    with pytest.raises(Invalid, match='existing ephemeral containers "look" may not be changed'):
        await debug(orchard, debugger(image="registry.test/other:1"))
    with pytest.raises(Invalid, match='existing ephemeral containers "look" may not be removed'):
        await debug(orchard, {"spec": {"ephemeralContainers": []}}, PatchType.MERGE)
    with pytest.raises(Invalid, match="ephemeralContainers"):
        await debug(orchard, debugger("press"))
    assert await orchard("pods").get("cider") == before


async def test_nothing_else_changes_with_them(orchard: Orchard) -> None:
    before = await pod(orchard, metadata={"labels": {"app": "cider"}})
    document = {
        "metadata": {"labels": {"app": "mead"}, "annotations": {"a": "b"}, "finalizers": ["example.test/kept"]},
        "spec": {**debugger()["spec"], "containers": [container(image="registry.test/other:1")], "nodeName": "shed"},
        "status": {"phase": "Running"},
    }
    after = await debug(orchard, document)
    assert len(after.spec.ephemeral_containers) == 1
    after.spec.ClearField("ephemeral_containers")
    assert (after.spec, after.status) == (before.spec, before.status)
    for name in ("labels", "annotations", "finalizers"):
        assert getattr(after.metadata, name) == getattr(before.metadata, name)


async def test_an_ephemeral_container_keeps_to_the_standard_of_its_namespace(plane: Plane) -> None:
    label = "pod-security.kubernetes.io/enforce"
    await add_namespace(plane, "press-room", labels={label: "baseline"})
    room = Orchard(plane, "press-room")
    await settle(plane)
    await pod(room)
    with pytest.raises(Forbidden, match='violates PodSecurity "baseline:latest": privileged'):
        await debug(room, debugger(securityContext={"privileged": True}))
    await debug(room, debugger())


async def test_an_ephemeral_container_reads_no_secret_that_its_account_may_not(orchard: Orchard) -> None:
    enforced = {"kubernetes.io/enforce-mountable-secrets": "true"}
    await orchard("serviceaccounts").create({"metadata": {"name": "clerk", "annotations": enforced}})
    await settle(orchard.plane)
    await pod(orchard, serviceAccountName="clerk", automountServiceAccountToken=False)
    secret = {"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "vault", "key": "key"}}}
    with pytest.raises(Forbidden, match="vault"):
        await debug(orchard, debugger(env=[secret]))


@pytest.mark.parametrize("how", [PatchType.STRATEGIC_MERGE, PatchType.MERGE, PatchType.JSON])
async def test_cpu_and_memory_are_resized(orchard: Orchard, how: PatchType) -> None:
    before = await pod(orchard)
    larger = {"requests": {"cpu": "150m", "memory": "32Mi"}, "limits": {"cpu": "300m", "memory": "96Mi"}}
    path = "/spec/containers/0/resources"
    document: Any = resized({"name": "press", "resources": larger})
    if how is PatchType.JSON:
        document = [{"op": "replace", "path": path, "value": larger}]
    elif how is PatchType.MERGE:
        document = resized(container(resources=larger))
    after = await resize(orchard, document, how)
    resources = after.spec.containers[0].resources
    assert {name: q.string for name, q in resources.requests.items()} == larger["requests"]
    assert {name: q.string for name, q in resources.limits.items()} == larger["limits"]
    assert after.metadata.generation == before.metadata.generation + 1
    assert after.spec.containers[0].image == before.spec.containers[0].image
    assert await orchard.get(orchard("pods"), "cider", RESIZE) == after


async def test_nothing_else_is_resized(orchard: Orchard) -> None:
    before = await pod(orchard, metadata={"labels": {"app": "cider"}})
    document = {
        "metadata": {"labels": {"app": "mead"}},
        "spec": {
            "containers": [{**asking(requests={"cpu": "150m"}), "image": "registry.test/other:1"}],
            "nodeName": "shed",
            "activeDeadlineSeconds": 5,
        },
        "status": {"phase": "Running"},
    }
    after = await resize(orchard, document)
    after.spec.containers[0].resources.requests["cpu"].string = "100m"
    assert (after.spec, after.status) == (before.spec, before.status)
    assert after.metadata.labels == before.metadata.labels


@pytest.mark.parametrize(
    ("document", "fields"),
    [
        (resized(asking(limits={"memory": None})), ["spec.containers[0].resources.limits"]),
        (resized(asking(requests={"cpu": "200m", "memory": "128Mi"})), ["spec"]),
        (resized(asking(requests={"ephemeral-storage": "1Gi"})), ["spec"]),
        (
            resized({"name": "press", "resizePolicy": [{"resourceName": "cpu", "restartPolicy": "RestartContainer"}]}),
            ["spec"],
        ),
        (resized(container("second")), ["spec.containers"]),
        (resized(asking(requests={"cpu": "400m"})), ["spec.containers[0].resources.requests"]),
    ],
)
async def test_what_a_pod_does_not_survive_is_no_resize(orchard: Orchard, document: Any, fields: list[str]) -> None:
    before = await pod(orchard)
    with pytest.raises(Invalid) as caught:
        await resize(orchard, document)
    assert [cause.field for cause in caught.value.causes] == fields
    assert await orchard("pods").get("cider") == before


async def test_what_was_requested_stays_requested(orchard: Orchard) -> None:
    await pod(orchard, container(resources={"requests": {"cpu": "100m", "memory": "64Mi"}}))
    with pytest.raises(Invalid, match="resource requests cannot be removed"):
        await resize(orchard, resized(asking(requests={"cpu": None})))
    after = await resize(orchard, resized(asking(limits={"cpu": "1"})))
    assert after.spec.containers[0].resources.limits["cpu"].string == "1"


async def test_a_resize_keeps_the_quality_of_service(orchard: Orchard) -> None:
    await pod(orchard)
    with pytest.raises(Invalid) as caught:
        await resize(orchard, resized(asking(requests=SMALL["limits"])))
    message = 'Invalid value: "Burstable": Pod QOS Class may not change as a result of resizing'
    assert [cause.message for cause in caught.value.causes] == [message]


async def test_containers_are_neither_renamed_nor_reordered(orchard: Orchard) -> None:
    await pod(orchard, container(resources=SMALL), container("filter", resources=SMALL))
    swapped = resized(container("filter", resources=SMALL), container(resources=SMALL))
    with pytest.raises(Invalid) as caught:
        await resize(orchard, swapped, PatchType.MERGE)
    told = "Forbidden: containers may not be renamed or reordered on resize"
    assert [(c.field, c.message) for c in caught.value.causes] == [
        ("spec.containers[0].name", told),
        ("spec.containers[1].name", told),
    ]


async def test_init_containers_are_resized_but_not_restarted(orchard: Orchard) -> None:
    restarting = [{"resourceName": "cpu", "restartPolicy": "RestartContainer"}]
    init = [
        container("wash", resources=SMALL),
        container("tap", resources=SMALL, restartPolicy="Always", resizePolicy=restarting),
    ]
    await pod(orchard, initContainers=init)
    larger = {"cpu": "150m"}
    both = [asking(name, requests=larger) for name in ("wash", "tap")]
    after = await resize(orchard, {"spec": {"initContainers": both}})
    assert {c.resources.requests["cpu"].string for c in after.spec.init_containers} == {"150m"}
    with pytest.raises(Invalid, match="only cpu and memory resources for init or sidecar containers are mutable"):
        await resize(orchard, {"spec": {"initContainers": [asking("wash", requests={"ephemeral-storage": "1Gi"})]}})


async def test_a_pod_as_a_whole_is_resized(orchard: Orchard) -> None:
    await pod(orchard, container(), resources=SMALL)
    after = await resize(orchard, {"spec": {"resources": {"requests": {"cpu": "150m"}}}})
    assert after.spec.resources.requests["cpu"].string == "150m"
    with pytest.raises(Invalid, match="pod-level resource limits cannot be removed"):
        await resize(orchard, {"spec": {"resources": {"limits": {"memory": None}}}})
    with pytest.raises(Invalid, match="pod-level resources cannot be removed"):
        await resize(orchard, {"spec": {"resources": None}}, PatchType.MERGE)


async def test_a_pod_whose_node_knows_no_resize_is_not_resized(orchard: Orchard) -> None:
    await pod(orchard)
    running = {
        "name": "press",
        "image": "i",
        "imageID": "i",
        "ready": True,
        "restartCount": 0,
        "state": {"running": {}},
    }
    await orchard.patch(orchard("pods"), "cider", "status", {"status": {"containerStatuses": [running]}})
    with pytest.raises(Invalid, match="Pod running on node without support for resize"):
        await resize(orchard, resized(asking(requests={"cpu": "150m"})))
    told = {**running, "resources": {"requests": {"cpu": "100m"}}}
    await orchard.patch(orchard("pods"), "cider", "status", {"status": {"containerStatuses": [told]}}, PatchType.MERGE)
    await resize(orchard, resized(asking(requests={"cpu": "150m"})))


async def test_a_resize_does_not_get_past_limits(orchard: Orchard) -> None:
    limits = [{"type": "Container", "max": {"cpu": "250m"}}]
    await orchard("limitranges").create({"metadata": {"name": "bounds"}, "spec": {"limits": limits}})
    await settle(orchard.plane)
    await pod(orchard)
    with pytest.raises(Forbidden, match="maximum cpu usage per Container is 250m"):
        await resize(orchard, resized(asking(limits={"cpu": "300m"})))
    await resize(orchard, resized(asking(limits={"cpu": "250m"})))


async def test_a_resize_does_not_get_past_a_quota(orchard: Orchard) -> None:
    quotas = orchard("resourcequotas")
    hard = {"requests.cpu": "120m"}
    await quotas.create({"metadata": {"name": "share"}, "spec": {"hard": hard}})
    await quotas.patch("share", {"status": {"hard": hard, "used": {"requests.cpu": "0"}}}, subresource="status")
    await settle(orchard.plane)
    await pod(orchard)
    with pytest.raises(Forbidden, match=r"exceeded quota: share, requested: requests.cpu=50m, used: requests.cpu=100m"):
        await resize(orchard, resized(asking(requests={"cpu": "150m"})))
    await resize(orchard, resized(asking(requests={"cpu": "120m"})))
    assert (await quotas.get("share")).status.used["requests.cpu"].string == "120m"


@pytest.mark.parametrize(
    ("asked", "lacking"),
    [
        ({"cpu": "3", "memory": "1Gi"}, ""),
        ({"cpu": "4500m"}, "cpu, requested: 4500, allocatable: 4000"),
        (
            {"cpu": "10", "memory": "10Gi"},
            "cpu, requested: 10000, allocatable: 4000; memory, requested: 10737418240, allocatable: 8589934592",
        ),
    ],
)
async def test_a_pod_does_not_outgrow_its_node(orchard: Orchard, asked: dict[str, str], lacking: str) -> None:
    nodes = orchard("nodes")
    await nodes.create({"metadata": {"name": "shed"}, "status": {"allocatable": {"cpu": "4", "memory": "8Gi"}}})
    await pod(orchard, container(resources={"requests": {"cpu": "1", "memory": "64Mi"}}), nodeName="shed")
    if not lacking:
        await resize(orchard, resized(asking(requests=asked)))
        return
    with pytest.raises(Forbidden) as caught:
        await resize(orchard, resized(asking(requests=asked)))
    reason = f"node didn't have enough allocatable resources: {lacking}"
    assert caught.value.message == f'pods "cider" is forbidden: {reason}'
    assert [cause.reason for cause in caught.value.causes] == ["NodeCapacity"]
    await resize(orchard, {})


async def test_a_pod_on_a_node_that_is_not_there_or_no_linux_is_not_resized(orchard: Orchard) -> None:
    await pod(orchard, nodeName="shed")
    larger = resized(asking(requests={"cpu": "150m"}))
    with pytest.raises(Forbidden, match='node "shed" not found'):
        await resize(orchard, larger)
    await orchard("nodes").create({"metadata": {"name": "shed", "labels": {"kubernetes.io/os": "windows"}}})
    with pytest.raises(Forbidden, match="only supported on linux nodes") as caught:
        await resize(orchard, larger)
    assert caught.value.causes[0].reason == "UnsupportedPlatform"


async def test_a_node_declares_what_resizes_it_knows(orchard: Orchard) -> None:
    nodes, known = orchard("nodes"), {"allocatable": {"cpu": "4", "memory": "8Gi"}}
    await nodes.create({"metadata": {"name": "shed"}, "status": known})
    await pod(orchard, initContainers=[container("wash", resources=SMALL)], nodeName="shed")
    larger = {"spec": {"initContainers": [asking("wash", requests={"cpu": "150m"})]}}
    feature = "InPlacePodVerticalScalingInitContainers"
    with pytest.raises(Forbidden) as caught:
        await resize(orchard, larger)
    reason = f'pod update requires features {feature} which are not available on node "shed"'
    assert caught.value.message == f'pods "cider" is forbidden: {reason}'
    await resize(orchard, resized(asking(requests={"cpu": "150m"})))
    await nodes.patch("shed", {"status": {"declaredFeatures": [feature]}}, subresource="status")
    await settle(orchard.plane)
    await resize(orchard, larger)


async def test_a_status_says_nothing_of_the_spec_nor_of_the_quality_of_service(orchard: Orchard) -> None:
    before = await pod(orchard)
    document = {"spec": {"nodeName": "shed"}, "status": {"phase": "Running", "qosClass": ""}}
    after = await orchard.patch(orchard("pods"), "cider", "status", document)
    assert (after.spec, after.status.qos_class, after.status.phase) == (before.spec, "Burstable", "Running")
    assert after.metadata.generation == before.metadata.generation
    with pytest.raises(Invalid, match=r"status.qosClass: Invalid value: .*field is immutable"):
        await orchard.patch(orchard("pods"), "cider", "status", {"status": {"qosClass": "Guaranteed"}})
    assert await orchard.get(orchard("pods"), "cider", "status") == after


async def test_who_writes_a_status_without_generations_keeps_those_that_are_there(orchard: Orchard) -> None:
    await pod(orchard)
    ready = {"type": "Ready", "status": "True"}
    told = {"observedGeneration": 4, "conditions": [{**ready, "observedGeneration": 3}]}
    await orchard.patch(orchard("pods"), "cider", "status", {"status": told})
    again = {"observedGeneration": None, "conditions": [{**ready, "status": "False"}]}
    after = (await orchard.patch(orchard("pods"), "cider", "status", {"status": again}, PatchType.MERGE)).status
    assert (after.observed_generation, after.conditions[0].observed_generation) == (4, 3)
    assert after.conditions[0].status == "False"


@pytest.mark.parametrize("part", ["log", "exec", "attach", "portforward", "proxy", "binding", "eviction", "ghost"])
async def test_what_is_no_part_of_a_pod_is_not_written_as_one(orchard: Orchard, part: str) -> None:
    before = await pod(orchard)
    for attempt in (
        orchard.update(orchard("pods"), "cider", part, {"metadata": {"name": "cider"}}),
        orchard.patch(orchard("pods"), "cider", part, {"metadata": {"labels": {"a": "b"}}}),
    ):
        with pytest.raises(MethodNotSupported):
            await attempt
    assert await orchard("pods").get("cider") == before


@pytest.mark.parametrize("part", [EPHEMERAL, RESIZE])
async def test_nodes_and_readers_write_no_parts(orchard: Orchard, part: str) -> None:
    await pod(orchard, nodeName="shed")
    await settle(orchard.plane)
    node = orchard.acting(user("system:node:shed", "system:nodes", "system:masters"))
    with pytest.raises(Forbidden, match=f'unexpected pod subresource "{part}"'):
        await node.patch(node("pods"), "cider", part, {"spec": {"activeDeadlineSeconds": 1}})
    reader = orchard.acting(user("reader"))
    with pytest.raises(Forbidden, match=f"pods/{part}"):
        await reader.patch(reader("pods"), "cider", part, {})


async def test_a_node_reports_on_its_own_pods_alone(orchard: Orchard) -> None:
    await orchard.running("cider", node="shed")
    await orchard.running("mead", node="barn")
    await settle(orchard.plane)
    node = orchard.acting(user("system:node:shed", "system:nodes"))
    report = {"status": {"message": "pressed"}}
    assert (await node.patch(node("pods"), "cider", "status", report)).status.message == "pressed"
    with pytest.raises(Forbidden, match=r"can only update pod status for pods with spec.nodeName set to itself"):
        await node.patch(node("pods"), "mead", "status", report)
    with pytest.raises(Forbidden):
        await node.patch(node("pods"), "cider", EPHEMERAL, debugger())


async def test_a_stale_part_is_a_conflict(orchard: Orchard) -> None:
    stale = await pod(orchard)
    await resize(orchard, resized(asking(requests={"cpu": "150m"})))
    requests: Requests = orchard("pods")
    for part in (EPHEMERAL, RESIZE, "status"):
        with pytest.raises(Conflict):
            await requests.replace(stale, part)


async def test_parts_are_written_side_by_side(orchard: Orchard) -> None:
    await pod(orchard)
    names = [f"look-{number}" for number in range(4)]
    outcomes = await asyncio.gather(*(debug(orchard, debugger(name)) for name in names), return_exceptions=True)
    lost = [o for o in outcomes if isinstance(o, BaseException)]
    assert not lost
    left = await orchard("pods").get("cider")
    assert sorted(c.ephemeral_container_common.name for c in left.spec.ephemeral_containers) == names
