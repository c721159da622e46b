"""The Store protocol, its data and its errors.

The model is etcd's: one counter of revisions for the whole store, raised by one for each transaction that writes. Every
key remembers the revision that last wrote it. History is kept until it is compacted.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol


class StoreError(Exception):
    """The root of what a store raises."""


class RevisionCompacted(StoreError):
    """The revision asked for is older than what is kept; `oldest` is the first revision that is still readable."""

    def __init__(self, oldest: int) -> None:
        super().__init__(f"revision is compacted; the oldest readable revision is {oldest}")
        self.oldest = oldest


class RevisionInFuture(StoreError):
    """The revision asked for does not exist yet; `current` is the newest."""

    def __init__(self, current: int) -> None:
        super().__init__(f"revision is in the future; the newest is {current}")
        self.current = current


class RevisionWentBack(StoreError):
    """The store is older than what was seen of it (`seen`): it was restored from a backup, or replaced. Whoever holds
    state made of it must drop that and list again."""

    def __init__(self, seen: int, current: int) -> None:
        super().__init__(
            f"the store is at revision {current} of a history without revision {seen}, which was seen before: "
            "it was restored or replaced"
        )
        self.seen = seen
        self.current = current


class StoreUnavailable(StoreError):
    """The store did not answer, or answered that it cannot serve now. Whether a write took effect is not known."""


class StoreFull(StoreError):
    """The store refuses writes for want of space (etcd's NOSPACE alarm, SQLite's full disk)."""


class ValueTooLarge(StoreError):
    """One value, or one transaction, is larger than the store takes. Nothing was written."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One key as it stands: `revision` is the one that last wrote it."""

    key: str
    value: bytes
    revision: int


@dataclass(frozen=True, slots=True)
class Put:
    """Write `value` under `key`.

    expected_revision: the revision the key must be at; 0: the key must not exist; None: whatever is there is replaced.
    ttl: seconds after which the key goes by itself, at least; 0 keeps it. A store may add up to 60 s (shared leases).
    """

    key: str
    value: bytes
    expected_revision: int | None = None
    ttl: int = 0


@dataclass(frozen=True, slots=True)
class Remove:
    """Delete `key`, which must exist, at `expected_revision` unless that is None. Where it does not exist the group is
    refused."""

    key: str
    expected_revision: int | None = None


Op = Put | Remove


@dataclass(frozen=True, slots=True)
class Committed:
    """A write took effect: `revision` is the transaction's."""

    revision: int


@dataclass(frozen=True, slots=True)
class Refused:
    """A write did not take effect, for its expectation did not hold.

    `revision` is the store's after the commit that refused it, `current` what stands under the first key of the group
    whose expectation failed (None: nothing stands there), `index` that operation's place in the group.
    """

    revision: int
    current: Entry | None
    index: int = 0


Outcome = Committed | Refused


@dataclass(frozen=True, slots=True)
class Page:
    """Part of a listing: `revision` is the one it was read at, `more` is whether keys follow the last entry."""

    entries: Sequence[Entry]
    revision: int
    more: bool


@dataclass(frozen=True, slots=True)
class Change:
    """One key's change. value None: it was deleted."""

    key: str
    value: bytes | None
    revision: int


@dataclass(frozen=True, slots=True)
class Batch:
    """What a watch yields: the changes of one or more whole revisions, in order; or none, to say how far it has come.

    After a batch the watcher has seen every change up to and including `revision`.
    """

    changes: Sequence[Change]
    revision: int


class Store(Protocol):
    """Bytes under keys, with revisions. Safe for use by many tasks of one event loop.

    Every method raises StoreUnavailable where the store cannot be reached in its request timeout.
    """

    async def get(self, key: str) -> tuple[Entry | None, int]:
        """The key's entry as of now (linearizable), and the store's revision."""
        ...

    async def list(self, prefix: str, limit: int = 0, continue_key: str = "", revision: int = 0) -> Page:
        """Entries under `prefix` in byte order of keys, from `continue_key` on (inclusive; "": from the start), at
        `revision` (0: now, linearizable), at most `limit` (0: all). Raises RevisionCompacted, RevisionInFuture."""
        ...

    async def revision(self) -> int:
        """The store's revision as of now (linearizable), as cheaply as the store can tell it."""
        ...

    async def commit(self, groups: Sequence[Sequence[Op]]) -> Sequence[Outcome]:
        """Writes groups of operations, all in one round trip: each group takes effect wholly or not at all, and each
        succeeds or fails alone; one outcome per group, in order. No key may occur in two operations: ValueError.
        Raises ValueTooLarge, StoreFull (nothing was written)."""
        ...

    async def transact(self, ops: Sequence[Op]) -> Outcome:
        """One group."""
        ...

    def watch(self, prefix: str, after_revision: int) -> AsyncIterator[Batch]:
        """The changes under `prefix` after `after_revision`, in order, without gap or double, whole revisions at a
        time, for as long as the iterator lives; reconnects by itself. Empty batches tell progress from time to time.
        Ends when the store is closed. Raises RevisionCompacted when the history it needs is gone, RevisionWentBack when
        the store turns out older than `after_revision` or than what was yielded; both also after a reconnection."""
        ...

    async def request_progress(self) -> bool:
        """Asks the open watches to say how far they are: each then yields a batch, empty if need be, whose revision is
        at least what `revision()` gave before the call. False: this store cannot tell that soundly; nothing was asked.
        A watch that is reconnecting may not answer, so bound the wait."""
        ...

    async def compact(self, revision: int) -> None:
        """Forgets what was overwritten or deleted up to `revision`, which stays readable itself; a watch after it stays
        possible too. Raises RevisionCompacted, RevisionInFuture."""
        ...

    async def close(self) -> None:
        """Ends watches and connections. What is under way may raise StoreUnavailable."""
        ...
