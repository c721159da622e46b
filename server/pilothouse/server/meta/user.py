"""Who makes a request."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class User:
    """An authenticated user, as in authentication.k8s.io UserInfo. `expires_at` is when the credential ends, in seconds
    since the epoch; infinity where it does not. `recheck` raises Unauthorized once the credential is good no longer
    although it has not ended (it was revoked, or what it is bound to is gone); None where that cannot be."""

    name: str
    groups: tuple[str, ...] = ()
    uid: str = ""
    extra: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    expires_at: float = field(default=float("inf"), compare=False)
    recheck: Callable[[], None] | None = field(default=None, compare=False, repr=False)

    def __hash__(self) -> int:
        # Looked up at every request, often; those who share a name are few.
        return hash(self.name)
