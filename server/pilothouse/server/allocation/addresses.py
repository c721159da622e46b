"""Cluster IPs: what is free, and the IPAddress objects that say what is taken.

An address is taken by creating the IPAddress of its name; that the store creates a key only once is what keeps two
Services from one address. The sets here only make good guesses cheap.
"""

import ipaddress
import random
import uuid
from collections.abc import Awaitable, Callable, Iterator

from google.protobuf.message import Message
from pilothouse.api.core.v1.networking_pb2 import Service
from pilothouse.api.networking.v1.networking_pb2 import IPAddress, ServiceCIDR

from ..conversion.stored import StoredObjects
from ..meta.resource import Registry
from ..store.base import Entry, Put, Remove
from ..watchcache.cache import WatchCache
from .ranges import AddressRange, usable_ranges
from .recent import Recent

Get = Callable[[str], Awaitable[tuple[Entry | None, int]]]

MANAGER = "ipallocator.k8s.io"
_GROUP, _VERSION = "networking.k8s.io", "v1"
# A range that is not nearly full has a free address among so many.
_PROBES = 32


class RangeFull(Exception):
    """No address, or port, is left."""


class NotInRange(Exception):
    """No range holds the address."""


class AlreadyAllocated(Exception):
    """Another Service has the address."""


class Addresses:
    """The cluster IPs of all families. get: reads a key of the store; now: seconds since the epoch."""

    def __init__(self, registry: Registry, cache: WatchCache, get: Get, now: Callable[[], float]) -> None:
        self._type = registry.get(_GROUP, _VERSION, "ipaddresses")
        self._form = StoredObjects(self._type)
        self._get = get
        self._now = now
        self._taken: set[str] = set()
        self._recent: Recent[str] = Recent()
        self._cidrs: dict[str, ServiceCIDR] = {}
        self._ranges: list[AddressRange] = []
        cache.follow(self._type, self._on_address)
        cache.follow(registry.get(_GROUP, _VERSION, "servicecidrs"), self._on_range)

    def choose(self, family: str) -> str:
        """A free address of a family, as far as is known. Raises RangeFull."""
        ranges = [r for r in self._ranges if r.family == family]
        for free in (self._is_free, self._is_untaken):
            for own in ranges:
                for number in _candidates(own):
                    address = own.network.network_address.__class__(number)
                    if free(str(address)):
                        self._recent.add(str(address))
                        return str(address)
        raise RangeFull("range is full")

    async def check(self, address: str) -> None:
        """Raises NotInRange, AlreadyAllocated where a Service cannot have an address that it asks for."""
        number = ipaddress.ip_address(address)
        if not any(r.network.version == number.version and r.first <= int(number) <= r.last for r in self._ranges):
            raise NotInRange("the provided network does not match the current range")
        entry, _ = await self._get(self._key(address))
        if entry is not None:
            raise AlreadyAllocated("provided IP is already allocated")

    def claim(self, address: str, service: Service) -> Put:
        """What takes an address, where nobody has it."""
        number = ipaddress.ip_address(address)
        self._recent.add(str(number))
        found = IPAddress()
        metadata = found.metadata
        metadata.name = str(number)
        metadata.uid = str(uuid.uuid4())
        metadata.creation_timestamp.seconds = int(self._now())
        metadata.labels["ipaddress.kubernetes.io/ip-family"] = f"IPv{number.version}"
        metadata.labels["ipaddress.kubernetes.io/managed-by"] = MANAGER
        parent = found.spec.parent_ref
        parent.resource = "services"
        parent.namespace, parent.name = service.metadata.namespace, service.metadata.name
        return Put(self._key(address), self._form.stored(found), 0)

    async def release(self, address: str, service: Service) -> Remove | None:
        """What gives an address up; None where it is not this Service's any more."""
        key = self._key(address)
        entry, _ = await self._get(key)
        if entry is None:
            return None
        _, found = self._form.served(key, entry.value)
        assert isinstance(found, IPAddress)
        parent = found.spec.parent_ref
        owner = (parent.resource, parent.namespace, parent.name)
        if owner != ("services", service.metadata.namespace, service.metadata.name):
            return None
        return Remove(key, entry.revision)

    def _key(self, address: str) -> str:
        return self._type.key("", str(ipaddress.ip_address(address)))

    def _is_free(self, address: str) -> bool:
        return address not in self._taken and address not in self._recent

    def _is_untaken(self, address: str) -> bool:
        return address not in self._taken

    def _on_address(self, key: str, message: Message | None) -> None:
        name = key.rpartition("/")[2]
        if message is None:
            self._taken.discard(name)
        else:
            self._taken.add(name)

    def _on_range(self, key: str, message: Message | None) -> None:
        if isinstance(message, ServiceCIDR):
            self._cidrs[key] = message
        else:
            self._cidrs.pop(key, None)
        self._ranges = usable_ranges(self._cidrs.values())


def _candidates(own: AddressRange) -> Iterator[int]:
    """Addresses to try: some at random, then all, the upper part of the range before the lower."""
    for _ in range(_PROBES):
        yield random.randint(own.middle, own.last)
    for first, last in ((own.middle, own.last), (own.first, own.middle - 1)):
        if last >= first:
            start = random.randint(first, last)
            yield from range(start, last + 1)
            yield from range(first, start)
