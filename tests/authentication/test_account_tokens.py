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
    AccountKeyError,
    SigningKey,
    key_set,
    read_signing_key,
    read_verifying_keys,
)
from pilothouse.server.authentication.account_tokens import AccountTokens
from pilothouse.server.authentication.bearer import TOKEN_BYTES, BearerTokens, InvalidToken
from pilothouse.server.authentication.bound_objects import BoundObjects, Record
from pilothouse.server.authentication.issuing import EXTENDED_SECONDS, Issue, TokenIssuer
from pilothouse.server.authentication.jws import signed
from pilothouse.server.errors import Unauthorized

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
    assert not token or token not in caught.value.why
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


async def test_older_issuers_and_keys_are_still_good(
    tmp_path: Path, world: World, key: SigningKey, clock: Clock, issue: Callable[..., str]
) -> None:
    newer = read_signing_key(key_file(tmp_path, ec.generate_private_key(ec.SECP256R1()), "newer.key"))
    keys = [newer.public, key.public]
    accounts = AccountTokens(["https://newer.test", ISSUER], keys, [HERE], BoundObjects(world), clock=clock)
    tokens = BearerTokens(None, accounts, [HERE])
    assert (await tokens.authenticate(issue())).uid == "u-1"
    # Whoever names no key is tried with each.
    claims = issue().split(".")[1]
    unnamed = signed(json.loads(urlsafe_b64decode(claims + "==")), replace(key, public=replace(key.public, id="")))
    assert (await tokens.authenticate(unnamed)).uid == "u-1"


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


async def test_what_is_no_token_is_just_unknown(tokens: BearerTokens, issue: Callable[..., str]) -> None:
    header, claims, signature = issue().split(".")
    foreign = f"{header}.{part({'iss': 'https://elsewhere.test'})}.{signature}"
    for junk in (
        "",
        "x",
        "a.b",
        "a.b.c",
        "ä.ö.ü",
        f"{header}.{claims}",
        foreign,
        "x" * (TOKEN_BYTES + 1),
        issue() + "ä",
    ):
        assert await why(tokens, junk) in ("invalid bearer token", "go-jose/go-jose: error in cryptographic primitive")


async def test_a_token_is_for_its_audiences(tokens: BearerTokens, issue: Callable[..., str]) -> None:
    elsewhere = issue((THERE,))
    targets = f'token audiences ["{THERE}"] is invalid for the target audiences ["{HERE}"]'
    assert await why(tokens, elsewhere) == targets
    assert (await tokens.verify(elsewhere, [THERE, "other"])).audiences == (THERE,)
    # Known by now, and still not for this server.
    assert await why(tokens, elsewhere) == targets
    both = issue((THERE, HERE))
    assert (await tokens.verify(both)).audiences == (HERE,)
    assert (await tokens.verify(both, [HERE, THERE])).audiences == (THERE, HERE)


async def test_a_token_is_good_for_its_time(tokens: BearerTokens, clock: Clock, issue: Callable[..., str]) -> None:
    token = issue(lifetime=600)
    clock.advance(-61)
    assert await why(tokens, token) == "service account token is not valid yet"
    clock.advance(60 + 600)
    user = await tokens.authenticate(token)
    assert user.expires_at == clock() + 1
    clock.advance(1)
    # Remembered, and refused all the same; and once more when it is forgotten.
    for _ in range(2):
        assert await why(tokens, token) == "service account token has expired"
    assert user.recheck is not None
    with pytest.raises(Unauthorized, match="has expired"):
        user.recheck()


async def test_a_token_without_an_end_is_refused(
    tokens: BearerTokens, key: SigningKey, issue: Callable[..., str]
) -> None:
    claims = json.loads(urlsafe_b64decode(issue().split(".")[1] + "=="))
    for change in ({"exp": None}, {"exp": "never"}, {"exp": True}, {"kubernetes.io": None}, {"aud": [1]}):
        await why(tokens, signed(claims | change, key))
    del claims["exp"]
    assert await why(tokens, signed(claims, key)) == "service account token has expired"


async def test_a_token_ends_with_its_account(
    tokens: BearerTokens, world: World, clock: Clock, issue: Callable[..., str]
) -> None:
    token = issue()
    user = await tokens.authenticate(token)
    world.now[CLERK] = Record("u-1", clock() - 59)
    assert await tokens.authenticate(token) is user
    clock.advance(1)
    assert await why(tokens, token) == "service account has been deleted"
    del world.now[CLERK]
    assert await why(tokens, token) == 'serviceaccounts "clerk" not found'
    world.now[CLERK] = Record("u-2", float("inf"))
    assert await why(tokens, token) == "service account UID (u-2) does not match claim (u-1)"
    assert user.recheck is not None
    with pytest.raises(Unauthorized, match="does not match claim"):
        user.recheck()


@pytest.mark.parametrize(("what", "place"), [("pod", POD), ("node", NODE), ("secret", SECRET)])
async def test_a_token_ends_with_what_it_is_bound_to(
    tokens: BearerTokens,
    world: World,
    clock: Clock,
    issue: Callable[..., str],
    what: str,
    place: tuple[str, str, str],
) -> None:
    token = issue(**{what: Named(place[2], "b-1")})
    assert await why(tokens, token) == "service account token has been invalidated"
    world.now[place] = Record("b-1", float("inf"))
    await tokens.authenticate(token)
    world.now[place] = Record("b-2", float("inf"))
    assert f"{what} UID (b-2) does not match service account {what} ref claim (b-1)" == await why(tokens, token)
    world.now[place] = Record("b-1", clock() + 30)
    await tokens.authenticate(token)
    clock.advance(90)
    assert await why(tokens, token) == "service account token has been invalidated"


async def test_the_node_of_a_pod_may_go(tokens: BearerTokens, world: World, issue: Callable[..., str]) -> None:
    world.now[POD] = Record("p-1", float("inf"))
    await tokens.authenticate(issue(pod=Named("till", "p-1"), node=Named("shed", "n-1")))
    assert NODE not in world.now


async def test_a_cache_that_lags_is_waited_for_with_young_tokens(
    tokens: BearerTokens, world: World, clock: Clock, issue: Callable[..., str]
) -> None:
    world.behind = {CLERK: world.now.pop(CLERK)}
    assert (await tokens.authenticate(issue())).uid == "u-1"
    assert world.asked == 1
    old, world.now, world.behind = issue(lifetime=601), {}, {}
    clock.advance(31)
    await why(tokens, old)
    assert world.asked == 1


def legacy(key: SigningKey, **change: str) -> str:
    prefix = "kubernetes.io/serviceaccount/"
    claims = {
        "iss": "kubernetes/serviceaccount",
        f"{prefix}namespace": "shop",
        f"{prefix}secret.name": "old",
        f"{prefix}service-account.name": "clerk",
        f"{prefix}service-account.uid": "u-1",
        "sub": "system:serviceaccount:shop:clerk",
    }
    return signed(claims | change, key)


async def test_a_token_without_an_end_lives_in_its_secret(tokens: BearerTokens, world: World, key: SigningKey) -> None:
    token = legacy(key)
    assert await why(tokens, token) == "Token has been invalidated"
    world.now[SECRET] = Record("s-1", float("inf"), token.encode())
    assert (await tokens.authenticate(token)).name == "system:serviceaccount:shop:clerk"
    # It names no audience: it is for this server alone.
    await why(tokens, token, THERE)
    world.now[SECRET] = Record("s-1", float("inf"), b"another")
    assert await why(tokens, token) == "Token does not match server's copy"
    for claim, fault in (("sub", "sub claim is invalid"), ("kubernetes.io/serviceaccount/namespace", "sub claim")):
        assert fault in await why(tokens, legacy(key, **{claim: "system:serviceaccount:shop:boss"}))


async def test_more_tokens_come_than_are_remembered(
    world: World, key: SigningKey, clock: Clock, issue: Callable[..., str]
) -> None:
    accounts = AccountTokens([ISSUER], [key.public], [HERE], BoundObjects(world), clock=clock, capacity=2)
    tokens = BearerTokens(None, accounts, [HERE])
    made = [issue(lifetime=600 + extra) for extra in range(5)]
    for token in (*made, *made):
        assert (await tokens.authenticate(token)).uid == "u-1"


def test_tokens_that_pods_mount_are_good_for_a_year(key: SigningKey) -> None:
    issuer = TokenIssuer(ISSUER, key, (HERE,))
    assert issuer.lifetime(3607, (HERE,), True) == (EXTENDED_SECONDS, 3607)
    for asked, audiences, with_pod in ((3600, (HERE,), True), (3607, (HERE, THERE), True), (3607, (HERE,), False)):
        assert issuer.lifetime(asked, audiences, with_pod) == (asked, 0)
    assert TokenIssuer(ISSUER, key, (HERE,), extend=False).lifetime(3607, (HERE,), True) == (3607, 0)


def test_key_files_that_are_of_no_use_are_named(tmp_path: Path) -> None:
    weak = key_file(tmp_path, rsa.generate_private_key(65537, 1024), "weak")
    odd = key_file(tmp_path, ec.generate_private_key(ec.SECP256K1()), "odd")
    (tmp_path / "junk").write_text("-----BEGIN PRIVATE KEY-----\nhush\n-----END PRIVATE KEY-----\n")
    (tmp_path / "empty").write_text("")
    for file, fault in (
        (weak, "1024 bits"),
        (odd, "curve secp256k1"),
        (tmp_path / "junk", "cannot be read"),
        (tmp_path / "empty", "holds no"),
        (tmp_path / "ghost", "cannot read"),
    ):
        for flag, read in (
            ("--service-account-signing-key-file", read_signing_key),
            ("--service-account-key-file", lambda path: read_verifying_keys([path])),
        ):
            with pytest.raises(AccountKeyError, match=fault) as caught:
                read(file)
            assert str(caught.value).startswith(f"{flag}: ")
            assert str(file) in str(caught.value)
            assert "hush" not in str(caught.value)
