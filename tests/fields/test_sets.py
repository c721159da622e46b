"""Sets of fields against a model: a set of paths."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pilothouse.server.fields.elements import canonical, keyed, shown
from pilothouse.server.fields.sets import (
    EMPTY,
    FieldSet,
    difference,
    from_json,
    has,
    intersection,
    is_member,
    of_paths,
    paths,
    to_json,
    union,
    without,
)

ELEMENTS = [
    "f:a",
    "f:b",
    'k:{"name":"x"}',
    'k:{"port":80,"protocol":"TCP"}',
    'k:{"port":443,"protocol":"TCP"}',
    'v:"s"',
]
Path = tuple[str, ...]

models = st.frozensets(st.lists(st.sampled_from(ELEMENTS), min_size=1, max_size=4).map(tuple), max_size=6)


def model(fields: FieldSet) -> frozenset[Path]:
    return frozenset(paths(fields))


def below(path: Path, others: frozenset[Path]) -> bool:
    return any(path[: len(other)] == other for other in others)


@given(models, models)
def test_the_algebra_is_that_of_sets_of_paths(one: frozenset[Path], other: frozenset[Path]) -> None:
    first, second = of_paths(one), of_paths(other)
    assert model(first) == one
    assert model(union(first, second)) == one | other
    assert model(intersection(first, second)) == one & other
    assert model(difference(first, second)) == one - other
    assert model(without(first, second)) == {path for path in one if not below(path, other)}
    assert all(has(first, path) == (path in one) for path in one | other)


@given(models, models)
def test_equal_sets_are_written_alike(one: frozenset[Path], other: frozenset[Path]) -> None:
    first, second = of_paths(one), of_paths(other)
    assert to_json(union(first, second)) == to_json(union(second, first))
    assert to_json(union(difference(first, second), intersection(first, second))) == to_json(first)
    assert from_json(to_json(first)) == first


def test_sets_are_written_in_kubernetes_order() -> None:
    ports = [("f:ports",), *(("f:ports", keyed([("protocol", "TCP"), ("port", port)])) for port in (8080, 443, 80))]
    fields = of_paths([*ports, ("f:a", 'v:"x"'), ("f:ports", "f:z")])
    assert to_json(fields) == (
        b'{"f:a":{"v:\\"x\\"":{}},"f:ports":{".":{},"f:z":{},"k:{\\"port\\":80,\\"protocol\\":\\"TCP\\"}":{},'
        b'"k:{\\"port\\":443,\\"protocol\\":\\"TCP\\"}":{},"k:{\\"port\\":8080,\\"protocol\\":\\"TCP\\"}":{}}}'
    )


def test_what_others_wrote_is_brought_into_form() -> None:
    data = b'{"f:b":{},"k:{\\"b\\": 1, \\"a\\": \\"x\\"}":{".":{}},"f:a":{"x:later":{}},"f:c":{".":{},"f:d":{}}}'
    assert from_json(data) == {"f:b": {}, "f:c": {".": {}, "f:d": {}}, 'k:{"a":"x","b":1}': {}}
    assert to_json(from_json(data)).startswith(b'{"f:b"')


@pytest.mark.parametrize(
    "data", [b"[]", b'{"f:a":[]}', b'{"k:x":{}}', b'{"v:[":{}}', b'{"i:one":{}}', b"{", b'{"f:a":1}']
)
def test_what_is_no_set_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        from_json(data)


def test_deep_nesting_is_refused_and_does_no_harm() -> None:
    with pytest.raises(ValueError):
        from_json(b'{"f:a":' * 251 + b"{}" + b"}" * 251)


def test_elements_for_people() -> None:
    assert shown("f:spec") == ".spec"
    assert shown('k:{"port":80,"protocol":"TCP"}') == '[port=80,protocol="TCP"]'
    assert (shown('v:"x"'), shown("i:3")) == ('[="x"]', "[3]")
    assert canonical("q:x") is None


def test_membership() -> None:
    assert is_member({})
    assert is_member({".": {}, "f:a": {}})
    assert not is_member({"f:a": {}})
    assert union(EMPTY, {"f:a": {}}) == {"f:a": {}}
