"""What nobody in his right mind would send."""

from typing import Any

import pytest

from tests.support.custom import DEFINITIONS, Client, definition, mug, schema, version

MUGS = "/apis/shop.example.test/v1/namespaces/shop/mugs"
JSON = "application/json"


def approved(group: str, plural: str, kind: str, text: str = "unapproved, a test") -> dict[str, Any]:
    crd = definition(group, plural=plural)
    crd["metadata"]["annotations"] = {"api-approved.kubernetes.io": text}
    crd["spec"]["names"]["kind"] = kind
    return crd


async def defined(client: Client, spec: dict[str, Any]) -> None:
    await client.define(definition("shop.example.test", version(schema=schema(spec))))


@pytest.mark.parametrize(
    ("group", "plural", "kind"),
    [
        ("networking.k8s.io", "ingresses", "Thing"),
        ("networking.k8s.io", "things", "Ingress"),
        ("apiregistration.k8s.io", "apiservices", "Thing"),
        ("apiextensions.k8s.io", "customresourcedefinitions", "Thing"),
        ("authentication.k8s.io", "tokenreviews", "Thing"),
    ],
)
async def test_no_definition_takes_the_place_of_what_is_there(
    client: Client, group: str, plural: str, kind: str
) -> None:
    refused = await client.refused(403, "POST", DEFINITIONS, approved(group, plural, kind))
    assert "the server has" in refused["message"]
    await client.refused(404, "GET", f"{DEFINITIONS}/{plural}.{group}")


async def test_groups_of_kubernetes_take_what_says_that_it_is_not_approved(client: Client) -> None:
    crd = definition("boats.k8s.io")
    refused = await client.refused(422, "POST", DEFINITIONS, crd)
    assert refused["details"]["causes"][0]["field"] == "metadata.annotations[api-approved.kubernetes.io]"
    found = await client.define(approved("boats.k8s.io", "mugs", "Mug"))
    said = {c["type"]: (c["status"], c["reason"]) for c in found["status"]["conditions"]}
    assert said["KubernetesAPIApprovalPolicyConformant"] == ("False", "UnapprovedAnnotation")


async def test_schemas_that_are_nested_too_deeply_are_refused(client: Client) -> None:
    deep: dict[str, Any] = {"type": "string"}
    for _ in range(200):
        deep = {"type": "object", "properties": {"a": deep}}
    await client.refused(400, "POST", DEFINITIONS, definition("shop.example.test", version(schema=schema(deep))))


async def test_many_alternatives_of_many_values_come_to_an_end(client: Client) -> None:
    choice = {"not": {"enum": ["x"]}}
    many = {"type": "array", "items": {"type": "integer", "oneOf": [choice] * 200}}
    await defined(client, {"type": "object", "properties": {"many": many}})
    obj = {**mug(), "spec": {"many": list(range(3_000))}}
    refused = await client.refused(400, "POST", MUGS, obj)
    assert "more than 300000 checks" in refused["message"]
    await client.refused(404, "GET", f"{MUGS}/m")


async def test_defaults_fill_in_no_more_than_a_server_can_bear(client: Client) -> None:
    item = {"type": "object", "properties": {"text": {"type": "string", "default": "x" * 10_000}}}
    await defined(client, {"type": "object", "properties": {"many": {"type": "array", "items": item}}})
    await client.refused(413, "POST", MUGS, {**mug(), "spec": {"many": [{}] * 10_000}})


@pytest.mark.parametrize(
    ("spec", "code"),
    [
        (b'{"n": NaN}', 400),
        (b'{"n": 1e999}', 400),
        (b'{"free": ' + b'{"a":' * 300 + b"1" + b"}" * 301, 400),
        (b'{"free": ' + b"[" * 100_000, 400),
    ],
)
async def test_what_is_no_json_is_refused(client: Client, spec: bytes, code: int) -> None:
    await defined(client, {"type": "object", "x-kubernetes-preserve-unknown-fields": True})
    head = b'{"apiVersion": "shop.example.test/v1", "kind": "Mug", "metadata": {"name": "m"}, "spec": '
    await client.refused(code, "POST", MUGS, head + spec + b"}")
    await client.refused(404, "GET", f"{MUGS}/m")


async def test_numbers_are_kept_as_go_keeps_them(client: Client) -> None:
    spec = {"type": "object", "properties": {"n": {"type": "integer"}}, "x-kubernetes-preserve-unknown-fields": True}
    await defined(client, spec)
    numbers = b'{"n": 1.0, "a": 9223372036854775807, "b": 9223372036854775808, "c": 1e3, "d": 0.5}'
    head = b'{"apiVersion": "shop.example.test/v1", "kind": "Mug", "metadata": {"name": "m"}, "spec": '
    made = await client.ask("POST", MUGS, head + numbers + b"}")
    assert made["spec"] == {"n": 1, "a": 9223372036854775807, "b": 9.223372036854775808e18, "c": 1000, "d": 0.5}
    refused = await client.refused(422, "POST", MUGS, head.replace(b'"m"', b'"o"') + b'{"n": 99999999999999999999}}')
    assert refused["details"]["causes"][0]["message"].endswith('must be of type integer: "number"')


async def test_what_is_said_twice_is_told_of_or_refused(client: Client) -> None:
    await client.define(definition())
    twice = (
        b'{"apiVersion":"shop.example.test/v1","kind":"Mug","metadata":{"name":"m","ghost":1},'
        b'"spec":{"color":"red","size":1,"size":2,"labels":{"a":"1","a":"2"},"ghost":1}}'
    )
    refused = await client.refused(400, "POST", f"{MUGS}?fieldValidation=Strict", twice)
    assert refused["message"] == (
        'Mug in version "v1" cannot be handled as a Mug: strict decoding error: duplicate field "spec.size", '
        'duplicate field "spec.labels.a", unknown field "metadata.ghost", unknown field "spec.ghost"'
    )
    reply = await client.send("POST", f"{MUGS}?fieldValidation=Warn", twice)
    assert (reply.code, len(reply.headers["warning"])) == (201, 4)
    reply = await client.send("POST", f"{MUGS}?fieldValidation=Ignore", twice.replace(b'"m"', b'"n"'))
    assert (reply.code, "warning" in reply.headers) == (201, False)


async def test_objects_without_a_kind_are_not_guessed(client: Client) -> None:
    await client.define(definition())
    refused = await client.refused(400, "POST", MUGS, {"metadata": {"name": "m"}, "spec": {"color": "red"}})
    assert "Object 'Kind' is missing" in refused["message"]


async def test_defaults_that_do_not_fit_are_refused(client: Client) -> None:
    spec = {"type": "object", "properties": {"size": {"type": "integer", "default": "tall"}}}
    crd = definition("shop.example.test", version(schema=schema(spec)))
    refused = await client.refused(422, "POST", DEFINITIONS, crd)
    (cause,) = refused["details"]["causes"]
    assert cause["field"] == "spec.validation.openAPIV3Schema.properties[spec].properties[size].default"
    assert cause["reason"] == "FieldValueTypeInvalid"


async def test_objects_that_only_a_webhook_converts_are_refused_with_the_reason(client: Client) -> None:
    config = {"url": "https://127.0.0.1:1/convert"}
    webhook = {"strategy": "Webhook", "webhook": {"clientConfig": config, "conversionReviewVersions": ["v1"]}}
    await client.define(definition("shop.example.test", version(), version("v2", False), conversion=webhook))
    await client.ask("POST", MUGS, mug())
    second = MUGS.replace("/v1/", "/v2/")
    refused = await client.refused(500, "POST", second, mug("n", "v2"))
    assert "calls no conversion webhooks" in refused["message"]
    reply = await client.send("GET", second)
    assert (reply.code, b'"items":[]' in reply.body) == (200, True)
    assert "calls no conversion webhooks" in reply.headers["warning"][0]


async def test_custom_objects_are_not_taken_as_protobuf(client: Client) -> None:
    await client.define(definition())
    protobuf = "application/vnd.kubernetes.protobuf"
    await client.refused(415, "POST", MUGS, b"k8s\0\x0a\x00", protobuf)
    await client.ask("POST", MUGS, mug())
    await client.ask(
        "DELETE", f"{MUGS}/m", b"k8s\0\x0a\x13\x0a\x02v1\x12\x0dDeleteOptions\x12\x00\x1a\x00\x22\x00", protobuf
    )
