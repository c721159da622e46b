"""What tokens are bound to, and whether it still is what it was."""

from dataclasses import dataclass
from hmac import compare_digest
from typing import NamedTuple, Protocol

# How far the clocks of two servers may be apart; what is being deleted is good for so much longer.
CLOCK_SKEW = 60.0


class Record(NamedTuple):
    """An object as it is now. deleted_at: when it is to be gone, in seconds since the epoch, infinity where it is not;
    token: of a secret, what it holds as such."""

    uid: str
    deleted_at: float
    token: bytes = b""


@dataclass(slots=True)
class Reference:
    """An object that a token names. uid: "" where any of the name will do; copy: of a legacy token, what the secret
    must hold; seen: what the object was when it was last looked at, `record` what was found then."""

    plural: str
    namespace: str
    name: str
    uid: str
    copy: str = ""
    seen: object = None
    record: Record | None = None


class Current(Protocol):
    """The objects of the server as its cache has them."""

    def find(self, plural: str, namespace: str, name: str) -> object | None:
        """Something that stays the same for as long as the object does; None where there is none."""
        ...

    def read(self, found: object) -> Record:
        """What find() has found."""
        ...

    async def catch_up(self) -> None:
        """Returns when the cache has all that the store had at the time of the call, or has waited long enough."""
        ...


class RefusedToken(ValueError):
    """A token that is none of this server's, or not any more; the text says why, and holds nothing of it."""


class BoundObjects:
    """Looks at an object again only when it has changed."""

    def __init__(self, current: Current) -> None:
        self._current = current

    def is_there(self, reference: Reference) -> bool:
        """Whether the cache has the very object."""
        found = self._current.find(reference.plural, reference.namespace, reference.name)
        return found is not None and reference.uid in ("", self._current.read(found).uid)

    async def catch_up(self) -> None:
        await self._current.catch_up()

    def check(self, reference: Reference, now: float) -> None:
        """Raises RefusedToken."""
        found = self._current.find(reference.plural, reference.namespace, reference.name)
        if found is not reference.seen or found is None:
            reference.seen = found
            reference.record = None if found is None else self._current.read(found)
        record = reference.record
        if record is None:
            raise RefusedToken(_missing(reference))
        if reference.uid and record.uid != reference.uid:
            raise RefusedToken(_another(reference, record.uid))
        if record.deleted_at + CLOCK_SKEW <= now:
            raise RefusedToken(_deleted(reference))
        if reference.copy and not compare_digest(record.token, reference.copy.encode(errors="replace")):
            raise RefusedToken("Token does not match server's copy")


_INVALIDATED = "service account token has been invalidated"


def _missing(reference: Reference) -> str:
    if reference.copy:
        return "Token has been invalidated"
    if reference.plural == "serviceaccounts":
        return f'serviceaccounts "{reference.name}" not found'
    return _INVALIDATED


def _another(reference: Reference, uid: str) -> str:
    if reference.plural == "serviceaccounts":
        return f"service account UID ({uid}) does not match claim ({reference.uid})"
    kind = reference.plural.removesuffix("s")
    return f"{kind} UID ({uid}) does not match service account {kind} ref claim ({reference.uid})"


def _deleted(reference: Reference) -> str:
    return "service account has been deleted" if reference.plural == "serviceaccounts" else _INVALIDATED
