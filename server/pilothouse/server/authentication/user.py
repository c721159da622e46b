"""How an authenticated user is made, whatever the credential."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from pilothouse.server.meta.user import User

AUTHENTICATED = "system:authenticated"
UNAUTHENTICATED = "system:unauthenticated"
ANONYMOUS = User("system:anonymous", (UNAUTHENTICATED,))
SERVICE_ACCOUNT = "system:serviceaccount:"
CREDENTIAL_ID = "authentication.kubernetes.io/credential-id"
"""The key of `extra` that tells one credential of a user from another, for the audit log."""


def authenticated(
    name: str,
    groups: Iterable[str] = (),
    *,
    uid: str = "",
    extra: Mapping[str, tuple[str, ...]] | None = None,
    expires_at: float = float("inf"),
    recheck: Callable[[], None] | None = None,
) -> User:
    """A user whose credential was accepted: each group once, `system:authenticated` among them."""
    each_once = tuple(dict.fromkeys((*groups, AUTHENTICATED)))
    return User(name, each_once, uid, MappingProxyType(dict(extra or {})), expires_at, recheck)


def impersonated(
    name: str, groups: Iterable[str] = (), *, uid: str = "", extra: Mapping[str, tuple[str, ...]] | None = None
) -> User:
    """A user that somebody speaks of or acts as, with the groups that every user of that kind is in: where none are
    named, those of a service account are known by its name."""
    if name == ANONYMOUS.name:
        each_once = tuple(dict.fromkeys((*groups, UNAUTHENTICATED)))
        return User(name, each_once, uid, MappingProxyType(dict(extra or {})))
    named = tuple(groups)
    if not named and name.startswith(SERVICE_ACCOUNT) and name.count(":") == 3:
        named = ("system:serviceaccounts", f"system:serviceaccounts:{name.split(':')[2]}")
    return authenticated(name, named, uid=uid, extra=extra)
