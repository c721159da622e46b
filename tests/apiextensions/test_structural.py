"""Pruning, defaulting and validation by structural schemas: properties."""

import json
from copy import deepcopy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pilothouse.server.schema.structural.defaulting import default
from pilothouse.server.schema.structural.nodes import compile_schema
from pilothouse.server.schema.structural.pruning import drop_nulls, prune
from pilothouse.server.schema.structural.validation import Validator

NAMES = st.sampled_from(["a", "b", "c", "d"])
SCALARS = st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from([0.5, "", "x", "long text"])
VALUES = st.recursive(SCALARS, lambda v: st.lists(v, max_size=3) | st.dictionaries(NAMES, v, max_size=3), max_leaves=8)


def _scalar_schemas() -> st.SearchStrategy[dict[str, Any]]:
    return st.sampled_from(
        [
            {"type": "string", "maxLength": 3},
            {"type": "string", "default": "x"},
            {"type": "string", "nullable": True},
            {"type": "integer", "minimum": 0, "default": 1},
            {"type": "number", "maximum": 3},
            {"type": "boolean"},
            {"type": "string", "enum": ["x", ""]},
            {"x-kubernetes-int-or-string": True},
            {"x-kubernetes-preserve-unknown-fields": True},
        ]
    )


def _around(schemas: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    objects = st.builds(
        lambda properties, required, preserve: {
            "type": "object",
            "properties": properties,
            "required": sorted(required & properties.keys()),
            **({"x-kubernetes-preserve-unknown-fields": True} if preserve else {}),
        },
        st.dictionaries(NAMES, schemas, max_size=3),
        st.sets(NAMES, max_size=2),
        st.booleans(),
    )
    maps = schemas.map(lambda s: {"type": "object", "additionalProperties": s})
    lists = schemas.map(lambda s: {"type": "array", "items": s, "maxItems": 2})
    return objects | maps | lists


SCHEMAS = st.recursive(_scalar_schemas(), _around, max_leaves=6)
OBJECTS = st.dictionaries(NAMES, VALUES, max_size=4)
ROOTS = st.dictionaries(NAMES, SCHEMAS, max_size=3).map(lambda p: {"type": "object", "properties": p})


def completed(value: Any, schema: dict[str, Any]) -> Any:
    """A value as it is stored."""
    value, root = deepcopy(value), compile_schema(schema, root=True)
    prune(value, root)
    drop_nulls(value, root)
    default(value, root)
    return value


@given(OBJECTS, ROOTS)
@settings(max_examples=300, deadline=None)
def test_what_is_complete_stays_as_it_is(value: Any, schema: dict[str, Any]) -> None:
    once = completed(value, schema)
    assert json.dumps(completed(once, schema)) == json.dumps(once)


@given(OBJECTS, ROOTS)
@settings(max_examples=300, deadline=None)
def test_what_is_unknown_is_told_of_exactly_where_it_is_dropped(value: Any, schema: dict[str, Any]) -> None:
    pruned, unknown = deepcopy(value), list[str]()
    prune(pruned, compile_schema(schema, root=True), unknown)
    assert bool(unknown) == (json.dumps(pruned) != json.dumps(value))


@given(OBJECTS, OBJECTS, ROOTS)
@settings(max_examples=300, deadline=None)
def test_what_was_accepted_once_is_accepted_as_it_is(value: Any, other: Any, schema: dict[str, Any]) -> None:
    validator = Validator(schema)
    whole = completed(value, schema)
    assert validator.causes(whole, whole) == []
    changed = {**whole, **completed(other, schema)}
    told = {cause.field for cause in validator.causes(changed, whole)}
    assert told <= {cause.field for cause in validator.causes(changed)}


@given(OBJECTS, ROOTS)
@settings(max_examples=200, deadline=None)
def test_each_cause_speaks_of_a_place_in_the_object(value: Any, schema: dict[str, Any]) -> None:
    for cause in Validator(schema).causes(completed(value, schema)):
        assert cause.field.split(".")[0].split("[")[0] in {"a", "b", "c", "d"}
        assert cause.reason.startswith("FieldValue")
