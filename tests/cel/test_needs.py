"""What an expression is handed is enough for it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pilothouse.server.cel.environments import Environment
from pilothouse.server.cel.needs import needed, needs_of

from tests.cel.expressions import fault, value

_names = st.sampled_from(["a", "b", "c"])
_values = st.recursive(
    st.integers(0, 3) | st.sampled_from(["a", "b", ""]) | st.none() | st.booleans(),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(_names, below, max_size=3),
    max_leaves=12,
)


@pytest.mark.parametrize(
    "source",
    [
        "object.a.b == 1",
        "has(object.a.b) && object.a == object.b",
        "object.a.all(x, x.b == 1)",
        "object.a.exists(x, x.b.exists(y, y.c == x.a))",
        "object.a.map(x, x.b) == object.b",
        "object.filter(x, x == 'a').size() == 1",
        "object.all(k, object[k] == 1)",
        "object.a.exists_one(x, true)",
        "size(object.a) == 2",
        "object.?a.?b.orValue(object.c) == 1",
        "object.a.all(i, v, v.a == i)",
        "object.a.transformMap(k, v, v.a) == object.b",
        "object.a[0].b == 'a'",
        "'a' in object.a && object.a.b in object.b",
    ],
)
@given(_values)
def test_what_is_left_out_makes_no_difference(source: str, whole: Any) -> None:
    part = needed(whole, needs_of(Environment().compile(source).tree).get("object", {}))
    said = fault(source, whole)
    assert fault(source, part) == said
    if not said:
        assert value(source, part) == value(source, whole)


def test_little_is_copied() -> None:
    whole = {"a": [{"b": 1, "big": ["x"] * 100}], "big": {"x": 1}}
    part = needed(whole, needs_of(Environment().compile("object.a.all(x, x.b == 1)").tree)["object"])
    assert part == {"a": [{"b": 1}]}
