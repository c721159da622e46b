"""What counts as the same answer, and what does not."""

from typing import Any

from tests.conformance.matching import differences

UID = "3b1e4c1e-0000-4000-8000-00000000000a"


def same(expected: Any, actual: Any, keep_managed_fields: bool = False) -> bool:
    return not differences(expected, actual, keep_managed_fields)


def status(*causes: tuple[str, str]) -> dict[str, Any]:
    lines = ", ".join(f"{field}: {message}" for field, message in causes)
    listed = [{"field": field, "message": message} for field, message in causes]
    return {"kind": "Status", "message": f"invalid: [{lines}]", "details": {"causes": listed}}


def test_placeholders_stand_for_what_they_name() -> None:
    recorded = {"uid": "<uid>", "at": "<time>", "text": "is now <rv>"}
    assert same(recorded, {"uid": UID, "at": "2031-01-02T03:04:05Z", "text": "is now 17"})
    assert not same(recorded, {"uid": "no uid", "at": "2031-01-02T03:04:05Z", "text": "is now 17"})
    assert not same(recorded, {"uid": UID, "at": "2031-01-02T03:04:05Z", "text": "is now x"})


def test_members_and_types_count() -> None:
    assert not same({"a": 1}, {"a": 1, "b": None, "c": {}})
    assert not same({"a": 1}, {"a": True})
    assert not same({"a": []}, {"a": {}})
    assert not same([1, 2], [1])


def test_managed_fields_count_only_where_they_are_kept() -> None:
    one, other = {"manager": "a"}, {"manager": "b"}
    assert same({"metadata": {}}, {"metadata": {"managedFields": [one]}})
    assert not same({"metadata": {}}, {"metadata": {"managedFields": [one]}}, keep_managed_fields=True)
    assert same({"managedFields": [one, other]}, {"managedFields": [other, one]}, keep_managed_fields=True)


def test_objects_in_the_form_of_go_match_anything() -> None:
    recorded = 'spec: Invalid value: {"Spec":{"Name":"x"}}: is immutable'
    assert same(recorded, 'spec: Invalid value: {"name":"x"}: is immutable')
    assert not same(recorded, 'spec: Invalid value: {"name":"x"}: is wrong')
    assert not same('at: Invalid value: {"name":"x"}: bad', 'at: Invalid value: {"name":"y"}: bad')


def test_causes_that_follow_a_map_come_in_any_order() -> None:
    one, other = ("limits[cpu]", "bad"), ("limits[memory]", "worse")
    assert same(status(one, other), status(other, one))
    assert not same(status(one, other), status(one, one))
    listed = (("ports[0]", "bad"), ("ports[1]", "worse"))
    assert not same(status(*listed), status(*reversed(listed)))


def test_columns_are_described_in_a_server_s_own_words() -> None:
    recorded = {"columnDefinitions": [{"name": "Age", "description": "Time since creation."}]}
    assert same(recorded, {"columnDefinitions": [{"name": "Age", "description": "How old it is."}]})
    assert not same(recorded, {"columnDefinitions": [{"name": "Age", "description": ""}]})
    assert not same(recorded, {"columnDefinitions": [{"name": "Old", "description": "Time since creation."}]})
