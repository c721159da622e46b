"""Node ports: one map of bits says which are taken, as a kube-apiserver keeps it under /registry/ranges.

The map is one key, so Services that claim ports are written one after the other: within a server they take turns, and
between servers the compare-and-swap decides.
"""

import asyncio
import random
from collections.abc import Iterable
from dataclasses import dataclass

from pilothouse.api.core.v1.networking_pb2 import RangeAllocation
from pilothouse.api.runtime.v1.runtime_pb2 import Unknown

from ..errors import BadRequest
from ..meta.context import RequestContext
from ..meta.envelope import MAGIC
from ..store.base import Put
from .addresses import AlreadyAllocated, Get, NotInRange, RangeFull
from .recent import Recent

KEY = "/registry/ranges/servicenodeports"
_PROBES = 64
# Turns only save refused writes: one that does not end is not waited for.
_PATIENCE = 5.0


@dataclass(frozen=True, slots=True)
class _Map:
    """Bit i is port low + i; revision 0: nothing is stored yet."""

    bits: int
    revision: int


class NodePorts:
    """The ports from low to high, both included."""

    def __init__(self, low: int, high: int, get: Get) -> None:
        self._low, self._high = low, high
        self._get = get
        self._known: _Map | None = None
        self._recent: Recent[int] = Recent()
        self._turn = asyncio.Lock()
        self._owner: asyncio.Task[object] | None = None
        # What the owner of the turn makes of the map: a transaction may write several Services.
        self._mine: _Map | None = None
        size = high - low + 1
        # KEP-3668: the lowest ports are left to those who ask for one.
        self._middle = low + (0 if size <= 16 else min(max(16, size // 32), 128))

    async def choose(self, own: Iterable[int]) -> int:
        """A free port, as far as is known; own: those that the Service has otherwise. Raises RangeFull."""
        bits = (await self._load()).bits
        own = set(own)
        for _ in range(_PROBES):
            port = random.randint(self._middle, self._high)
            if not bits >> (port - self._low) & 1 and port not in self._recent and port not in own:
                self._recent.add(port)
                return port
        self._known = None
        bits = (await self._load()).bits
        free = [p for p in range(self._low, self._high + 1) if not bits >> (p - self._low) & 1 and p not in own]
        if not free:
            raise RangeFull("range is full")
        unused = [p for p in free if p not in self._recent]
        port = random.choice([p for p in unused if p >= self._middle] or unused or free)
        self._recent.add(port)
        return port

    async def check(self, port: int) -> None:
        """Raises NotInRange, AlreadyAllocated where a Service cannot have a port that it asks for."""
        if not self._low <= port <= self._high:
            text = f"The range of valid ports is {self._low}-{self._high}"
            raise NotInRange(f"provided port is not in the valid range. {text}")
        if self._is_taken(await self._load(), port):
            self._known = None
            if self._is_taken(await self._load(), port):
                raise AlreadyAllocated("provided port is already allocated")
        self._recent.add(port)

    async def swap(self, context: RequestContext, claimed: Iterable[int], released: Iterable[int]) -> Put:
        """What claims and gives up ports; takes the turn, which ends with the outcome of the write."""
        await self._take_turn(context)
        mine = self._mine if self._owner is asyncio.current_task() else None
        if mine is not None and any(self._is_taken(mine, port) for port in claimed):
            raise BadRequest("two Services of a transaction ask for one node port")
        now = mine or await self._load()
        if any(self._is_taken(now, port) for port in claimed):
            # They were chosen by a map that is outdated. The map is there, so this write is refused, and the verb
            # prepares the Service anew.
            now = _Map(now.bits, 0)
        bits = now.bits
        for port in claimed:
            bits |= 1 << (port - self._low)
        for port in released:
            if self._low <= port <= self._high:
                bits &= ~(1 << (port - self._low))
        if self._owner is asyncio.current_task():
            self._mine = _Map(bits, now.revision)
        context.outcome.append(lambda revision: self._note(bits, revision))
        return Put(KEY, self._encoded(bits), now.revision)

    def _is_taken(self, found: _Map, port: int) -> bool:
        return bool(found.bits >> (port - self._low) & 1)

    async def _take_turn(self, context: RequestContext) -> None:
        task = asyncio.current_task()
        if self._owner is task:
            return
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._turn.acquire()
        except TimeoutError:
            return
        self._owner = task
        context.outcome.append(self._end_turn)

    def _end_turn(self, revision: int | None) -> None:
        self._owner = self._mine = None
        self._turn.release()

    def _note(self, bits: int, revision: int | None) -> None:
        self._known = _Map(bits, revision) if revision else None

    async def _load(self) -> _Map:
        known = self._known
        if known is None:
            entry, _ = await self._get(KEY)
            known = _Map(0, 0) if entry is None else _Map(self._decoded(entry.value), entry.revision)
            self._known = known
        return known

    def _decoded(self, value: bytes) -> int:
        """The bits of a stored map, moved where the range was another one when it was written. Raises ValueError."""
        if not value.startswith(MAGIC):
            raise ValueError(f"the value stored under {KEY} is no RangeAllocation")
        found = RangeAllocation.FromString(Unknown.FromString(value[len(MAGIC) :]).raw)
        bits = int.from_bytes(found.data, "big")
        low = int(found.range.partition("-")[0] or self._low)
        shift = self._low - low
        bits = bits >> shift if shift >= 0 else bits << -shift
        return bits & (1 << (self._high - self._low + 1)) - 1

    def _encoded(self, bits: int) -> bytes:
        found = RangeAllocation(
            range=f"{self._low}-{self._high}", data=bits.to_bytes((bits.bit_length() + 7) // 8, "big")
        )
        found.metadata.SetInParent()
        envelope = Unknown(raw=found.SerializeToString(deterministic=True), content_encoding="", content_type="")
        envelope.type_meta.api_version, envelope.type_meta.kind = "v1", "RangeAllocation"
        return MAGIC + envelope.SerializeToString(deterministic=True)
