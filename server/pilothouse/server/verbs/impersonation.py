"""Impersonation: to act as somebody else is a verb of its own, on the user, each group, uid and extra value."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from ..authentication.user import SERVICE_ACCOUNT, impersonated
from ..authorization.base import Attributes, require
from ..errors import BadRequest
from ..meta.user import User
from .plane import Plane

AUTHENTICATION = "authentication.k8s.io"


@dataclass(frozen=True, slots=True)
class Impersonation:
    """Whom a caller wants to act as."""

    name: str
    groups: tuple[str, ...] = ()
    uid: str = ""
    extra: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


_IMPERSONATE = "impersonate-"
_USER, _UID, _GROUP, _EXTRA = (f"{_IMPERSONATE}{what}" for what in ("user", "uid", "group", "extra-"))


def asks_to_impersonate(name: str) -> bool:
    """Whether a header (metadata of a call), by its name in lower case, belongs to what requested() reads."""
    return name.startswith(_IMPERSONATE)


def requested(headers: Iterable[tuple[str, str]]) -> Impersonation | None:
    """Whom headers ask to act as, None where they do not. headers: in their order, names in lower case; of a user or a
    uid the first counts, and keys of extra values are escaped as in URLs. Raises BadRequest for a header that asks for
    what there is not: who means to have fewer rights must not go on with his own."""
    name: str | None = None
    uid: str | None = None
    groups: list[str] = []
    extra: dict[str, list[str]] = {}
    for key, value in headers:
        if key == _USER:
            name = value if name is None else name
        elif key == _UID:
            uid = value if uid is None else uid
        elif key == _GROUP:
            groups.append(value)
        elif key.startswith(_EXTRA):
            extra.setdefault(unquote(key[len(_EXTRA) :]), []).append(value)
        elif key.startswith(_IMPERSONATE):
            raise BadRequest(f"{key} is nothing that can be impersonated")
    if not (name or uid or groups or extra):
        return None
    return Impersonation(name or "", tuple(groups), uid or "", {key: tuple(values) for key, values in extra.items()})


def impersonate(plane: Plane, caller: User, wanted: Impersonation) -> User:
    """The user to go on as. Raises BadRequest, Forbidden."""
    if not wanted.name:
        raise BadRequest(f"requested {_as_go(wanted)} without impersonating a user name")
    account = wanted.name.removeprefix(SERVICE_ACCOUNT).split(":")
    if wanted.name.startswith(SERVICE_ACCOUNT) and len(account) == 2:
        require(plane.authorizer, Attributes(caller, "impersonate", "", "serviceaccounts", "", account[0], account[1]))
    else:
        require(plane.authorizer, Attributes(caller, "impersonate", "", "users", name=wanted.name))
    for group in wanted.groups:
        require(plane.authorizer, Attributes(caller, "impersonate", "", "groups", name=group))
    for key, values in wanted.extra.items():
        for value in values:
            require(plane.authorizer, Attributes(caller, "impersonate", AUTHENTICATION, "userextras", key, name=value))
    if wanted.uid:
        require(plane.authorizer, Attributes(caller, "impersonate", AUTHENTICATION, "uids", name=wanted.uid))
    user = impersonated(wanted.name, wanted.groups, uid=wanted.uid, extra=wanted.extra)
    # What he does as somebody else lasts no longer than his own credential.
    return replace(user, expires_at=caller.expires_at, recheck=caller.recheck)


def _as_go(wanted: Impersonation) -> str:
    """As a kube-apiserver shows such a user."""
    groups = f"[]string{{{', '.join(map(json.dumps, wanted.groups))}}}" if wanted.groups else "[]string(nil)"
    extra = "map[string][]string(nil)"
    if wanted.extra:
        members = (
            f"{json.dumps(key)}:[]string{{{', '.join(map(json.dumps, values))}}}"
            for key, values in sorted(wanted.extra.items())
        )
        extra = f"map[string][]string{{{', '.join(members)}}}"
    return f'&user.DefaultInfo{{Name:"", UID:{json.dumps(wanted.uid)}, Groups:{groups}, Extra:{extra}}}'
