from typing import Any

import pytest
from pilothouse.server.schema.metadata import MAX_ANNOTATIONS, identity_causes, metadata_validator_for

from tests.support.objects import REGISTRY, read, resource_of


def config_map(**metadata: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "recipe", **metadata}}


def owner(**members: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "name": "tree", "uid": "1", **members}


@pytest.mark.parametrize(
    ("metadata", "fields"),
    [
        ({}, []),
        ({"name": "Recipe"}, ["metadata.name"]),
        ({"name": "r" * 254}, ["metadata.name"]),
        ({"generateName": "re_"}, ["metadata.generateName"]),
        ({"generateName": "re-"}, []),
        ({"labels": {"a": "b c"}}, ["metadata.labels"]),
        ({"labels": {"a/b/c": "d"}}, ["metadata.labels"]),
        ({"annotations": {"not good": ""}}, ["metadata.annotations"]),
        ({"annotations": {"Example.TEST/a": "any text: \n"}}, []),
        ({"annotations": {"a": "x" * MAX_ANNOTATIONS}}, ["metadata.annotations"]),
        ({"ownerReferences": [owner()]}, []),
        ({"ownerReferences": [owner(uid="")]}, ["metadata.ownerReferences.uid"]),
        ({"ownerReferences": [owner(kind="Event")]}, ["metadata.ownerReferences"]),
        ({"ownerReferences": [owner(controller=True), owner(controller=True)]}, ["metadata.ownerReferences"]),
        ({"finalizers": ["example.test/wait"]}, []),
        ({"finalizers": ["not good"]}, ["metadata.finalizers", "metadata.finalizers[0]"]),
        ({"finalizers": ["wait"]}, ["metadata.finalizers[0]"]),
        ({"finalizers": ["orphan", "foregroundDeletion"]}, ["metadata.finalizers"]),
    ],
)
def test_faults_of_metadata(metadata: dict[str, Any], fields: list[str]) -> None:
    resource, message = read(config_map(**metadata))
    assert [cause.field for cause in metadata_validator_for(resource)(message)] == fields


def test_a_namespace_is_needed_or_out_of_place() -> None:
    resource, message = read(config_map())
    message.metadata.namespace = ""
    assert [c.reason for c in metadata_validator_for(resource)(message)] == ["FieldValueRequired"]
    nodes, node = read({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n1", "namespace": "orchard"}})
    assert [c.reason for c in metadata_validator_for(nodes)(node)] == ["FieldValueForbidden"]


def test_the_name_rule_is_that_of_the_resource() -> None:
    role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "system:Reader"}}
    resource, message = read(role)
    assert metadata_validator_for(resource)(message) == []
    resource, message = read({"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "n" * 53}})
    (cause,) = metadata_validator_for(resource)(message)
    assert cause.message.endswith("must be no more than 52 characters")


def test_what_is_being_deleted_gains_no_finalizer() -> None:
    _, old = read(config_map(finalizers=["example.test/a"], deletionTimestamp="2024-05-01T00:00:00Z"))
    _, new = read(config_map(finalizers=["example.test/a", "example.test/b"]))
    assert [c.field for c in identity_causes(new.metadata, old.metadata)] == ["metadata.finalizers"]
    assert identity_causes(old.metadata, old.metadata) == []


def test_an_object_stays_the_one_that_it_is() -> None:
    _, old = read(config_map())
    _, new = read(config_map())
    old.metadata.uid, new.metadata.uid = "one", "two"
    assert [c.field for c in identity_causes(new.metadata, old.metadata)] == ["metadata.uid"]
    new.metadata.ClearField("uid")
    assert identity_causes(new.metadata, old.metadata) == []


def test_every_resource_has_a_name_rule() -> None:
    for resource in REGISTRY:
        assert callable(metadata_validator_for(resource)), resource.qualified
    assert resource_of("v1", "Pod").name_rule == "dns1123subdomain"
