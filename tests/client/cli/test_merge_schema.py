"""How members merge is read from the options of the messages."""

import pytest
from pilothouse.client.cli.merge_schema import merge_schema
from pilothouse.client.three_way import MergeField, MergeSchema

DEPLOYMENT = "pilothouse.api.apps.v1.Deployment"


def follow(message: str, *path: str) -> MergeField:
    schema: MergeSchema | None = merge_schema(message)
    for key in path[:-1]:
        assert schema is not None
        found = schema.field(key)
        assert found is not None, key
        schema = found.child
    assert schema is not None
    found = schema.field(path[-1])
    assert found is not None
    return found


def test_lists_know_their_keys() -> None:
    containers = follow(DEPLOYMENT, "spec", "template", "spec", "containers")
    assert (containers.patch_strategy, containers.merge_key) == (frozenset({"merge"}), "name")
    ports = follow(DEPLOYMENT, "spec", "template", "spec", "containers", "ports")
    assert (ports.patch_strategy, ports.merge_key) == (frozenset({"merge"}), "containerPort")


def test_strategies_come_apart() -> None:
    assert "retainKeys" in follow(DEPLOYMENT, "spec", "strategy").patch_strategy
    volumes = follow(DEPLOYMENT, "spec", "template", "spec", "volumes")
    assert volumes.patch_strategy == {"merge", "retainKeys"}


def test_inlined_members_stand_where_json_has_them() -> None:
    schema = follow("pilothouse.api.core.v1.Pod", "spec", "volumes").child
    assert schema is not None
    assert schema.field("configMap") is not None
    assert schema.field("volumeSource") is None


def test_a_maps_values_are_values() -> None:
    assert follow(DEPLOYMENT, "metadata", "labels", "any").child is None


def test_quantities_and_times_are_values() -> None:
    assert follow(DEPLOYMENT, "metadata", "creationTimestamp").child is None
    limits = follow("pilothouse.api.core.v1.ResourceQuota", "spec", "hard", "cpu")
    assert limits.child is None


@pytest.mark.parametrize("message", ["", "example.v1.Boat", "pilothouse.api.apps.v1.Boat", "pilothouse.api.no.v1.Boat"])
def test_a_kind_without_a_message_has_none(message: str) -> None:
    assert merge_schema(message) is None
