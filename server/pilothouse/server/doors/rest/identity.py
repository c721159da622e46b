"""Who asks: by client certificate, by bearer token, or nobody. And whom he wants to act as."""

from collections.abc import Callable
from urllib.parse import unquote

from multidict import CIMultiDictProxy

from ...authentication.bearer import BearerTokens
from ...authentication.user import ANONYMOUS
from ...errors import Unauthorized
from ...meta.user import User
from ...verbs.impersonation import Impersonation

# Health is told to everybody: who asks for it, a load balancer mostly, has no credentials.
PUBLIC = ("livez", "readyz", "healthz")
_IMPERSONATE = "impersonate-"
_EXTRA = "impersonate-extra-"


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
    """Whom the headers ask to act as; None where they do not."""
    if not any(name[0] in "Ii" and name.lower().startswith(_IMPERSONATE) for name in headers):
        return None
    extra: dict[str, list[str]] = {}
    for name, value in headers.items():
        if name.lower().startswith(_EXTRA):
            extra.setdefault(unquote(name[len(_EXTRA) :].lower()), []).append(value)
    name, uid = headers.get("Impersonate-User", ""), headers.get("Impersonate-Uid", "")
    groups = tuple(headers.getall("Impersonate-Group", ()))
    if not (name or uid or groups or extra):
        return None
    return Impersonation(name, groups, uid, {key: tuple(values) for key, values in extra.items()})
