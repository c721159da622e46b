"""Reviews: what is answered, what is refused, and that nothing is stored."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pilothouse.server.authentication.bearer import BearerTokens
from pilothouse.server.authentication.token_file import TokenFile
from pilothouse.server.errors import BadRequest, Forbidden, Invalid, MethodNotSupported
from pilothouse.server.furniture import lay_down
from pilothouse.server.meta.user import User
from pilothouse.server.store.sqlite import SqliteStore
from pilothouse.server.verbs.discover import discover
from pilothouse.server.verbs.plane import Plane
from pilothouse.server.verbs.transact import Operation, transact

from tests.support.plane import ADMIN, Requests, admitting_plane

AUTHORIZATION, AUTHENTICATION = "authorization.k8s.io", "authentication.k8s.io"
ANN = User("ann", ("system:authenticated",), "7", {"floor": ("two",)})
GET_PODS = {"resourceAttributes": {"namespace": "orchard", "verb": "get", "resource": "pods"}}
HEALTH = {"nonResourceAttributes": {"path": "/healthz", "verb": "get"}}


@pytest.fixture
async def plane(tmp_path: Path) -> AsyncIterator[Plane]:
    store = SqliteStore(tmp_path / "store.db")
    (tmp_path / "tokens.csv").write_text("good,ann,7\n")
    tokens = BearerTokens(TokenFile(tmp_path / "tokens.csv"), audiences=["https://here.test"])
    async with admitting_plane(store) as plane:
        await lay_down(plane)
        await plane.cache.wait_for(await store.revision(), 5)
        yield replace(plane, tokens=tokens)
    await store.close()


def asking(plane: Plane, plural: str, user: User = ADMIN, namespace: str = "", group: str = AUTHORIZATION) -> Requests:
    return Requests(plane, plane.registry.get(group, "v1", plural), namespace, user)


async def causes_of(requests: Requests, spec: dict[str, Any], **metadata: Any) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as caught:
        await requests.create({"metadata": metadata, "spec": spec})
    assert caught.value.message.startswith(f'.{AUTHORIZATION} "" is invalid: ')
    return [(cause.field, cause.message) for cause in caught.value.causes]


async def test_one_may_always_ask_about_oneself(plane: Plane) -> None:
    ask = asking(plane, "selfsubjectaccessreviews", ANN)
    assert not (await ask.create({"spec": GET_PODS})).status.allowed
    answer = await ask.create({"spec": HEALTH})
    assert answer.status.allowed
    assert answer.status.reason.startswith("RBAC: allowed by ClusterRoleBinding")
    assert (await asking(plane, "selfsubjectaccessreviews").create({"spec": GET_PODS})).status.allowed


async def test_what_somebody_claims_as_the_answer_is_dropped(plane: Plane) -> None:
    ask = asking(plane, "selfsubjectaccessreviews", ANN)
    answer = await ask.create({"spec": GET_PODS, "status": {"allowed": True, "reason": "trust me"}})
    assert (answer.status.allowed, answer.status.reason) == (False, "")


async def test_to_ask_about_others_is_a_right(plane: Plane) -> None:
    masters = {**GET_PODS, "user": "eve", "groups": ["system:masters"]}
    assert (await asking(plane, "subjectaccessreviews").create({"spec": masters})).status.allowed
    for plural, namespace in (("subjectaccessreviews", ""), ("localsubjectaccessreviews", "orchard")):
        with pytest.raises(Forbidden, match=f'User "ann" cannot create resource "{plural}"'):
            await asking(plane, plural, ANN, namespace).create({"spec": masters})


async def test_a_question_names_one_thing_and_one_subject(plane: Plane) -> None:
    own, other = asking(plane, "selfsubjectaccessreviews"), asking(plane, "subjectaccessreviews")
    quoted = 'Invalid value: {"Path":"/healthz","Verb":"get"}: '
    assert await causes_of(own, GET_PODS | HEALTH) == [
        ("spec.nonResourceAttributes", quoted + "cannot be specified in combination with resourceAttributes")
    ]
    assert (await causes_of(own, {}))[0][0] == "spec.resourceAttributes"
    assert [field for field, _ in await causes_of(other, {})] == ["spec.resourceAttributes", "spec.user"]
    assert (await causes_of(own, GET_PODS, name="x"))[0][0] == "metadata"


async def test_a_selector_is_text_or_requirements(plane: Plane) -> None:
    requirement = {"key": "a", "operator": "Exists"}
    for selector, field in (
        ({"rawSelector": "a=b", "requirements": [requirement]}, "rawSelector"),
        ({}, "requirements"),
    ):
        spec = {"resourceAttributes": {**GET_PODS["resourceAttributes"], "labelSelector": selector}}
        found = await causes_of(asking(plane, "selfsubjectaccessreviews"), spec)
        assert found[0][0] == f"spec.resourceAttributes.labelSelector.{field}"


async def test_a_local_review_stays_in_its_namespace(plane: Plane) -> None:
    local = asking(plane, "localsubjectaccessreviews", namespace="orchard")
    spec = {**GET_PODS, "user": "ann"}
    answer = await local.create({"spec": spec})
    assert answer.metadata.namespace == "orchard"
    elsewhere = asking(plane, "localsubjectaccessreviews", namespace="cellar")
    mismatch = 'Invalid value: "orchard": must match metadata.namespace'
    assert await causes_of(elsewhere, spec) == [("spec.resourceAttributes.namespace", mismatch)]
    assert "spec.nonResourceAttributes" in dict(await causes_of(local, {**HEALTH, "user": "ann"}))
    with pytest.raises(BadRequest, match="does not match the namespace sent on the request"):
        await local.create({"metadata": {"namespace": "cellar"}, "spec": spec})


async def test_the_rules_of_the_caller_are_listed(plane: Plane) -> None:
    ask = asking(plane, "selfsubjectrulesreviews", ANN)
    answer = await ask.create({"spec": {"namespace": "orchard"}})
    listed = {name for rule in answer.status.resource_rules for name in rule.resources}
    assert listed == {"selfsubjectaccessreviews", "selfsubjectrulesreviews", "selfsubjectreviews"}
    assert any("/healthz" in rule.non_resource_urls for rule in answer.status.non_resource_rules)
    with pytest.raises(BadRequest, match="no namespace on request"):
        await ask.create({"spec": {}})


async def test_who_am_i(plane: Plane) -> None:
    info = (await asking(plane, "selfsubjectreviews", ANN, group=AUTHENTICATION).create({})).status.user_info
    assert (info.username, info.uid, list(info.groups)) == ("ann", "7", ["system:authenticated"])
    assert list(info.extra["floor"].items) == ["two"]


async def test_a_token_is_somebodys_or_nobodys(plane: Plane) -> None:
    ask = asking(plane, "tokenreviews", group=AUTHENTICATION)
    good = (await ask.create({"spec": {"token": "good"}})).status
    assert (good.authenticated, good.user.username) == (True, "ann")
    assert list(good.audiences) == ["https://here.test"]
    elsewhere = (await ask.create({"spec": {"token": "good", "audiences": ["https://there.test"]}})).status
    assert (elsewhere.authenticated, elsewhere.user.username) == (False, "")
    bad = (await ask.create({"spec": {"token": "bad"}, "status": {"authenticated": True}})).status
    assert (bad.authenticated, bad.user.username, bad.error) == (False, "", "invalid bearer token")
    with pytest.raises(BadRequest, match="token is required for TokenReview in authentication"):
        await ask.create({"spec": {}})
    with pytest.raises(Forbidden):
        await asking(plane, "tokenreviews", ANN, group=AUTHENTICATION).create({"spec": {"token": "good"}})


async def test_nothing_is_stored(plane: Plane) -> None:
    before = await plane.store.revision()
    ask = asking(plane, "selfsubjectaccessreviews")
    await ask.create({"spec": GET_PODS})
    with pytest.raises(MethodNotSupported):
        await transact(plane, [Operation("create", ask.context("create"), ask.body({"spec": GET_PODS}))], False)
    assert await plane.store.revision() == before


def test_what_is_served_names_them(plane: Plane) -> None:
    found = {
        info.name.resource: list(info.verbs) for info in discover(plane).resources if "review" in info.kind.lower()
    }
    assert len(found) == 6
    assert all(verbs == ["create"] for verbs in found.values())
