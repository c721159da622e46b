"""serviceaccounts/token: what is issued to whom, and what is refused."""

import json
from base64 import b64encode, urlsafe_b64decode
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from pilothouse.api.authentication.v1.authentication_pb2 import TokenRequest
from pilothouse.server.authentication.bearer import InvalidToken
from pilothouse.server.authentication.jws import signed
from pilothouse.server.authentication.pki import Pki
from pilothouse.server.config import ServerConfig
from pilothouse.server.errors import BadRequest, Conflict, Forbidden, Invalid, NotFound
from pilothouse.server.meta.context import RequestContext
from pilothouse.server.meta.user import User
from pilothouse.server.store.sqlite import SqliteStore
from pilothouse.server.verbs.body import Body, Encoding
from pilothouse.server.verbs.impersonation import Impersonation, impersonate
from pilothouse.server.verbs.plane import Plane
from pilothouse.server.verbs.subresources.creating import create_part

from tests.support.plane import ADMIN, Requests, add_namespace, admitting_plane

HERE = "https://issuer.test"
NODE = User("system:node:shed", ("system:nodes", "system:authenticated"))


@dataclass
class Shop:
    """A namespace with the account `default`, in a plane that issues tokens. told: of the last request."""

    plane: Plane
    told: RequestContext | None = None

    def requests(self, plural: str, namespace: str = "shop") -> Requests:
        return Requests(self.plane, self.plane.registry.get("", "v1", plural), namespace)

    async def pod(self, name: str, **spec: Any) -> Any:
        made = {"containers": [{"name": "c", "image": "i"}], "automountServiceAccountToken": False, **spec}
        return await self.requests("pods").create({"metadata": {"name": name}, "spec": made})

    async def ask(
        self, account: str = "default", user: User = ADMIN, metadata: dict[str, str] | None = None, **spec: Any
    ) -> TokenRequest:
        resource = self.plane.registry.get("", "v1", "serviceaccounts")
        self.told = RequestContext(user, "create", resource, "shop", account, "token")
        whole = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec}
        if metadata:
            whole["metadata"] = metadata
        answer = await create_part(self.plane, self.told, Body(json.dumps(whole).encode(), Encoding.JSON))
        assert isinstance(answer.message, TokenRequest)
        return answer.message


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    store = SqliteStore(tmp_path / "store.db")
    config = ServerConfig(
        service_account_issuer=(HERE, "https://older.test"),
        service_account_signing_key_file=Pki(tmp_path / "pki").account_key(),
    )
    async with admitting_plane(store, ["NodeRestriction"], config=config) as plane:
        await add_namespace(plane, "shop")
        yield Shop(plane)
    await store.close()


def claims_of(answer: TokenRequest) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(urlsafe_b64decode(answer.status.token.split(".")[1] + "=="))
    return found


async def test_a_token_is_answered_and_taken(shop: Shop) -> None:
    answer = await shop.ask()
    account = await shop.requests("serviceaccounts").get("default")
    assert (answer.metadata.name, answer.metadata.namespace) == ("default", "shop")
    assert answer.metadata.uid == account.metadata.uid
    assert list(answer.spec.audiences) == [HERE, "https://older.test"]
    assert answer.spec.expiration_seconds == 3600
    claims = claims_of(answer)
    assert (claims["iss"], claims["sub"]) == (HERE, "system:serviceaccount:shop:default")
    assert claims["exp"] - claims["iat"] == 3600
    assert claims["nbf"] == claims["iat"] == answer.status.expiration_timestamp.seconds - 3600
    assert claims["kubernetes.io"] == {
        "namespace": "shop",
        "serviceaccount": {"name": "default", "uid": account.metadata.uid},
    }
    assert json.loads(urlsafe_b64decode(answer.status.token.split(".")[0] + "==")).keys() == {"alg", "kid"}
    assert (await shop.plane.tokens.authenticate(answer.status.token)).name == claims["sub"]
    assert shop.told is not None
    assert shop.told.annotations["authentication.kubernetes.io/issued-credential-id"] == f"JTI={claims['jti']}"


@pytest.mark.parametrize(
    ("seconds", "fault"),
    [
        (5, "Invalid value: 5: may not specify a duration less than 10 minutes"),
        (0, "Invalid value: 0: may not specify a duration less than 10 minutes"),
        (-1, "Invalid value: -1: may not specify a duration less than 10 minutes"),
        ((1 << 32) + 1, "Invalid value: 4294967297: may not specify a duration larger than 2^32 seconds"),
    ],
)
async def test_a_life_is_neither_too_short_nor_too_long(shop: Shop, seconds: int, fault: str) -> None:
    with pytest.raises(Invalid) as caught:
        await shop.ask(expirationSeconds=seconds)
    assert [(c.field, c.message) for c in caught.value.causes] == [("spec.expirationSeconds", fault)]
    assert caught.value.message == f'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: {fault}'
    await shop.ask(expirationSeconds=600)
    await shop.ask(expirationSeconds=1 << 32)


async def test_the_request_fits_the_account(shop: Shop) -> None:
    with pytest.raises(NotFound, match='serviceaccounts "ghost" not found'):
        await shop.ask("ghost")
    with pytest.raises(Invalid, match=r'"default" is invalid: metadata.name: .* must match the service account name'):
        await shop.ask(metadata={"name": "other"})
    with pytest.raises(BadRequest, match="does not match the namespace sent on the request"):
        await shop.ask(metadata={"namespace": "cellar"})
    with pytest.raises(
        Conflict, match=r'on TokenRequest.authentication.k8s.io "default": the UID in the token request'
    ):
        await shop.ask(metadata={"uid": "u-2"})
    with pytest.raises(Forbidden, match='cannot create resource "serviceaccounts/token"'):
        await shop.ask(user=User("ann", ("system:authenticated",)))


async def test_a_dry_run_answers_alike_and_nothing_is_stored(shop: Shop) -> None:
    before = await shop.plane.store.revision()
    resource = shop.plane.registry.get("", "v1", "serviceaccounts")
    for dry_run in (True, False):
        context = RequestContext(ADMIN, "create", resource, "shop", "default", "token", dry_run)
        answer = (await create_part(shop.plane, context, Body(b""))).message
        assert isinstance(answer, TokenRequest)
        assert answer.status.token
    assert await shop.plane.store.revision() == before


async def test_acting_as_an_account_lasts_no_longer_than_ones_own_credential(shop: Shop) -> None:
    caller = await shop.plane.tokens.authenticate((await shop.ask()).status.token)
    able = replace(caller, groups=("system:masters",))
    acting = impersonate(shop.plane, able, Impersonation("ann"))
    assert (acting.name, acting.expires_at, acting.recheck) == ("ann", caller.expires_at, caller.recheck)


async def test_what_is_claimed_as_the_answer_is_dropped(shop: Shop) -> None:
    resource = shop.plane.registry.get("", "v1", "serviceaccounts")
    body = TokenRequest(status={"token": "mine", "expiration_timestamp": {"seconds": 1}})
    context = RequestContext(ADMIN, "create", resource, "shop", "default", "token")
    answer = (await create_part(shop.plane, context, Body(body.SerializeToString()))).message
    assert isinstance(answer, TokenRequest)
    assert answer.status.token != "mine"
    assert answer.status.expiration_timestamp.seconds > 1


async def test_a_token_is_bound_to_a_pod_and_its_node(shop: Shop) -> None:
    node = await shop.requests("nodes", "").create({"metadata": {"name": "shed"}})
    pod = await shop.pod("till", nodeName="shed")
    stray = await shop.pod("stray", nodeName="ghost")
    reference = {"apiVersion": "v1", "kind": "Pod", "name": "till", "uid": pod.metadata.uid}
    private = claims_of(await shop.ask(boundObjectRef=reference))["kubernetes.io"]
    assert private["pod"] == {"name": "till", "uid": pod.metadata.uid}
    assert private["node"] == {"name": "shed", "uid": node.metadata.uid}
    private = claims_of(await shop.ask(boundObjectRef={**reference, "name": "stray", "uid": stray.metadata.uid}))
    assert private["kubernetes.io"]["node"] == {"name": "ghost"}


async def test_a_token_that_a_pod_mounts_lasts_for_a_year(shop: Shop) -> None:
    await shop.pod("till")
    reference = {"apiVersion": "v1", "kind": "Pod", "name": "till"}
    answer = await shop.ask(expirationSeconds=3607, boundObjectRef=reference)
    claims = claims_of(answer)
    assert claims["exp"] - claims["iat"] == 365 * 24 * 3600
    assert claims["kubernetes.io"]["warnafter"] - claims["iat"] == 3607
    assert answer.status.expiration_timestamp.seconds == claims["iat"] + 3607


async def test_what_a_token_is_bound_to_must_be_there(shop: Shop) -> None:
    await shop.requests("serviceaccounts").create({"metadata": {"name": "clerk"}})
    await shop.pod("till")
    pod = {"apiVersion": "v1", "kind": "Pod", "name": "till"}
    with pytest.raises(BadRequest, match='token for serviceaccount "clerk" to pod running with different service'):
        await shop.ask("clerk", boundObjectRef=pod)
    with pytest.raises(Conflict, match=r'on Pod "till": the UID in the bound object reference \(u-2\) does not match'):
        await shop.ask(boundObjectRef={**pod, "uid": "u-2"})
    with pytest.raises(BadRequest, match="cannot bind token to object of type /v1, Kind=ConfigMap"):
        await shop.ask(boundObjectRef={**pod, "kind": "ConfigMap"})
    with pytest.raises(BadRequest, match="cannot bind token to object of type apps/v1, Kind=Pod"):
        await shop.ask(boundObjectRef={**pod, "apiVersion": "apps/v1"})
    for kind, plural in (("Pod", "pods"), ("Secret", "secrets"), ("Node", "nodes")):
        with pytest.raises(NotFound, match=f'{plural} "ghost" not found'):
            await shop.ask(boundObjectRef={"apiVersion": "v1", "kind": kind, "name": "ghost"})
    with pytest.raises(BadRequest, match="invalid name"):
        await shop.ask(boundObjectRef={**pod, "name": "../cellar/till"})


async def test_a_secret_takes_its_tokens_along(shop: Shop) -> None:
    secrets = shop.requests("secrets")
    await secrets.create({"metadata": {"name": "seal"}})
    token = (await shop.ask(boundObjectRef={"apiVersion": "v1", "kind": "Secret", "name": "seal"})).status.token
    await shop.plane.tokens.authenticate(token)
    await secrets.delete("seal")
    await secrets.create({"metadata": {"name": "seal"}})
    await shop.plane.cache.wait_for(await shop.plane.store.revision(), 5)
    with pytest.raises(InvalidToken):
        await shop.plane.tokens.authenticate(token)


async def test_an_account_that_is_made_again_is_another_one(shop: Shop) -> None:
    accounts = shop.requests("serviceaccounts")
    await accounts.create({"metadata": {"name": "clerk"}})
    token = (await shop.ask("clerk")).status.token
    await shop.plane.tokens.authenticate(token)
    await accounts.delete("clerk")
    await accounts.create({"metadata": {"name": "clerk"}})
    newer = (await shop.ask("clerk")).status.token
    assert (await shop.plane.tokens.authenticate(newer)).name.endswith(":clerk")
    with pytest.raises(InvalidToken) as caught:
        await shop.plane.tokens.authenticate(token)
    assert "does not match claim" in caught.value.why


async def test_a_node_is_given_what_its_pods_mount(shop: Shop) -> None:
    await shop.requests("nodes", "").create({"metadata": {"name": "shed"}})
    mine, theirs = await shop.pod("mine", nodeName="shed"), await shop.pod("theirs", nodeName="barn")
    await shop.plane.cache.wait_for(await shop.plane.store.revision(), 5)

    def bound(pod: Any) -> dict[str, str]:
        return {"apiVersion": "v1", "kind": "Pod", "name": pod.metadata.name, "uid": pod.metadata.uid}

    source = {"serviceAccountToken": {"path": "t"}}
    projected = [{"name": "v", "projected": {"sources": [source]}}]
    mounting = await shop.pod("mounting", nodeName="shed", volumes=projected)
    await shop.plane.cache.wait_for(await shop.plane.store.revision(), 5)
    assert (await shop.ask(user=NODE, boundObjectRef=bound(mounting))).status.token
    with pytest.raises(Forbidden, match="node requested token not bound to a pod"):
        await shop.ask(user=NODE)
    with pytest.raises(Forbidden, match="scheduled on a different node"):
        await shop.ask(user=NODE, boundObjectRef=bound(theirs))
    with pytest.raises(Forbidden, match="not found in pod spec volume"):
        await shop.ask(user=NODE, boundObjectRef=bound(mine), audiences=["https://bank.test"])


async def test_a_long_life_is_shortened_and_said_so(shop: Shop) -> None:
    assert shop.plane.issuer is not None
    shop.plane = replace(shop.plane, issuer=replace(shop.plane.issuer, max_seconds=7200))
    answer = await shop.ask(expirationSeconds=9000)
    assert answer.spec.expiration_seconds == 7200
    assert shop.told is not None
    assert shop.told.warnings == ["requested expiration of 9000 seconds shortened to 7200 seconds"]


async def test_without_a_key_there_are_no_tokens(shop: Shop) -> None:
    shop.plane = replace(shop.plane, issuer=None)
    with pytest.raises(NotFound, match="--service-account-signing-key-file"):
        await shop.ask()


async def test_reviews_tell_of_such_tokens(shop: Shop) -> None:
    token = (await shop.ask(audiences=[HERE, "https://vault.test"])).status.token
    reviews = Requests(shop.plane, shop.plane.registry.get("authentication.k8s.io", "v1", "tokenreviews"))
    status = (await reviews.create({"spec": {"token": token}})).status
    assert (status.authenticated, list(status.audiences)) == (True, [HERE])
    assert status.user.username == "system:serviceaccount:shop:default"
    asked = ["https://vault.test", "https://bank.test"]
    status = (await reviews.create({"spec": {"token": token, "audiences": asked}})).status
    assert (status.authenticated, list(status.audiences)) == (True, ["https://vault.test"])
    status = (await reviews.create({"spec": {"token": token, "audiences": ["https://bank.test"]}})).status
    assert (status.authenticated, status.user.username) == (False, "")
    assert status.error == (
        f'[invalid bearer token, token audiences ["{HERE}" "https://vault.test"] is invalid for the target audiences '
        '["https://bank.test"]]'
    )


async def test_a_secret_of_the_old_kind_holds_a_token(shop: Shop) -> None:
    assert shop.plane.issuer is not None
    account = await shop.requests("serviceaccounts").get("default")
    prefix = "kubernetes.io/serviceaccount/"
    claims = {
        "iss": "kubernetes/serviceaccount",
        f"{prefix}namespace": "shop",
        f"{prefix}secret.name": "old",
        f"{prefix}service-account.name": "default",
        f"{prefix}service-account.uid": account.metadata.uid,
        "sub": "system:serviceaccount:shop:default",
    }
    token = signed(claims, shop.plane.issuer.key)
    secrets = shop.requests("secrets")
    made = {
        "metadata": {"name": "old", "annotations": {"kubernetes.io/service-account.name": "default"}},
        "type": "kubernetes.io/service-account-token",
        "data": {"token": b64encode(token.encode()).decode()},
    }
    for _ in range(2):
        with pytest.raises(InvalidToken):
            await shop.plane.tokens.authenticate(token)
        await secrets.create(made)
        await shop.plane.cache.wait_for(await shop.plane.store.revision(), 5)
        assert (await shop.plane.tokens.authenticate(token)).name == "system:serviceaccount:shop:default"
        await secrets.delete("old")
        await shop.plane.cache.wait_for(await shop.plane.store.revision(), 5)
