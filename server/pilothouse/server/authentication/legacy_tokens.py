"""Tokens that live as long as the secret that holds them: what kube-controller-manager puts into secrets of the type
kubernetes.io/service-account-token. They name no audience and never expire."""

from collections.abc import Mapping

from pilothouse.server.authentication.account_claims import Claims, Named
from pilothouse.server.authentication.bound_objects import RefusedToken
from pilothouse.server.authentication.user import SERVICE_ACCOUNT
from pilothouse.server.meta.scalars import JsonValue

ISSUER = "kubernetes/serviceaccount"
_PREFIX = "kubernetes.io/serviceaccount/"
_MEMBERS = {
    "namespace": "namespace",
    "secret.name": "secretName",
    "service-account.name": "serviceAccountName",
    "service-account.uid": "serviceAccountUID",
}


def read_claims(payload: Mapping[str, JsonValue], copy: str) -> Claims:
    """copy: what the secret must hold; "" where it need not be there. Raises RefusedToken."""
    found = []
    for member, name in _MEMBERS.items():
        value = payload.get(_PREFIX + member)
        if not isinstance(value, str) or not value:
            raise RefusedToken(f"{name} claim is missing")
        found.append(value)
    namespace, secret, account, uid = found
    if payload.get("sub") != f"{SERVICE_ACCOUNT}{namespace}:{account}":
        raise RefusedToken("sub claim is invalid")
    bound = Named(secret, "") if copy else None
    return Claims(namespace, Named(account, uid), secret=bound, own_copy=copy)
