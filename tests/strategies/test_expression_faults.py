"""What is wrong with expressions where they are written down."""

from typing import Any

import pytest

from tests.strategies.test_definition_faults import field
from tests.support.objects import faults

API = "admissionregistration.k8s.io/v1"
RULE = {"operations": ["CREATE"], "apiGroups": ["*"], "apiVersions": ["*"], "resources": ["*"], "scope": "*"}
AT = "spec.validation.openAPIV3Schema.properties[f].x-kubernetes-validations[0]"


def policy(**spec: Any) -> dict[str, Any]:
    matching = {"matchPolicy": "Equivalent", "namespaceSelector": {}, "objectSelector": {}, "resourceRules": [RULE]}
    whole = {"failurePolicy": "Fail", "matchConstraints": matching, **spec}
    return {"apiVersion": API, "kind": "ValidatingAdmissionPolicy", "metadata": {"name": "p"}, "spec": whole}


def validations(*found: dict[str, Any], **spec: Any) -> dict[str, Any]:
    return policy(validations=list(found), **spec)


def told(obj: dict[str, Any]) -> list[tuple[str, str]]:
    """The places of the faults, and the first lines of what is said after the value."""
    return [(place, message.partition(": ")[2].split("\n")[0]) for _, place, message in faults(obj)]


def test_what_policies_may_say() -> None:
    found = validations(
        {"expression": "variables.twice > 1 && params.x == 1", "messageExpression": "'at ' + string(variables.twice)"},
        {"expression": "authorizer.path('/x').check('get').allowed() && namespaceObject.metadata.name != ''"},
        variables=[{"name": "once", "expression": "1"}, {"name": "twice", "expression": "variables.once * 2"}],
        paramKind={"apiVersion": "v1", "kind": "ConfigMap"},
        matchConditions=[{"name": "c", "expression": "request.operation == 'CREATE' && params != null"}],
        auditAnnotations=[{"key": "k", "valueExpression": "string(variables.once)"}],
    )
    assert faults(found) == []


@pytest.mark.parametrize(
    ("obj", "place", "text"),
    [
        (validations({"expression": "1 + 1"}), "validations[0].expression", "must evaluate to bool but got int"),
        (validations({"expression": "object.x"}), "validations[0].expression", "must evaluate to bool but got dyn"),
        (
            validations({"expression": "params.x == 1"}),
            "validations[0].expression",
            "undeclared reference to 'params' (in container '')",
        ),
        (
            validations({"expression": "true", "messageExpression": "1"}),
            "validations[0].messageExpression",
            "must evaluate to string but got int",
        ),
        (
            validations(
                {"expression": "true", "messageExpression": "string(authorizer.path('/').check('get').allowed())"}
            ),
            "validations[0].messageExpression",
            "undeclared reference to 'authorizer' (in container '')",
        ),
        (
            validations({"expression": "variables.later == 1"}, variables=[{"name": "x", "expression": "1"}]),
            "validations[0].expression",
            "undefined field 'later'",
        ),
        (
            validations({"expression": "true"}, variables=[{"name": "x", "expression": "variables.x"}]),
            "variables[0].expression",
            "undefined field 'x'",
        ),
        (
            validations({"expression": "variables.x + 1 == 2"}, variables=[{"name": "x", "expression": "'a'"}]),
            "validations[0].expression",
            "found no matching overload for '_+_' applied to '(string, int)'",
        ),
        (
            validations({"expression": "true"}, matchConditions=[{"name": "c", "expression": "'a'"}]),
            "matchConditions[0].expression",
            "must evaluate to bool but got string",
        ),
        (
            validations({"expression": "true"}, auditAnnotations=[{"key": "k", "valueExpression": "1"}]),
            "auditAnnotations[0].valueExpression",
            "must evaluate to one of [string null_type] but got int",
        ),
        (
            validations({"expression": "timestamp('2020-01-01T00:00:00Z')"}),
            "validations[0].expression",
            "must evaluate to bool but got google.protobuf.Timestamp",
        ),
    ],
)
def test_what_policies_may_not_say(obj: dict[str, Any], place: str, text: str) -> None:
    ((found, said),) = told(obj)
    assert found == f"spec.{place}"
    assert text in said


def test_conditions_of_webhooks_compile() -> None:
    webhook = {
        "name": "a.example.test",
        "sideEffects": "None",
        "admissionReviewVersions": ["v1"],
        "clientConfig": {"url": "https://hook.example.test"},
        "matchConditions": [{"name": "c", "expression": " object.x == "}],
    }
    hooks = {
        "apiVersion": API,
        "kind": "MutatingWebhookConfiguration",
        "metadata": {"name": "h"},
        "webhooks": [webhook],
    }
    ((place, said),) = told(hooks)
    assert place == "webhooks[0].matchConditions[0].expression"
    assert "Syntax error: mismatched input '<EOF>'" in said


def device_class(expression: str) -> dict[str, Any]:
    spec = {"selectors": [{"cel": {"expression": expression}}]}
    return {"apiVersion": "resource.k8s.io/v1", "kind": "DeviceClass", "metadata": {"name": "d"}, "spec": spec}


@pytest.mark.parametrize(
    "expression",
    [
        "device.driver == 'gpu.example.test'",
        "device.attributes['gpu.example.test'].model == 'a' && device.attributes['gpu.example.test'].index > 3",
        "device.capacity['gpu.example.test'].memory.compareTo(quantity('10Gi')) >= 0",
        "device.attributes['x.test'].?version.orValue(semver('1.0.0')).isGreaterThan(semver('0.1.0'))",
    ],
)
def test_selectors_of_devices(expression: str) -> None:
    assert faults(device_class(expression)) == []


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("device.driver", "must evaluate to bool or the unknown type, not string"),
        ("device.nope == 1", "undefined field 'nope'"),
        ("object.x == 1", "undeclared reference to 'object'"),
        (
            "device.attributes.all(a, device.attributes.all(b, device.attributes.all(c, "
            "device.attributes.all(d, a + b + c + d != ''))))",
            "too complex, exceeds cost limit",
        ),
        ("'" + "x" * 10_240 + "' == ''", "may not be more than 10240 bytes"),
    ],
)
def test_selectors_of_devices_that_are_wrong(expression: str, text: str) -> None:
    ((place, said),) = [(place, message) for _, place, message in faults(device_class(expression))]
    assert place == "spec.selectors[0].cel.expression"
    assert text in said


def ruled(rule: dict[str, Any], **schema: Any) -> dict[str, Any]:
    return field(**schema, **{"x-kubernetes-validations": [rule]})


@pytest.mark.parametrize(
    ("obj", "place", "text"),
    [
        (ruled({"rule": "self"}, type="string"), "rule", "cel expression must evaluate to a bool"),
        (
            ruled({"rule": "true", "messageExpression": "1"}, type="string"),
            "messageExpression",
            "messageExpression must evaluate to a string",
        ),
        (
            ruled({"rule": "true", "messageExpression": "self."}, type="string"),
            "messageExpression",
            "messageExpression compilation failed: ERROR: <input>:1:6: Syntax error",
        ),
        (
            ruled({"rule": "self == 'x'", "optionalOldSelf": True}, type="string"),
            "optionalOldSelf",
            "may not be set if oldSelf is not used in rule",
        ),
        (ruled({"rule": "true", "fieldPath": ".nope"}, type="object"), "fieldPath", "fieldPath must be a valid path"),
        (
            ruled({"rule": "self.all(a, self.all(b, a != b))"}, type="array", items={"type": "string"}, maxItems=1000),
            "rule",
            "estimated rule cost exceeds budget by factor of more than 100x",
        ),
        (
            ruled(
                {"rule": "self.all(a, a.contains('x'))"},
                type="array",
                items={"type": "string", "maxLength": 253},
                maxItems=120_000,
            ),
            "rule",
            "estimated rule cost exceeds budget by factor of 1.272000x",
        ),
    ],
)
def test_rules_of_definitions(obj: dict[str, Any], place: str, text: str) -> None:
    found = [(at, message) for _, at, message in faults(obj) if at.startswith(AT)]
    assert found[0][0] == f"{AT}.{place}"
    assert text in found[0][1]


def test_items_without_keys_are_not_compared() -> None:
    item = {"type": "string", "maxLength": 9, "x-kubernetes-validations": [{"rule": "self == oldSelf"}]}
    found = faults(field(type="array", maxItems=9, items=item))
    root = "spec.validation.openAPIV3Schema.properties[f]"
    assert [(at, message.rpartition(": ")[2]) for _, at, message in found] == [
        (
            f"{root}.items.x-kubernetes-validations[0].rule",
            f"oldSelf cannot be used on the uncorrelatable portion of the schema within {root}",
        )
    ]


def test_rules_of_a_schema_that_is_wrong_are_not_looked_at() -> None:
    found = faults(ruled({"rule": "self.nope"}, type="string", pattern="("))
    assert [at for _, at, _ in found] == ["spec.validation.openAPIV3Schema.properties[f].pattern"]
