import pytest
from hypothesis import given
from hypothesis import strategies as st
from pilothouse.server.errors import BadRequest
from pilothouse.server.patch.documents import Json, JsonObject, decode_merge_patch, decode_strategic_merge_patch
from pilothouse.server.patch.merge_patch import apply_merge_patch

scalars = st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.sampled_from(["", "x"]))
keys = st.sampled_from("abc")
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3))
objects = st.dictionaries(keys, values, max_size=3)


def without_nulls(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: without_nulls(member) for key, member in value.items() if member is not None}
    return value


@pytest.mark.parametrize(
    ("document", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_the_examples_of_rfc_7386(document: JsonObject, patch: JsonObject, result: JsonObject) -> None:
    assert apply_merge_patch(document, patch) == result


@given(objects, objects)
def test_a_patch_applied_twice_is_applied_once(document: JsonObject, patch: JsonObject) -> None:
    once = apply_merge_patch(document, patch)
    assert apply_merge_patch(once, patch) == once


@given(objects)
def test_a_patch_of_nothing_changes_nothing_and_onto_nothing_is_itself(document: JsonObject) -> None:
    assert apply_merge_patch(document, {}) == document
    assert apply_merge_patch({}, document) == without_nulls(document)


@given(objects, objects)
def test_every_member_of_the_patch_is_honoured(document: JsonObject, patch: JsonObject) -> None:
    before = repr(document), repr(patch)
    merged = apply_merge_patch(document, patch)
    for key in document.keys() | patch.keys():
        if key not in patch:
            assert merged[key] == document[key]
        elif patch[key] is None:
            assert key not in merged
        elif not isinstance(patch[key], dict):
            assert merged[key] == patch[key]
    assert (repr(document), repr(patch)) == before


def test_bodies_that_are_no_merge_patch() -> None:
    with pytest.raises(BadRequest) as error:
        decode_merge_patch(b'{"data": ')
    assert error.value.message == "error decoding patch: unexpected end of JSON input"
    with pytest.raises(BadRequest) as error:
        decode_merge_patch(b"[]")
    fault = "json: cannot unmarshal array into Go value of type map[string]interface {}"
    assert error.value.message == f"error decoding patch: {fault}"
    with pytest.raises(BadRequest) as error:
        decode_strategic_merge_patch(b"[]")
    assert error.value.message == fault
