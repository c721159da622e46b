"""Tokens of service accounts at the REST door, and what others read to check them."""

import asyncio
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator
from pathlib import Path

import jwt
import orjson
import pytest
from pilothouse.server.authentication.openid import openid_documents
from pilothouse.server.authentication.pki import Pki
from pilothouse.server.config import ServerConfig
from pilothouse.server.furniture import lay_down
from pilothouse.server.store.sqlite import SqliteStore
from pilothouse.server.verbs.plane import Plane

from tests.support.plane import Requests, add_namespace, admitting_plane
from tests.support.rest import Door, open_door

ISSUER = "https://issuer.test"
TOKEN = "/api/v1/namespaces/shop/serviceaccounts/default/token"
MAPS = "/api/v1/namespaces/shop/configmaps"
CONFIGURATION, KEYS = "/.well-known/openid-configuration", "/openid/v1/jwks"


@pytest.fixture
async def issuing(tmp_path: Path) -> AsyncIterator[Plane]:
    store = SqliteStore(tmp_path / "issuing.db")
    key = Pki(tmp_path / "pki").account_key()
    config = ServerConfig(service_account_issuer=(ISSUER,), service_account_signing_key_file=key)
    try:
        async with admitting_plane(store, config=config) as plane:
            await lay_down(plane)
            await add_namespace(plane, "shop")
            yield plane
    finally:
        await store.close()


@pytest.fixture
async def opened(issuing: Plane, tmp_path: Path) -> AsyncIterator[Door]:
    published = openid_documents(ISSUER, issuing.tokens.keys, "", "127.0.0.1:6443")
    async with open_door(issuing, tmp_path, published=published) as door:
        yield door


async def ask(door: Door, **spec: object) -> str:
    body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec}
    reply = await door.send("POST", TOKEN, orjson.dumps(body), {"Content-Type": "application/json"})
    assert reply.code == 201, reply.body
    token: str = orjson.loads(reply.body)["status"]["token"]
    return token


async def let_read(plane: Plane) -> None:
    """The account may read what is in its namespace."""
    bindings = Requests(plane, plane.registry.get("rbac.authorization.k8s.io", "v1", "rolebindings"), "shop")
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"}
    subject = {"kind": "ServiceAccount", "name": "default", "namespace": "shop"}
    await bindings.create({"metadata": {"name": "read"}, "roleRef": role, "subjects": [subject]})
    roles = Requests(plane, plane.registry.get("rbac.authorization.k8s.io", "v1", "clusterroles"))
    rule = {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list", "watch"]}
    await roles.patch("view", {"aggregationRule": None, "rules": [rule]})
    await plane.cache.wait_for(await plane.store.revision(), 5)


def shown(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def test_a_token_is_for_who_it_names_and_for_this_server(opened: Door, issuing: Plane) -> None:
    await let_read(issuing)
    token = await ask(opened)
    assert (await opened.send("GET", MAPS, headers=shown(token), user="")).code == 200
    elsewhere = await ask(opened, audiences=["https://vault.test"])
    for bad in (elsewhere, token[:-4], token + "x", "x" * 20_000, ".".join(reversed(token.split(".")))):
        refused = await opened.send("GET", MAPS, headers=shown(bad), user="")
        assert (refused.code, orjson.loads(refused.body)["message"]) == (401, "Unauthorized")


async def test_a_watch_ends_when_its_account_is_deleted(opened: Door, issuing: Plane) -> None:
    await let_read(issuing)
    await Requests(issuing, issuing.registry.get("", "v1", "configmaps"), "shop").create({"metadata": {"name": "jar"}})
    url = f"https://127.0.0.1:{opened.port}{MAPS}?watch=1"
    async with (
        asyncio.timeout(15),
        opened.session("", ()).get(url, headers=shown(await ask(opened))) as reply,
    ):
        assert orjson.loads(await reply.content.readline())["type"] == "ADDED"
        accounts = Requests(issuing, issuing.registry.get("", "v1", "serviceaccounts"), "shop")
        await accounts.delete("default")
        last = orjson.loads(await reply.content.readline())
        assert (last["type"], last["object"]["code"]) == ("ERROR", 401)
        assert await reply.content.readline() == b""


async def test_relying_parties_can_check_a_token_by_themselves(opened: Door) -> None:
    found = await opened.send("GET", CONFIGURATION)
    assert found.headers["content-type"] == ["application/json"]
    assert found.headers["cache-control"] == ["public, max-age=3600"]
    configuration = orjson.loads(found.body)
    assert configuration == {
        "issuer": ISSUER,
        "jwks_uri": f"https://127.0.0.1:6443{KEYS}",
        "response_types_supported": ["id_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
    }
    keys = await opened.send("GET", KEYS)
    assert keys.headers["content-type"] == ["application/jwk-set+json"]
    token = await ask(opened, audiences=["https://vault.test"])
    kid = orjson.loads(urlsafe_b64decode(token.split(".")[0] + "=="))["kid"]
    key = jwt.PyJWKSet.from_dict(orjson.loads(keys.body))[kid]
    claims = jwt.decode(token, key, audience="https://vault.test", issuer=ISSUER, algorithms=["ES256"])
    assert claims["sub"] == "system:serviceaccount:shop:default"


async def test_they_are_for_accounts_and_administrators(opened: Door) -> None:
    headers = shown(await ask(opened))
    assert (await opened.send("GET", KEYS, user="bob", groups=())).code == 403
    for path in (CONFIGURATION, KEYS):
        assert (await opened.send("GET", path, headers=headers, user="")).code == 200
        assert (await opened.send("GET", path, user="")).code == 401
        assert (await opened.send("POST", path)).code == 405


def test_an_issuer_that_is_no_plain_url_has_no_documents(tmp_path: Path) -> None:
    for issuer in ("me", "http://issuer.test", "https://issuer.test?a=b", "https://issuer.test#a", "https://"):
        assert openid_documents(issuer, (), "", "a:1") == {}
