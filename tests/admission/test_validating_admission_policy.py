"""ValidatingAdmissionPolicy, through the verbs."""

import json
from typing import Any

import pytest
from pilothouse.server.errors import ApiError, Forbidden, Invalid, TooLarge
from pilothouse.server.meta.user import User

from tests.admission.cluster import NAMESPACE, Cluster
from tests.admission.policies import (
    BINDINGS,
    CONFIG_MAPS,
    POLICIES,
    bind,
    binding,
    policy,
    refusal,
    settled,
    warned,
)
from tests.support.plane import Requests, add_namespace

FEW = {"expression": "size(object.data) < 2"}


def denied(text: str, bound: str = " with binding 'press'") -> str:
    return f"configmaps \"jar\" is forbidden: ValidatingAdmissionPolicy 'still'{bound} denied request: {text}"


async def test_a_policy_without_a_binding_does_nothing(cluster: Cluster) -> None:
    await cluster(POLICIES).create(policy("still", {"expression": "false"}))
    await settled(cluster)
    assert await refusal(cluster, {"a": "1"}) == ""


async def test_a_binding_without_a_policy_does_nothing(cluster: Cluster) -> None:
    await cluster(BINDINGS).create(binding("press", "ghost"))
    await settled(cluster)
    assert await refusal(cluster, {"a": "1"}) == ""


async def test_a_bound_policy_refuses_what_fails(cluster: Cluster) -> None:
    await bind(cluster, FEW)
    assert await refusal(cluster, {"a": "1"}) == ""
    assert await refusal(cluster, {"a": "1", "b": "2"}) == denied("failed expression: size(object.data) < 2")


@pytest.mark.parametrize(
    ("reason", "error", "code"),
    [(None, Invalid, 422), ("Forbidden", Forbidden, 403), ("RequestEntityTooLarge", TooLarge, 413)],
)
async def test_a_validation_tells_its_reason(
    cluster: Cluster, reason: str | None, error: type[ApiError], code: int
) -> None:
    await bind(cluster, {"expression": "false", "message": "no", **({"reason": reason} if reason else {})})
    with pytest.raises(error) as found:
        await cluster("configmaps").create({"metadata": {"name": "jar"}})
    assert found.value.code == code
    assert (found.value.kind, found.value.name) == ("configmaps", "jar")
    assert [(c.reason, c.message) for c in found.value.causes] == [("", denied("no").partition(": ")[2])]


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("'too many: ' + string(size(object.data))", "too many: 2"),
        ("string(1 / 0)", "few"),
        ("'a\\nb'", "few"),
        ("'  '", "few"),
    ],
)
async def test_a_message_is_computed_and_else_falls_back(cluster: Cluster, message: str, told: str) -> None:
    await bind(cluster, {**FEW, "message": "few", "messageExpression": message})
    assert await refusal(cluster, {"a": "1", "b": "2"}) == denied(told)


async def test_variables_are_evaluated_when_they_are_needed(cluster: Cluster) -> None:
    variables = [
        {"name": "count", "expression": "size(object.data)"},
        {"name": "twice", "expression": "variables.count * 2"},
        {"name": "broken", "expression": "object.nothing.here"},
    ]
    await bind(cluster, {"expression": "variables.twice < 4 || variables.broken"}, variables=variables)
    assert await refusal(cluster, {"a": "1"}) == ""
    told = "expression 'variables.twice < 4 || variables.broken' resulted in error: "
    broken = 'composited variable "broken" fails to evaluate: no such key: nothing'
    assert await refusal(cluster, {"a": "1", "b": "2"}) == denied(told + broken)


async def test_variables_may_be_lists_that_are_gone_through(cluster: Cluster) -> None:
    variables = [{"name": "keys", "expression": "object.data.map(k, k)"}]
    await bind(cluster, {"expression": "variables.keys.all(k, k.matches('^[a-z]+$'))"}, variables=variables)
    assert await refusal(cluster, {"abc": "1"}) == ""
    assert await refusal(cluster, {"A": "1"}) != ""


async def test_failures_are_ignored_where_the_policy_says_so(cluster: Cluster) -> None:
    await bind(cluster, {"expression": "object.nothing == 1"}, failurePolicy="Ignore")
    assert await refusal(cluster, {"a": "1"}) == ""


async def test_match_conditions_narrow_what_is_judged(cluster: Cluster) -> None:
    conditions = [{"name": "marked", "expression": "has(object.metadata.labels) && 'x' in object.metadata.labels"}]
    await bind(cluster, {"expression": "false"}, matchConditions=conditions)
    assert await refusal(cluster, {"a": "1"}) == ""
    with pytest.raises(Invalid):
        await cluster("configmaps").create({"metadata": {"name": "jar", "labels": {"x": ""}}})


async def test_a_match_condition_that_fails_counts_as_a_failure(cluster: Cluster) -> None:
    conditions = [{"name": "broken", "expression": "object.nothing == 1"}]
    await bind(cluster, {"expression": "true"}, matchConditions=conditions)
    told = "expression 'object.nothing == 1' resulted in error: no such key: nothing"
    assert await refusal(cluster, {"a": "1"}) == denied(told)


async def test_old_objects_and_deletions_are_seen(cluster: Cluster) -> None:
    await bind(
        cluster,
        {"expression": "oldObject == null || object == null || object.data.a == oldObject.data.a", "message": "stays"},
        {"expression": "request.operation != 'DELETE' || oldObject.data.a != 'keep'", "message": "kept"},
    )
    await cluster("configmaps").create({"metadata": {"name": "jar"}, "data": {"a": "keep"}})
    with pytest.raises(Invalid, match="stays"):
        await cluster("configmaps").patch("jar", {"data": {"a": "other"}})
    with pytest.raises(Invalid, match="kept"):
        await cluster("configmaps").delete("jar")


async def test_the_request_and_its_user_are_seen(cluster: Cluster) -> None:
    await bind(
        cluster,
        {"expression": "request.userInfo.username == 'carla' && 'pressers' in request.userInfo.groups"},
        {"expression": "request.resource.resource == 'configmaps' && request.kind.kind == 'ConfigMap'"},
        {"expression": f"request.namespace == '{NAMESPACE}' && request.name == 'jar' && request.dryRun"},
        {"expression": "!has(request.subResource) && request.operation == 'CREATE'"},
    )
    carla = cluster("configmaps", User("carla", ("pressers", "system:masters")))
    await carla.create({"metadata": {"name": "jar"}}, dry_run=True)
    assert "userInfo" in await refusal(cluster, {})


async def test_the_namespace_is_seen(cluster: Cluster) -> None:
    await bind(cluster, {"expression": "namespaceObject.metadata.labels['kubernetes.io/metadata.name'] == 'orchard'"})
    assert await refusal(cluster, {}) == ""
    await add_namespace(cluster.plane, "cellar")
    with pytest.raises(Invalid):
        await cluster("configmaps", namespace="cellar").create({"metadata": {"name": "jar"}})


async def test_the_authorizer_is_asked(cluster: Cluster) -> None:
    checked = "authorizer.group('').resource('secrets').namespace('orchard').check('get')"
    await bind(
        cluster,
        {"expression": f"{checked}.allowed()", "messageExpression": "'no secrets for ' + request.userInfo.username"},
        {"expression": "authorizer.requestResource.check('create').allowed()"},
        {"expression": "!authorizer.serviceAccount('orchard', 'nobody').path('/x').check('get').allowed()"},
    )
    assert await refusal(cluster, {}) == ""


@pytest.mark.parametrize(
    ("constraints", "judged"),
    [
        ({"objectSelector": {"matchLabels": {"a": "b"}}}, False),
        ({"objectSelector": {"matchExpressions": [{"key": "a", "operator": "DoesNotExist"}]}}, True),
        ({"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "orchard"}}}, True),
        ({"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "cellar"}}}, False),
        ({"excludeResourceRules": [CONFIG_MAPS]}, False),
        ({"resourceRules": [{**CONFIG_MAPS, "resourceNames": ["jar"]}]}, True),
        ({"resourceRules": [{**CONFIG_MAPS, "resourceNames": ["can"]}]}, False),
        ({"resourceRules": [{**CONFIG_MAPS, "operations": ["UPDATE"]}]}, False),
        ({"resourceRules": [{**CONFIG_MAPS, "apiGroups": ["*"], "resources": ["*"]}]}, True),
        ({"resourceRules": [{**CONFIG_MAPS, "resources": ["*/*"]}]}, True),
        ({"resourceRules": [{**CONFIG_MAPS, "resources": ["configmaps/status"]}]}, False),
        ({"resourceRules": [{**CONFIG_MAPS, "scope": "Cluster"}]}, False),
        ({"resourceRules": [{**CONFIG_MAPS, "scope": "Namespaced"}]}, True),
    ],
)
async def test_constraints_say_what_is_judged(cluster: Cluster, constraints: dict[str, Any], judged: bool) -> None:
    await bind(cluster, {"expression": "false"}, constraints=constraints)
    assert bool(await refusal(cluster, {})) is judged


async def test_a_binding_narrows_further(cluster: Cluster) -> None:
    selector = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "cellar"}}}
    await bind(cluster, {"expression": "false"}, bound={"matchResources": selector})
    assert await refusal(cluster, {}) == ""


async def test_other_versions_of_a_resource_match_too(cluster: Cluster) -> None:
    rules = {**CONFIG_MAPS, "apiGroups": ["autoscaling"], "apiVersions": ["v2"], "resources": ["*"]}
    seen = {"expression": "object.apiVersion == 'autoscaling/v2' && request.kind.version == 'v2'", "message": "v2"}
    asked = {"expression": "request.requestKind.version == 'v2'", "message": "asked for v1"}
    await bind(cluster, seen, asked, rules=rules)
    first = next(r for r in cluster.plane.registry if (r.group, r.version) == ("autoscaling", "v1"))
    requests = Requests(cluster.plane, first, NAMESPACE)
    target = {"kind": "Deployment", "name": "x", "apiVersion": "apps/v1"}
    with pytest.raises(Invalid, match="asked for v1"):
        await requests.create({"metadata": {"name": "jar"}, "spec": {"maxReplicas": 3, "scaleTargetRef": target}})


async def test_warnings_and_audit_take_the_place_of_refusals(cluster: Cluster) -> None:
    await bind(cluster, {"expression": "false", "message": "no"}, actions=("Warn", "Audit"))
    warnings, annotations = await warned(cluster, {})
    assert warnings == ["Validation failed for ValidatingAdmissionPolicy 'still' with binding 'press': no"]
    (failure,) = json.loads(annotations["validation.policy.admission.k8s.io/validation_failure"])
    assert failure == {
        "message": "no",
        "policy": "still",
        "binding": "press",
        "expressionIndex": 0,
        "validationActions": ["Warn", "Audit"],
    }


async def test_audit_annotations_are_written_whatever_is_decided(cluster: Cluster) -> None:
    annotations = [
        {"key": "size", "valueExpression": "string(size(object.data))"},
        {"key": "none", "valueExpression": "'a' in object.data ? ' ' : 'b'"},
    ]
    await bind(cluster, {"expression": "true"}, auditAnnotations=annotations)
    _, found = await warned(cluster, {"a": "1"})
    assert found["still/size"] == "1"
    assert "still/none" not in found


PARAMS: dict[str, Any] = {"paramKind": {"apiVersion": "v1", "kind": "ConfigMap"}}
LIMIT = {"expression": "params == null || size(object.data) <= int(params.data.most)"}


async def test_parameters_are_found_by_name(cluster: Cluster) -> None:
    await cluster("configmaps").create({"metadata": {"name": "limits"}, "data": {"most": "1"}})
    reference = {"name": "limits", "namespace": NAMESPACE, "parameterNotFoundAction": "Deny"}
    await bind(cluster, LIMIT, **PARAMS, bound={"paramRef": reference})
    assert await refusal(cluster, {"a": "1"}) == ""
    assert await refusal(cluster, {"a": "1", "b": "2"}) != ""


async def test_parameters_are_found_by_labels_and_all_are_asked(cluster: Cluster) -> None:
    for name, most in (("one", "3"), ("two", "1")):
        found = {"metadata": {"name": name, "labels": {"limit": ""}}, "data": {"most": most}}
        await cluster("configmaps").create(found)
    reference = {"selector": {"matchLabels": {"limit": ""}}, "parameterNotFoundAction": "Deny"}
    await bind(cluster, LIMIT, **PARAMS, bound={"paramRef": reference})
    assert await refusal(cluster, {"a": "1"}) == ""
    assert await refusal(cluster, {"a": "1", "b": "2"}) != ""


@pytest.mark.parametrize(("action", "judged"), [("Allow", False), ("Deny", True)])
async def test_what_happens_without_parameters(cluster: Cluster, action: str, judged: bool) -> None:
    reference = {"name": "ghost", "namespace": NAMESPACE, "parameterNotFoundAction": action}
    await bind(cluster, {"expression": "false"}, **PARAMS, bound={"paramRef": reference})
    told = "failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction"
    assert await refusal(cluster, {}) == (denied(told) if judged else "")


async def test_parameters_of_an_unknown_kind(cluster: Cluster) -> None:
    kind = {"apiVersion": "rules.example.test/v1", "kind": "Limit"}
    reference = {"name": "x", "parameterNotFoundAction": "Allow"}
    await bind(cluster, {"expression": "true"}, paramKind=kind, bound={"paramRef": reference})
    told = "failed to find resource referenced by paramKind: 'rules.example.test/v1, Kind=Limit'"
    assert await refusal(cluster, {}) == denied(f"failed to configure policy: {told}", "")


async def test_a_changed_policy_counts_at_once(cluster: Cluster) -> None:
    await bind(cluster, {"expression": "false"})
    assert await refusal(cluster, {}) != ""
    await cluster(POLICIES).patch("still", {"spec": {"validations": [{"expression": "true"}]}})
    await settled(cluster)
    assert await refusal(cluster, {}) == ""


async def test_no_policy_keeps_itself_from_being_removed(cluster: Cluster) -> None:
    everything = {"apiGroups": ["*"], "apiVersions": ["*"], "operations": ["*"], "resources": ["*/*"]}
    await bind(cluster, {"expression": "false"}, rules=everything)
    assert await refusal(cluster, {}) != ""
    await cluster(POLICIES).patch("still", {"metadata": {"labels": {"a": "b"}}})
    await cluster(BINDINGS).delete("press")
    await cluster(POLICIES).delete("still")
    await settled(cluster)
    assert await refusal(cluster, {}) == ""


async def test_an_expression_that_would_go_on_for_ever_is_refused(cluster: Cluster) -> None:
    variables = [{"name": "long", "expression": "'x'.replace('', object.data.a).replace('', object.data.a)"}]
    await bind(
        cluster,
        {"expression": "object.data.all(a, object.data.all(b, object.data.all(c, a + b != c + variables.long)))"},
        variables=variables,
    )
    found = await refusal(cluster, {str(n): "x" * 100 for n in range(200)})
    assert "operation cancelled: actual cost limit exceeded" in found


async def test_a_policy_has_one_budget(cluster: Cluster) -> None:
    costly = {"expression": "object.data.all(k, object.data[k].matches('(x+x+)+y') || true)"}
    await bind(cluster, *[costly] * 120)
    found = await refusal(cluster, {str(n): "x" * 1000 for n in range(500)})
    assert "running out of cost budget" in found
