"""How an authenticated user is made, whatever the credential."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from pilothouse.server.meta.user import User

AUTHENTICATED = "system:authenticated"
UNAUTHENTICATED = "system:unauthenticated"
ANONYMOUS = User("system:anonymous", (UNAUTHENTICATED,))
CREDENTIAL_ID = "authentication.kubernetes.io/credential-id"
"""The key of `extra` that tells one credential of a user from another, for the audit log."""


def authenticated(
    name: str,
    groups: Iterable[str] = (),
    *,
    uid: str = "",
    extra: Mapping[str, tuple[str, ...]] | None = None,
    expires_at: float = float("inf"),
) -> User:
    """A user whose credential was accepted: each group once, `system:authenticated` among them."""
    each_once = tuple(dict.fromkeys((*groups, AUTHENTICATED)))
    return User(name, each_once, uid, MappingProxyType(dict(extra or {})), expires_at)
