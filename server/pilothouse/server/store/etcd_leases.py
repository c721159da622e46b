"""Leases shared by many keys: a lease per key would cost etcd more than the keys do."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import monotonic

# Keys of one lease expire in one transaction; etcd's time for that grows with their number.
_MAX_KEYS = 1000
# A key may outlive its ttl by a twentieth, at most by this many seconds.
_MAX_WINDOW = 60


@dataclass(slots=True)
class _Lease:
    id: int
    expires: float
    keys: int


class Leases:
    """The lease to use for a ttl, granted when none will do."""

    def __init__(self, grant: Callable[[int], Awaitable[tuple[int, int]]]) -> None:
        """grant: asks etcd for a lease of so many seconds; gives its id, and the seconds that etcd granted."""
        self._grant = grant
        self._leases: dict[int, _Lease] = {}
        self._granting = asyncio.Lock()

    async def lease_for(self, ttl: int, keys: int) -> int:
        """The id of a lease that lasts for `ttl` seconds at least, for so many keys that are to be put now."""
        async with self._granting:
            # The put itself takes a moment, hence a second more than asked.
            lease = self._leases.get(ttl)
            if lease is None or lease.expires < monotonic() + ttl + 1 or lease.keys + keys > _MAX_KEYS:
                asked = monotonic()
                lease_id, granted = await self._grant(ttl + min(_MAX_WINDOW, max(2, ttl // 20)))
                lease = self._leases[ttl] = _Lease(lease_id, asked + granted, 0)
            lease.keys += keys
            return lease.id

    def forget(self) -> None:
        """The leases are gone (a restored etcd): new ones are granted from here on."""
        self._leases.clear()
