from typing import Any

from pilothouse.server.conversion import decode_stored_json, encode_stored_json
from pilothouse.server.conversion.definitions import definition_from_stored, definition_to_stored

from tests.support.objects import resource_of

SCHEMA = {"openAPIV3Schema": {"type": "object"}}
COLUMNS = [{"name": "Size", "type": "integer", "jsonPath": ".spec.size"}]


def definition(*versions: dict[str, Any], **spec: Any) -> dict[str, Any]:
    own = {"group": "example.test", "names": {"plural": "apples", "kind": "Apple"}, "scope": "Cluster"}
    conversion = {"strategy": "None"}
    return {
        "kind": "CustomResourceDefinition",
        "spec": {**own, "versions": list(versions), "conversion": conversion, **spec},
    }


def version(name: str, **members: Any) -> dict[str, Any]:
    return {"name": name, "served": True, "storage": name == "v1", **members}


def test_what_versions_share_is_said_once() -> None:
    served = definition(
        version("v1", schema=SCHEMA, additionalPrinterColumns=COLUMNS, subresources={"status": {}}),
        version("v2", schema=SCHEMA, additionalPrinterColumns=COLUMNS),
    )
    spec = definition_to_stored(served)["spec"]
    assert (spec["version"], spec["validation"], spec["preserveUnknownFields"]) == ("v1", SCHEMA, False)
    assert spec["additionalPrinterColumns"] == [{"name": "Size", "type": "integer", "JSONPath": ".spec.size"}]
    assert spec["versions"] == [version("v1", subresources={"status": {}}), version("v2")]
    assert definition_from_stored(definition_to_stored(served)) == served


def test_what_differs_stays_in_its_version() -> None:
    other = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    served = definition(version("v1", schema=SCHEMA), version("v2", schema=other, additionalPrinterColumns=COLUMNS))
    stored = definition_to_stored(served)
    assert "validation" not in stored["spec"]
    assert stored["spec"]["versions"][1]["additionalPrinterColumns"][0]["JSONPath"] == ".spec.size"
    assert definition_from_stored(stored) == served


def test_a_webhook_is_flat_at_rest() -> None:
    webhook = {"clientConfig": {"url": "https://a.test"}, "conversionReviewVersions": ["v1"]}
    served = definition(version("v1", schema=SCHEMA), conversion={"strategy": "Webhook", "webhook": webhook})
    stored = definition_to_stored(served)
    assert stored["spec"]["conversion"] == {
        "strategy": "Webhook",
        "webhookClientConfig": {"url": "https://a.test"},
        "conversionReviewVersions": ["v1"],
    }
    assert definition_from_stored(stored) == served


def test_unknown_fields_are_kept_where_an_old_definition_does_not_say() -> None:
    stored = {"spec": {"group": "example.test", "version": "v1"}}
    spec = definition_from_stored(stored)["spec"]
    assert spec["preserveUnknownFields"] is True
    assert spec["versions"] == [{"name": "v1", "served": True, "storage": True}]
    assert (spec["scope"], spec["conversion"]) == ("Namespaced", {"strategy": "None"})


def test_only_definitions_are_converted() -> None:
    definitions = resource_of("apiextensions.k8s.io/v1", "CustomResourceDefinition")
    assert encode_stored_json(definitions) is definition_to_stored
    assert decode_stored_json(definitions) is definition_from_stored
    assert encode_stored_json(resource_of("apiregistration.k8s.io/v1", "APIService")) is None
