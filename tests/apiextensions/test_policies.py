"""Policies of custom objects, with custom objects as parameters."""

import asyncio
from typing import Any

from tests.support.custom import Client, definition, mug, version

MUGS = "/apis/shop.example.test/v1/namespaces/shop/mugs"
POLICIES = "/apis/admissionregistration.k8s.io/v1"


def constraints(**more: Any) -> dict[str, Any]:
    rule = {"apiGroups": ["shop.example.test"], "apiVersions": ["v1"], "operations": ["*"], "resources": ["mugs"]}
    return {"resourceRules": [{**rule, **more}]}


async def install(client: Client, kind: str, spec: dict[str, Any], bound: dict[str, Any]) -> None:
    body = {"apiVersion": "admissionregistration.k8s.io/v1", "metadata": {"name": "still"}}
    plural = f"{kind.lower()}admissionpolic"
    await client.ask("POST", f"{POLICIES}/{plural}ies", {**body, "kind": f"{kind}AdmissionPolicy", "spec": spec})
    binding = {**body, "kind": f"{kind}AdmissionPolicyBinding", "spec": {"policyName": "still", **bound}}
    await client.ask("POST", f"{POLICIES}/{plural}ybindings", binding)


async def until_refused(client: Client, code: int, obj: dict[str, Any]) -> Any:
    async with asyncio.timeout(10):
        while (reply := await client.send("POST", f"{MUGS}?dryRun=All", obj)).code != code:
            assert reply.code == 201
    return await client.refused(code, "POST", MUGS, obj)


async def test_custom_objects_are_judged_by_custom_parameters(client: Client) -> None:
    await client.define(definition())
    await client.ask("POST", MUGS, mug("limit", size=5))
    expression = "object.metadata.name == 'limit' || object.spec.size <= params.spec.size"
    spec = {
        "matchConstraints": constraints(),
        "paramKind": {"apiVersion": "shop.example.test/v1", "kind": "Mug"},
        "validations": [{"expression": expression, "messageExpression": "'at most ' + string(params.spec.size)"}],
    }
    reference = {"name": "limit", "namespace": "shop", "parameterNotFoundAction": "Deny"}
    await install(client, "Validating", spec, {"validationActions": ["Deny"], "paramRef": reference})
    found = await until_refused(client, 422, mug("m", size=6))
    assert found["message"].endswith("denied request: at most 5")
    # The default of the definition is what the policy sees.
    assert (await client.ask("POST", MUGS, mug("m")))["spec"]["size"] == 3


async def test_custom_objects_are_changed_and_then_checked(client: Client) -> None:
    await client.define(definition())
    made = "Object{spec: Object.spec{parts: [Object.spec.parts{name: 'handle'}], size: object.spec.size + 4}}"
    spec = {
        "matchConstraints": constraints(operations=["CREATE"]),
        "reinvocationPolicy": "Never",
        "mutations": [{"patchType": "ApplyConfiguration", "applyConfiguration": {"expression": made}}],
    }
    await install(client, "Mutating", spec, {})
    found = await until_refused(client, 422, mug("m", size=6))
    assert "spec.size in body should be less than or equal to 9" in found["message"]
    parts = [{"name": "lid", "n": 2}]
    spec = (await client.ask("POST", MUGS, mug("m", size=2, parts=parts)))["spec"]
    assert spec["size"] == 6
    assert sorted(part["name"] for part in spec["parts"]) == ["handle", "lid"]
    assert {part["name"]: part["n"] for part in spec["parts"]}["handle"] == 1


async def test_other_versions_of_custom_objects_match_too(client: Client) -> None:
    await client.define(definition("shop.example.test", version("v1"), version("v2", storage=False)))
    spec = {
        "matchConstraints": constraints(apiVersions=["v2"]),
        "validations": [{"expression": "object.apiVersion != 'shop.example.test/v2'", "message": "seen as v2"}],
    }
    await install(client, "Validating", spec, {"validationActions": ["Deny"]})
    found = await until_refused(client, 422, mug("m"))
    assert found["message"].endswith("denied request: seen as v2")
