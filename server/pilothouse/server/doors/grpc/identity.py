"""Who calls: by client certificate on the one port, by bearer token on the other. And whom he wants to act as."""

from collections.abc import Callable, Sequence
from typing import Any

from ...authentication.bearer import BearerTokens
from ...errors import BadRequest, Unauthorized
from ...meta.user import User
from ...verbs.impersonation import Impersonation, asks_to_impersonate, requested

Metadata = Sequence[tuple[str, str | bytes]]
"""What a call carries beside its request; keys are in lower case."""

AUTHORIZATION = "authorization"


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
    asked = [pair for pair in metadata if asks_to_impersonate(pair[0])]
    return requested(map(_text, asked)) if asked else None


def _text(pair: tuple[str, str | bytes]) -> tuple[str, str]:
    key, value = pair
    if not isinstance(value, str):
        raise BadRequest(f"{key} must be a text")
    return key, value
