import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pilothouse.server.errors import BadRequest
from pilothouse.server.meta.continuation import NEWEST, decode_continue, encode_continue, parse_resource_version


def test_the_token_is_the_one_a_kube_apiserver_gives() -> None:
    token = "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiJiZWVcdTAwMDAifQ"
    assert encode_continue(1, "bee\0") == token
    assert decode_continue(token) == (1, "bee\0")
    assert decode_continue(encode_continue(NEWEST, "ns/a\0")) == (NEWEST, "ns/a\0")


def raw(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


@pytest.mark.parametrize(
    ("token", "message"),
    [
        ("a b", "illegal base64 data at input byte 1"),
        ("abcde", "illegal base64 data at input byte 5"),
        (raw("nonsense"), "the token holds no JSON"),
        (raw("[1]"), "the token holds no JSON object"),
        (raw('{"v":"v2","rv":1,"start":"a"}'), 'server does not recognize this encoded version "v2"'),
        (raw('{"v":"meta.k8s.io/v1","start":"a"}'), "incorrect encoded start resourceVersion (version meta.k8s.io/v1)"),
        (raw('{"v":"meta.k8s.io/v1","rv":1}'), "encoded start key empty (version meta.k8s.io/v1)"),
        (raw('{"v":"meta.k8s.io/v1","rv":1,"start":"../secrets/x"}'), "../secrets/x"),
        (raw('{"v":"meta.k8s.io/v1","rv":1,"start":"a/./b"}'), "a/./b"),
        (raw('{"v":"meta.k8s.io/v1","rv":1,"start":"//a"}'), "//a"),
    ],
)
def test_other_tokens_are_refused(token: str, message: str) -> None:
    with pytest.raises(BadRequest) as error:
        decode_continue(token)
    assert error.value.message == f"invalid continue token: continue key is not valid: {message}"


@given(st.text())
def test_any_text_is_a_token_or_a_bad_request(text: str) -> None:
    for token in (text, raw(text.encode("utf-8", "replace").decode())):
        with pytest.raises(BadRequest):
            decode_continue(token)


def test_resource_versions() -> None:
    assert parse_resource_version("") == 0
    assert parse_resource_version("0") == 0
    assert parse_resource_version("18446744073709551615") == 2**64 - 1
    for text, why in (
        ("abc", "invalid syntax"),
        ("-1", "invalid syntax"),
        ("18446744073709551616", "value out of range"),
    ):
        with pytest.raises(BadRequest) as error:
            parse_resource_version(text)
        assert error.value.message == (
            f'invalid resource version: resourceVersion: Invalid value: "{text}": '
            f'strconv.ParseUint: parsing "{text}": {why}'
        )
