"""Rules of custom resources, as the validation of objects asks them."""

from typing import Any

import pytest
from pilothouse.server.cel.rules import Rules, compile_rules
from pilothouse.server.errors import Cause

TEXT = {"type": "string"}


def rules(rule: dict[str, Any], **schema: Any) -> Rules:
    """The rules of an object with a member `it` of this schema, which has one rule."""
    return compile_rules(of_it({**schema, "x-kubernetes-validations": [rule]}))


def of_it(schema: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": {"it": schema}}


def faults(found: list[Cause]) -> list[tuple[str, str]]:
    return [(cause.field, cause.message) for cause in found]


def test_a_rule_that_holds_says_nothing() -> None:
    assert rules({"rule": "self > 1"}, type="integer").validate({"it": 2}) == []


def test_a_rule_that_fails_quotes_a_scalar_and_the_rule() -> None:
    found = rules({"rule": "self > 1"}, type="integer").validate({"it": 1})
    assert found == [Cause("FieldValueInvalid", "Invalid value: 1: failed rule: self > 1", "it")]


def test_a_rule_of_an_object_quotes_nothing() -> None:
    checked = rules({"rule": "has(self.a)", "message": "a is missing"}, type="object", properties={"a": TEXT})
    assert faults(checked.validate({"it": {}})) == [("it", "Invalid value: a is missing")]


@pytest.mark.parametrize(
    ("reason", "message"),
    [
        ("FieldValueForbidden", "Forbidden: no"),
        ("FieldValueRequired", "Required value: no"),
        ("FieldValueDuplicate", "Duplicate value: 1"),
        ("FieldValueInvalid", "Invalid value: 1: no"),
    ],
)
def test_a_rule_tells_its_reason(reason: str, message: str) -> None:
    found = rules({"rule": "false", "message": "no", "reason": reason}, type="integer").validate({"it": 1})
    assert found == [Cause(reason, message, "it")]


def test_a_field_path_says_where_the_fault_is() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "object", "additionalProperties": TEXT}}}
    checked = rules({"rule": "false", "message": "no", "fieldPath": ".a['b c']"}, **schema)
    assert faults(checked.validate({"it": {}})) == [("it.a[b c]", "Invalid value: no")]


def test_a_message_may_be_computed_and_else_falls_back() -> None:
    checked = rules({"rule": "self < 3", "messageExpression": "'got ' + string(self)"}, type="integer")
    assert faults(checked.validate({"it": 3})) == [("it", "Invalid value: 3: got 3")]
    broken = rules({"rule": "self < 3", "messageExpression": "string(1 / 0)", "message": "few"}, type="integer")
    assert faults(broken.validate({"it": 3})) == [("it", "Invalid value: 3: few")]


def test_a_transition_rule_holds_only_where_there_is_an_old_value() -> None:
    checked = rules({"rule": "self == oldSelf", "message": "stays"}, **TEXT)
    assert checked.validate({"it": "a"}) == []
    assert checked.validate({"it": "a"}, {}) == []
    assert faults(checked.validate({"it": "a"}, {"it": "b"})) == [("it", 'Invalid value: "a": stays')]


def test_an_optional_old_self_is_there_for_new_objects_too() -> None:
    rule = {"rule": "oldSelf.hasValue() ? self == oldSelf.value() : self == 'first'", "optionalOldSelf": True}
    checked = rules(rule, **TEXT)
    assert checked.validate({"it": "first"}) == []
    assert len(checked.validate({"it": "second"})) == 1
    assert checked.validate({"it": "second"}, {"it": "second"}) == []
    assert len(checked.validate({"it": "second"}, {"it": "first"})) == 1


def test_items_of_a_map_list_are_compared_with_those_of_their_keys() -> None:
    item = {
        "type": "object",
        "properties": {
            "name": TEXT,
            "n": {"type": "integer", "x-kubernetes-validations": [{"rule": "self >= oldSelf"}]},
        },
    }
    schema = {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"], "items": item}
    checked = compile_rules(of_it(schema))
    old = {"it": [{"name": "a", "n": 5}, {"name": "b", "n": 1}]}
    new = {"it": [{"name": "b", "n": 1}, {"name": "c", "n": 0}, {"name": "a", "n": 4}]}
    assert faults(checked.validate(new, old)) == [("it[2].n", "Invalid value: 4: failed rule: self >= oldSelf")]


def test_what_was_wrong_before_is_a_warning_where_it_did_not_change() -> None:
    checked = rules({"rule": "self > 1", "message": "few"}, type="integer")
    warnings: list[str] = []
    assert checked.validate({"it": 1, "other": 2}, {"it": 1}, warnings) == []
    assert warnings == ["it: Invalid value: 1: few"]
    assert len(checked.validate({"it": 0}, {"it": 1})) == 1


def test_the_root_sees_metadata_and_bears_no_path() -> None:
    checked = compile_rules({"type": "object", "x-kubernetes-validations": [{"rule": "self.metadata.name != 'no'"}]})
    assert checked.validate({"metadata": {"name": "yes"}}) == []
    assert [cause.field for cause in checked.validate({"metadata": {"name": "no"}})] == ["<nil>"]


def test_members_whose_names_are_no_identifiers_are_escaped() -> None:
    schema = {"type": "object", "properties": {"a-b": TEXT, "namespace": TEXT, "c.d": {"type": "integer"}}}
    rule = {"rule": "self.a__dash__b == 'x' && self.__namespace__ == 'y' && self.c__dot__d == 1"}
    assert rules(rule, **schema).validate({"it": {"a-b": "x", "namespace": "y", "c.d": 1}}) == []


@pytest.mark.parametrize(
    ("schema", "rule", "value"),
    [
        ({"type": "number"}, "self * 2.0 == 10.0", 5),
        ({"type": "string", "format": "date-time"}, "self.getFullYear() == 2024", "2024-05-06T07:08:09Z"),
        ({"type": "string", "format": "date"}, "self < timestamp('2024-05-07T00:00:00Z')", "2024-05-06"),
        ({"type": "string", "format": "duration"}, "self == duration('90s')", "1m30s"),
        ({"type": "string", "format": "byte"}, "self == b'hi'", "aGk="),
        ({"x-kubernetes-int-or-string": True}, "type(self) == int ? self < 5 : self == '5%'", 4),
        ({"x-kubernetes-int-or-string": True}, "type(self) == int ? self < 5 : self == '5%'", "5%"),
        ({"type": "array", "items": {"type": "array", "items": TEXT}}, "self.all(x, x.all(y, y != ''))", [["a"], []]),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, "self.all(k, self[k] > 0)", {"a": 1}),
    ],
)
def test_values_are_of_the_types_that_the_schema_says(schema: dict[str, Any], rule: str, value: object) -> None:
    assert rules({"rule": rule}, **schema).validate({"it": value}) == []


def test_an_expression_that_fails_is_told_with_its_rule() -> None:
    checked = rules({"rule": "self.a == 'x'"}, type="object", properties={"a": TEXT})
    (found,) = checked.validate({"it": {}})
    assert found.message == "Invalid value: \"object\": no such key: a evaluating rule: self.a == 'x'"


def test_what_costs_too_much_ends_the_validation() -> None:
    items = {"type": "string", "x-kubernetes-validations": [{"rule": "self != ''"}]}
    schema: dict[str, Any] = {"type": "array", "items": items}
    schema["x-kubernetes-validations"] = [{"rule": "self.all(x, self.all(y, x.matches('(a|b)*c') || y == x))"}]
    found = compile_rules(of_it(schema)).validate({"it": ["a" * 200] * 500})
    assert [cause.field for cause in found] == ["it"]
    assert "call cost exceeds limit" in found[0].message


def test_all_rules_together_have_a_budget() -> None:
    one = {"rule": "self.all(x, x.matches('(a|b)*c') || true)", "message": "m"}
    schema = {"type": "array", "items": TEXT, "x-kubernetes-validations": [one] * 200}
    found = compile_rules(of_it(schema)).validate({"it": ["a" * 1000] * 300})
    assert len(found) == 1
    assert "running out of cost budget" in found[0].message


def test_null_is_not_asked() -> None:
    assert rules({"rule": "false"}, type="string", nullable=True).validate({"it": None}) == []
