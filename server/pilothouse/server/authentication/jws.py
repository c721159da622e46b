"""JSON Web Signatures in their compact form (RFC 7515), as far as tokens of service accounts need them."""

import binascii
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass

import orjson
from pilothouse.server.authentication.account_keys import SigningKey, VerifyingKey
from pilothouse.server.authentication.bound_objects import RefusedToken
from pilothouse.server.meta.scalars import JsonValue


@dataclass(frozen=True, slots=True)
class UnverifiedToken:
    """What a token says of itself, before anybody knows whether it is true."""

    header: Mapping[str, JsonValue]
    claims: Mapping[str, JsonValue]


def parse_token(token: str) -> UnverifiedToken | None:
    """None for what is no signed token at all."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        header, claims = (orjson.loads(_decoded(part)) for part in parts[:2])
    except ValueError:
        return None
    if not isinstance(header, dict) or not isinstance(claims, dict):
        return None
    return UnverifiedToken(header, claims)


def verified_payload(token: str, parsed: UnverifiedToken, keys: Mapping[str, VerifyingKey]) -> Mapping[str, JsonValue]:
    """The claims, once one of the keys has proven them: the one that the token names, or any where it names none. Each
    key goes with its own algorithm, whatever the token says. Raises RefusedToken."""
    # Loaded with the first token: the library takes as long as a tenth of a start.
    from jwt.api_jws import PyJWS
    from jwt.exceptions import InvalidTokenError

    named = parsed.header.get("kid")
    candidates = list(keys.values())
    if named:
        candidates = [keys[named]] if isinstance(named, str) and named in keys else []
    if not candidates:
        raise RefusedToken("invalid signature, no keys found")
    if "crit" in parsed.header:
        raise RefusedToken("a header that must be understood is not")
    for key in candidates:
        try:
            payload = PyJWS().decode(token, key.key, algorithms=[key.algorithm])
        except (InvalidTokenError, ValueError, TypeError):
            continue
        claims = orjson.loads(payload)
        assert isinstance(claims, dict)
        return claims
    raise RefusedToken("go-jose/go-jose: error in cryptographic primitive")


def signed(claims: Mapping[str, object], key: SigningKey) -> str:
    """The claims as a token."""
    from jwt.api_jws import PyJWS

    headers = {"kid": key.public.id, "typ": None}
    return PyJWS().encode(orjson.dumps(claims), key.key, algorithm=key.public.algorithm, headers=headers)


def _decoded(part: str) -> bytes:
    """Raises ValueError."""
    try:
        return urlsafe_b64decode(part.encode("ascii") + b"=" * (-len(part) % 4))
    except (UnicodeEncodeError, binascii.Error):
        raise ValueError("no base64url") from None
