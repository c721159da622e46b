from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pilothouse.server.errors import BadRequest, Invalid, TooLarge
from pilothouse.server.patch.documents import Json, JsonObject, decode_operations
from pilothouse.server.patch.json_patch import JsonPatchError, apply_json_patch

JAR: JsonObject = {"data": {"a": "1", "b": "2"}, "list": [1, 2, 3], "a/b~c": 0}


@pytest.mark.parametrize(
    ("operation", "path", "expected"),
    [
        ({"op": "add", "path": "/data/c", "value": "3"}, "data", {"a": "1", "b": "2", "c": "3"}),
        ({"op": "add", "path": "/data/a", "value": "9"}, "data", {"a": "9", "b": "2"}),
        ({"op": "add", "path": "/list/-", "value": 4}, "list", [1, 2, 3, 4]),
        ({"op": "add", "path": "/list/1", "value": 4}, "list", [1, 4, 2, 3]),
        ({"op": "add", "path": "/list/3", "value": 4}, "list", [1, 2, 3, 4]),
        ({"op": "add", "path": "/list/-1", "value": 4}, "list", [1, 2, 3, 4]),
        ({"op": "remove", "path": "/data/a"}, "data", {"b": "2"}),
        ({"op": "remove", "path": "/list/-1"}, "list", [1, 2]),
        ({"op": "replace", "path": "/data/z", "value": "9"}, "data", {"a": "1", "b": "2", "z": "9"}),
        ({"op": "replace", "path": "/list/0", "value": None}, "list", [None, 2, 3]),
        ({"op": "replace", "path": "/a~1b~0c", "value": 1}, "a/b~c", 1),
        ({"op": "move", "from": "/data/a", "path": "/list"}, "list", "1"),
        ({"op": "copy", "from": "/data", "path": "/list/0"}, "list", [{"a": "1", "b": "2"}, 1, 2, 3]),
        ({"op": "test", "path": "/list", "value": [1, 2.0, 3]}, "list", [1, 2, 3]),
        ({"op": "test", "path": "/data/z", "value": None}, "list", [1, 2, 3]),
    ],
)
def test_operations_apply(operation: JsonObject, path: str, expected: Json) -> None:
    patched = apply_json_patch(JAR, [operation])
    assert isinstance(patched, dict)
    assert patched[path] == expected


def test_the_document_is_left_as_it_is() -> None:
    document: JsonObject = {"a": {"b": [1]}}
    patched = apply_json_patch(document, [{"op": "add", "path": "/a/b/-", "value": 2}])
    assert patched == {"a": {"b": [1, 2]}}
    assert document == {"a": {"b": [1]}}


def test_a_copy_is_not_shared() -> None:
    patched = apply_json_patch(
        {"a": {}}, [{"op": "copy", "from": "/a", "path": "/b"}, {"op": "add", "path": "/b/c", "value": 1}]
    )
    assert patched == {"a": {}, "b": {"c": 1}}


def test_the_whole_document_can_be_replaced_and_tested() -> None:
    assert apply_json_patch({"a": 1}, [{"op": "test", "path": "", "value": {"a": 1}}]) == {"a": 1}
    assert apply_json_patch({"a": 1}, [{"op": "replace", "path": "", "value": {}}]) == {}


@pytest.mark.parametrize(
    ("operation", "why"),
    [
        (
            {"op": "add", "path": "/binaryData/c", "value": ""},
            'the document is missing what should hold "/binaryData/c"',
        ),
        ({"op": "add", "path": "/list/5", "value": 1}, 'index 5 in "/list/5" is out of range'),
        ({"op": "add", "path": "/list/x", "value": 1}, '"x" in "/list/x" is no index of a list'),
        ({"op": "add", "path": "/data/c"}, "missing value"),
        ({"op": "add", "path": "data", "value": 1}, 'the path "data" must start with "/"'),
        ({"op": "remove", "path": "/data/z"}, 'there is nothing at "/data/z" to remove'),
        ({"op": "remove", "path": "/list/3"}, 'index 3 in "/list/3" is out of range'),
        ({"op": "replace", "path": "/data/a/b", "value": 1}, 'the document is missing what should hold "/data/a/b"'),
        ({"op": "move", "from": "/data/z", "path": "/data/y"}, 'there is nothing at "/data/z" to remove'),
        ({"op": "copy", "path": "/data/y"}, "missing from"),
        ({"op": "test", "path": "/data/a", "value": 1}, 'the value at "/data/a" is not the expected one'),
        ({"op": "test", "path": "/list/0", "value": True}, 'the value at "/list/0" is not the expected one'),
        ({"op": "swap", "path": "/data"}, "unknown operation 'swap': use add, remove, replace, move, copy or test"),
    ],
)
def test_what_does_not_apply_is_invalid_and_says_why(operation: JsonObject, why: str) -> None:
    with pytest.raises(Invalid) as error:
        apply_json_patch(JAR, [{"op": "test", "path": "/list/0", "value": 1}, operation])
    assert error.value.message == "the server rejected our request due to an error in our request"
    assert isinstance(error.value.__cause__, JsonPatchError)
    assert str(error.value.__cause__) == f"operation 1 ({operation['op']}): {why}"


def test_copies_cannot_fill_the_memory() -> None:
    doubling: list[JsonObject] = [{"op": "copy", "from": "/a", "path": "/a/-"} for _ in range(60)]
    with pytest.raises(Invalid) as error:
        apply_json_patch({"a": ["x" * 1000]}, doubling)
    assert "the copies of one patch may come to 3145728 bytes" in str(error.value.__cause__)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"op":"add"}', "json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp"),
        (b"[1]", "json: cannot unmarshal number into Go value of type handlers.jsonPatchOp"),
        (b'[{"op":1}]', "json: cannot unmarshal number into Go struct field jsonPatchOp.op of type string"),
        (b'[{"op":', "unexpected end of JSON input"),
        (b"", "unexpected end of JSON input"),
        (b"[" * 300 + b"]" * 300, "the patch is nested more than 200 levels deep"),
    ],
)
def test_bodies_that_are_no_json_patch(body: bytes, message: str) -> None:
    with pytest.raises(BadRequest) as error:
        decode_operations(body)
    assert error.value.message == f"error decoding patch: {message}"


def test_at_most_ten_thousand_operations() -> None:
    one = b'{"op":"test","path":""}'
    assert len(decode_operations(b"[" + b",".join([one] * 10_000) + b"]")) == 10_000
    with pytest.raises(TooLarge, match=r"^The allowed maximum operations in a JSON patch is 10000, got 10001$"):
        decode_operations(b"[" + b",".join([one] * 10_001) + b"]")


PATHS = st.sampled_from(["", "/", "/a", "/a/0", "/a/-", "/a/-1", "/a/x", "/b/a", "/b/c/0", "b", "/~0~1"])
VALUES = st.sampled_from([None, True, 1, "x", [], [1, [2]], {}, {"a": [1]}])
OPERATIONS = st.lists(
    st.fixed_dictionaries(
        {"op": st.sampled_from(["add", "remove", "replace", "move", "copy", "test", "?"])},
        optional={"path": PATHS, "from": PATHS, "value": VALUES},
    ),
    max_size=5,
)


@given(OPERATIONS)
def test_any_operations_are_applied_or_refused(operations: list[JsonObject]) -> None:
    document: JsonObject = {"a": [1, {"x": 2}], "b": {"a": "y", "c": [[]]}}
    before = repr(document), repr(operations)
    with suppress(Invalid):
        apply_json_patch(document, operations)
    assert (repr(document), repr(operations)) == before
