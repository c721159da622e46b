"""What a store holds under a prefix at one revision, read page by page: what the feed starts from."""

import logging
from bisect import bisect_left
from collections.abc import Sequence

from ..meta.resource import REGISTRY_PREFIX
from ..store.base import Entry, RevisionCompacted, Store

log = logging.getLogger(__name__)

PAGE = 5_000
"""Entries that the store is asked for at a time."""


class Listed:
    """All that the store holds at a revision, in the order of keys."""

    def __init__(self, entries: Sequence[Entry], revision: int) -> None:
        self.revision = revision
        self._entries = entries
        self._keys = [entry.key for entry in entries]

    def under(self, prefix: str) -> Sequence[Entry]:
        """The entries of a storage prefix."""
        after = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        return self._entries[bisect_left(self._keys, prefix) : bisect_left(self._keys, after)]


async def list_below(store: Store, revision: int, present: int) -> tuple[Sequence[Entry], int]:
    """All entries of the registry and their revision: `revision`, or the oldest that is still kept, or, where neither
    is below the present one, what there is now."""
    if 0 < revision < present:
        try:
            return await list_at(store, revision)
        except RevisionCompacted as error:
            if revision < error.oldest < present:
                try:
                    return await list_at(store, error.oldest)
                except RevisionCompacted:
                    log.info("the store compacts just now; the rings start empty")
    return await list_at(store, 0)


async def list_at(store: Store, revision: int, prefix: str = REGISTRY_PREFIX) -> tuple[Sequence[Entry], int]:
    """All entries under a prefix and their revision; revision 0: the present one. Raises RevisionCompacted."""
    entries: list[Entry] = []
    page = await store.list(prefix, limit=PAGE, revision=revision)
    entries.extend(page.entries)
    while page.more:
        after = page.entries[-1].key + "\0"
        page = await store.list(prefix, PAGE, after, revision or page.revision)
        entries.extend(page.entries)
    return entries, revision or page.revision
