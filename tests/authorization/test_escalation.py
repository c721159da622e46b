"""Nobody grants what he does not hold: by no role, no binding, no verb, and no way around."""

from typing import Any

import pytest
from pilothouse.api.meta.v1 import meta_pb2 as meta
from pilothouse.server.errors import Forbidden, NotFound
from pilothouse.server.verbs.patch import PatchType
from pilothouse.server.verbs.transact import Operation, transact

from tests.authorization.cluster import GROUP, binding, role, subject
from tests.authorization.people import WRITE_RBAC, People

READ_PODS = {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}
SECRETS = {"apiGroups": [""], "resources": ["secrets"], "verbs": ["get", "delete"]}
MISSING = (
    "is attempting to grant RBAC permissions not currently held:\n"
    '{APIGroups:[""], Resources:["secrets"], Verbs:["get" "delete"]}'
)


async def refused(attempt: Any, missing: str = MISSING) -> Forbidden:
    with pytest.raises(Forbidden) as caught:
        await attempt
    assert missing in caught.value.message
    return caught.value


async def test_a_role_grants_what_its_writer_holds_and_no_more(people: People) -> None:
    ann = await people.grant("ann", READ_PODS, WRITE_RBAC, namespace="orchard")
    roles = people.requests("roles", ann, "orchard")
    await roles.create(role("same", READ_PODS, namespace="orchard"))
    error = await refused(roles.create(role("more", SECRETS, READ_PODS, namespace="orchard")))
    assert error.message.startswith(
        'roles.rbac.authorization.k8s.io "more" is forbidden: user "ann" (groups=["system:authenticated"]) is '
    )
    assert (error.group, error.kind, error.name) == (GROUP, "roles", "more")
    with pytest.raises(NotFound):
        await people.requests("roles", namespace="orchard").get("more")


async def test_a_role_is_extended_by_no_kind_of_change(people: People) -> None:
    ann = await people.grant("ann", READ_PODS, WRITE_RBAC, namespace="orchard")
    roles = people.requests("roles", ann, "orchard")
    own = await people.settled(await roles.create(role("own", READ_PODS, namespace="orchard")))
    await refused(roles.update(role("own", READ_PODS, SECRETS, namespace="orchard")))
    await refused(roles.patch("own", {"rules": [READ_PODS, SECRETS]}))
    await refused(roles.patch("own", [{"op": "add", "path": "/rules/-", "value": SECRETS}], PatchType.JSON))
    assert await people.requests("roles", namespace="orchard").get("own") == own


async def test_a_role_that_an_update_creates_is_a_new_role(people: People) -> None:
    ann = await people.grant("ann", READ_PODS, WRITE_RBAC, namespace="orchard")
    await refused(people.requests("roles", ann, "orchard").update(role("fresh", SECRETS, namespace="orchard")))


async def test_a_transaction_is_no_way_around(people: People) -> None:
    ann = await people.grant("ann", READ_PODS, WRITE_RBAC, namespace="orchard")
    roles, bindings = people.requests("roles", ann, "orchard"), people.requests("rolebindings", ann, "orchard")
    more = Operation("create", roles.context("create"), roles.body(role("more", SECRETS, namespace="orchard")))
    await refused(transact(people.plane, [more], False))
    to_ann = binding("more", "more", subject("User", "ann"), namespace="orchard", kind="Role")
    bound = Operation("create", bindings.context("create"), bindings.body(to_ann))
    with pytest.raises((Forbidden, NotFound)):
        await transact(people.plane, [bound, more], False)
    with pytest.raises(NotFound):
        await people.requests("rolebindings", namespace="orchard").get("more")


async def test_what_is_held_in_one_namespace_is_granted_in_no_other(people: People) -> None:
    await people.grant("ann", READ_PODS, namespace="orchard")
    ann = await people.grant("ann", WRITE_RBAC, namespace="cellar")
    pods = '{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}'
    await refused(people.requests("roles", ann, "cellar").create(role("r", READ_PODS, namespace="cellar")), pods)
    cluster_wide = await people.grant("bob", WRITE_RBAC)
    await refused(people.requests("clusterroles", cluster_wide).create(role("r", READ_PODS)), pods)


async def test_a_binding_grants_what_its_writer_holds_and_no_more(people: People) -> None:
    ann = await people.grant("ann", READ_PODS, WRITE_RBAC, namespace="orchard")
    admins = people.requests("clusterroles")
    await admins.create(role("reader", READ_PODS))
    await people.settled(await admins.create(role("keeper", SECRETS)))
    bindings = people.requests("rolebindings", ann, "orchard")
    await bindings.create(binding("reader", "reader", subject("User", "bob"), namespace="orchard"))
    error = await refused(bindings.create(binding("more", "keeper", subject("User", "ann"), namespace="orchard")))
    assert error.message.startswith('rolebindings.rbac.authorization.k8s.io "more" is forbidden: user "ann"')
    with pytest.raises(NotFound, match='"ghost" not found'):
        await bindings.create(binding("b", "ghost", subject("User", "ann"), namespace="orchard"))


async def test_subjects_join_a_binding_only_of_what_is_held(people: People) -> None:
    ann = await people.grant("ann", READ_PODS, WRITE_RBAC, namespace="orchard")
    await people.requests("clusterroles").create(role("keeper", SECRETS))
    made = binding("kept", "keeper", subject("User", "bob"), namespace="orchard")
    await people.settled(await people.requests("rolebindings", namespace="orchard").create(made))
    document = {"subjects": [subject("User", "ann")]}
    await refused(people.requests("rolebindings", ann, "orchard").patch("kept", document))


async def test_the_verbs_escalate_and_bind_lift_the_rule_for_their_roles(people: People) -> None:
    escalate = {"apiGroups": [GROUP], "resources": ["roles"], "verbs": ["escalate"]}
    ann = await people.grant("ann", WRITE_RBAC, escalate, namespace="orchard")
    await people.requests("roles", ann, "orchard").create(role("more", SECRETS, namespace="orchard"))
    bind = {"apiGroups": [GROUP], "resources": ["clusterroles"], "verbs": ["bind"], "resourceNames": ["keeper"]}
    bob = await people.grant("bob", WRITE_RBAC, bind, namespace="orchard")
    for name in ("keeper", "other"):
        await people.settled(await people.requests("clusterroles").create(role(name, SECRETS)))
    bindings = people.requests("rolebindings", bob, "orchard")
    await bindings.create(binding("kept", "keeper", subject("User", "eve"), namespace="orchard"))
    await refused(bindings.create(binding("other", "other", subject("User", "eve"), namespace="orchard")))


async def test_only_full_authority_sets_an_aggregation_rule(people: People) -> None:
    ann = await people.grant("ann", READ_PODS, WRITE_RBAC)
    gathering: dict[str, Any] = {
        **role("gathering"),
        "aggregationRule": {"clusterRoleSelectors": [{"matchLabels": {"a": "b"}}]},
    }
    roles, reason = (
        people.requests("clusterroles", ann),
        "must have cluster-admin privileges to use the aggregationRule",
    )
    await refused(roles.create(gathering), reason)
    await people.settled(await people.requests("clusterroles").create(gathering))
    # Neither may it be narrowed or dropped by who could not have set it.
    await refused(roles.patch("gathering", {"aggregationRule": None}), reason)
    await refused(roles.patch("gathering", {"metadata": {"labels": {"x": "y"}}}), reason)
    root = await people.grant(
        "root",
        {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]},
        {"nonResourceURLs": ["*"], "verbs": ["*"]},
    )
    await people.requests("clusterroles", root).patch("gathering", {"metadata": {"labels": {"x": "y"}}})


async def test_a_label_pulls_no_foreign_rules_into_an_aggregated_role(people: People) -> None:
    ann = await people.grant("ann", WRITE_RBAC)
    await people.settled(await people.requests("clusterroles").create(role("keeper", SECRETS)))
    label = {"metadata": {"labels": {"rbac.authorization.k8s.io/aggregate-to-view": "true"}}}
    await refused(people.requests("clusterroles", ann).patch("keeper", label))


async def test_a_collector_of_garbage_needs_no_rights_that_a_role_grants(people: People) -> None:
    ann = await people.grant("ann", WRITE_RBAC)
    made = role("keeper", SECRETS)
    made["metadata"] = {"name": "keeper", "finalizers": ["a.test/b"]}
    await people.settled(await people.requests("clusterroles").create(made))
    freed = await people.requests("clusterroles", ann).patch("keeper", {"metadata": {"finalizers": None}})
    assert not freed.metadata.finalizers


async def test_a_dry_run_is_refused_as_well(people: People) -> None:
    ann = await people.grant("ann", WRITE_RBAC, namespace="orchard")
    await refused(
        people.requests("roles", ann, "orchard").create(role("r", SECRETS, namespace="orchard"), dry_run=True)
    )


async def test_roles_that_cannot_be_found_are_named_beside_what_is_missing(people: People) -> None:
    ann = await people.grant("ann", WRITE_RBAC, namespace="orchard")
    await people.requests("clusterroles").create(role("passing", READ_PODS))
    bound = binding("passing", "passing", subject("User", "ann"), namespace="orchard")
    await people.requests("rolebindings", namespace="orchard").create(bound)
    gone = await people.requests("clusterroles").delete("passing")
    deleted = meta.PartialObjectMetadata.FromString(gone.body)
    await people.settled(deleted)
    error = await refused(people.requests("roles", ann, "orchard").create(role("r", SECRETS, namespace="orchard")))
    assert error.message.endswith('; resolution errors: [clusterrole.rbac.authorization.k8s.io "passing" not found]')
