"""Which form an answer takes."""

import pytest
from pilothouse.server.doors.rest.negotiation import JSON, PROTOBUF, YAML, Form, Transform, body_encoding, choose
from pilothouse.server.errors import NotAcceptable, UnsupportedMediaType
from pilothouse.server.verbs.body import Encoding

TABLE = Transform("Table", "meta.k8s.io", "v1")
OFFERS: dict[Form, str] = {(JSON, None): "json", (YAML, None): "yaml", (PROTOBUF, None): "protobuf"}
WITH_TABLES: dict[Form, str] = {**OFFERS, (JSON, TABLE): "table"}


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("", "json"),
        ("*/*", "json"),
        ("application/*", "json"),
        ("application/yaml", "yaml"),
        ("application/json;q=0.5, application/yaml;q=0.8", "yaml"),
        ("image/png, application/vnd.kubernetes.protobuf", "protobuf"),
        ("application/vnd.kubernetes.protobuf;q=0, application/json", "json"),
        ("*/*, application/vnd.kubernetes.protobuf", "protobuf"),
        ("application/json; charset=utf-8", "json"),
        ("application/json;charset=latin-1, application/yaml", "yaml"),
        ("application/json;as=Table;v=v1;g=meta.k8s.io, application/json", "json"),
        ("APPLICATION/JSON", "json"),
    ],
)
def test_the_best_form_that_is_on_offer_wins(accept: str, chosen: str) -> None:
    assert choose(accept, OFFERS) == chosen


def test_a_transformation_is_a_form_of_its_own() -> None:
    wanted = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
    assert choose(wanted, WITH_TABLES) == "table"
    assert choose("application/json", WITH_TABLES) == "json"
    with pytest.raises(NotAcceptable):
        choose("application/json;as=Table;v=v2;g=meta.k8s.io", WITH_TABLES)


@pytest.mark.parametrize("accept", ["image/png", "application/json;q=0", "application/json;as=Poem", "text/*"])
def test_what_is_not_on_offer_is_refused_with_what_is(accept: str) -> None:
    with pytest.raises(
        NotAcceptable, match=r"application/json, application/yaml, application/vnd\.kubernetes\.protobuf"
    ):
        choose(accept, OFFERS)


def test_a_body_is_in_the_form_that_its_header_says() -> None:
    assert body_encoding("") is Encoding.JSON
    assert body_encoding("application/json; charset=utf-8") is Encoding.JSON
    assert body_encoding("application/yaml") is Encoding.YAML
    assert body_encoding("application/vnd.kubernetes.protobuf") is Encoding.ENVELOPE
    with pytest.raises(UnsupportedMediaType, match="accepted media types include: application/json"):
        body_encoding("text/plain")
