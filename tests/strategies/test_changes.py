"""What a change may not touch."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pilothouse.server.strategies import strategy_for

from tests.meta.test_codec_random import messages
from tests.support.objects import REGISTRY, context_of, pod, template, update_faults, workload


def fields(value: dict[str, Any], old: dict[str, Any]) -> list[str]:
    return [field for _, field, _ in update_faults(value, old)]


def press(**members: Any) -> dict[str, Any]:
    return {"name": "press", "image": "registry.test/press:3", **members}


@pytest.mark.parametrize(
    ("spec", "old", "expected"),
    [
        ({"containers": [press(image="registry.test/press:4")]}, {}, []),
        ({"containers": [press(command=["squeeze"])]}, {}, ["spec"]),
        ({"containers": [press(), press(name="strainer")]}, {}, ["spec.containers"]),
        ({"nodeName": "n1"}, {}, ["spec"]),
        ({"tolerations": [{"key": "a", "operator": "Exists"}]}, {}, []),
        ({}, {"tolerations": [{"key": "a", "operator": "Exists"}]}, ["spec.tolerations"]),
        ({"activeDeadlineSeconds": 30}, {}, []),
        ({"activeDeadlineSeconds": 30}, {"activeDeadlineSeconds": 60}, []),
        ({"activeDeadlineSeconds": 60}, {"activeDeadlineSeconds": 30}, ["spec.activeDeadlineSeconds"]),
        ({}, {"activeDeadlineSeconds": 30}, ["spec.activeDeadlineSeconds"]),
        ({}, {"schedulingGates": [{"name": "ripe"}]}, []),
        ({"schedulingGates": [{"name": "ripe"}]}, {}, ["spec.schedulingGates[0].name"]),
        (
            {"schedulingGates": [{"name": "ripe"}], "nodeSelector": {"a": "b"}},
            {"schedulingGates": [{"name": "ripe"}]},
            [],
        ),
        ({"nodeSelector": {"a": "b"}}, {}, ["spec"]),
    ],
)
def test_pods(spec: dict[str, Any], old: dict[str, Any], expected: list[str]) -> None:
    assert fields(pod(**spec), pod(**old)) == expected


def test_a_selector_stays_and_is_quoted_as_it_is_served() -> None:
    new = workload("Deployment", selector={"matchLabels": {"app": "mill"}})
    assert update_faults(new, workload("Deployment")) == [
        (
            "FieldValueInvalid",
            "spec.selector",
            'Invalid value: {"matchLabels":{"app":"mill"}}: field is immutable',
        )
    ]


def test_stateful_sets_change_in_named_places_only() -> None:
    old = workload("StatefulSet", serviceName="a")
    assert fields(workload("StatefulSet", serviceName="a", replicas=4), old) == []
    assert fields(workload("StatefulSet", serviceName="b"), old) == ["spec"]


def test_jobs_keep_what_they_run() -> None:
    def job(**spec: Any) -> dict[str, Any]:
        own = {"template": template(restartPolicy="Never"), "manualSelector": True}
        selector = {"matchLabels": {"app": "press"}}
        spec = {**own, "selector": selector, **spec}
        return {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "j"}, "spec": spec}

    assert fields(job(parallelism=3, completions=1), job(completions=1)) == []
    assert fields(job(completions=5), job(completions=1)) == ["spec.completions"]
    changed = template(restartPolicy="Never", hostname="h")
    assert fields(job(template=changed), job()) == ["spec.template"]
    moved = template(restartPolicy="Never", nodeSelector={"a": "b"})
    assert fields(job(template=moved, suspend=True), job(suspend=True)) == []
    assert fields(job(template=moved), job()) == ["spec.template"]


def test_locked_data_stays() -> None:
    def recipe(data: dict[str, str], locked: bool) -> dict[str, Any]:
        meta = {"name": "recipe"}
        return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": data, "immutable": locked}

    assert fields(recipe({"a": "2"}, True), recipe({"a": "1"}, True)) == ["data"]
    assert fields(recipe({"a": "1"}, False), recipe({"a": "1"}, True)) == ["immutable"]
    assert fields(recipe({"a": "2"}, True), recipe({"a": "1"}, False)) == []


def test_fixed_fields_come_in_the_order_of_their_paths() -> None:
    def storage_class(provisioner: str, parameter: str) -> dict[str, Any]:
        own = {"provisioner": provisioner, "parameters": {"a": parameter}}
        return {"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": "s"}, **own}

    new, old = storage_class("b.test/x", "2"), storage_class("a.test/x", "1")
    assert fields(new, old) == ["parameters", "provisioner"]


def test_a_binding_keeps_its_role() -> None:
    def binding(name: str) -> dict[str, Any]:
        ref = {"kind": "Role", "name": name, "apiGroup": "rbac.authorization.k8s.io"}
        api = "rbac.authorization.k8s.io/v1"
        return {"apiVersion": api, "kind": "RoleBinding", "metadata": {"name": "b"}, "roleRef": ref}

    assert update_faults(binding("other"), binding("reader"))[0][2].endswith(": cannot change roleRef")


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_no_change_is_never_refused(data: Any) -> None:
    resource = data.draw(st.sampled_from(sorted(REGISTRY, key=lambda r: r.qualified + r.version)))
    message = resource.message(**data.draw(messages(resource.message.DESCRIPTOR)))
    same = resource.message.FromString(message.SerializeToString())
    strategy = strategy_for(resource)
    # The addresses of a node are looked at again with every change.
    if resource.kind not in ("CertificateSigningRequest", "Node"):
        assert strategy.validate_update(context_of(resource, "update"), same, message) == []
    assert not strategy.raises_generation(same, message)
