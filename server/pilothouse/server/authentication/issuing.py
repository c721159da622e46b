"""Making tokens of service accounts."""

from collections.abc import Mapping
from dataclasses import dataclass

from pilothouse.server.authentication.account_claims import PRIVATE, Named
from pilothouse.server.authentication.account_keys import SigningKey
from pilothouse.server.authentication.jws import signed
from pilothouse.server.authentication.user import SERVICE_ACCOUNT

# What kubelets ask for where a pod says nothing: an hour, and seven seconds by which such requests are known.
PROJECTED_SECONDS = 3607
EXTENDED_SECONDS = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Issue:
    """What a token is to say. lifetime: seconds; warn_after: seconds after which its use is worth a warning, 0 for
    never; bound: by "pod", "node" and "secret"."""

    id: str
    namespace: str
    account: Named
    audiences: tuple[str, ...]
    lifetime: int
    warn_after: int
    bound: Mapping[str, Named]


@dataclass(frozen=True, slots=True)
class TokenIssuer:
    """name: as tokens name it; audiences: the server's own, for requests that name none; max_seconds: the
    longest that may be asked for, 0 for no such bound; extend: whether tokens that pods mount by default may be used
    for a year."""

    name: str
    key: SigningKey
    audiences: tuple[str, ...]
    max_seconds: int = 0
    extend: bool = True

    def lifetime(self, asked: int, audiences: tuple[str, ...], with_pod: bool) -> tuple[int, int]:
        """How long a token lives and after how long its use is worth a warning (0: never), both in seconds."""
        if not (self.extend and with_pod and asked == PROJECTED_SECONDS and set(audiences) <= set(self.audiences)):
            return asked, 0
        # As in Kubernetes, whatever max_seconds says.
        return EXTENDED_SECONDS, asked

    def issue(self, wanted: Issue, now: float) -> str:
        """A token that is good from `now` on, in seconds since the epoch."""
        since = int(now)
        private: dict[str, object] = {"namespace": wanted.namespace}
        for what, named in {**wanted.bound, "serviceaccount": wanted.account}.items():
            private[what] = {"name": named.name, "uid": named.uid} if named.uid else {"name": named.name}
        if wanted.warn_after:
            private["warnafter"] = since + wanted.warn_after
        claims = {
            "aud": wanted.audiences,
            "exp": since + wanted.lifetime,
            "iat": since,
            "iss": self.name,
            "jti": wanted.id,
            PRIVATE: private,
            "nbf": since,
            "sub": f"{SERVICE_ACCOUNT}{wanted.namespace}:{wanted.account.name}",
        }
        return signed(claims, self.key)
