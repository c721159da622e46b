"""PolicyParameters: nobody reads by a policy what he may not read himself."""

from typing import Any

import pytest
from pilothouse.server.errors import Invalid
from pilothouse.server.meta.user import User

from tests.admission.cluster import NAMESPACE, Cluster
from tests.admission.policies import BINDINGS, POLICIES, binding, policy, settled

AUTHOR = User("author", ("system:authenticated",))
KIND = {"apiVersion": "v1", "kind": "Secret"}
LEAK = {"expression": "false", "messageExpression": "string(params.data.key)"}
REFERENCE = {"name": "hidden", "namespace": NAMESPACE, "parameterNotFoundAction": "Deny"}
MUTATING = {
    "patchType": "ApplyConfiguration",
    "applyConfiguration": {"expression": "Object{metadata: Object.metadata{labels: {'a': params.metadata.name}}}"},
}


async def grant(cluster: Cluster, *rules: dict[str, Any]) -> None:
    """What the author may do, beside writing policies."""
    verbs = ["create", "update", "patch", "get"]
    writes = {"apiGroups": ["admissionregistration.k8s.io"], "resources": ["*"], "verbs": verbs}
    await cluster("clusterroles.rbac.authorization.k8s.io").create(
        {"metadata": {"name": "author"}, "rules": [writes, *rules]}
    )
    await cluster("clusterrolebindings.rbac.authorization.k8s.io").create(
        {
            "metadata": {"name": "author"},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "author"},
            "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": AUTHOR.name}],
        }
    )
    await settled(cluster)


def reading(resource: str, *verbs: str, **more: Any) -> dict[str, Any]:
    return {"apiGroups": [""], "resources": [resource], "verbs": list(verbs), **more}


async def test_who_may_not_read_a_kind_writes_no_policy_about_it(cluster: Cluster) -> None:
    await grant(cluster, reading("configmaps", "get"), reading("secrets", "get", resourceNames=["own"]))
    with pytest.raises(Invalid, match=r'spec\.paramKind: Forbidden: user "author" must have "get" permission on all'):
        await cluster(POLICIES, AUTHOR).create(policy("leak", LEAK, paramKind=KIND))
    harmless = {"apiVersion": "v1", "kind": "ConfigMap"}
    await cluster(POLICIES, AUTHOR).create(policy("leak", LEAK, paramKind=harmless))
    with pytest.raises(Invalid, match=r"spec\.paramKind"):
        await cluster(POLICIES, AUTHOR).patch("leak", {"spec": {"paramKind": KIND}})
    await cluster(POLICIES, AUTHOR).patch("leak", {"spec": {"failurePolicy": "Ignore"}})


async def test_the_same_goes_for_policies_that_mutate(cluster: Cluster) -> None:
    await grant(cluster)
    made = policy("leak", paramKind=KIND, mutations=[MUTATING], reinvocationPolicy="Never")
    del made["spec"]["validations"]
    with pytest.raises(Invalid, match=r"spec\.paramKind"):
        await cluster(POLICIES.replace("validating", "mutating"), AUTHOR).create(made)


async def test_who_may_not_read_an_object_binds_no_policy_to_it(cluster: Cluster) -> None:
    await grant(cluster, reading("secrets", "get", resourceNames=["own"]))
    await cluster(POLICIES).create(policy("leak", LEAK, paramKind=KIND))
    bindings = cluster(BINDINGS, AUTHOR)
    with pytest.raises(Invalid, match=r'spec\.paramRef: Forbidden: user "author" must have "get" permission'):
        await bindings.create(binding("press", "leak", paramRef=REFERENCE))
    every = {"selector": {}, "parameterNotFoundAction": "Deny"}
    with pytest.raises(Invalid, match='"list" permission'):
        await bindings.create(binding("press", "leak", paramRef=every))
    # What a policy that does not exist yet will be about, nobody knows.
    with pytest.raises(Invalid, match=r"spec\.paramRef"):
        await bindings.create(binding("press", "later", paramRef={**REFERENCE, "name": "own"}))
    await bindings.create(binding("press", "leak", paramRef={**REFERENCE, "name": "own"}))
    with pytest.raises(Invalid, match=r"spec\.paramRef"):
        await bindings.patch("press", {"spec": {"paramRef": REFERENCE}})
    await bindings.patch("press", {"spec": {"validationActions": ["Warn"]}})


async def test_who_may_read_it_may_use_it(cluster: Cluster) -> None:
    await grant(cluster, reading("secrets", "get", "list"))
    await cluster(POLICIES, AUTHOR).create(policy("fine", LEAK, paramKind=KIND))
    await cluster(BINDINGS, AUTHOR).create(binding("press", "fine", paramRef=REFERENCE))
