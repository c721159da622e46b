"""YAML as Kubernetes reads and writes it."""

import string

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from pilothouse.server.errors import BadRequest
from pilothouse.server.meta.scalars import JsonValue
from pilothouse.server.meta.yaml_syntax import dump_yaml, parse_yaml


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", True),
        ("Off", False),
        ("~", None),
        ("", None),
        ("12", 12),
        ("-0x1F", -31),
        ("010", 8),
        ("1_000", 1000),
        ("0b11", 3),
        ("1e3", 1000),
        (".5", 0.5),
        ("1.5e-3", 0.0015),
        ("1:30", "1:30"),
        ("2024-03-01", "2024-03-01"),
        ("2024-03-01T10:00:00Z", "2024-03-01T10:00:00Z"),
        ("'12'", "12"),
        ("!!str 12", "12"),
        ("v1", "v1"),
        ("1.2.3", "1.2.3"),
        ("+", "+"),
        ("100Mi", "100Mi"),
    ],
)
def test_what_a_plain_scalar_means(text: str, value: object) -> None:
    assert parse_yaml(f"a: {text}".encode())[0] == {"a": value}


def test_keys_become_texts() -> None:
    assert parse_yaml(b"1: a\ntrue: b\n~: c\n'n': d")[0] == {"1": "a", "true": "b", "null": "c", "n": "d"}


def test_keys_that_are_there_twice_are_told_and_the_last_one_counts() -> None:
    assert parse_yaml(b"a: 1\nb:\n  c: 1\n  c: 2\na: 3\n") == (
        {"a": 3, "b": {"c": 2}},
        ['line 4: key "c" already set in map', 'line 5: key "a" already set in map'],
    )


def test_maps_are_merged_where_that_is_asked_for() -> None:
    text = b"base: &base {a: 1, b: 2}\nown: {<<: *base, b: 3}\nboth: {<<: [*base, {c: 4}]}\n"
    value, repeated = parse_yaml(text)
    assert value == {"base": {"a": 1, "b": 2}, "own": {"a": 1, "b": 3}, "both": {"a": 1, "b": 2, "c": 4}}
    assert not repeated


def test_the_first_document_is_read() -> None:
    assert parse_yaml(b"a: 1\n---\na: 2\n")[0] == {"a": 1}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (b"a: [1\nb\n", r"yaml: line 2: did not find expected ',' or '\]'"),
        (b"a: 'x\n", "yaml: .*found unexpected end of stream"),
        (b"a: *x", "unknown anchor 'x' referenced"),
        (b"a: .inf", "no value of JSON"),
        (b"a: !!binary aGk=", "binary"),
        (b"{[1]: 2}", "invalid map key"),
        (b"a: &a\n  b: *a", "contains itself"),
        (b"<<: 1", "map merge requires map"),
        (b"\xff", "yaml: "),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(text: bytes, fault: str) -> None:
    with pytest.raises(BadRequest, match=fault):
        parse_yaml(text)


def test_texts_that_would_be_read_as_something_else_are_quoted() -> None:
    texts: dict[str, JsonValue] = {
        "a": "no",
        "b": "12",
        "c": "2024-03-01",
        "d": "plain",
        "e": "",
        "n": "x: y",
        "t": "1\n2\n",
    }
    assert dump_yaml(texts).decode() == (
        'a: "no"\nb: "12"\nc: "2024-03-01"\nd: plain\ne: ""\n"n": \'x: y\'\nt: |\n  1\n  2\n'
    )


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(1 << 53), 1 << 53) | st.text(string.printable, max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(string.printable, max_size=6), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(_VALUES)
def test_what_is_written_is_read_alike_here_and_elsewhere(value: object) -> None:
    text = dump_yaml(value)  # type: ignore[arg-type]
    assert parse_yaml(text) == (value, [])
    assert yaml.safe_load(text) == value


@given(st.dictionaries(st.sampled_from(["items", "kind", "y", "metadata", "1", "odd key"]), _VALUES))
@example({"a": ["x\n\n", ["\n"], {"b": "\n\n"}], "b": "\n\n"})
@example({"items": [{"b": 1, "a": ["x", "y"]}, [], {}, [[1, 2], 3], "no", None, "..."], "y": [1, 2]})
def test_items_written_one_by_one_are_read_as_one_list(value: dict[str, JsonValue]) -> None:
    text = dump_yaml(value)
    assert parse_yaml(text) == (value, [])
    assert yaml.safe_load(text) == value
