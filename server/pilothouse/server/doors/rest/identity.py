"""Who asks: by client certificate, by bearer token, or nobody. And whom he wants to act as."""

from collections.abc import Callable

from multidict import CIMultiDictProxy

from ...authentication.bearer import BearerTokens
from ...authentication.user import ANONYMOUS
from ...errors import Unauthorized
from ...meta.user import User
from ...verbs.impersonation import Impersonation, asks_to_impersonate, requested

# Health is told to everybody: who asks for it, a load balancer mostly, has no credentials.
PUBLIC = ("livez", "readyz", "healthz")


class Identities:
    """authenticate: the user of a client certificate in DER, raises Unauthorized; anonymous: whether a caller without
    credentials is system:anonymous everywhere, and not for health alone."""

    def __init__(self, authenticate: Callable[[bytes], User], tokens: BearerTokens, anonymous: bool) -> None:
        self._authenticate = authenticate
        self._tokens = tokens
        self._anonymous = anonymous

    async def user(self, certificate: bytes | None, headers: CIMultiDictProxy[str], place: str) -> User:
        """place: the first part of the path. Raises Unauthorized."""
        if certificate is not None:
            return self._authenticate(certificate)
        authorization = headers.get("Authorization", "")
        if authorization:
            scheme, _, token = authorization.strip().partition(" ")
            if scheme.lower() != "bearer":
                raise Unauthorized("Unauthorized")
            return await self._tokens.authenticate(token.strip())
        if self._anonymous or place in PUBLIC:
            return ANONYMOUS
        raise Unauthorized("Unauthorized")


def impersonation_of(headers: CIMultiDictProxy[str]) -> Impersonation | None:
    """Whom the headers ask to act as; None where they do not. Raises BadRequest."""
    # Almost no request has any.
    asked = [(name.lower(), value) for name, value in headers.items() if name[0] in "Ii"]
    return requested(asked) if any(asks_to_impersonate(name) for name, _ in asked) else None
