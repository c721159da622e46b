"""A configuration merged into an object, and fields taken out of one."""

from typing import Any

import pytest
from pilothouse.api.core.v1.pods_pb2 import PodSpec
from pilothouse.server.fields.checking import faults, joined
from pilothouse.server.fields.merging import merge, remove, with_containers
from pilothouse.server.fields.messages import shape_of
from pilothouse.server.fields.sets import of_paths
from pilothouse.server.fields.shapes import DEDUCED, ListKind, ListShape, MapShape, Scalar
from pilothouse.server.fields.values import compare, field_set

ITEM = MapShape({"name": Scalar.STRING, "n": Scalar.NUMERIC})
SHAPE = MapShape(
    {
        "items": ListShape(ITEM, ListKind.MAP, ("name",)),
        "set": ListShape(Scalar.STRING, ListKind.SET),
        "args": ListShape(Scalar.STRING),
        "labels": MapShape(rest=Scalar.STRING),
        "selector": MapShape(rest=Scalar.STRING, atomic=True),
        "open": DEDUCED,
    }
)


def named(*names: str) -> dict[str, Any]:
    return {"items": [{"name": name} for name in names]}


@pytest.mark.parametrize(
    ("live", "config", "merged"),
    [
        ("", "ab", "ab"),
        ("ab", "", "ab"),
        ("abc", "cba", "cba"),
        ("abc", "d", "abcd"),
        ("abc", "xb", "axbc"),
        ("abcd", "db", "acdb"),
        ("abc", "cxa", "bcxa"),
        ("abc", "bcd", "abcd"),
    ],
)
def test_items_stand_in_the_order_of_the_configuration(live: str, config: str, merged: str) -> None:
    result: Any = merge(SHAPE, named(*live), named(*config))
    assert "".join(item["name"] for item in result.get("items", ())) == merged
    both: Any = merge(SHAPE, {"set": list(live)}, {"set": list(config)})
    assert "".join(both.get("set") or ()) == merged


def test_what_is_atomic_is_replaced() -> None:
    live: Any = {"args": ["a"], "selector": {"a": "1"}, "labels": {"a": "1"}}
    config: Any = {"args": ["b"], "selector": {"b": "2"}, "labels": {"b": "2"}}
    assert merge(SHAPE, live, config) == {
        "args": ["b"],
        "selector": {"b": "2"},
        "labels": {"a": "1", "b": "2"},
    }


def test_null_leaves_what_is_merged_and_replaces_what_is_not() -> None:
    live: Any = {"args": ["a"], "labels": {"a": "1"}, "items": [{"name": "x"}]}
    assert merge(SHAPE, live, {"args": None, "labels": None, "items": None}) == {**live, "args": None}


def test_values_without_a_schema() -> None:
    live: Any = {"open": {"a": {"b": 1, "c": [1]}}}
    assert merge(SHAPE, live, {"open": {"a": {"c": [2]}, "d": 3}}) == {"open": {"a": {"b": 1, "c": [2]}, "d": 3}}
    assert merge(SHAPE, live, {"open": "text"}) == {"open": "text"}
    turned = compare(SHAPE, live, {"open": {"a": "text"}})
    assert turned.modified == {"f:open": {"f:a": {}}}
    assert turned.removed == {"f:open": {"f:a": {"f:b": {}, "f:c": {}}}}


def test_fields_are_taken_out() -> None:
    value: Any = {"items": [{"name": "a", "n": 1}, {"name": "b", "n": 2}], "labels": {"x": "1"}, "set": ["p", "q"]}
    gone = of_paths([("f:items", 'k:{"name":"a"}'), ("f:items", 'k:{"name":"b"}', "f:n"), ("f:set", 'v:"p"')])
    assert remove(SHAPE, value, gone) == {"items": [{"name": "b"}], "labels": {"x": "1"}, "set": ["q"]}
    assert remove(SHAPE, value, of_paths([("f:labels", "f:x")]))["labels"] is None  # type: ignore[index,call-overload]
    assert value["labels"] == {"x": "1"}


def test_what_a_configuration_sets() -> None:
    config: Any = {
        "items": [{"name": "a"}],
        "set": ["p"],
        "args": [],
        "labels": {},
        "selector": {"a": "1"},
        "open": {"x": 1},
    }
    assert field_set(SHAPE, config) == {
        "f:args": {},
        "f:items": {'k:{"name":"a"}': {".": {}, "f:name": {}}},
        "f:labels": {},
        "f:open": {"f:x": {}},
        "f:selector": {},
        "f:set": {'v:"p"': {}},
    }
    assert field_set(SHAPE, {"items": [], "labels": None}) == {"f:labels": {}}
    assert with_containers(SHAPE, field_set(SHAPE, config))["f:items"].keys() >= {"."}


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ({"none": 1}, ".none: field not declared in schema"),
        ({"labels": {"a": 1}}, ".labels.a: expected string, got &value.valueUnstructured{Value:1}"),
        ({"labels": []}, ".labels: expected map, got &{[]}"),
        ({"items": {"a": 1}}, ".items: expected list, got &{map[a:1]}"),
        ({"items": [{"name": "a", "n": "x"}]}, '.items[name="a"].n: expected numeric (int or float), got string'),
        ({"items": [{"name": "a"}, {"name": "a"}]}, '.items: duplicate entries for key [name="a"]'),
        ({"set": ["a", "a"]}, '.set: duplicate entries for key [="a"]'),
        (
            {"items": [{"n": 1}]},
            '.items: element 0: associative list with keys has an element that omits key field "name" '
            "(and doesn't have default value)",
        ),
        ({"items": ["a"]}, ".items: element 0: associative list with keys may not have non-map elements"),
        ({"set": [None]}, ".set: element 0: associative list without keys has an element that's an explicit null"),
    ],
)
def test_what_has_not_the_shape_of_its_type(value: Any, fault: str) -> None:
    assert faults(SHAPE, value) == [fault]


def test_several_faults_are_told_together() -> None:
    found = faults(SHAPE, {"labels": {"a": 1, "b": True}})
    assert joined(found).splitlines()[0] == "errors:"
    assert len(joined(found).splitlines()) == 3


def test_names_of_secrets_have_a_default_as_keys() -> None:
    spec: Any = {"imagePullSecrets": [{}], "containers": [{"name": "a"}]}
    assert field_set(shape_of(PodSpec), spec)["f:imagePullSecrets"] == {'k:{"name":""}': {}}
