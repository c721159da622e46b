from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pilothouse.client.three_way import JsonObject, MergeSchema, three_way_merge
from pilothouse.server.patch.merge_patch import apply_merge_patch
from pilothouse.server.patch.strategic import apply_strategic_merge_patch

from tests.support.merging import OBJECT

# The server's description of a type has the shape that the client's wants; the two packages share no code.
SCHEMA: MergeSchema = OBJECT  # type: ignore[assignment]


def test_what_was_applied_and_is_no_longer_wanted_goes_and_what_the_server_added_stays() -> None:
    patch = three_way_merge({"a": 1, "b": 1}, {"a": 2}, {"a": 1, "b": 1, "c": 1}, None)
    assert patch == {"a": 2, "b": None}


def test_nothing_to_do_is_an_empty_patch() -> None:
    current: JsonObject = {
        "metadata": {"finalizers": ["server", "a"]},
        "spec": {"containers": [{"name": "x", "image": "y"}]},
    }
    wanted: JsonObject = {"metadata": {"finalizers": ["a"]}, "spec": {"containers": [{"name": "x"}]}}
    assert three_way_merge(wanted, wanted, current, SCHEMA) == {}


def test_items_are_changed_added_deleted_and_ordered() -> None:
    original: JsonObject = {"spec": {"containers": [{"name": "a"}, {"name": "b"}]}}
    modified: JsonObject = {"spec": {"containers": [{"name": "c"}, {"name": "a", "image": "2"}]}}
    current: JsonObject = {"spec": {"containers": [{"name": "a", "image": "1"}, {"name": "b"}, {"name": "injected"}]}}
    assert three_way_merge(original, modified, current, SCHEMA) == {
        "spec": {
            "$setElementOrder/containers": [{"name": "c"}, {"name": "a"}],
            "containers": [{"name": "c"}, {"name": "a", "image": "2"}, {"$patch": "delete", "name": "b"}],
        }
    }


def test_scalars_are_added_and_deleted_by_value() -> None:
    original: JsonObject = {"metadata": {"finalizers": ["a", "b"]}}
    modified: JsonObject = {"metadata": {"finalizers": ["c", "a"]}}
    current: JsonObject = {"metadata": {"finalizers": ["a", "b", "server"]}}
    assert three_way_merge(original, modified, current, SCHEMA) == {
        "metadata": {
            "$deleteFromPrimitiveList/finalizers": ["b"],
            "$setElementOrder/finalizers": ["c", "a"],
            "finalizers": ["c"],
        }
    }


def test_a_type_that_retains_keys_says_which() -> None:
    modified: JsonObject = {"spec": {"strategy": {"type": "Recreate"}}}
    current: JsonObject = {"spec": {"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}}}
    patch = three_way_merge({}, modified, current, SCHEMA)
    assert patch == {"spec": {"strategy": {"type": "Recreate", "$retainKeys": ["type"]}}}
    assert apply_strategic_merge_patch(current, patch, OBJECT) == modified


def test_one_port_of_two_protocols_replaces_the_list() -> None:
    ports: JsonObject = {"ports": [{"containerPort": 53, "protocol": "UDP"}, {"containerPort": 53, "protocol": "TCP"}]}
    modified: JsonObject = {"spec": {"containers": [{"name": "dns", **ports}]}}
    current: JsonObject = {
        "spec": {"containers": [{"name": "dns", "ports": [{"containerPort": 53, "protocol": "UDP"}]}]}
    }
    patch = three_way_merge({}, modified, current, SCHEMA)
    assert apply_strategic_merge_patch(current, patch, OBJECT) == modified


@pytest.mark.parametrize("schema", [None, SCHEMA])
def test_a_null_that_is_wanted_removes(schema: MergeSchema | None) -> None:
    assert three_way_merge({}, {"a": None, "b": None}, {"a": 1}, schema) == {"a": None}


names = st.sampled_from("abcdef")
numbers = st.integers(0, 3)


def items(key: str, **members: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    names_or_ports = names if key == "name" else numbers
    item = st.fixed_dictionaries({key: names_or_ports}, optional=members)
    return st.lists(item, max_size=5, unique_by=lambda item: str(item[key]))


containers = items(
    "name",
    image=names,
    ports=items("containerPort", name=names),
    args=st.lists(names, max_size=3),
    env=items("name", value=names),
)
specs = st.fixed_dictionaries(
    {},
    optional={
        "containers": containers,
        "volumes": items("name", emptyDir=st.just({}), configMap=st.fixed_dictionaries({"name": names})),
        "tolerations": st.lists(st.fixed_dictionaries({"key": names}), max_size=3),
        "strategy": st.dictionaries(names, numbers, max_size=3),
        "limits": st.dictionaries(names, numbers, max_size=3),
        "other": st.dictionaries(names, st.one_of(numbers, st.dictionaries(names, numbers, max_size=2)), max_size=3),
    },
)
things = st.fixed_dictionaries(
    {"spec": specs},
    optional={"metadata": st.fixed_dictionaries({"finalizers": st.lists(names, max_size=5, unique=True)})},
)


@given(things, things)
def test_the_patch_between_two_objects_makes_the_one_of_the_other(one: JsonObject, other: JsonObject) -> None:
    patch = three_way_merge(one, other, one, SCHEMA)
    assert apply_strategic_merge_patch(one, patch, OBJECT) == other
    assert apply_merge_patch(one, three_way_merge(one, other, one, None)) == other
    assert (patch == {}) == (one == other)


@given(things, things, things)
def test_after_the_patch_there_is_nothing_left_to_do(
    original: JsonObject, modified: JsonObject, current: JsonObject
) -> None:
    merged = apply_strategic_merge_patch(current, three_way_merge(original, modified, current, SCHEMA), OBJECT)
    assert three_way_merge(modified, modified, merged, SCHEMA) == {}


anything = st.dictionaries(
    st.sampled_from(["containers", "finalizers", "strategy", "name", "spec", "metadata"]),
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(0, 2), names),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "env", "a"]), inner, max_size=3)
        ),
        max_leaves=10,
    ),
    max_size=4,
)


@given(anything, anything, anything)
def test_objects_of_no_sensible_shape_still_make_a_patch(one: JsonObject, two: JsonObject, three: JsonObject) -> None:
    for schema in (None, SCHEMA, OBJECT.members["spec"].child, OBJECT.members["metadata"].child):
        patch = three_way_merge(one, two, three, schema)  # type: ignore[arg-type]
        assert isinstance(patch, dict)
        assert three_way_merge(one, {**three, **one}, {**three, **one}, schema) == {}  # type: ignore[arg-type]
