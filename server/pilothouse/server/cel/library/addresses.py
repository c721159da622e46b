"""ip() and cidr(), and what can be done with addresses and networks. IPv4 in IPv6 is refused, as are zones."""

import ipaddress

from google.protobuf.message import Message

from .values import CIDR, IP, name_of, no_overload, text_of, wrap

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Interface | ipaddress.IPv6Interface


def parse_address(text: str) -> Address:
    """Raises ValueError with the text of the error."""
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        raise ValueError(f"IP Address '{text}' parse error during conversion from string: {_fault(text)}") from None
    if "%" in text:
        raise ValueError(f"IP address {text} with zone value is not allowed")
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        raise ValueError(f"IPv4-mapped IPv6 address {text} is not allowed")
    return found


def _fault(text: str) -> str:
    """In the words of Go's netip, for what is most often wrong."""
    return f'ParseAddr("{text}"): unable to parse IP'


def parse_network(text: str) -> Network:
    """An address with the length of its network's prefix. Raises ValueError with the text of the error."""
    address, slash, length = text.partition("/")
    try:
        if not slash or not length.isascii() or not length.isdigit() or (length[0] == "0" and length != "0"):
            raise ValueError
        found = ipaddress.ip_interface(f"{ipaddress.ip_address(address)}/{length}")
    except ValueError:
        fault = "unable to parse" if slash else "no '/'"
        said = f'netip.ParsePrefix("{text}"): {fault}'
        raise ValueError(f"network address parse error during conversion from string: {said}") from None
    if "%" in text:
        raise ValueError(f"network address {text} with zone value is not allowed")
    if isinstance(found, ipaddress.IPv6Interface) and found.ip.ipv4_mapped is not None:
        raise ValueError(f"IPv4-mapped IPv6 address {text} is not allowed")
    return found


def ip(text: str) -> Message:
    return wrap(IP, str(parse_address(text)))


def is_ip(text: str) -> bool:
    try:
        parse_address(text)
    except ValueError:
        return False
    return True


def is_canonical(text: str) -> bool:
    return str(parse_address(text)) == text


def family(value: Message) -> int:
    return _address(value).version


def is_unspecified(value: Message) -> bool:
    return _address(value).is_unspecified


def is_loopback(value: Message) -> bool:
    return _address(value).is_loopback


def is_link_local_multicast(value: Message) -> bool:
    found = _address(value)
    if isinstance(found, ipaddress.IPv4Address):
        return found in ipaddress.IPv4Network("224.0.0.0/24")
    return found.packed[0] == 0xFF and found.packed[1] & 0x0F == 0x02


def is_link_local_unicast(value: Message) -> bool:
    return _address(value).is_link_local


def is_global_unicast(value: Message) -> bool:
    found = _address(value)
    if isinstance(found, ipaddress.IPv4Address) and found == ipaddress.IPv4Address("255.255.255.255"):
        return False
    return not (found.is_unspecified or found.is_loopback or found.is_multicast or found.is_link_local)


def cidr(text: str) -> Message:
    return wrap(CIDR, str(parse_network(text)))


def is_cidr(text: str) -> bool:
    try:
        parse_network(text)
    except ValueError:
        return False
    return True


def contains_ip(value: Message, other: object) -> bool:
    found = parse_address(other) if isinstance(other, str) else _address(_of(IP, other))
    network = _network(value).network
    return found.version == network.version and found in network


def contains_cidr(value: Message, other: object) -> bool:
    found = parse_network(other) if isinstance(other, str) else _network(_of(CIDR, other))
    network = _network(value)
    return (
        found.version == network.version
        and found.ip in network.network
        and found.network.prefixlen >= network.network.prefixlen
    )


def address_of(value: Message) -> Message:
    return wrap(IP, str(_network(value).ip))


def masked(value: Message) -> Message:
    return wrap(CIDR, str(_network(value).network))


def prefix_length(value: Message) -> int:
    return _network(value).network.prefixlen


def _of(name: str, value: object) -> Message:
    if name_of(value) != name or not isinstance(value, Message):
        raise no_overload()
    return value


def _address(value: Message) -> Address:
    return ipaddress.ip_address(text_of(value))


def _network(value: Message) -> Network:
    return ipaddress.ip_interface(text_of(value))
