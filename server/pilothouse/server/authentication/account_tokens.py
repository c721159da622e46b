"""Tokens of service accounts (JWTs): who they stand for, and until when.

The rules are those of a kube-apiserver: the issuer must be known, the signature of a key that is known, one audience
shared, and whatever the token names, its account, its pod, its node, its secret, must still be the one that it was
issued for. Unlike there, nothing is granted beyond `exp`.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

import orjson
from pilothouse.server.authentication import legacy_tokens
from pilothouse.server.authentication.account_claims import Claims, read_claims
from pilothouse.server.authentication.account_keys import VerifyingKey
from pilothouse.server.authentication.bound_objects import CLOCK_SKEW, BoundObjects, Reference, RefusedToken
from pilothouse.server.authentication.jws import UnverifiedToken, parse_token, verified_payload
from pilothouse.server.authentication.user import CREDENTIAL_ID, SERVICE_ACCOUNT, authenticated
from pilothouse.server.errors import Unauthorized
from pilothouse.server.meta.user import User

ALL_ACCOUNTS = "system:serviceaccounts"
_EXTRA = "authentication.kubernetes.io/"
# A cache may lag behind the store by so much, not more: what a token of a greater age names, and the cache does not
# have, is gone.
_LAG_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class _Known:
    """A token whose signature was found good. audiences: that it is meant for, empty for all of the server's."""

    user: User
    audiences: tuple[str, ...]
    expires_at: float
    references: tuple[Reference, ...]


class AccountTokens:
    """Tokens are verified once and remembered by their hash, the last `capacity` of them; what they name is looked at
    each time."""

    def __init__(
        self,
        issuers: Sequence[str],
        keys: Sequence[VerifyingKey],
        audiences: Sequence[str],
        objects: BoundObjects,
        *,
        lookup: bool = True,
        clock: Callable[[], float] = time.time,
        capacity: int = 8192,
    ) -> None:
        """audiences: the server's own, of tokens that name none; lookup: whether the secrets of legacy tokens must
        still be there; clock: seconds since the epoch."""
        self._issuers = frozenset(issuers)
        self._keys: Mapping[str, VerifyingKey] = {key.id: key for key in keys}
        self._audiences = tuple(audiences)
        self._objects = objects
        self._lookup = lookup
        self._clock = clock
        self._capacity = capacity
        self._known: dict[bytes, _Known] = {}

    @property
    def keys(self) -> tuple[VerifyingKey, ...]:
        return tuple(self._keys.values())

    async def verify(self, token: str, wanted: Sequence[str]) -> tuple[User, tuple[str, ...]] | None:
        """The user, and those of the audiences `wanted` that the token is meant for; None for what is no token of a
        service account. Raises RefusedToken."""
        mark = sha256(token.encode(errors="surrogateescape")).digest()
        known = self._known.get(mark)
        if known is None:
            parsed = parse_token(token)
            if parsed is None:
                return None
            issuer = parsed.claims.get("iss")
            if not isinstance(issuer, str) or (issuer not in self._issuers and issuer != legacy_tokens.ISSUER):
                return None
            known = await self._read(token, parsed, wanted)
            if len(self._known) >= self._capacity:
                del self._known[next(iter(self._known))]
            self._known[mark] = known
        shared = self._shared(known.audiences, wanted)
        try:
            self._check(known.expires_at, known.references)
        except RefusedToken:
            self._known.pop(mark, None)
            raise
        return known.user, shared

    async def _read(self, token: str, parsed: UnverifiedToken, wanted: Sequence[str]) -> _Known:
        payload = verified_payload(token, parsed, self._keys)
        if payload.get("iss") == legacy_tokens.ISSUER:
            claims = legacy_tokens.read_claims(payload, token if self._lookup else "")
        elif payload.get("iss") in self._issuers:
            claims = read_claims(payload)
        else:
            raise RefusedToken("the issuer of the token is not known")
        self._shared(claims.audiences, wanted)
        now = self._clock()
        if claims.expires_at <= now:
            raise RefusedToken("service account token has expired")
        if max(claims.not_before, claims.issued_at) > now + CLOCK_SKEW:
            raise RefusedToken("service account token is not valid yet")
        references = claims.references()
        if now - claims.issued_at < _LAG_SECONDS and not all(map(self._objects.is_there, references)):
            await self._objects.catch_up()
        return _Known(self._user(claims, references), claims.audiences, claims.expires_at, references)

    def _user(self, claims: Claims, references: Sequence[Reference]) -> User:
        def recheck() -> None:
            try:
                self._check(claims.expires_at, references)
            except RefusedToken as error:
                raise Unauthorized(f"the token is good no longer: {error}") from None

        account = claims.account
        return authenticated(
            f"{SERVICE_ACCOUNT}{claims.namespace}:{account.name}",
            (ALL_ACCOUNTS, f"{ALL_ACCOUNTS}:{claims.namespace}"),
            uid=account.uid,
            extra=_extra(claims),
            expires_at=claims.expires_at,
            recheck=recheck,
        )

    def _shared(self, audiences: Sequence[str], wanted: Sequence[str]) -> tuple[str, ...]:
        """Raises RefusedToken where there is none."""
        meant = audiences or self._audiences
        shared = tuple(audience for audience in meant if audience in wanted)
        if not shared and self._audiences:
            raise RefusedToken(
                f"token audiences {_quoted(meant)} is invalid for the target audiences {_quoted(wanted)}"
            )
        return shared

    def _check(self, expires_at: float, references: Sequence[Reference]) -> None:
        """Raises RefusedToken where a token has ended, or something that it names."""
        now = self._clock()
        if expires_at <= now:
            raise RefusedToken("service account token has expired")
        for reference in references:
            self._objects.check(reference, now)


def _extra(claims: Claims) -> dict[str, tuple[str, ...]]:
    extra: dict[str, tuple[str, ...]] = {}
    if claims.id:
        extra[CREDENTIAL_ID] = (f"JTI={claims.id}",)
    for what, named in (("node", claims.node), ("pod", claims.pod)):
        if named is None:
            continue
        if what == "node" or named.uid:
            extra[f"{_EXTRA}{what}-name"] = (named.name,)
        if named.uid:
            extra[f"{_EXTRA}{what}-uid"] = (named.uid,)
    return extra


def _quoted(texts: Sequence[str]) -> str:
    """As Go shows a list of texts."""
    return f"[{' '.join(orjson.dumps(text).decode() for text in texts)}]"
