"""Kubernetes' functions."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cel.expressions import fault, value

_SUFFIXES = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9}
_numbers = st.tuples(st.integers(-10_000, 10_000), st.sampled_from(sorted(_SUFFIXES)))


def _amount(number: tuple[int, str]) -> Fraction:
    return number[0] * Fraction(10) ** _SUFFIXES[number[1]]


def _text(number: tuple[int, str]) -> str:
    return f"{number[0]}{number[1]}"


@given(_numbers, _numbers)
def test_quantities_compare_and_add_as_numbers(one: tuple[int, str], other: tuple[int, str]) -> None:
    first, second = _amount(one), _amount(other)
    given = {"a": _text(one), "b": _text(other)}
    comparison = (first > second) - (first < second)
    assert value("quantity(object.a).compareTo(quantity(object.b))", given) == comparison
    assert value("quantity(object.a) == quantity(object.b)", given) is (first == second)
    assert value("quantity(object.a).isLessThan(quantity(object.b))", given) is (first < second)
    total = value("quantity(object.a).add(quantity(object.b)).sub(quantity(object.b)) == quantity(object.a)", given)
    assert total is True
    assert value("quantity(object.a).sign()", given) == (first > 0) - (first < 0)
    assert value("quantity(object.a).isInteger()", given) is (first.denominator == 1)


@pytest.mark.parametrize(
    "source",
    [
        "isQuantity('1.5Gi') && !isQuantity('1.5 Gi')",
        "quantity('50k').add(20) == quantity('50020')",
        "quantity('1').asInteger() == 1 && quantity('1.5').asApproximateFloat() == 1.5",
        "ip('192.168.0.1').family() == 4 && ip('::1').isLoopback() && isIP('fe80::1') && !isIP('1.2.3')",
        "ip.isCanonical('::1') && !ip.isCanonical('0:0::1') && string(ip('0:0::1')) == '::1'",
        "ip('224.0.0.1').isLinkLocalMulticast() && ip('169.254.1.1').isLinkLocalUnicast()",
        "ip('8.8.8.8').isGlobalUnicast() && !ip('255.255.255.255').isGlobalUnicast() && ip('::').isUnspecified()",
        "cidr('10.0.0.0/8').containsIP('10.2.3.4') && !cidr('10.0.0.0/8').containsIP(ip('11.0.0.1'))",
        "cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16') && !cidr('10.1.0.0/16').containsCIDR(cidr('10.0.0.0/8'))",
        "cidr('10.1.2.3/8').masked() == cidr('10.0.0.0/8') && cidr('10.1.2.3/8').ip() == ip('10.1.2.3')",
        "cidr('::/64').prefixLength() == 64 && isCIDR('::/0') && !isCIDR('10.0.0.1')",
        "url('https://a.test:80/x?y=1&y=2').getHost() == 'a.test:80' && isURL('/a') && !isURL('a')",
        "url('https://[::1]:80/x y').getHostname() == '::1' && url('https://a.test/').getPort() == ''",
        "url('https://a.test/?y=1&y=2').getQuery()['y'] == ['1', '2'] && url('https://a/b%20c').getScheme() == 'https'",
        "'abc 123 def 456'.find('[0-9]+') == '123' && 'abc'.find('[0-9]') == ''",
        "'a1b22'.findAll('[0-9]+') == ['1', '22'] && 'a1b22'.findAll('[0-9]+', 1) == ['1']",
        "[1, 2, 3].isSorted() && [1, 2, 3].sum() == 6 && [3, 1].min() == 1 && ['a', 'b'].max() == 'b'",
        "[1, 2, 1].indexOf(1) == 0 && [1, 2, 1].lastIndexOf(1) == 2 && [1].indexOf(5) == -1",
        "!format.dns1123Label().validate('a-b').hasValue() && format.dns1123Label().validate('A').hasValue()",
        "format.named('uuid').value().validate('x').value().size() == 1 && !format.named('nope').hasValue()",
        "semver('1.2.3').isLessThan(semver('1.10.0')) && semver('1.0.0-a').isLessThan(semver('1.0.0'))",
        "isSemver('1.0.0') && !isSemver('v1.0') && isSemver('v1.0', true) && semver('v01.02', true).minor() == 2",
        "{'a': 1, 'b': 2}.transformMap(k, v, v > 1, v * 2) == {'b': 4}",
        "[1, 2].transformList(i, v, i + v) == [1, 3] && [1, 2].all(i, v, v == i + 1)",
        "['x', 'y'].transformMapEntry(i, v, {v: i}) == {'x': 0, 'y': 1}",
        "object.?a.?b.orValue(3) == 3 && [?object.?a] == [] && 1 < 1.5 && 2 > 1u",
        "sets.contains([1, 2], [1]) && 'a,b'.split(',') == ['a', 'b'] && '%s!'.format(['hi']) == 'hi!'",
    ],
)
def test_what_the_library_says(source: str) -> None:
    assert value(source, {}) is True


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("ip('nope')", "IP Address 'nope' parse error during conversion from string"),
        ("ip('::ffff:1.2.3.4')", "IPv4-mapped IPv6 address ::ffff:1.2.3.4 is not allowed"),
        ("quantity('x')", "quantities must match the regular expression"),
        ("[].max()", "max called on empty list"),
        ("object.x", "no such key: x"),
        ("[1][3]", "index out of bounds: 3"),
        ("1 / 0", "division by zero"),
        ("1 % 0", "modulus by zero"),
        ("object + 1", "no such overload"),
        ("quantity(object)", "no such overload"),
        ("url('a b')", "URL parse error during conversion from string"),
        ("semver('1')", "No Major.Minor.Patch elements found"),
        ("[1, 1].transformMapEntry(i, v, {v: i})", "insert failed: key 1 already exists"),
    ],
)
def test_what_fails_says_why(source: str, text: str) -> None:
    assert text in fault(source, {})
