"""The ranges that cluster IPs come from: ServiceCIDRs, and the one that a new cluster is given."""

import ipaddress
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pilothouse.api.networking.v1.networking_pb2 import ServiceCIDR

from .families import IPV4, IPV6

log = logging.getLogger(__name__)

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
DEFAULT = "kubernetes"
"""The ServiceCIDR of the configured ranges."""


@dataclass(frozen=True, slots=True)
class AddressRange:
    """Addresses as integers: first and last that can be given, and where those begin that are given unasked: the lower
    part of a large range is left to those who ask for an address."""

    network: Network
    first: int
    middle: int
    last: int

    @property
    def family(self) -> str:
        return IPV4 if self.network.version == 4 else IPV6


def range_of(text: str) -> AddressRange:
    """The range of a CIDR, without the network's own address and IPv4's broadcast address. Raises ValueError."""
    network = ipaddress.ip_network(text)
    first, last = int(network.network_address) + 1, int(network.broadcast_address)
    if network.version == 4:
        last -= 1
    size = last - first + 1
    # KEP-3070: a sixteenth of the range, between 16 and 256 addresses.
    low = 0 if size <= 16 else min(max(16, (size + 2) // 16), 256)
    return AddressRange(network, first, first + low, last)


def usable_ranges(found: Iterable[ServiceCIDR]) -> list[AddressRange]:
    """The ranges of ServiceCIDRs that are ready and not being deleted."""
    ranges = []
    for cidr in found:
        unready = any(c.type == "Ready" and c.status != "True" for c in cidr.status.conditions)
        if cidr.metadata.HasField("deletion_timestamp") or unready:
            continue
        for text in cidr.spec.cidrs:
            try:
                ranges.append(range_of(text))
            except ValueError:
                # Written past validation; one bad range must not take the others away.
                log.warning("ServiceCIDR %s has %r, which is no range", cidr.metadata.name, text)
    return ranges


def default_range(cidrs: Sequence[str]) -> dict[str, object]:
    """The ServiceCIDR of the configured ranges, as JSON."""
    metadata = {"name": DEFAULT}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "ServiceCIDR",
        "metadata": metadata,
        "spec": {"cidrs": list(cidrs)},
    }
