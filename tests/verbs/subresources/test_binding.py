"""pods/binding and bindings: a pod is put on a node, once."""

import asyncio
from typing import Any

import pytest
from pilothouse.server.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    Invalid,
    MethodNotSupported,
    NotFound,
    Unclassified,
)

from tests.verbs.subresources.conftest import Orchard, user


def binding(node: str = "shed", name: str = "cider", **metadata: Any) -> dict[str, Any]:
    target = {"kind": "Node", "name": node}
    return {"apiVersion": "v1", "kind": "Binding", "metadata": {"name": name, **metadata}, "target": target}


async def bind(orchard: Orchard, body: dict[str, Any], name: str = "cider", dry_run: bool = False) -> Any:
    return await orchard.create(orchard("pods"), name, "binding", body, dry_run)


async def test_a_pod_is_put_on_a_node(orchard: Orchard) -> None:
    before = await orchard.pod(annotations={"old": "1"}, labels={"app": "cider"})
    answer = await bind(orchard, binding(annotations={"new": "2"}, labels={"zone": "east"}))
    assert (answer.status, answer.code) == ("Success", 201)
    pod = await orchard("pods").get("cider")
    assert pod.spec.node_name == "shed"
    assert dict(pod.metadata.annotations) == {"old": "1", "new": "2"}
    assert dict(pod.metadata.labels) == {"app": "cider", "zone": "east"}
    scheduled = pod.status.conditions[0]
    assert (scheduled.type, scheduled.status) == ("PodScheduled", "True")
    assert scheduled.last_transition_time.seconds > 0
    assert pod.metadata.generation == before.metadata.generation


async def test_by_the_older_resource_too(orchard: Orchard) -> None:
    await orchard.pod()
    await orchard.create(orchard("bindings"), "", "", binding())
    assert (await orchard("pods").get("cider")).spec.node_name == "shed"
    with pytest.raises(BadRequest, match="name is required"):
        await orchard.create(orchard("bindings"), "", "", binding(name=""))


async def test_where_it_was_thought_to_go_is_forgotten(orchard: Orchard) -> None:
    await orchard.pod()
    await orchard("pods").patch("cider", {"status": {"nominatedNodeName": "barn"}}, subresource="status")
    await bind(orchard, binding())
    assert (await orchard("pods").get("cider")).status.nominated_node_name == ""


async def test_a_pod_is_bound_once(orchard: Orchard) -> None:
    await orchard.pod()
    outcomes = await asyncio.gather(
        *(bind(orchard, binding(f"node-{number}")) for number in range(8)), return_exceptions=True
    )
    lost = [o for o in outcomes if isinstance(o, Conflict)]
    assert len(lost) == 7
    node = (await orchard("pods").get("cider")).spec.node_name
    expected = f'Operation cannot be fulfilled on pods/binding "cider": pod cider is already assigned to node "{node}"'
    assert {error.message for error in lost} == {expected}
    assert (lost[0].kind, lost[0].name) == ("pods/binding", "cider")


async def test_a_pod_behind_a_gate_or_on_its_way_out_is_not_bound(orchard: Orchard) -> None:
    await orchard.pod(spec={"schedulingGates": [{"name": "example.test/ripe"}]})
    with pytest.raises(Conflict, match=r"pod cider has non-empty .spec.schedulingGates"):
        await bind(orchard, binding())
    await orchard.pod("mead", finalizers=["example.test/kept"])
    await orchard("pods").delete("mead")
    with pytest.raises(Conflict, match="pod mead is being deleted, cannot be assigned to a host"):
        await bind(orchard, binding(name="mead"), "mead")


async def test_only_the_pod_that_is_meant(orchard: Orchard) -> None:
    pod = await orchard.pod()
    with pytest.raises(Conflict, match="UID in precondition: another, UID in object meta"):
        await bind(orchard, binding(uid="another"))
    with pytest.raises(Conflict, match="ResourceVersion in precondition: 1, ResourceVersion in object meta"):
        await bind(orchard, binding(resourceVersion="1"))
    await bind(orchard, binding(uid=pod.metadata.uid, resourceVersion=pod.metadata.resource_version))


async def test_what_is_no_binding(orchard: Orchard) -> None:
    await orchard.pod()
    with pytest.raises(BadRequest, match="name in URL does not match name in Binding object"):
        await bind(orchard, binding(name="mead"))
    with pytest.raises(BadRequest, match="namespace"):
        await bind(orchard, binding(namespace="elsewhere"))
    with pytest.raises(Unclassified) as caught:
        await bind(orchard, {**binding(), "target": {"kind": "Pod"}})
    kinds = '"Node", "<empty>"'
    assert caught.value.message == (
        f'[target.kind: Unsupported value: "Pod": supported values: {kinds}, target.name: Required value]'
    )
    with pytest.raises(NotFound, match='pods "mead" not found'):
        await bind(orchard, binding(name="mead"), "mead")
    assert (await orchard("pods").get("cider")).spec.node_name == ""


async def test_a_dry_run_binds_nothing(orchard: Orchard) -> None:
    before = await orchard.pod()
    await bind(orchard, binding(), dry_run=True)
    assert await orchard("pods").get("cider") == before


async def test_a_pod_takes_on_where_its_node_stands(orchard: Orchard) -> None:
    zone = {"topology.kubernetes.io/zone": "east", "topology.kubernetes.io/region": "valley"}
    await orchard("nodes").create({"metadata": {"name": "shed", "labels": {**zone, "other": "1"}}})
    await orchard.pod()
    await bind(orchard, binding())
    assert dict((await orchard("pods").get("cider")).metadata.labels) == zone


async def test_a_node_binds_no_pod_to_itself(orchard: Orchard) -> None:
    """Even where a role lets it: what it may write it would then read the secrets of."""
    await orchard.pod()
    node = orchard.acting(user("system:node:shed", "system:nodes", "system:masters"))
    with pytest.raises(Forbidden, match="unexpected pod subresource"):
        await bind(node, binding())


async def test_to_create_pods_is_no_right_to_bind_them(orchard: Orchard) -> None:
    await orchard.pod()
    stranger = orchard.acting(user("stranger"))
    for requests, part in ((stranger("pods"), "binding"), (stranger("pods"), "eviction"), (stranger("bindings"), "")):
        with pytest.raises(
            Forbidden, match=f'cannot create resource "{requests.type.plural}{"/" if part else ""}{part}"'
        ):
            await orchard.create(requests, "cider" if part else "", part, binding())
    with pytest.raises(MethodNotSupported):
        await orchard.create(orchard("pods"), "cider", "status", binding())


@pytest.mark.parametrize(
    ("metadata", "field"),
    [
        ({"labels": {"no key!": "x"}}, "metadata.labels"),
        ({"labels": {"app": "no value!"}}, "metadata.labels"),
        ({"annotations": {"no key!": "x"}}, "metadata.annotations"),
        ({"annotations": {"app": "x" * (300 << 10)}}, "metadata.annotations"),
    ],
)
async def test_no_pod_gets_by_its_binding_what_it_could_not_have(
    orchard: Orchard, metadata: dict[str, Any], field: str
) -> None:
    await orchard.pod()
    with pytest.raises(Invalid, match=field):
        await bind(orchard, binding(**metadata))
    assert (await orchard("pods").get("cider")).spec.node_name == ""
