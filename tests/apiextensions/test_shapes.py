"""What schemas say beyond types: null, embedded objects, integers or texts, formats, combinations, ratchets."""

from typing import Any

import pytest
from pilothouse.server.schema.structural.formats import FORMATS
from pilothouse.server.schema.structural.validation import Validator

from tests.support.custom import Client, definition, mug, schema, version

MUGS = "/apis/shop.example.test/v1/namespaces/shop/mugs"


def told(schema: dict[str, Any], value: Any, *old: Any) -> list[str]:
    causes = Validator({"type": "object", "properties": {"v": schema}}).causes({"v": value}, *({"v": o} for o in old))
    return [f"{cause.field}: {cause.message}" for cause in causes]


@pytest.mark.parametrize(
    ("schema", "value", "words"),
    [
        ({"type": "string"}, None, 'Invalid value: "null": v in body must be of type string: "null"'),
        ({"type": "integer"}, 1.5, 'Invalid value: "number": v in body must be of type integer: "number"'),
        ({"type": "integer", "format": "int32"}, 1 << 40, ""),
        ({"type": "number", "multipleOf": 0.1}, 0.25, "Invalid value: 0.25: v in body should be a multiple of 0.1"),
        (
            {"type": "integer", "minimum": 3, "exclusiveMinimum": True},
            3,
            "Invalid value: 3: v in body should be greater than 3",
        ),
        (
            {"type": "string", "minLength": 2},
            "a",
            'Invalid value: "a": v in body should be at least 2 chars long',
        ),
        ({"type": "string", "maxLength": 2}, "äöü", "Too long: may not be more than 2 bytes"),
        ({"type": "string", "pattern": "^a+$"}, "b", "Invalid value: \"b\": v in body should match '^a+$'"),
        (
            {"type": "array", "items": {}, "minItems": 1},
            [],
            "Invalid value: 0: v in body should have at least 1 items",
        ),
        ({"type": "array", "items": {}, "maxItems": 1}, [1, 2], "Too many: 2: must have at most 1 items"),
        (
            {"type": "object", "minProperties": 1},
            {},
            "Invalid value: 0: v in body should have at least 1 properties",
        ),
        ({"type": "object", "maxProperties": 1}, {"a": 1, "b": 2}, "Too many: 2: must have at most 1 items"),
        ({"enum": [1, "a"]}, 2, 'Unsupported value: 2: supported values: "1", "a"'),
        ({"enum": [1]}, True, 'Unsupported value: true: supported values: "1"'),
        ({"type": "string", "format": "ipv4"}, "x", 'Invalid value: "x": v in body must be of type ipv4: "x"'),
    ],
)
def test_each_keyword_in_its_words(schema: dict[str, Any], value: Any, words: str) -> None:
    if words:
        assert told(schema, value) == [f"v: {words}"]
    else:
        (text,) = told(schema, value)
        assert text.endswith("Checked value must be of type integer with format int32 in v")


@pytest.mark.parametrize(
    ("schema", "value", "words"),
    [
        ({"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}, {}, '"v" must validate at least one schema (anyOf)'),
        ({"allOf": [{"required": ["a"]}]}, {}, '"v" must validate all the schemas (allOf). None validated'),
        (
            {"oneOf": [{"required": ["a"]}, {"maxProperties": 3}]},
            {"a": 1},
            '"v" must validate one and only one schema (oneOf). Found 2 valid alternatives',
        ),
        ({"not": {"required": ["a"]}}, {"a": 1}, '"v" must not validate the schema (not)'),
    ],
)
def test_combinations_are_told_of_first_or_last(schema: dict[str, Any], value: Any, words: str) -> None:
    assert f'<nil>: Invalid value: "": {words}' in told({"type": "object", **schema}, value)


def test_what_was_wrong_before_may_stay_but_not_change() -> None:
    item = {"type": "object", "properties": {"name": {"type": "string"}, "n": {"type": "integer", "maximum": 3}}}
    keyed = {
        "type": "array",
        "items": item,
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["name"],
    }
    old = [{"name": "a", "n": 9}, {"name": "b", "n": 1}]
    assert told(keyed, [{"name": "b", "n": 2}, {"name": "a", "n": 9}], old) == []
    assert len(told(keyed, [{"name": "b", "n": 2}, {"name": "a", "n": 8}], old)) == 1
    assert len(told({**keyed, "x-kubernetes-list-type": "atomic"}, [{"name": "a", "n": 9}], old)) == 1
    assert told({"type": "integer"}, True, True) == []
    assert told({"type": "integer", "maximum": 0}, 1, True) != []


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("date", "2026-02-28", "2026-02-30"),
        ("date-time", "2026-02-28T10:00:00.5+01:00", "2026-02-28 10:00"),
        ("email", "a@example.test", "a.example.test"),
        ("hostname", "a.example.test", "-a"),
        ("ipv6", "::1", "1.2.3.4"),
        ("cidr", "10.0.0.0/8", "10.0.0.0"),
        ("mac", "00:00:5e:00:53:01", "00:00:5e"),
        ("uuid", "f47ac10b-58cc-4372-a567-0e02b2c3d479", "f47ac10b"),
        ("uri", "https://example.test/a?b", "no uri"),
        ("byte", "aGk=", "a"),
        ("duration", "3 days", "long"),
        ("hexcolor", "#fff", "white"),
        ("creditcard", "4111-1111-1111-1111", "4111-1111-1111-1112"),
        ("isbn10", "0-306-40615-2", "0-306-40615-3"),
        ("isbn13", "978-0-306-40615-7", "978-0-306-40615-8"),
    ],
)
def test_formats(name: str, good: str, bad: str) -> None:
    assert FORMATS[name](good)
    assert not FORMATS[name](bad)


async def test_null_means_what_the_schema_says(client: Client) -> None:
    await client.define(definition())
    made = await client.ask("POST", MUGS, mug(size=None, note=None, labels=None))
    assert made["spec"] == {"color": "red", "size": 3, "note": None}


async def test_embedded_objects_are_objects(client: Client) -> None:
    whole = {"type": "object", "x-kubernetes-embedded-resource": True, "x-kubernetes-preserve-unknown-fields": True}
    spec = {"type": "object", "properties": {"pod": whole, "port": {"x-kubernetes-int-or-string": True}}}
    await client.define(definition("shop.example.test", version(schema=schema(spec))))
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "ghost": 1}, "spec": {"any": 1}}
    made = await client.ask("POST", MUGS, {**mug(), "spec": {"pod": pod, "port": "http"}})
    assert made["spec"] == {"pod": {**pod, "metadata": {"name": "p"}}, "port": "http"}
    refused = await client.refused(422, "POST", MUGS, {**mug("n"), "spec": {"pod": {"kind": "a_b"}}})
    told = {cause["field"]: cause["reason"] for cause in refused["details"]["causes"]}
    assert told == {"spec.pod.apiVersion": "FieldValueRequired", "spec.pod.kind": "FieldValueInvalid"}
    bad = {**pod, "metadata": {"name": "p", "labels": {"a b": "c"}}}
    refused = await client.refused(422, "POST", MUGS, {**mug("n"), "spec": {"pod": bad}})
    assert refused["details"]["causes"][0]["field"] == "spec.pod.metadata.labels"
