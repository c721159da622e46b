"""What the options of the .proto files refuse, and in which words."""

from typing import Any

import pytest
from pilothouse.api.core.v1.pods_pb2 import Pod
from pilothouse.server.schema.metadata import metadata_validator_for
from pilothouse.server.schema.presence import normalizer_for
from pilothouse.server.schema.validation import validator_for

from tests.support.objects import create, default, faults, pod, workload

INVALID, REQUIRED, UNSUPPORTED, DUPLICATE = (
    "FieldValueInvalid",
    "FieldValueRequired",
    "FieldValueNotSupported",
    "FieldValueDuplicate",
)


def container(**members: Any) -> dict[str, Any]:
    return {"name": "press", "image": "registry.test/press:3", **members}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (pod(containers=[]), (REQUIRED, "spec.containers", "Required value")),
        (pod(containers=[{"image": "a"}]), (REQUIRED, "spec.containers[0].name", "Required value")),
        (
            pod(containers=[container(), container(name="press")]),
            (DUPLICATE, "spec.containers[1].name", 'Duplicate value: "press"'),
        ),
        (
            pod(restartPolicy="Sometimes"),
            (
                UNSUPPORTED,
                "spec.restartPolicy",
                'Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"',
            ),
        ),
        (
            pod(containers=[container(ports=[{"containerPort": 65536}])]),
            (
                INVALID,
                "spec.containers[0].ports[0].containerPort",
                "Invalid value: 65536: must be between 1 and 65535, inclusive",
            ),
        ),
        (
            pod(containers=[container(ports=[{"containerPort": 80, "name": "80"}])]),
            (
                INVALID,
                "spec.containers[0].ports[0].name",
                'Invalid value: "80": must contain at least one letter (a-z)',
            ),
        ),
        (
            pod(volumes=[{"name": "bin"}, {"name": "bin"}]),
            (DUPLICATE, "spec.volumes[1].name", 'Duplicate value: "bin"'),
        ),
        (
            workload("Deployment", replicas=-3),
            (INVALID, "spec.replicas", "Invalid value: -3: must be greater than or equal to 0"),
        ),
    ],
)
def test_one_fault(value: dict[str, Any], expected: tuple[str, str, str]) -> None:
    assert faults(value) == [expected]


def test_every_fault_is_named_in_the_order_of_fields() -> None:
    value = pod(
        volumes=[{"name": "Bin"}],
        containers=[container(env=[{"name": ""}], imagePullPolicy="Rarely")],
        restartPolicy="Maybe",
    )
    assert [field for _, field, _ in faults(value)] == [
        "spec.volumes[0].name",
        "spec.containers[0].env[0].name",
        "spec.containers[0].imagePullPolicy",
        "spec.restartPolicy",
    ]


def test_keys_of_maps_stand_in_the_path() -> None:
    value = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "recipe"}, "data": {"not good": "x"}}
    assert [field for _, field, _ in faults(value)] == ["data[not good]"]


def test_labels_in_selectors_are_checked() -> None:
    value = workload("Deployment", selector={"matchLabels": {"app": "press", "bad key": "x"}})
    assert (INVALID, "spec.selector.matchLabels") in [(reason, field) for reason, field, _ in faults(value)]


def test_expressions_need_values_where_they_compare() -> None:
    selector = {"matchExpressions": [{"key": "a", "operator": "In"}, {"key": "b", "operator": "Like"}]}
    budget = {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": "guard"},
        "spec": {"selector": selector},
    }
    assert [field for _, field, _ in faults(budget)] == [
        "spec.selector.matchExpressions[0].values",
        "spec.selector.matchExpressions[1].operator",
    ]


def test_what_is_no_quantity_is_named() -> None:
    message = Pod()
    message.spec.containers.add(name="press", image="a").resources.limits["cpu"].string = "lots"
    assert [cause.field for cause in validator_for(Pod)(message)] == ["spec.containers[0].resources.limits[cpu]"]


def test_what_a_struct_lacks_is_named_where_the_struct_is_left_out() -> None:
    value = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "presses"}}
    assert [field for reason, field, _ in faults(value) if reason == REQUIRED] == [
        "spec.selector",
        "spec.template.spec.containers",
    ]


def test_what_is_only_documented_as_required_may_be_empty() -> None:
    value = {"apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": "bounds"}, "spec": {"limits": []}}
    assert faults(value) == []


@pytest.mark.parametrize(
    "value",
    [
        pod(),
        pod(volumes=[{"name": "bin", "hostPath": {"path": "/bin"}}], nodeSelector={"a.test/b": "c"}),
        pod(initContainers=[{"name": "wash", "image": "wash", "restartPolicy": "Always"}], hostNetwork=True),
        workload("Deployment", replicas=0),
        workload("StatefulSet", podManagementPolicy="Parallel"),
        workload("DaemonSet", updateStrategy={"type": "OnDelete"}),
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "press"}},
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "key"}, "stringData": {"a.b_c-D": ""}},
        {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "turn"}},
        {"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": "s"}, "provisioner": "a.b/c"},
    ],
)
def test_what_is_accepted_stays_accepted(value: dict[str, Any]) -> None:
    resource, message = create(value)
    validators = (metadata_validator_for(resource), validator_for(resource.message))
    assert [cause for validate in validators for cause in validate(message)] == []
    stored = resource.message.FromString(message.SerializeToString())
    normalizer_for(resource.message)(stored)
    default(resource, stored)
    assert stored == message
    assert [cause for validate in validators for cause in validate(stored)] == []
