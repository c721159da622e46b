"""Faults of a text in the words of Go's decoder."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pilothouse.server.meta.json_syntax import syntax_fault

END = "unexpected end of JSON input"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", END),
        ("  ", END),
        ('{"a": ', END),
        ('{"a', END),
        ("tru", END),
        ("-", END),
        ("1.", END),
        ('"\\u00', END),
        ("}", "invalid character '}' looking for beginning of value"),
        ('{"a": }', "invalid character '}' looking for beginning of value"),
        ("[1,]", "invalid character ']' looking for beginning of value"),
        ("{a: 1}", "invalid character 'a' looking for beginning of object key string"),
        ('{"a": 1,}', "invalid character '}' looking for beginning of object key string"),
        ('{"a" 1}', "invalid character '1' after object key"),
        ('{"a": 1 "b": 2}', "invalid character '\"' after object key:value pair"),
        ("[1 2]", "invalid character '2' after array element"),
        ("{} x", "invalid character 'x' after top-level value"),
        ("01", "invalid character '1' after top-level value"),
        ('"a\nb"', "invalid character '\\n' in string literal"),
        ('"\\x"', "invalid character 'x' in string escape code"),
        ('"\\u00g0"', "invalid character 'g' in \\u hexadecimal character escape"),
        ("-x", "invalid character 'x' in numeric literal"),
        ("-E0", "invalid character 'E' in numeric literal"),
        ("[-.5]", "invalid character '.' in numeric literal"),
        ("1.x", "invalid character 'x' after decimal point in numeric literal"),
        ("1.e5", "invalid character 'e' after decimal point in numeric literal"),
        ("1e+x", "invalid character 'x' in exponent of numeric literal"),
        ("trve", "invalid character 'v' in literal true (expecting 'u')"),
        ("'a'", "invalid character '\\'' looking for beginning of value"),
    ],
)
def test_the_first_fault_is_named(text: str, fault: str) -> None:
    assert syntax_fault(text.encode()) == fault


def test_a_deep_text_is_read_as_far_as_go_reads() -> None:
    assert syntax_fault(b"[" * 10_000) == END
    assert syntax_fault(b"[" * 10_001) == "exceeded max depth"


def test_a_long_text_is_not_searched() -> None:
    assert syntax_fault(b"[" + b"1," * 50_000 + b"x", "column 100002") == "column 100002"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@given(JSON, st.integers(0, 3))
def test_json_has_no_fault(value: object, indent: int) -> None:
    assert syntax_fault(json.dumps(value, indent=indent or None).encode()) == ""


@given(st.text(alphabet='{}[]":,0123456789.eE+-truefalsn \\u', max_size=12))
def test_a_fault_is_found_exactly_where_there_is_one(text: str) -> None:
    try:
        json.loads(text)
    except json.JSONDecodeError:
        assert syntax_fault(text.encode())
    except RecursionError:
        pass
    else:
        assert syntax_fault(text.encode()) == ""
