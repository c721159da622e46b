import pytest
from hypothesis import given
from hypothesis import strategies as st
from pilothouse.server.errors import BadRequest
from pilothouse.server.meta.field_selectors import parse_field_selector
from pilothouse.server.meta.label_selectors import EVERYTHING, NOTHING, from_label_selector, parse_label_selector
from pilothouse.server.meta.selectors import escape

ANT = {"side": "left", "n": "ant", "rank": "7"}


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("", True),
        ("side=left", True),
        ("side==right", False),
        ("side!=left", False),
        ("other!=left", True),
        ("n in (ant, dog)", True),
        ("n notin (ant,dog)", False),
        ("other notin (ant)", True),
        ("side", True),
        ("!side", False),
        ("! other", True),
        ("side=left,n!=cat", True),
        ("side=left,n=cat", False),
        ("side=left,n=ant", True),
        ("rank>5", True),
        ("rank > 7", False),
        ("rank<8", True),
        ("n>5", False),
        ("other<5", False),
        ("other=", False),
        ("other in ()", None),
        ("other in (,x)", False),
        ("in=x", False),
        ("side in (in,left)", True),
    ],
)
def test_label_selectors_match(text: str, matches: bool | None) -> None:
    if matches is None:
        with pytest.raises(BadRequest, match="values set can't be empty"):
            parse_label_selector(text)
    else:
        assert parse_label_selector(text).matches(ANT) is matches


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("side=not good", "found 'good', expected: ',' or 'end of string'"),
        ("side in left", "unable to parse requirement: found 'left' expected: '('"),
        ("side in (left", "unable to parse requirement: found '', expected: ',' or ')'"),
        ("a=b,", "found '', expected: identifier after ','"),
        (",a", "found ',', expected: !, identifier, or 'end of string'"),
        ("a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"),
        ("!a=b", "found '=', expected: ',' or 'end of string'"),
        ("a=(", "unable to parse requirement: found '(', expected: identifier"),
        ("a in (!", "unable to parse requirement: found '!', expected: ',', ')' or identifier"),
        (
            "a>x",
            'unable to parse requirement: values[0]: Invalid value: "x": '
            "for 'Gt', 'Lt' operators, the value must be an integer",
        ),
    ],
)
def test_a_label_selector_that_does_not_parse_says_why(text: str, message: str) -> None:
    with pytest.raises(BadRequest) as error:
        parse_label_selector(text)
    assert error.value.message == message


def test_keys_and_values_must_be_valid() -> None:
    with pytest.raises(BadRequest, match=r'^unable to parse requirement: key: Invalid value: "-a": name part must'):
        parse_label_selector("-a=b")
    with pytest.raises(BadRequest, match=r'values\[0\]\[a\]: Invalid value: "-b": a valid label must be'):
        parse_label_selector("a=-b")


def test_the_text_form_is_canonical_and_equal_selectors_are_one_key() -> None:
    selector = parse_label_selector("z notin (b,a,b), !y ,x==1")
    assert str(selector) == "x=1,!y,z notin (a,b)"
    assert parse_label_selector(str(selector)) == selector
    assert len({selector, parse_label_selector("x=1,!y,z notin (a,b)")}) == 1
    assert EVERYTHING.empty
    assert not selector.empty


def test_label_selector_objects() -> None:
    selector = from_label_selector(
        {
            "matchLabels": {"side": "left"},
            "matchExpressions": [
                {"key": "n", "operator": "In", "values": ["bee", "ant"]},
                {"key": "x", "operator": "DoesNotExist"},
            ],
        }
    )
    assert str(selector) == "n in (ant,bee),side=left,!x"
    assert selector.matches(ANT)
    assert from_label_selector({}).matches(ANT)
    assert from_label_selector(None) == NOTHING
    assert not NOTHING.matches(ANT)
    assert not NOTHING.empty
    with pytest.raises(BadRequest, match='"Gt" is not a valid label selector operator'):
        from_label_selector({"matchExpressions": [{"key": "a", "operator": "Gt", "values": ["1"]}]})


FIELDS = frozenset(("metadata.name", "metadata.namespace", "status.phase"))


def test_field_selectors_match_and_tell_what_is_exact() -> None:
    selector = parse_field_selector("metadata.name=a,status.phase!=Failed", FIELDS)
    assert selector.exact("metadata.name") == "a"
    assert selector.exact("status.phase") is None
    assert selector.matches({"metadata.name": "a"})
    assert not selector.matches({"metadata.name": "a", "status.phase": "Failed"})
    assert parse_field_selector("status.phase=", FIELDS).matches({})
    assert parse_field_selector("", FIELDS).empty
    assert str(parse_field_selector("status.phase!=x,metadata.name==y", FIELDS)) == "metadata.name=y,status.phase!=x"


def test_a_field_has_an_older_name() -> None:
    selector = parse_field_selector("spec.host=n1", FIELDS | {"spec.host"}, {"spec.host": "spec.nodeName"})
    assert selector.exact("spec.nodeName") == "n1"


@pytest.mark.parametrize(
    ("text", "supported", "message"),
    [
        ("metadata.name in (a,bee)", FIELDS, "invalid selector: 'metadata.name in (a,bee)'; can't understand 'bee)'"),
        ("spec.x=1", FIELDS, "field label not supported: spec.x"),
        (
            "spec.replicas=1",
            frozenset(("metadata.name", "metadata.namespace")),
            '"spec.replicas" is not a known field selector: only "metadata.name", "metadata.namespace"',
        ),
        (r"metadata.name=a\b", FIELDS, r"invalid field selector: invalid escape sequence: \b"),
        ("metadata.name=a\\", FIELDS, "invalid field selector: invalid escape sequence: \\"),
        ("metadata.name=a=b", FIELDS, "invalid field selector: unescaped character in value: 61"),
    ],
)
def test_a_field_selector_that_does_not_parse_says_why(text: str, supported: frozenset[str], message: str) -> None:
    with pytest.raises(BadRequest) as error:
        parse_field_selector(text, supported)
    assert error.value.message == message


@given(st.text(min_size=1))
def test_any_value_survives_escaping(value: str) -> None:
    selector = parse_field_selector(f"metadata.name={escape(value)}")
    assert selector.exact("metadata.name") == value
    assert parse_field_selector(str(selector)) == selector
