"""Expressions that mean harm: each is refused soon, and in few words."""

import time

import pytest

from tests.cel.expressions import fault, value

# Of this process: others may make it wait as long as they like.
CPU_SECONDS = 5.0


@pytest.mark.parametrize(
    ("source", "object"),
    [
        ("object.all(a, object.all(b, object.all(c, object.all(d, a + b + c + d > 0))))", list(range(300))),
        ("object.map(a, object.map(b, object.map(c, object)))", list(range(300))),
        ("object.matches('(a+)+(b+)+(c+)+$')", "a" * 3_000_000),
        ("object.replace('', object).replace('', object).size() > 0", "a" * 10_000),
        ("(object + object + object + object).matches('(x?){1000}y')", "x" * 1_000_000),
        ("object.split('').all(x, object.split('').all(y, x + y != 'z'))", "a" * 100_000),
        ("object.map(x, object.join(x)).join(',').size() > 0", ["a" * 1000] * 1000),
        ("object.transformMap(i, v, object.transformMap(j, w, w)).size() > 0", list(range(3000))),
        ("object.findAll('.').size() > 0", "a" * 1_500_000),
        ("object.split('').size() > 0", "a" * 1_500_000),
        ("'%s'.format([object.map(x, object)]).size() > 0", list(range(2000))),
    ],
)
def test_what_would_take_long_or_much_room_is_refused_before(source: str, object: object) -> None:
    begun = time.process_time()
    assert "cost limit exceeded" in fault(source, object)
    assert time.process_time() - begun < CPU_SECONDS


@pytest.mark.parametrize(
    "source",
    [
        "(" * 1000 + "1" + ")" * 1000,
        "[" * 1000 + "]" * 1000,
        "object" + ".a" * 1000,
        "1" + " + 1" * 1000,
        "a" * 200_000,
        "'" + "x" * 200_000 + "'",
        "!" * 5000 + "true && " + "(" * 200,
    ],
)
def test_expressions_that_are_deep_or_long_do_not_compile(source: str) -> None:
    begun = time.process_time()
    found = fault(source)
    assert found.startswith("compilation failed: ERROR: <input>")
    assert len(found) < 5000 + 4 * len(source)
    assert time.process_time() - begun < CPU_SECONDS


def test_a_deep_object_is_looked_at_without_harm() -> None:
    deep: dict[str, object] = {"b": 1}
    for _ in range(2000):
        deep = {"a": deep}
    assert fault("object.a.a.a.b == 1", deep) == "no such key: b"


def test_a_pattern_that_explodes_elsewhere_does_not_here() -> None:
    begun = time.process_time()
    assert fault("object.matches('^(a|a)*$')", "a" * 5000 + "b") == ""
    assert time.process_time() - begun < CPU_SECONDS


def test_the_values_of_the_library_show_nothing_of_themselves() -> None:
    assert "Syntax error" in fault("authorizer.in")
    assert fault("authorizer.path('/x').check('get').allowed()") == "no such attribute(s): authorizer"


@pytest.mark.parametrize(
    "source",
    [
        "[{'k': optional.none()}].indexOf({'k': optional.none()})",
        "[dyn(1)].indexOf(optional.none())",
        "[object, optional.none()].map(x, [1].indexOf(x))",
        "[1].transformMap(i, v, {'a': optional.none()})",
        "quantity('1').add(dyn({'a': optional.of(1)}))",
        "[dyn([optional.of(1)])].filter(x, true).map(x, x[0]).indexOf(1)",
        "[1].indexOf(true ? object : optional.none())",
    ],
)
def test_optionals_stay_where_they_do_no_harm(source: str) -> None:
    # The runtime would end the process.
    assert "takes no optionals, nor what holds some" in fault(source, {})


@pytest.mark.parametrize("source", ["{'k': optional.none()}", "[optional.of(1)]", "optional.of(1)"])
def test_optionals_are_no_values(source: str) -> None:
    assert fault(source) == "no such overload"


@pytest.mark.parametrize(
    ("source", "result"),
    [
        ("quantity(object.?a.?b.orValue(object.?c.orValue('1'))).sign()", 1),
        ("[object.?a].map(x, x.orValue(3)).sum()", 3),
        ("{'a': 1}.transformMap(k, v, object.?a.orValue(v))", {"a": 1}),
        ("optional.of(optional.of(dyn([1]))).value().value().sum()", 1),
    ],
)
def test_what_optionals_hold_is_let_through(source: str, result: object) -> None:
    assert value(source, {}) == result
