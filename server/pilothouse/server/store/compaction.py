"""Compaction of the store's history, by one of the servers that share it."""

import asyncio
import logging

from pilothouse.server.store.base import Committed, Put, RevisionCompacted, Store, StoreError

_log = logging.getLogger(__name__)

# The key by which a kube-apiserver elects who compacts, outside of its key prefix too.
_KEY = "compact_rev_key"


class Compactor:
    """Every interval, compacts to the revision that the store had an interval ago.

    Each server tries to replace the key that the last one wrote; who does so compacts, the others learn from its entry
    that the turn is taken.
    """

    def __init__(self, store: Store, interval: float = 300.0) -> None:
        """interval: seconds."""
        self._store = store
        self._interval = interval
        # The revision of the key when last seen (0: not seen), and the store's then (0: no interval has passed).
        self._key_revision = 0
        self._revision = 0

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            await asyncio.sleep(self._interval)
            try:
                await self.turn()
            except StoreError as error:
                _log.warning("history could not be compacted, the next turn tries again: %s", error)

    async def turn(self) -> int:
        """One turn. The revision that was compacted to; 0 where another server did so, or in the first turn."""
        to = self._revision
        outcome = await self._store.transact([Put(_KEY, str(to).encode(), self._key_revision)])
        self._revision = outcome.revision
        if not isinstance(outcome, Committed):
            self._key_revision = outcome.current.revision if outcome.current else 0
            return 0
        self._key_revision = outcome.revision
        if not to:
            return 0
        try:
            await self._store.compact(to)
        except RevisionCompacted:
            # By hand, or by a server of another key prefix in the same etcd.
            return 0
        return to
