"""Who calls: by client certificate on the one port, by bearer token on the other. And whom he wants to act as."""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import unquote

from ...authentication.bearer import BearerTokens
from ...errors import BadRequest, Unauthorized
from ...meta.user import User
from ...verbs.impersonation import Impersonation

Metadata = Sequence[tuple[str, str | bytes]]
"""What a call carries beside its request; keys are in lower case."""

AUTHORIZATION = "authorization"
IMPERSONATE = "impersonate-"
_EXTRA = f"{IMPERSONATE}extra-"


class Peers:
    """authenticate: the user of a client certificate in PEM; raises Unauthorized."""

    def __init__(self, authenticate: Callable[[bytes], User], tokens: BearerTokens) -> None:
        self._authenticate = authenticate
        self._tokens = tokens

    def by_certificate(self, context: Any) -> User | None:
        """The user of a connection's certificate, None where none was asked for. Raises Unauthorized."""
        certificates = tuple(context.auth_context().get("x509_pem_cert", ()))
        return self._authenticate(certificates[0]) if certificates else None

    async def by_token(self, metadata: Metadata) -> User:
        """Raises Unauthorized."""
        given = [value for key, value in metadata if key == AUTHORIZATION]
        if not given:
            raise Unauthorized('no bearer token was presented: the metadata "authorization" must hold one')
        if len(given) > 1 or not isinstance(given[0], str):
            raise Unauthorized("Unauthorized")
        scheme, _, token = given[0].strip().partition(" ")
        if scheme.lower() != "bearer":
            raise Unauthorized("Unauthorized")
        return await self._tokens.authenticate(token.strip())


def impersonation_of(metadata: Metadata) -> Impersonation | None:
    """Whom a call wants to act as, None where it does not: the metadata are named as the headers of HTTP are. Raises
    BadRequest."""
    # Almost no call has any.
    asked = [pair for pair in metadata if pair[0].startswith(IMPERSONATE)]
    if not asked:
        return None
    name = uid = ""
    groups: list[str] = []
    extra: dict[str, list[str]] = {}
    for key, value in asked:
        if not isinstance(value, str):
            raise BadRequest(f"{key} must be a text")
        match key:
            case "impersonate-user":
                name = value
            case "impersonate-uid":
                uid = value
            case "impersonate-group":
                groups.append(value)
            case _ if key.startswith(_EXTRA):
                extra.setdefault(unquote(key[len(_EXTRA) :]), []).append(value)
            case _:
                raise BadRequest(f"{key} is no metadata that is known")
    if not (name or uid or groups or extra):
        return None
    return Impersonation(name, tuple(groups), uid, {key: tuple(values) for key, values in extra.items()})
