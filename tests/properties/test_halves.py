"""An object has two halves, its specification and its status: a write of one leaves the other as it is."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pilothouse.server.errors import ApiError, Invalid
from pilothouse.server.verbs.patch import PatchType

from tests.properties.objects import KINDS, Json
from tests.properties.world import Kind, World

CONDITION = {"type": "Ready", "status": "True", "lastTransitionTime": "2026-01-02T03:04:05Z"}
ADDRESSES = {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}}
STATUSES: dict[tuple[str, str], tuple[Json, ...]] = {
    ("v1", "Pod"): (
        {"phase": "Running", "conditions": [CONDITION]},
        {"phase": "Pending", "message": "waits", "podIP": "192.0.2.7", "podIPs": [{"ip": "192.0.2.7"}]},
        {},
    ),
    ("v1", "Service"): ({"conditions": [{**CONDITION, "reason": "Well"}]}, ADDRESSES, {}),
    ("v1", "PersistentVolumeClaim"): (
        {"phase": "Bound", "capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"]},
        {"phase": "Pending"},
        {},
    ),
    ("apps/v1", "Deployment"): (
        {"replicas": 2, "readyReplicas": 1, "availableReplicas": 1, "observedGeneration": 1},
        {"conditions": [{"type": "Available", "status": "True"}]},
        {},
    ),
    ("apps/v1", "StatefulSet"): ({"replicas": 1, "currentRevision": "a"}, {"replicas": 2, "readyReplicas": 1}),
    ("apps/v1", "DaemonSet"): ({"desiredNumberScheduled": 2}, {"numberReady": 1, "observedGeneration": 1}),
    ("batch/v1", "CronJob"): ({"lastScheduleTime": "2026-01-02T03:04:05Z"}, {}),
    ("policy/v1", "PodDisruptionBudget"): ({"expectedPods": 3, "disruptionsAllowed": 1}, {"currentHealthy": 1}),
    ("batch/v1", "Job"): ({"active": 1, "startTime": "2026-01-02T03:04:05Z"}, {"ready": 0}, {}),
    ("networking.k8s.io/v1", "Ingress"): (ADDRESSES, {}),
    ("autoscaling/v2", "HorizontalPodAutoscaler"): ({"currentReplicas": 1, "desiredReplicas": 2}, {}),
}
WAYS = ("update", "merge patch", "strategic patch", "json patch")

EXAMPLES = settings(max_examples=20, deadline=None)


def write(kind: Kind, way: str, subresource: str, present: Json, spec: Json, status: Json) -> None:
    """Tries both halves in one request, whichever of them it is for."""
    name = present["metadata"]["name"]
    if way == "update":
        kept = {k: present["metadata"][k] for k in ("name", "resourceVersion")}
        kind.update({"metadata": kept, "spec": deepcopy(spec), "status": status}, subresource)
        return
    document: Any = {"spec": spec, "status": status}
    how = PatchType.STRATEGIC_MERGE if way == "strategic patch" else PatchType.MERGE
    if way == "json patch":
        how = PatchType.JSON
        document = [{"op": "add", "path": f"/{half}", "value": value} for half, value in document.items()]
    kind.patch(name, document, how=how, subresource=subresource)


def attempt(kind: Kind, way: str, subresource: str, present: Json, spec: Json, status: Json) -> bool:
    try:
        write(kind, way, subresource, present, spec, status)
    except ApiError:
        return False
    return True


steps = st.lists(st.tuples(st.sampled_from(WAYS), st.booleans(), st.integers(0, 9), st.booleans()), max_size=6)


@pytest.mark.parametrize("of", STATUSES, ids=" ".join)
@EXAMPLES
@given(data=st.data(), steps=steps)
def test_each_write_is_of_one_half(
    world: World, of: tuple[str, str], data: st.DataObject, steps: list[tuple[str, bool, int, bool]]
) -> None:
    """A step: the way, whether it is for the status, which status it brings, whether it brings another spec."""
    kind = world.kind(of)
    try:
        present = kind.create({**data.draw(KINDS[of]), "status": STATUSES[of][0]}, world.fresh_name())
    except Invalid:
        return
    name, first = present["metadata"]["name"], present["status"]
    assert all(first.get(key) != value for key, value in STATUSES[of][0].items()), "a create sets no status"
    for way, of_status, status, another in steps:
        spec = data.draw(KINDS[of])["spec"] if another else present["spec"]
        done = attempt(
            kind, way, "status" if of_status else "", present, spec, STATUSES[of][status % len(STATUSES[of])]
        )
        after = kind.get(name)
        if not done:
            assert after == present
        half = "spec" if of_status else "status"
        assert after.get(half) == present.get(half)
        if of_status:
            assert after["metadata"].get("generation") == present["metadata"].get("generation")
        present = after


@pytest.mark.parametrize("of", STATUSES, ids=" ".join)
def test_a_status_is_written_through_its_subresource(world: World, of: tuple[str, str]) -> None:
    """The property above has something to see."""
    kind = world.kind(of)

    @settings(max_examples=5, deadline=None, database=None)
    @given(data=st.data(), way=st.sampled_from(WAYS))
    def written(data: st.DataObject, way: str) -> None:
        try:
            present = kind.create(data.draw(KINDS[of]), world.fresh_name())
        except Invalid:
            return
        write(kind, way, "status", present, present["spec"], STATUSES[of][0])
        after = kind.get(present["metadata"]["name"])
        assert set(after["status"]) >= set(STATUSES[of][0])
        assert after["status"] != present["status"]

    written()
