"""Default roles and bindings of a server that starts again."""

from typing import Any

import pytest
from pilothouse.server.furniture import lay_down

from tests.authorization.cluster import GROUP, subject
from tests.authorization.people import People

AUTOUPDATE = "rbac.authorization.kubernetes.io/autoupdate"
EXTRA = {"apiGroups": [""], "resources": ["widgets"], "verbs": ["get"]}
KUBE_DNS = "system:kube-dns"


@pytest.fixture
async def laid(people: People) -> People:
    await lay_down(people.plane)
    await people.plane.cache.wait_for(await people.plane.store.revision(), 5)
    return people


async def start_again(people: People, plural: str, name: str) -> Any:
    await people.plane.cache.wait_for(await people.plane.store.revision(), 5)
    await lay_down(people.plane)
    return await people.requests(plural).get(name)


async def test_missing_rules_are_added_and_extra_ones_kept(laid: People) -> None:
    before = await laid.requests("clusterroles").patch(KUBE_DNS, {"rules": [EXTRA]})
    after = await start_again(laid, "clusterroles", KUBE_DNS)
    assert [(list(rule.resources), list(rule.verbs)) for rule in after.rules] == [
        (["widgets"], ["get"]),
        (["endpoints"], ["list", "watch"]),
        (["services"], ["list", "watch"]),
    ]
    assert after.metadata.uid == before.metadata.uid


async def test_what_is_complete_is_not_written(laid: People) -> None:
    await laid.plane.cache.wait_for(await laid.plane.store.revision(), 5)
    revision = await laid.plane.store.revision()
    await lay_down(laid.plane)
    assert await laid.plane.store.revision() == revision


async def test_missing_subjects_and_marks_come_back(laid: People) -> None:
    change = {"subjects": [subject("User", "bob")], "metadata": {"labels": None}}
    await laid.requests("clusterrolebindings").patch("system:discovery", change)
    after = await start_again(laid, "clusterrolebindings", "system:discovery")
    assert [s.name for s in after.subjects] == ["bob", "system:authenticated"]
    assert dict(after.metadata.labels) == {"kubernetes.io/bootstrapping": "rbac-defaults"}


async def test_a_binding_of_another_role_is_made_anew(laid: People) -> None:
    bindings = laid.requests("clusterrolebindings")
    before = await bindings.get("system:discovery")
    await bindings.delete("system:discovery")
    wrong = {"roleRef": {"apiGroup": GROUP, "kind": "ClusterRole", "name": "cluster-admin"}}
    await bindings.create({"metadata": {"name": "system:discovery"}, **wrong})
    after = await start_again(laid, "clusterrolebindings", "system:discovery")
    assert after.role_ref == before.role_ref
    assert list(after.subjects) == list(before.subjects)


async def test_who_opts_out_is_left_alone(laid: People) -> None:
    change = {"rules": [EXTRA], "metadata": {"annotations": {AUTOUPDATE: "false"}}}
    before = await laid.requests("clusterroles").patch(KUBE_DNS, change)
    assert await start_again(laid, "clusterroles", KUBE_DNS) == before
