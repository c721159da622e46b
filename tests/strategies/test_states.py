"""First states, what updates may not touch, generations and grace."""

from typing import Any

import pytest
from pilothouse.server.strategies import strategy_for

from tests.support.objects import create, pod, read, update, workload


@pytest.mark.parametrize(
    ("resources", "qos"),
    [
        ({}, "BestEffort"),
        ({"requests": {"cpu": "1"}}, "Burstable"),
        ({"limits": {"cpu": "1"}}, "Burstable"),
        ({"limits": {"cpu": "1", "memory": "1Gi"}}, "Guaranteed"),
        ({"limits": {"cpu": "1", "memory": "1Gi"}, "requests": {"cpu": "500m"}}, "Burstable"),
        ({"limits": {"example.test/ladder": "1"}}, "BestEffort"),
    ],
)
def test_a_new_pod_is_pending_in_its_class(resources: dict[str, Any], qos: str) -> None:
    value = pod(containers=[{"name": "press", "image": "p:1", "resources": resources}])
    _, message = create({**value, "status": {"phase": "Running"}})
    assert (message.status.phase, message.status.qos_class) == ("Pending", qos)


def test_a_new_object_has_no_status_of_its_own_making() -> None:
    _, message = create({**workload("Deployment"), "status": {"replicas": 4}})
    assert not message.HasField("status")
    _, node = create({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n"}, "status": {"phase": "Running"}})
    assert node.status.phase == "Running"


def test_the_two_writes_do_not_touch_each_others_half() -> None:
    _, old = create(workload("Deployment"))
    _, changed = update({**workload("Deployment", replicas=5), "status": {"replicas": 5}}, old)
    assert (changed.spec.replicas, changed.status.replicas) == (5, 0)
    _, changed = update({**workload("Deployment", replicas=5), "status": {"replicas": 5}}, old, "status")
    assert (changed.spec.replicas, changed.status.replicas) == (1, 5)
    assert changed.spec == old.spec


def test_labels_through_status_are_for_the_kind_to_decide() -> None:
    _, old = create(pod())
    labelled = {**pod(), "metadata": {"name": "cider", "labels": {"a": "b"}}}
    assert dict(update(labelled, old, "status")[1].metadata.labels) == {"a": "b"}
    _, old = create(workload("Deployment"))
    labelled = {**workload("Deployment"), "metadata": {"name": "presses", "labels": {"a": "b"}}}
    assert dict(update(labelled, old, "status")[1].metadata.labels) == {}


def test_finalizers_of_a_namespace_change_only_through_finalize() -> None:
    value = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "orchard"}}
    _, old = create(value)
    assert list(old.spec.finalizers) == ["kubernetes"]
    assert old.metadata.labels["kubernetes.io/metadata.name"] == "orchard"
    assert list(update(value, old)[1].spec.finalizers) == ["kubernetes"]
    assert list(update(value, old, "finalize")[1].spec.finalizers) == []


def test_a_signing_request_says_who_asks_and_stays() -> None:
    value = {
        "apiVersion": "certificates.k8s.io/v1",
        "kind": "CertificateSigningRequest",
        "metadata": {"name": "c"},
        "spec": {"request": "YQ==", "signerName": "example.test/a", "username": "somebody else"},
    }
    _, old = create(value)
    assert (old.spec.username, list(old.spec.groups)) == ("gardener", ["growers"])
    assert list(old.spec.extra["example.test/plot"].items) == ["7"]
    changed = {**value, "spec": {**value["spec"], "signerName": "example.test/b"}}  # type: ignore[dict-item]
    assert update(changed, old)[1].spec == old.spec


@pytest.mark.parametrize(
    ("change", "raised"),
    [
        ({"spec": {"replicas": 2}}, True),
        ({"metadata": {"annotations": {"a": "b"}}}, True),
        ({"metadata": {"labels": {"a": "b"}}}, False),
        ({}, False),
    ],
)
def test_generation_of_a_deployment(change: dict[str, Any], raised: bool) -> None:
    value = workload("Deployment")
    resource, old = create(value)
    changed = {key: {**part, **change.get(key, {})} if isinstance(part, dict) else part for key, part in value.items()}
    _, new = update(changed, old)
    assert strategy_for(resource).raises_generation(new, old) is raised


def test_generation_of_an_endpoint_slice_follows_all_but_metadata() -> None:
    value = {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": {"name": "e"}}
    resource, old = create({**value, "addressType": "IPv4"})
    _, new = update({**value, "addressType": "IPv4", "endpoints": [{"addresses": ["192.0.2.1"]}]}, old)
    assert strategy_for(resource).raises_generation(new, old)
    _, same = update({**value, "addressType": "IPv4"}, old)
    assert not strategy_for(resource).raises_generation(same, old)


@pytest.mark.parametrize(
    ("spec", "phase", "requested", "seconds"),
    [
        ({"nodeName": "n1"}, "Running", None, 30),
        ({"nodeName": "n1", "terminationGracePeriodSeconds": 5}, "Running", None, 5),
        ({"nodeName": "n1"}, "Running", 0, 0),
        ({"nodeName": "n1"}, "Running", -4, 1),
        ({"nodeName": "n1"}, "Succeeded", 9, 0),
        ({}, "Pending", 9, 0),
    ],
)
def test_grace_of_a_pod(spec: dict[str, Any], phase: str, requested: int | None, seconds: int) -> None:
    resource, message = read(pod(**spec))
    message.status.phase = phase
    assert strategy_for(resource).grace_seconds(message, requested) == seconds


def test_nothing_else_is_graceful() -> None:
    resource, message = read(workload("Deployment"))
    assert strategy_for(resource).grace_seconds(message, 30) == 0
