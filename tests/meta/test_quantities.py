from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pilothouse.server.meta.quantities import Format, Quantity, QuantityError, canonical, parse_quantity, quantity

SUFFIXES = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40}


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("0", "0"),
        ("0.0Gi", "0"),
        ("1500m", "1500m"),
        ("2000m", "2"),
        ("2.0", "2"),
        ("1e6", "1e6"),
        ("1E3", "1e3"),
        ("100e-3", "100e-3"),
        ("1E", "1E"),
        ("1000E", "1000E"),
        ("0.5Gi", "512Mi"),
        ("1024Mi", "1Gi"),
        ("2048Ki", "2Mi"),
        ("0.5Ki", "512"),
        ("0.1Ki", "102400m"),
        ("1.5Gi", "1536Mi"),
        ("+1", "1"),
        ("-0.5", "-500m"),
        (".5", "500m"),
        ("1.", "1"),
        ("0.1n", "1n"),
        ("-0.1n", "-1n"),
        ("123450", "123450"),
        ("1000000", "1M"),
        ("9999999999Gi", "9223372036854775807"),
        ("1e-5000", "1e-9"),
    ],
)
def test_the_canonical_form(text: str, form: str) -> None:
    assert canonical(text) == form


@pytest.mark.parametrize(
    "text", ["", "a", "1 ", " 1", "1..2", "+", ".", "1Kii", "1mi", "1e", "0x1", "1.1.M", "1+1.0M", "1_0"]
)
def test_what_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(QuantityError):
        parse_quantity(text)


def test_the_errors_are_those_of_kubernetes() -> None:
    with pytest.raises(QuantityError, match=r"^quantities must match the regular expression '\^\(\[\+-\]\?"):
        parse_quantity("lots")
    with pytest.raises(QuantityError, match=r"^unable to parse quantity's suffix$"):
        parse_quantity("1Kii")


@pytest.mark.parametrize("text", ["1e99999", "1e" + "9" * 5000, "9" * 5000, "1e-" + "9" * 30, "0e999999999"])
def test_a_short_text_cannot_become_a_huge_number(text: str) -> None:
    try:
        value = parse_quantity(text)
    except QuantityError:
        return
    assert value.nanos in (0, 1)


def test_whole_and_milli_values_round_away_from_zero() -> None:
    assert parse_quantity("1500m").value == 2
    assert parse_quantity("-1500m").value == -2
    assert parse_quantity("1u").milli_value == 1
    assert quantity(2).milli_value == 2000


def test_arithmetic_keeps_the_format_of_what_is_there() -> None:
    assert str(parse_quantity("1Gi") + parse_quantity("1024Mi")) == "2Gi"
    assert str(parse_quantity("0") + parse_quantity("1Gi")) == "1Gi"
    assert str(parse_quantity("1Gi") - parse_quantity("1M")) == "1072741824"
    assert str(-parse_quantity("1500m")) == "-1500m"
    assert parse_quantity("1Ki") == parse_quantity("1024")
    assert hash(parse_quantity("1Ki")) == hash(parse_quantity("1024"))
    assert not parse_quantity("0")


texts = st.builds(
    lambda sign, whole, fraction, suffix: f"{sign}{whole}{fraction}{suffix}",
    st.sampled_from(("", "-", "+")),
    st.integers(0, 10**6),
    st.one_of(st.just(""), st.integers(0, 10**6).map(lambda n: f".{n}")),
    st.sampled_from((*SUFFIXES, *BINARY, "e3", "E-6", "e+2")),
)


@given(texts)
def test_the_canonical_form_is_a_fixed_point_of_the_same_value(text: str) -> None:
    form = canonical(text)
    assert canonical(form) == form
    assert parse_quantity(form) == parse_quantity(text)


def exact(text: str) -> Fraction:
    """The value as a fraction, by a second way: what the suffix multiplies."""
    for suffix, power in BINARY.items():
        if text.endswith(suffix):
            return Fraction(text.removesuffix(suffix)) * Fraction(1 << power)
    if "e" in text.lower() and not text.endswith("E"):
        return Fraction(text)
    suffix = text[-1] if text[-1] in SUFFIXES else ""
    number, power = Fraction(text.removesuffix(suffix)), SUFFIXES[suffix]
    return number * Fraction(f"1e{power}")


@given(texts, texts)
def test_order_and_sums_agree_with_fractions(left: str, right: str) -> None:
    a, b = parse_quantity(left), parse_quantity(right)
    nano = Fraction(1, 10**9)
    assert abs(Fraction(a.nanos) * nano - exact(left)) < nano
    if abs(exact(left) - exact(right)) >= 2 * nano:
        assert (a < b) == (exact(left) < exact(right))
    assert (a + b).nanos == a.nanos + b.nanos
    assert a - b + b == a


@given(st.integers(-(10**30), 10**30), st.sampled_from(Format))
def test_any_number_of_billionths_can_be_written_and_read(nanos: int, format: Format) -> None:
    written = str(Quantity(nanos, format))
    if format is not Format.BINARY:
        assert parse_quantity(written).nanos == nanos
