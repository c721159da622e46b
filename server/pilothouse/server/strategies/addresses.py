"""What addresses and ranges of addresses may be, where a field says more of them than that they are some."""

import ipaddress

from ..errors import Cause
from ..schema.causes import faulty, invalid

NOT_AN_ADDRESS = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
NOT_A_RANGE = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def address_of(text: str) -> _Address | None:
    """The address, None where the text is none; zones are not known."""
    try:
        return None if "%" in text else ipaddress.ip_address(text)
    except ValueError:
        return None


def range_of(text: str) -> _Network | None:
    """The range, None where the text is none. Bits beyond the prefix are let through."""
    try:
        return ipaddress.ip_network(text, strict=False) if "/" in text and "%" not in text else None
    except ValueError:
        return None


def address_faults(text: str) -> list[str]:
    return [] if address_of(text) is not None else [NOT_AN_ADDRESS]


def range_faults(text: str) -> list[str]:
    return [] if range_of(text) is not None else [NOT_A_RANGE]


def canonical_range(text: str, path: str) -> list[Cause]:
    """A range in the one form that it is written in."""
    found = range_of(text)
    if found is None:
        return [invalid(path, text, NOT_A_RANGE)]
    if str(found.network_address) != str(address_of(text.partition("/")[0])):
        return [invalid(path, text, "must not have bits set beyond the prefix length")]
    return faulty(path, text, [] if str(found) == text else [f'must be in canonical form ("{found}")'])


def ordinary_address(text: str, path: str) -> list[Cause]:
    """An address that reaches a host of its own: not the own host, not the own link."""
    address = address_of(text)
    if address is None:
        return [invalid(path, text, "must be a valid IP address")]
    found: list[str] = []
    if address.is_unspecified:
        found.append(f"may not be unspecified ({text})")
    if address.is_loopback:
        found.append("may not be in the loopback range (127.0.0.0/8, ::1/128)")
    if address.is_link_local:
        found.append("may not be in the link-local range (169.254.0.0/16, fe80::/10)")
    if any(address.version == r.version and address in r for r in _LINK_MULTICAST):
        found.append("may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)")
    return faulty(path, text, found)


def is_dual(ranges: list[str]) -> bool:
    """Whether there are ranges of both families; False where one is no range."""
    found = [range_of(text) for text in ranges]
    return {4, 6} == {r.version if r is not None else 0 for r in found}


_LINK_MULTICAST: tuple[_Network, ...] = (ipaddress.ip_network("224.0.0.0/24"), ipaddress.ip_network("ff02::/16"))
