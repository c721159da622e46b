from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pilothouse.server.errors import BadRequest, Invalid
from pilothouse.server.patch.documents import JsonObject
from pilothouse.server.patch.merge_schema import MapSchema
from pilothouse.server.patch.strategic import apply_strategic_merge_patch

from tests.support.merging import CONTAINER, OBJECT

BREW: JsonObject = {
    "name": "brew",
    "image": "tea:1",
    "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
    "ports": [{"containerPort": 80}, {"containerPort": 81}],
    "args": ["x", "y"],
}
SIDE: JsonObject = {"name": "side", "image": "milk:1"}
DEPLOYMENT: JsonObject = {
    "metadata": {"finalizers": ["a/x", "a/y"], "labels": {"app": "brew", "z": "1"}, "annotations": {"n": "x"}},
    "spec": {
        "containers": [BREW, SIDE],
        "volumes": [{"name": "v", "emptyDir": {}}],
        "pullSecrets": [{"name": "s1"}, {"name": "s2"}],
        "tolerations": [{"key": "a"}],
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}},
        "limits": {"a": 1},
    },
}


def spec(patch: JsonObject) -> dict[str, Any]:
    patched: dict[str, Any] = apply_strategic_merge_patch(DEPLOYMENT, {"spec": patch}, OBJECT)
    result: dict[str, Any] = patched["spec"]
    return result


def metadata(patch: JsonObject) -> dict[str, Any]:
    patched: dict[str, Any] = apply_strategic_merge_patch(DEPLOYMENT, {"metadata": patch}, OBJECT)
    result: dict[str, Any] = patched["metadata"]
    return result


def test_items_merge_by_their_key() -> None:
    assert spec({"containers": [{"name": "brew", "image": "tea:2"}]})["containers"] == [
        {**BREW, "image": "tea:2"},
        SIDE,
    ]


def test_a_new_item_comes_before_those_that_only_the_server_has() -> None:
    third: JsonObject = {"name": "third", "image": "sugar:1"}
    assert spec({"containers": [third]})["containers"] == [third, BREW, SIDE]
    assert spec({"pullSecrets": [{"name": "s3"}]})["pullSecrets"] == [{"name": "s3"}, {"name": "s1"}, {"name": "s2"}]


def test_the_delete_directive_removes_an_item() -> None:
    assert spec({"containers": [{"name": "side", "$patch": "delete"}]})["containers"] == [BREW]
    assert spec({"containers": [{"name": "none", "$patch": "delete"}]})["containers"] == [BREW, SIDE]


def test_the_replace_directive_replaces_a_list() -> None:
    only: JsonObject = {"name": "only", "image": "x:1"}
    assert spec({"containers": [only, {"$patch": "replace"}]})["containers"] == [only]


def test_a_list_without_a_strategy_is_one_value() -> None:
    patched = spec({"containers": [{"name": "brew", "args": ["z"]}], "tolerations": [{"key": "b"}]})
    assert patched["containers"][0]["args"] == ["z"]
    assert patched["tolerations"] == [{"key": "b"}]


def test_the_order_directive_orders() -> None:
    patch: JsonObject = {
        "$setElementOrder/containers": [{"name": "side"}, {"name": "brew"}],
        "containers": [{"name": "brew", "image": "tea:3"}],
    }
    assert spec(patch)["containers"] == [SIDE, {**BREW, "image": "tea:3"}]


def test_what_only_the_server_has_keeps_its_place_among_the_ordered() -> None:
    document: JsonObject = {"finalizers": ["a", "server", "b", "last"]}
    patch: JsonObject = {"$setElementOrder/finalizers": ["b", "new", "a"], "finalizers": ["new"]}
    schema = OBJECT.members["metadata"].child
    assert apply_strategic_merge_patch(document, patch, schema)["finalizers"] == ["server", "b", "new", "a", "last"]


def test_the_order_directive_makes_a_list_that_is_not_there() -> None:
    patch: JsonObject = {"$setElementOrder/env": [{"name": "A"}], "env": [{"name": "A", "value": "1"}]}
    assert apply_strategic_merge_patch({}, patch, CONTAINER) == {"env": [{"name": "A", "value": "1"}]}
    assert apply_strategic_merge_patch({}, {"$setElementOrder/env": [{"name": "A"}]}, CONTAINER) == {}


def test_retain_keys_drops_the_others() -> None:
    assert spec({"strategy": {"$retainKeys": ["type"], "type": "Recreate"}})["strategy"] == {"type": "Recreate"}
    assert spec({"strategy": {"type": "Recreate"}})["strategy"] == {
        "type": "Recreate",
        "rollingUpdate": {"maxSurge": 1},
    }
    switched: JsonObject = {"name": "v", "$retainKeys": ["name", "configMap"], "configMap": {"name": "c"}}
    assert spec({"volumes": [switched]})["volumes"] == [{"name": "v", "configMap": {"name": "c"}}]


def test_scalars_merge_and_are_deleted_by_value() -> None:
    assert metadata({"$deleteFromPrimitiveList/finalizers": ["a/x", "none"]})["finalizers"] == ["a/y"]
    assert metadata({"finalizers": ["a/y", "a/z"]})["finalizers"] == ["a/x", "a/y", "a/z"]
    assert "none" not in metadata({"$deleteFromPrimitiveList/none": ["x"]})


def test_objects_merge_are_replaced_and_deleted() -> None:
    assert metadata({"labels": {"x": "y", "z": None}})["labels"] == {"app": "brew", "x": "y"}
    assert metadata({"labels": {"$patch": "replace", "x": "y"}})["labels"] == {"x": "y"}
    assert metadata({"annotations": {"$patch": "delete"}})["annotations"] == {}
    assert "annotations" not in metadata({"annotations": None})
    assert spec({"limits": {"b": 2}})["limits"] == {"b": 2}


def test_directives_and_nulls_do_not_get_into_what_is_new() -> None:
    patch: JsonObject = {
        "new": {"$retainKeys": ["a"], "a": 1, "b": None, "$setElementOrder/c": [], "gone": {"$patch": "delete"}},
        "list": [{"$patch": "replace"}, {"$patch": "delete", "name": "x"}, {"name": "y", "z": None}],
    }
    assert apply_strategic_merge_patch({}, patch, None) == {"new": {"a": 1}, "list": [{"name": "y"}]}


def test_a_value_of_another_kind_replaces() -> None:
    assert metadata({"labels": "x"})["labels"] == "x"
    assert metadata({"labels": ["x"]})["labels"] == ["x"]


def test_every_value_of_a_map_merges_by_the_same_schema() -> None:
    document: JsonObject = {"one": {"env": [{"name": "A"}]}}
    patched = apply_strategic_merge_patch(document, {"one": {"env": [{"name": "B"}]}}, MapSchema(CONTAINER))
    assert patched == {"one": {"env": [{"name": "B"}, {"name": "A"}]}}


def test_items_that_share_a_key_merge_into_the_first() -> None:
    document: JsonObject = {
        "ports": [{"containerPort": 53, "protocol": "UDP"}, {"containerPort": 53, "protocol": "TCP"}]
    }
    patched = apply_strategic_merge_patch(document, {"ports": [{"containerPort": 53, "name": "dns"}]}, CONTAINER)
    assert patched["ports"] == [
        {"containerPort": 53, "protocol": "UDP", "name": "dns"},
        {"containerPort": 53, "protocol": "TCP"},
    ]


def test_the_arguments_are_left_as_they_are() -> None:
    patch: JsonObject = {
        "spec": {"strategy": {"$retainKeys": ["type"], "type": "x"}, "containers": [{"name": "brew", "a": 1}]}
    }
    before = repr(DEPLOYMENT), repr(patch)
    apply_strategic_merge_patch(DEPLOYMENT, patch, OBJECT)
    assert (repr(DEPLOYMENT), repr(patch)) == before


@pytest.mark.parametrize(
    ("patch", "message"),
    [
        ({"strategy": {"$retainKeys": ["type"], "rollingUpdate": {}}}, "invalid patch format of retainKeys"),
        ({"strategy": {"$retainKeys": "type"}}, "invalid patch format of retainKeys"),
        ({"$deleteFromPrimitiveList/x": "y"}, "invalid patch format of primitive list"),
        ({"$setElementOrder/containers": {}}, "invalid patch format of setElementOrder list"),
        ({"containers": [{"image": "x"}]}, "an item of the list does not contain the declared merge key: name"),
        ({"containers": [{"$patch": "delete"}]}, "an item of the list does not contain the declared merge key: name"),
        ({"containers": ["x"]}, "list element types are not identical: all items must be objects"),
        ({"containers": [{"$patch": "merge"}]}, "merging lists cannot yet be specified in the patch"),
        ({"strategy": {"$patch": "merge"}}, "unknown patch type: merge in an object: use replace or delete"),
        (
            {
                "$setElementOrder/containers": [{"name": "a"}, {"name": "b"}],
                "containers": [{"name": "b"}, {"name": "a"}],
            },
            "the order in the patch's list does not match its $setElementOrder list",
        ),
    ],
)
def test_a_malformed_patch_says_what_is_wrong(patch: JsonObject, message: str) -> None:
    with pytest.raises(BadRequest) as error:
        spec(patch)
    assert error.value.message == message


def test_lists_of_lists_are_refused() -> None:
    with pytest.raises(Invalid):
        metadata({"finalizers": [["x"]]})


KEYS = st.sampled_from(
    [
        *("containers", "pullSecrets", "finalizers", "strategy", "name", "metadata", "spec", "$patch", "$retainKeys"),
        *("$setElementOrder/containers", "$setElementOrder/finalizers", "$deleteFromPrimitiveList/finalizers"),
    ]
)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(0, 2), st.sampled_from(["delete", "replace", "a", "name"]))
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)


@given(st.dictionaries(KEYS, VALUES, max_size=4), st.dictionaries(KEYS, VALUES, max_size=4))
def test_any_patch_of_any_document_is_applied_or_refused(document: JsonObject, patch: JsonObject) -> None:
    before = repr(document), repr(patch)
    for schema in (None, OBJECT, OBJECT.members["spec"].child, OBJECT.members["metadata"].child):
        with suppress(BadRequest, Invalid):
            apply_strategic_merge_patch(document, patch, schema)
    assert (repr(document), repr(patch)) == before
