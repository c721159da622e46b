"""Who makes a request."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class User:
    """An authenticated user, as in authentication.k8s.io UserInfo. `expires_at` is when the credential ends, in seconds
    since the epoch; infinity where it does not."""

    name: str
    groups: tuple[str, ...] = ()
    uid: str = ""
    extra: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    expires_at: float = field(default=float("inf"), compare=False)
