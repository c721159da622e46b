"""What is wrong with definitions of custom resources."""

from typing import Any

import pytest

from tests.support.objects import faults, update_faults


def definition(*versions: dict[str, Any], annotations: dict[str, str] | None = None, **spec: Any) -> dict[str, Any]:
    own: dict[str, Any] = {
        "group": "orchard.test",
        "scope": "Namespaced",
        "names": {"plural": "presses", "kind": "Press"},
        "versions": list(versions) or [version()],
    }
    spec = {**own, **spec}
    name = f"{spec['names']['plural']}.{spec['group']}"
    metadata = {"name": name, "annotations": annotations or {}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": metadata,
        "spec": spec,
    }


def version(name: str = "v1", storage: bool = True, **members: Any) -> dict[str, Any]:
    schema = {"openAPIV3Schema": {"type": "object"}}
    return {"name": name, "served": True, "storage": storage, "schema": schema, **members}


def schema(**root: Any) -> dict[str, Any]:
    return version(schema={"openAPIV3Schema": {"type": "object", **root}})


def field(**found: Any) -> dict[str, Any]:
    return definition(schema(properties={"f": found}))


def scaled(**scale: str) -> dict[str, Any]:
    return definition(version(subresources={"scale": scale}))


def converted(**webhook: Any) -> dict[str, Any]:
    return definition(conversion={"strategy": "Webhook", "webhook": webhook})


S = "spec.validation.openAPIV3Schema"
F = f"{S}.properties[f]"
ITEMS = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
MAPPED = {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["a"]}
EITHER = [{"type": "integer"}, {"type": "string"}]
NAMED = {"name": {"type": "string"}}
NAMES = {"plural": "presses", "kind": "Press"}
CLIENT = {"url": "https://a.example.test"}
APPROVED = "api-approved.kubernetes.io"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (definition(), []),
        (definition(version(), version("v2", False)), []),
        (definition(version(), version("v2")), [("spec.versions", "exactly one version marked as storage")]),
        (definition(group="local"), [("spec.group", "at least one dot")]),
        (definition(names={**NAMES, "listKind": "Press"}), [("spec.names.listKind", "may not be the same")]),
        (definition(names={**NAMES, "categories": ["A"]}), [("spec.names.categories[0]", "DNS-1035")]),
        (definition(group="a.k8s.io", annotations={APPROVED: "unapproved, for a test"}), []),
        (
            definition(group="a.k8s.io", annotations={APPROVED: "yes"}),
            [
                (f"metadata.annotations[{APPROVED}]", "with either a URL"),
            ],
        ),
        (
            definition(version(deprecationWarning="old")),
            [("spec.versions[0].deprecationWarning", "deprecated versions")],
        ),
        (
            definition(schema(type="string"), version("v2", False)),
            [("spec.versions[0].schema.openAPIV3Schema.type", "must be object at the root")],
        ),
        (field(type="string", pattern="[a"), [(f"{F}.pattern", "must be a valid regular expression")]),
        (field(type="text"), [(f"{F}.type", "Unsupported value")]),
        (field(), [(f"{F}.type", "must not be empty for specified object fields")]),
        (field(**{"x-kubernetes-preserve-unknown-fields": True}), []),
        (field(type="array", items={}), [(f"{F}.items.type", "for specified array items")]),
        (field(type="array", items={"type": "string"}, uniqueItems=True), [(f"{F}.uniqueItems", "quadratic")]),
        (field(**MAPPED, items=ITEMS), []),
        (field(**MAPPED, items={"type": "string"}), [(f"{F}.items.type", "must be object if parent")]),
        (
            field(**MAPPED, items={"type": "object"}),
            [(f"{F}.x-kubernetes-list-map-keys", "entries must all be names")],
        ),
        (field(type="string", **{"x-kubernetes-map-type": "atomic"}), [(f"{F}.type", "must be object if")]),
        (field(**{"x-kubernetes-int-or-string": True, "anyOf": EITHER}), []),
        (field(**{"x-kubernetes-int-or-string": True, "allOf": [{"anyOf": EITHER}, {"pattern": "a"}]}), []),
        (field(type="string", anyOf=[{"type": "string"}]), [(f"{F}.anyOf[0].type", "must be empty to be structural")]),
        (
            field(type="object", oneOf=[{"properties": {"a": {}}, "required": ["a"]}]),
            [(f"{F}.properties[a]", f"because it is defined in {F}.oneOf[0].properties[a]")],
        ),
        (
            field(type="object", properties={"a": {"type": "string"}}, **{"not": {"properties": {"a": {}}}}),
            [],
        ),
        (field(type="object", **{"x-kubernetes-embedded-resource": True}), [(f"{F}.properties", "must not be empty")]),
        (definition(schema(nullable=True)), [(f"{S}.nullable", "cannot be true at the root")]),
        (
            definition(schema(properties={"metadata": {"type": "string"}})),
            [
                (f"{S}.properties[metadata].type", "must be object"),
            ],
        ),
        (
            definition(schema(properties={"metadata": {"type": "object", "properties": {"name": {"type": "string"}}}})),
            [],
        ),
        (definition(schema(additionalProperties=True)), [(f"{S}.additionalProperties", "not be used at the root")]),
        (
            field(type="string", **{"x-kubernetes-validations": [{"rule": "true", "message": " "}]}),
            [(f"{F}.x-kubernetes-validations[0].message", "must be non-empty")],
        ),
        (scaled(specReplicasPath=".spec.r", statusReplicasPath=".status.r"), []),
        (
            scaled(specReplicasPath=".status.r", statusReplicasPath=".status.r", labelSelectorPath="x"),
            [
                ("spec.subresources.scale.specReplicasPath", "under .spec"),
                ("spec.subresources.scale.labelSelectorPath", "starting with ."),
            ],
        ),
        (
            definition(version(additionalPrinterColumns=[{"name": "A", "type": "text", "jsonPath": ".a"}])),
            [("spec.additionalPrinterColumns[0].type", "must be one of boolean,date,integer,number,string")],
        ),
        (
            definition({**schema(properties={"f": {"type": "object"}}), "selectableFields": [{"jsonPath": ".f"}]}),
            [("spec.selectableFields[0].jsonPath", "string, boolean or integer")],
        ),
        (converted(clientConfig=CLIENT, conversionReviewVersions=["v1"]), []),
        (
            converted(clientConfig={}, conversionReviewVersions=["v7"]),
            [
                ("spec.conversion.webhookClientConfig", "exactly one of url or service"),
                ("spec.conversion.conversionReviewVersions", "must include at least one of v1, v1beta1"),
            ],
        ),
        (
            definition(conversion={"strategy": "None", "webhook": {"conversionReviewVersions": ["v1"]}}),
            [("spec.conversion.conversionReviewVersions", "should not be set")],
        ),
    ],
)
def test_faults(value: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    found = [(path, message) for _, path, message in faults(value)]
    assert [path for path, _ in found] == [path for path, _ in expected]
    for (_, message), (_, text) in zip(found, expected, strict=True):
        assert text in message


def test_the_name_is_made_of_plural_and_group() -> None:
    value = definition()
    value["metadata"]["name"] = "press.orchard.test"
    assert [path for _, path, _ in faults(value)] == ["metadata.name"]


def test_an_approval_that_stays_is_not_asked_about() -> None:
    old = definition(group="a.k8s.io", annotations={APPROVED: "unapproved"})
    assert update_faults(old, old) == []
    found = update_faults(definition(group="a.k8s.io"), old)
    assert [path for _, path, _ in found] == [f"metadata.annotations[{APPROVED}]"]
