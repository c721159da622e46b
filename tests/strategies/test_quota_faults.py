"""What is wrong with limits and quotas, nodes, secrets, events and who may do what."""

from base64 import b64encode
from typing import Any

import pytest

from tests.support.objects import faults, update_faults

RBAC = "rbac.authorization.k8s.io/v1"
EVENTS = "events.k8s.io/v1"


def made(api_version: str, kind: str, **members: Any) -> dict[str, Any]:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": "press"}, **members}


def limits(kind: str, **item: Any) -> dict[str, Any]:
    return made("v1", "LimitRange", spec={"limits": [{"type": kind, **item}]})


def quota(hard: dict[str, str], **spec: Any) -> dict[str, Any]:
    return made("v1", "ResourceQuota", spec={"hard": hard, **spec})


def scoped(name: str, operator: str, *values: str) -> dict[str, Any]:
    expression = {"scopeName": name, "operator": operator, "values": list(values)}
    return quota({"pods": "1"}, scopeSelector={"matchExpressions": [expression]})


def node(*taints: dict[str, Any], **spec: Any) -> dict[str, Any]:
    return made("v1", "Node", spec={"taints": list(taints), **spec})


def registries(text: str) -> dict[str, Any]:
    data = {".dockerconfigjson": b64encode(text.encode()).decode()}
    return made("v1", "Secret", type="kubernetes.io/dockerconfigjson", data=data)


def event(**members: Any) -> dict[str, Any]:
    own = {
        "eventTime": "2024-03-01T10:00:00.000000Z",
        "reportingController": "a.test/c",
        "reportingInstance": "c-1",
        "action": "Press",
        "reason": "Ripe",
        "type": "Normal",
        "regarding": {"namespace": "orchard"},
    }
    return made(EVENTS, "Event", **{**own, **members})


def binding(of: str, **subject: Any) -> dict[str, Any]:
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "r"}
    return made(RBAC, of, roleRef=role, subjects=[subject])


def priority(name: str, value: int) -> dict[str, Any]:
    return {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": name}, "value": value}


MATCH = "spec.scopeSelector.matchExpressions"
TAINT = {"key": "a", "effect": "NoSchedule"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (limits("Container", max={"cpu": "2"}, min={"cpu": "1"}), []),
        (limits("Pod", max={"cpu": "1"}, min={"cpu": "2"}), [("spec.limits[0].min[cpu]", "min value 2 is greater")]),
        (
            limits("Container", default={"cpu": "1"}, defaultRequest={"cpu": "1"}, min={"cpu": "2"}),
            [
                ("spec.limits[0].defaultRequest[cpu]", "min value 2 is greater than default request value 1"),
                ("spec.limits[0].default[cpu]", "min value 2 is greater than default value 1"),
            ],
        ),
        (
            limits("Pod", max={"cpu": "2"}, min={"cpu": "1"}, maxLimitRequestRatio={"cpu": "3"}),
            [("spec.limits[0].maxLimitRequestRatio[cpu]", "ratio 3 is greater than max/min = 2.000000")],
        ),
        (limits("Barn", max={"cpu": "1"}), [("spec.limits[0].type", "must be a standard limit type")]),
        (limits("a.test/barn", max={"a.test/ox": "1"}), []),
        (quota({"requests.cpu": "1", "count/pods": "2", "requests.a.test/ox": "1"}), []),
        (quota({"pods": "1500m"}), [("spec.hard[pods]", "must be an integer")]),
        (quota({"storage": "1"}), [("spec.hard[storage]", "must be a standard resource for quota")]),
        (quota({"pods": "1"}, scopes=["BestEffort", "NotBestEffort"]), [("spec.scopes", "conflicting scopes")]),
        (quota({"services": "1"}, scopes=["Terminating"]), [("spec.scopes", "applied to resource")]),
        (scoped("PriorityClass", "In", "high"), []),
        (scoped("PriorityClass", "Exists", "high"), [(f"{MATCH}.values", "must be no value")]),
        (scoped("BestEffort", "DoesNotExist"), [(f"{MATCH}.operator", "must be 'Exist'")]),
        (scoped("PriorityClass", "Near"), [(f"{MATCH}.operator", "not a valid selector operator")]),
        (node(TAINT, podCIDRs=["10.0.0.0/24", "2001:db8::/64"]), []),
        (node({"key": "a b", "effect": "NoExecute"}), [("metadata.taints[0].key", "name part")]),
        (node({"key": "a", "effect": ""}), [("metadata.taints[0].effect", "Required value")]),
        (node(podCIDRs=["10.0.0.0/24", "10.0.1.0/24"]), [("spec.podCIDRs", "no more than one CIDR")]),
        (registries("{}"), []),
        (registries("{"), [("data[.dockerconfigjson]", "unexpected end of JSON input")]),
        (registries("[]"), [("data[.dockerconfigjson]", "cannot unmarshal array")]),
        (
            made("v1", "Secret", type="kubernetes.io/ssh-auth", data={"ssh-privatekey": ""}),
            [("data[ssh-privatekey]", "Required value")],
        ),
        (event(), []),
        (event(eventTime=None), [("eventTime", "Required value")]),
        (event(deprecatedCount=2), [("count", "needs to be unset")]),
        (event(action="x" * 129), [("action", "at most 128 characters")]),
        (event(series={"count": 1}), [("series.count", "at least 2"), ("series.lastObservedTime", "Required")]),
        (binding("RoleBinding", kind="ServiceAccount", name="a"), []),
        (binding("ClusterRoleBinding", kind="ServiceAccount", name="a"), [("subjects[0].namespace", "Required")]),
        (binding("RoleBinding", kind="User", name="a", apiGroup="x.test"), [("subjects[0].apiGroup", "Unsupported")]),
        (
            made(RBAC, "ClusterRole", aggregationRule={}),
            [("aggregationRule.clusterRoleSelectors", "at least one clusterRoleSelector")],
        ),
        (priority("high", 1_000_000_000), []),
        (priority("high", 1_000_000_001), [("value", "maximum allowed value")]),
        (priority("system-own", 1), [("metadata.name", "is not a known system priority class")]),
        (priority("system-node-critical", 1), [("metadata.name", "must be 2000001000")]),
        (
            made("coordination.k8s.io/v1", "Lease", spec={"preferredHolder": "a"}),
            [("spec.preferredHolder", "may only be specified when `strategy`")],
        ),
        (
            made("node.k8s.io/v1", "RuntimeClass", handler="h", overhead={"podFixed": {"wood": "1"}}),
            [("overhead.limits[wood]", "standard resource type"), ("overhead.limits[wood]", "for containers")],
        ),
    ],
)
def test_faults(value: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    found = [(field, message) for _, field, message in faults(value)]
    assert [field for field, _ in found] == [field for field, _ in expected]
    for (_, message), (_, text) in zip(found, expected, strict=True):
        assert text in message


def test_what_registries_are_told_is_told_to_nobody_else() -> None:
    (_, _, message) = faults(registries('{"auth": "hunter2"'))[0]
    assert "hunter2" not in message
    assert "<secret contents redacted>" in message


def test_what_nodes_keep() -> None:
    old = node(podCIDR="10.0.0.0/24", providerID="a")
    assert update_faults(old, old) == []
    found = update_faults(node(podCIDR="10.0.1.0/24", providerID="b"), old)
    assert [field for _, field, _ in found] == ["spec.podCIDRs", "spec.providerID"]


def test_events_keep_what_they_say() -> None:
    series = {"count": 3, "lastObservedTime": "2024-03-01T10:01:00.000000Z"}
    assert update_faults(event(series=series), event()) == []
    assert [field for _, field, _ in update_faults(event(reason="Rotten"), event())] == ["reason"]


def test_the_phase_of_a_namespace_follows_its_deletion() -> None:
    old = made("v1", "Namespace")
    new = {**old, "status": {"phase": "Terminating"}}
    assert [field for _, field, _ in update_faults(new, old, "status")] == ["status.Phase"]


def test_a_priority_never_changes() -> None:
    assert [field for _, field, _ in update_faults(priority("high", 2), priority("high", 1))] == ["value"]
