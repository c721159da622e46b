"""scale: how many replicas a workload has, read and written without the workload itself."""

from dataclasses import replace
from typing import Any

import pytest
from pilothouse.server.admission.base import AdmissionRequest, Operation, Plugin
from pilothouse.server.admission.chain import Chain
from pilothouse.server.errors import BadRequest, Conflict, Forbidden, Invalid, MethodNotSupported, NotFound
from pilothouse.server.meta.resource import ResourceType
from pilothouse.server.verbs.patch import PatchType

from tests.support.plane import Requests
from tests.verbs.subresources.conftest import Orchard, user

TEMPLATE = {
    "metadata": {"labels": {"app": "cider", "tier": "press"}},
    "spec": {"containers": [{"name": "press", "image": "registry.test/press:3"}]},
}
SELECTOR = {
    "matchLabels": {"tier": "press", "app": "cider"},
    "matchExpressions": [{"key": "app", "operator": "In", "values": ["mead", "cider"]}],
}
WORKLOADS = (
    ("apps", "deployments", {"selector": SELECTOR}),
    ("apps", "replicasets", {"selector": SELECTOR}),
    ("apps", "statefulsets", {"selector": SELECTOR, "serviceName": "press"}),
    ("", "replicationcontrollers", {"selector": {"tier": "press", "app": "cider"}}),
)


def scale(replicas: int | None = None, **metadata: Any) -> dict[str, Any]:
    spec = {} if replicas is None else {"replicas": replicas}
    return {
        "apiVersion": "autoscaling/v1",
        "kind": "Scale",
        "metadata": {"name": "press", **metadata},
        "spec": spec,
    }


async def workload(orchard: Orchard, group: str = "apps", plural: str = "deployments", **spec: Any) -> Requests:
    requests = orchard(plural, group)
    spec = {"selector": SELECTOR, "template": TEMPLATE, **spec}
    await requests.create({"metadata": {"name": "press", "labels": {"kept": "yes"}}, "spec": spec})
    return requests


@pytest.mark.parametrize(("group", "plural", "spec"), WORKLOADS)
async def test_every_workload_has_one(orchard: Orchard, group: str, plural: str, spec: dict[str, Any]) -> None:
    requests = await workload(orchard, group, plural, replicas=2, **spec)
    found = await orchard.get(requests, "press", "scale")
    whole = await requests.get("press")
    assert (found.spec.replicas, found.status.replicas) == (2, 0)
    assert found.metadata.uid == whole.metadata.uid
    assert found.metadata.resource_version == whole.metadata.resource_version
    assert found.metadata.creation_timestamp == whole.metadata.creation_timestamp
    assert (found.metadata.namespace, dict(found.metadata.labels)) == ("orchard", {})
    equal = "app=cider,tier=press"
    assert found.status.selector == (equal if not group else "app=cider,app in (cider,mead),tier=press")


@pytest.mark.parametrize(("group", "plural", "spec"), WORKLOADS)
async def test_to_scale_changes_the_replicas_and_nothing_else(
    orchard: Orchard, group: str, plural: str, spec: dict[str, Any]
) -> None:
    requests = await workload(orchard, group, plural, **spec)
    before = await requests.get("press")
    scaled = await orchard.update(requests, "press", "scale", scale(5, labels={"lost": "yes"}))
    after = await requests.get("press")
    assert scaled.spec.replicas == after.spec.replicas == 5
    assert scaled.metadata.resource_version == after.metadata.resource_version != before.metadata.resource_version
    assert after.metadata.generation == before.metadata.generation + 1
    assert dict(after.metadata.labels) == {"kept": "yes"}
    assert after.spec.template == before.spec.template


async def test_no_replicas_are_none(orchard: Orchard) -> None:
    requests = await workload(orchard, replicas=3)
    assert (await orchard.update(requests, "press", "scale", scale())).spec.replicas == 0
    assert (await requests.get("press")).spec.replicas == 0


@pytest.mark.parametrize(
    ("how", "document"),
    [
        (PatchType.MERGE, {"spec": {"replicas": 4}}),
        (PatchType.STRATEGIC_MERGE, {"spec": {"replicas": 4}}),
        (PatchType.JSON, [{"op": "add", "path": "/spec/replicas", "value": 4}]),
    ],
)
async def test_every_patch_can_scale(orchard: Orchard, how: PatchType, document: Any) -> None:
    requests = await workload(orchard)
    assert (await orchard.patch(requests, "press", "scale", document, how)).spec.replicas == 4
    assert (await requests.get("press")).spec.replicas == 4


async def test_the_same_number_again_writes_nothing(orchard: Orchard) -> None:
    requests = await workload(orchard, replicas=2)
    before = await requests.get("press")
    assert (await orchard.update(requests, "press", "scale", scale(2))).metadata.uid == before.metadata.uid
    assert await requests.get("press") == before


async def test_a_dry_run_answers_and_changes_nothing(orchard: Orchard) -> None:
    requests = await workload(orchard, replicas=2)
    before = await requests.get("press")
    assert (await orchard.update(requests, "press", "scale", scale(9), dry_run=True)).spec.replicas == 9
    assert await requests.get("press") == before


async def test_what_is_no_number_of_replicas_is_told_of_the_scale(orchard: Orchard) -> None:
    requests = await workload(orchard)
    with pytest.raises(Invalid) as caught:
        await orchard.update(requests, "press", "scale", scale(-1))
    message = (
        'Scale.autoscaling "press" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0'
    )
    assert caught.value.message == message
    assert (caught.value.group, caught.value.kind) == ("autoscaling", "Scale")


async def test_preconditions_hold(orchard: Orchard) -> None:
    requests = await workload(orchard)
    stale = (await requests.get("press")).metadata.resource_version
    await orchard.update(requests, "press", "scale", scale(2, resourceVersion=stale))
    with pytest.raises(Conflict, match=r'on deployments.apps "press": the object has been modified'):
        await orchard.update(requests, "press", "scale", scale(3, resourceVersion=stale))
    with pytest.raises(Conflict, match="Precondition failed: UID in precondition"):
        await orchard.update(requests, "press", "scale", scale(3, uid="another"))
    with pytest.raises(Conflict, match=r'on deployments/scale.apps "press": Precondition failed: UID'):
        await orchard.patch(requests, "press", "scale", {"metadata": {"uid": "another"}, "spec": {"replicas": 3}})
    assert (await requests.get("press")).spec.replicas == 2


async def test_what_is_not_there_and_what_is_no_scale(orchard: Orchard) -> None:
    requests = orchard("deployments", "apps")
    for attempt in (orchard.get(requests, "press", "scale"), orchard.update(requests, "press", "scale", scale(1))):
        with pytest.raises(NotFound, match=r'deployments.apps "press" not found'):
            await attempt
    await workload(orchard)
    with pytest.raises(BadRequest, match="cannot be handled as a Scale"):
        await orchard.update(requests, "press", "scale", {**scale(1), "apiVersion": "apps/v1", "kind": "Deployment"})
    with pytest.raises(BadRequest, match="does not match the name on the URL"):
        await orchard.update(requests, "press", "scale", scale(1, name="mill"))
    with pytest.raises(BadRequest, match="namespace"):
        await orchard.update(requests, "press", "scale", scale(1, namespace="elsewhere"))
    daemons = orchard("daemonsets", "apps")
    with pytest.raises(MethodNotSupported):
        await orchard.update(daemons, "press", "scale", scale(1))


class Ceiling(Plugin):
    """Knows a Scale when it sees one."""

    name = "Ceiling"

    def handles(self, resource: ResourceType, subresource: str, operation: Operation) -> bool:
        return subresource == "scale" and operation is Operation.UPDATE

    async def mutate(self, request: AdmissionRequest) -> None:
        found: Any = request.object
        found.spec.replicas = min(found.spec.replicas, 10)

    async def validate(self, request: AdmissionRequest) -> None:
        new, old = request.object, request.old
        assert new is not None
        assert old is not None
        names = {new.DESCRIPTOR.full_name, old.DESCRIPTOR.full_name}
        assert names == {"pilothouse.api.autoscaling.v1.Scale"}
        if new.spec.replicas == 7:  # type: ignore[attr-defined]
            raise Forbidden("not seven")


async def test_admission_sees_the_scale_and_may_change_it(orchard: Orchard) -> None:
    requests = await workload(orchard)
    orchard.plane = replace(orchard.plane, admission=Chain((Ceiling(),)))
    assert (await orchard.update(requests, "press", "scale", scale(50))).spec.replicas == 10
    with pytest.raises(Forbidden, match="not seven"):
        await orchard.update(requests, "press", "scale", scale(7))


async def test_who_may_scale_may_change_nothing_else(orchard: Orchard) -> None:
    requests = await workload(orchard)
    rules = [{"apiGroups": ["apps"], "resources": ["deployments/scale"], "verbs": ["get", "update"]}]
    await orchard("roles", "rbac.authorization.k8s.io").create({"metadata": {"name": "lift"}, "rules": rules})
    await orchard("rolebindings", "rbac.authorization.k8s.io").create(
        {
            "metadata": {"name": "lift"},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "lift"},
            "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "lift"}],
        }
    )
    lift = orchard.acting(user("lift"))
    revision = await orchard.plane.store.revision()
    assert await orchard.plane.cache.wait_for(revision, 3.0)
    theirs = lift("deployments", "apps")
    assert (await lift.update(theirs, "press", "scale", scale(3))).spec.replicas == 3
    for attempt in (
        theirs.get("press"),
        lift.patch(theirs, "press", "scale", {"spec": {"replicas": 4}}),
        lift.get(theirs, "press", "status"),
        theirs.update({"metadata": {"name": "press"}}),
    ):
        with pytest.raises(Forbidden):
            await attempt
    assert (await requests.get("press")).spec.replicas == 3
