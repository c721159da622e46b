"""The merge schema of messages, as strategic merge patches use it."""

from typing import Any

from pilothouse.api.core.v1.pods_pb2 import Pod
from pilothouse.server.patch.merge_schema import MergeField, MergeSchema
from pilothouse.server.patch.message_schema import merge_schema_for
from pilothouse.server.patch.strategic import apply_strategic_merge_patch


def field(schema: MergeSchema, *names: str) -> MergeField:
    for name in names[:-1]:
        found = schema.field(name)
        assert found is not None
        assert found.child is not None
        schema = found.child
    found = schema.field(names[-1])
    assert found is not None
    return found


def test_lists_merge_by_the_keys_of_their_options() -> None:
    pods = merge_schema_for(Pod)
    containers = field(pods, "spec", "containers")
    assert containers.patch_strategy == {"merge"}
    assert containers.merge_key == "name"
    assert field(pods, "spec", "containers", "ports").merge_key == "containerPort"
    assert field(pods, "spec", "volumes").patch_strategy == {"merge", "retainKeys"}
    assert field(pods, "spec", "containers", "command").patch_strategy == frozenset()
    assert field(pods, "metadata", "finalizers") == MergeField(frozenset({"merge"}), "")


def test_inlined_members_stand_in_their_place() -> None:
    assert field(merge_schema_for(Pod), "spec", "volumes", "configMap", "name").child is None


def test_maps_answer_every_key_and_unknown_members_none() -> None:
    pods = merge_schema_for(Pod)
    assert field(pods, "metadata", "labels", "any/key").patch_strategy == frozenset()
    assert pods.field("ghost") is None


def test_a_container_is_changed_by_its_name() -> None:
    document: Any = {"spec": {"containers": [{"name": "a", "image": "1"}, {"name": "b", "image": "1"}]}}
    patch: Any = {"spec": {"containers": [{"name": "b", "image": "2"}]}}
    assert apply_strategic_merge_patch(document, patch, merge_schema_for(Pod)) == {
        "spec": {"containers": [{"name": "a", "image": "1"}, {"name": "b", "image": "2"}]}
    }
