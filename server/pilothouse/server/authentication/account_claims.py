"""What a token of a service account says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from pilothouse.server.authentication.bound_objects import Reference, RefusedToken
from pilothouse.server.meta.scalars import JsonValue

PRIVATE = "kubernetes.io"


class Named(NamedTuple):
    """An object by its name, and the uid that it had."""

    name: str
    uid: str


@dataclass(frozen=True, slots=True)
class Claims:
    """Times are seconds since the epoch. id: "" where the token has none; pod, node, secret: what it is bound to, where
    a node beside a pod is only where that ran; own_copy: of a legacy token, what its secret must hold."""

    namespace: str
    account: Named
    audiences: tuple[str, ...] = ()
    id: str = ""
    issued_at: float = 0.0
    not_before: float = 0.0
    expires_at: float = float("inf")
    pod: Named | None = None
    node: Named | None = None
    secret: Named | None = None
    own_copy: str = ""

    def references(self) -> tuple[Reference, ...]:
        """What must still be there."""
        found = [Reference("serviceaccounts", self.namespace, *self.account)]
        if self.secret is not None:
            found.append(Reference("secrets", self.namespace, *self.secret, copy=self.own_copy))
        if self.pod is not None:
            found.append(Reference("pods", self.namespace, *self.pod))
        elif self.node is not None:
            found.append(Reference("nodes", "", *self.node))
        return tuple(found)


def read_claims(payload: Mapping[str, JsonValue]) -> Claims:
    """Raises RefusedToken for claims that no server would have made."""
    private = payload.get(PRIVATE)
    if not isinstance(private, dict):
        raise RefusedToken(f'the claim "{PRIVATE}" is missing')
    account = _named(private, "serviceaccount")
    namespace = private.get("namespace")
    if account is None or not isinstance(namespace, str) or not namespace:
        raise RefusedToken("the token names no service account")
    audiences = payload.get("aud", [])
    listed = [audiences] if isinstance(audiences, str) else audiences
    if not isinstance(listed, list) or not all(isinstance(audience, str) for audience in listed):
        raise RefusedToken('the claim "aud" is no list of texts')
    identity = payload.get("jti")
    return Claims(
        namespace,
        account,
        tuple(str(audience) for audience in listed),
        identity if isinstance(identity, str) else "",
        _time(payload, "iat", 0.0),
        _time(payload, "nbf", 0.0),
        _time(payload, "exp", 0.0),
        _named(private, "pod"),
        _named(private, "node"),
        _named(private, "secret"),
    )


def _named(private: Mapping[str, JsonValue], member: str) -> Named | None:
    value = private.get(member)
    if value is None:
        return None
    if isinstance(value, dict):
        name, uid = value.get("name"), value.get("uid", "")
        if isinstance(name, str) and name and isinstance(uid, str):
            return Named(name, uid)
    raise RefusedToken(f'the claim "{PRIVATE}" names its {member} in a form that is not known')


def _time(payload: Mapping[str, JsonValue], member: str, missing: float) -> float:
    value = payload.get(member, missing)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RefusedToken(f'the claim "{member}" is no time')
    return float(value)
