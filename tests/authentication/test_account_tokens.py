"""Tokens of service accounts: which are taken, and each way in which one is not."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from hashlib import sha256
from hmac import digest
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from pilothouse.server.authentication.account_claims import Named
from pilothouse.server.authentication.account_keys import (
    SigningKey,
    key_set,
    read_signing_key,
    read_verifying_keys,
)
from pilothouse.server.authentication.account_tokens import AccountTokens
from pilothouse.server.authentication.bearer import BearerTokens, InvalidToken
from pilothouse.server.authentication.bound_objects import BoundObjects, Record
from pilothouse.server.authentication.issuing import Issue, TokenIssuer
from pilothouse.server.authentication.jws import signed

from tests.support.clock import Clock

ISSUER, HERE, THERE = "https://issuer.test", "https://here.test", "https://there.test"
CLERK = ("serviceaccounts", "shop", "clerk")
POD, NODE, SECRET = ("pods", "shop", "till"), ("nodes", "", "shed"), ("secrets", "shop", "old")


@dataclass
class World:
    """What exists; `behind` comes into sight when the cache catches up."""

    now: dict[tuple[str, str, str], Record] = field(default_factory=lambda: {CLERK: Record("u-1", float("inf"))})
    behind: dict[tuple[str, str, str], Record] = field(default_factory=dict)
    asked: int = 0

    def find(self, plural: str, namespace: str, name: str) -> object | None:
        return self.now.get((plural, namespace, name))

    def read(self, found: object) -> Record:
        assert isinstance(found, Record)
        return found

    async def catch_up(self) -> None:
        self.asked += 1
        self.now.update(self.behind)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def clock() -> Clock:
    return Clock(1_800_000_000.0)


def key_file(folder: Path, key: Any, name: str = "signing.key") -> Path:
    file = folder / name
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return file


@pytest.fixture
def key(tmp_path: Path) -> SigningKey:
    return read_signing_key(key_file(tmp_path, ec.generate_private_key(ec.SECP256R1())))


@pytest.fixture
def tokens(world: World, key: SigningKey, clock: Clock) -> BearerTokens:
    accounts = AccountTokens([ISSUER], [key.public], [HERE], BoundObjects(world), clock=clock)
    return BearerTokens(None, accounts, [HERE])


@pytest.fixture
def issue(key: SigningKey, clock: Clock) -> Callable[..., str]:
    def make(audiences: tuple[str, ...] = (HERE,), lifetime: int = 600, **bound: Named) -> str:
        wanted = Issue("j-1", "shop", Named("clerk", "u-1"), audiences, lifetime, 0, bound)
        return TokenIssuer(ISSUER, key, (HERE,)).issue(wanted, clock())

    return make


async def why(tokens: BearerTokens, token: str, *audiences: str) -> str:
    with pytest.raises(InvalidToken) as caught:
        await tokens.verify(token, audiences)
    assert caught.value.message == "Unauthorized"
    assert token not in caught.value.why
    return caught.value.why.removeprefix("[invalid bearer token, ").removesuffix("]")


def part(value: object) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


async def test_a_token_names_its_account(tokens: BearerTokens, world: World, issue: Callable[..., str]) -> None:
    world.now[POD] = Record("p-1", float("inf"))
    user = await tokens.authenticate(issue(pod=Named("till", "p-1"), node=Named("shed", "n-1")))
    assert (user.name, user.uid) == ("system:serviceaccount:shop:clerk", "u-1")
    assert user.groups == ("system:serviceaccounts", "system:serviceaccounts:shop", "system:authenticated")
    prefix = "authentication.kubernetes.io/"
    assert {name.removeprefix(prefix): values for name, values in user.extra.items()} == {
        "credential-id": ("JTI=j-1",),
        "pod-name": ("till",),
        "pod-uid": ("p-1",),
        "node-name": ("shed",),
        "node-uid": ("n-1",),
    }


@pytest.mark.parametrize(
    "made", [ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65537, 2048)], ids=["P-384", "RSA"]
)
async def test_keys_of_each_kind_sign(
    tmp_path: Path, world: World, clock: Clock, made: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
) -> None:
    file = key_file(tmp_path, made, "other.key")
    public = tmp_path / "public.pem"
    public.write_bytes(made.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    keys = read_verifying_keys([public, file])
    assert len(keys) == 1
    der = made.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert keys[0].id == urlsafe_b64encode(sha256(der).digest()).rstrip(b"=").decode()
    issuer = TokenIssuer(ISSUER, read_signing_key(file), (HERE,))
    token = issuer.issue(Issue("j", "shop", Named("clerk", "u-1"), (HERE,), 600, 0, {}), clock())
    accounts = AccountTokens([ISSUER], keys, [HERE], BoundObjects(world), clock=clock)
    assert (await BearerTokens(None, accounts, [HERE]).authenticate(token)).uid == "u-1"
    published = json.loads(key_set(keys))["keys"][0]
    assert (published["kid"], published["alg"], published["use"]) == (keys[0].id, keys[0].algorithm, "sig")
    assert not {"d", "p", "q"} & set(published)


async def test_forged_tokens_are_refused(
    tmp_path: Path, tokens: BearerTokens, key: SigningKey, issue: Callable[..., str]
) -> None:
    good = issue()
    _, claims, signature = good.split(".")
    header = {"alg": "ES256", "kid": key.public.id}
    public = key.public.key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    hs256 = f"{part({**header, 'alg': 'HS256'})}.{claims}"
    mac = urlsafe_b64encode(digest(public, hs256.encode(), "sha256")).rstrip(b"=").decode()
    unsigned = part({**header, "alg": "none"})
    more = part({"iss": ISSUER, "aud": [HERE], "exp": 1 << 33})
    for forged in (
        f"{hs256}.{mac}",
        f"{unsigned}.{claims}.",
        f"{unsigned}.{claims}.{signature}",
        f"{part(header)}.{more}.{signature}",
        f"{part({**header, 'alg': 'ES384'})}.{claims}.{signature}",
        f"{part({**header, 'crit': ['b64'], 'b64': False})}.{claims}.{signature}",
        good[:-10],
        good[:-3] + "AAA",
    ):
        assert await why(tokens, forged)
    assert await why(tokens, f"{part({**header, 'kid': 'other'})}.{claims}.{signature}") == (
        "invalid signature, no keys found"
    )
    another = read_signing_key(key_file(tmp_path, ec.generate_private_key(ec.SECP256R1()), "another.key"))
    assert "cryptographic primitive" in await why(tokens, forged_by(another, key.public.id, good))
    assert "no keys found" in await why(tokens, forged_by(another, another.public.id, good))
    assert (await tokens.authenticate(good)).uid == "u-1"


def forged_by(key: SigningKey, kid: str, good: str) -> str:
    """The claims of a good token, signed by another key, under a name of one's own choice."""
    claims = json.loads(urlsafe_b64decode(good.split(".")[1] + "=="))
    return signed(claims, replace(key, public=replace(key.public, id=kid)))
