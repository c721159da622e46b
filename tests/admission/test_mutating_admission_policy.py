"""MutatingAdmissionPolicy, through the verbs."""

from typing import Any

import pytest
from pilothouse.server.errors import Forbidden, Invalid

from tests.admission.cluster import NAMESPACE, Cluster, pod
from tests.admission.policies import CONFIG_MAPS, bind, settled

POLICIES = "mutatingadmissionpolicies.admissionregistration.k8s.io"
BINDINGS = "mutatingadmissionpolicybindings.admissionregistration.k8s.io"
PODS = {**CONFIG_MAPS, "resources": ["pods"], "operations": ["CREATE"]}


def patching(expression: str) -> dict[str, Any]:
    return {"patchType": "JSONPatch", "jsonPatch": {"expression": expression}}


def applying(expression: str) -> dict[str, Any]:
    return {"patchType": "ApplyConfiguration", "applyConfiguration": {"expression": expression}}


async def install(cluster: Cluster, *mutations: dict[str, Any], name: str = "still", **spec: Any) -> None:
    rules = spec.pop("rules", CONFIG_MAPS)
    bound = spec.pop("bound", {})
    whole = {
        "matchConstraints": {"resourceRules": [rules]},
        "mutations": list(mutations),
        "reinvocationPolicy": "Never",
        **spec,
    }
    await cluster(POLICIES).create({"metadata": {"name": name}, "spec": whole})
    await cluster(BINDINGS).create({"metadata": {"name": f"press-{name}"}, "spec": {"policyName": name, **bound}})
    await settled(cluster)


async def made(cluster: Cluster, data: dict[str, str] | None = None) -> dict[str, str]:
    """The data of a config map as it is created."""
    found = await cluster("configmaps").create({"metadata": {"name": "jar"}, "data": data or {"a": "1"}}, dry_run=True)
    return dict(found.data)


async def test_a_patch_changes_the_object(cluster: Cluster) -> None:
    await install(cluster, patching("[JSONPatch{op: 'add', path: '/data/b', value: object.data.a + '!'}]"))
    assert await made(cluster) == {"a": "1", "b": "1!"}


async def test_a_configuration_is_merged(cluster: Cluster) -> None:
    sidecar = "Object.spec.containers{name: 'tap', image: 'registry.test/tap:1'}"
    await install(cluster, applying(f"Object{{spec: Object.spec{{containers: [{sidecar}]}}}}"), rules=PODS)
    found = await cluster("pods").create(pod())
    assert [c.name for c in found.spec.containers] == ["press", "tap"]
    # What policies add is defaulted like what a client sends.
    assert found.spec.containers[1].termination_message_path == "/dev/termination-log"


async def test_mutations_see_what_those_before_made(cluster: Cluster) -> None:
    twice = patching("[JSONPatch{op: 'add', path: '/data/a', value: object.data.a + object.data.a}]")
    await install(cluster, twice, twice)
    assert await made(cluster) == {"a": "1111"}


async def test_variables_and_conditions(cluster: Cluster) -> None:
    await install(
        cluster,
        patching("[JSONPatch{op: 'add', path: '/data/count', value: string(variables.count)}]"),
        variables=[{"name": "count", "expression": "size(object.data)"}],
        matchConditions=[{"name": "some", "expression": "size(object.data) > 1"}],
    )
    assert await made(cluster) == {"a": "1"}
    assert await made(cluster, {"a": "1", "b": "2"}) == {"a": "1", "b": "2", "count": "2"}


async def test_a_test_that_does_not_hold_changes_nothing(cluster: Cluster) -> None:
    tested = "JSONPatch{op: 'test', path: '/data/a', value: 'other'}"
    await install(cluster, patching(f"[{tested}, JSONPatch{{op: 'remove', path: '/data/a'}}]"))
    assert await made(cluster) == {"a": "1"}


async def test_keys_are_escaped(cluster: Cluster) -> None:
    key = "'/metadata/labels/' + jsonpatch.escapeKey('example.test/x')"
    labels = "JSONPatch{op: 'add', path: '/metadata/labels', value: {'a': 'b'}}"
    await install(cluster, patching(f"[{labels}, JSONPatch{{op: 'add', path: {key}, value: 'y'}}]"))
    found = await cluster("configmaps").create({"metadata": {"name": "jar"}})
    assert dict(found.metadata.labels) == {"a": "b", "example.test/x": "y"}


@pytest.mark.parametrize(
    ("mutation", "text"),
    [
        (patching("[JSONPatch{op: 'remove', path: '/data/zz'}]"), "JSON Patch: operation 0 (remove)"),
        (patching("[JSONPatch{op: 'add', path: '/data/b', value: object.nothing}]"), "no such key: nothing"),
        (patching("[JSONPatch{op: 'add', path: '/data', value: 5}]"), "Go struct field"),
    ],
)
async def test_what_fails_refuses_the_request(cluster: Cluster, mutation: dict[str, Any], text: str) -> None:
    await install(cluster, mutation)
    with pytest.raises(Forbidden) as found:
        await made(cluster)
    assert found.value.message.startswith("policy 'still' with binding 'press-still' denied request: ")
    assert text in found.value.message or "cannot unmarshal" in found.value.message


async def test_failures_are_ignored_where_the_policy_says_so(cluster: Cluster) -> None:
    await install(cluster, patching("[JSONPatch{op: 'remove', path: '/data/zz'}]"), failurePolicy="Ignore")
    assert await made(cluster) == {"a": "1"}


async def test_parts_of_what_is_atomic_are_not_merged(cluster: Cluster) -> None:
    await install(
        cluster, applying("Object{spec: Object.spec{tolerations: [Object.spec.tolerations{key: 'x'}]}}"), rules=PODS
    )
    with pytest.raises(Forbidden, match=r"may not mutate atomic arrays, maps or structs: \.spec\.tolerations"):
        await cluster("pods").create(pod())


async def test_policies_run_again_where_others_changed_the_object(cluster: Cluster) -> None:
    counted = patching("[JSONPatch{op: 'add', path: '/data/count', value: string(size(object.data))}]")
    await install(cluster, counted, name="a-count", reinvocationPolicy="IfNeeded")
    await install(cluster, patching("[JSONPatch{op: 'add', path: '/data/z', value: 'z'}]"), name="b-add")
    assert await made(cluster) == {"a": "1", "count": "3", "z": "z"}


async def test_an_object_does_not_leave_its_namespace(cluster: Cluster) -> None:
    moved = "Object{metadata: Object.metadata{__namespace__: 'kube-system'}}"
    await install(cluster, applying(moved), patching("[JSONPatch{op: 'add', path: '/metadata/namespace', value: 'x'}]"))
    found = await cluster("configmaps").create({"metadata": {"name": "jar"}})
    assert found.metadata.namespace == NAMESPACE


async def test_what_policies_make_is_validated_and_judged(cluster: Cluster) -> None:
    await install(cluster, patching("[JSONPatch{op: 'add', path: '/data/b', value: 'x'}]"))
    await bind(cluster, {"expression": "!('b' in object.data)", "message": "no b"})
    with pytest.raises(Invalid, match="no b"):
        await made(cluster)


@pytest.mark.parametrize(
    ("mutation", "text"),
    [
        (patching("1"), "must evaluate to list(JSONPatch) but got int"),
        (applying("'x'"), "must evaluate to Object but got string"),
        (applying("Object{spec: Object.spec{a: nope}}"), "1:29: undeclared reference to 'nope'"),
        (patching("[JSONPatch{operation: 'add'}]"), "undefined field 'operation'"),
    ],
)
async def test_expressions_compile(cluster: Cluster, mutation: dict[str, Any], text: str) -> None:
    with pytest.raises(Invalid) as found:
        await install(cluster, mutation)
    assert text in found.value.message
