"""Errors of expressions that do not compile, as a kube-apiserver words them."""

import pytest

from tests.cel.expressions import fault


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("variables.x == 1", "1:1: undeclared reference to 'variables' (in container '')\n | variables.x == 1\n | ^"),
        ("object.x == nope", "1:13: undeclared reference to 'nope' (in container '')"),
        ("'a'.contains(1)", "1:13: found no matching overload for 'contains' applied to 'string.(int)'"),
        ("1 + 'a'", "1:3: found no matching overload for '_+_' applied to '(int, string)'"),
        ("size(1)", "1:5: found no matching overload for 'size' applied to '(int)'"),
        ("request.nope", "1:8: undefined field 'nope'"),
        ("request.name.x", "1:13: type 'string' does not support field selection"),
        ("quantity('1').x", "1:14: type 'kubernetes.Quantity' does not support field selection"),
        ("[1, 'a'] == []", "1:5: expected type 'int' but found 'string'"),
        ("{'a': 1, 'b': 'c'} == {}", "1:15: expected type 'int' but found 'string'"),
        ("duration('x') > duration('1h')", "1:10: invalid duration argument"),
        ("object.a.matches('(')", "1:18: invalid matches argument"),
        ("has(object)", "1:5: invalid argument to has() macro"),
        ("object.all(1, true)", "argument must be a simple name"),
        ("request.name.all(x, true)", "expression of type 'string' cannot be range of a comprehension"),
        ("1 +\n  nope", "2:3: undeclared reference to 'nope' (in container '')\n |   nope\n | ..^"),
        ("'é' + nope", "1:7: undeclared reference to 'nope' (in container '')\n | 'é' + nope\n | .．....^"),
        ("object.", "1:8: Syntax error: no viable alternative at input '.'"),
        ("timestamp('2020-01-01T00:00:00Z') + 1", "applied to '(timestamp, int)'"),
    ],
)
def test_the_words_and_the_place(source: str, text: str) -> None:
    found = fault(source, {})
    assert found.startswith("compilation failed: ERROR: <input>:")
    assert text in found


def test_one_fault_is_told_once() -> None:
    assert fault("request.nope.further.still == 1", {}).count("ERROR") == 1
