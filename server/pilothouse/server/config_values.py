"""The values of flags: from text, or from what YAML made of it. Each raises ValueError saying what is wrong."""

import ipaddress
import os
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from .admission.plugins import ENTRY_POINTS, LAST, ORDER
from .controllers.names import ALL
from .meta.times import parse_duration

T = TypeVar("T")

Parse = Callable[[object], T]


def _text(raw: object) -> str:
    if not isinstance(raw, str) or not raw.strip():
        raise ValueError(f"expected a text, not {raw!r}")
    return raw.strip()


def path(raw: object) -> Path:
    return Path(_text(raw)).expanduser()


def file(raw: object) -> Path:
    """The path of a file that exists and can be read."""
    found = path(raw)
    if not found.is_file():
        raise ValueError(f"there is no file {found}")
    if not os.access(found, os.R_OK):
        raise ValueError(f"the file {found} cannot be read by this user")
    return found


def files(raw: object) -> tuple[Path, ...]:
    """Files that exist and can be read, as a list."""
    return tuple(file(part) for part in (raw if isinstance(raw, list) else [raw]))


def texts(raw: object) -> tuple[str, ...]:
    """Texts, as a comma list or a YAML list."""
    parts = raw if isinstance(raw, list) else _text(raw).split(",")
    return tuple(dict.fromkeys(_text(part) for part in parts))


def issuers(raw: object) -> tuple[str, ...]:
    """The issuers of tokens, as a list: URLs, or texts without a colon in them."""
    found = tuple(dict.fromkeys(_text(part) for part in (raw if isinstance(raw, list) else [raw])))
    for issuer in found:
        if ":" in issuer and not _is_url(issuer):
            raise ValueError(f"expected a URL, or a text without a colon, not {issuer!r}")
    return found


def https_url(raw: object) -> str:
    text = _text(raw)
    if not _is_url(text, "https"):
        raise ValueError(f"expected a URL such as https://keys.example.com/jwks, not {text!r}")
    return text


def _is_url(text: str, *schemes: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return bool(parts.scheme and parts.netloc) and (not schemes or parts.scheme in schemes)


def urls(raw: object) -> tuple[str, ...]:
    """http or https URLs with host and port, as a comma list or a YAML list."""
    parts = raw if isinstance(raw, list) else _text(raw).split(",")
    return tuple(_url(_text(part)) for part in parts)


def _url(text: str) -> str:
    if "@" in text:
        raise ValueError("a URL here holds no user and no password: etcd is shown a certificate, --etcd-certfile")
    try:
        parts = urlsplit(text)
        valid = parts.scheme in ("http", "https") and parts.hostname and parts.port and not parts.path.strip("/")
    except ValueError:
        valid = False
    if not valid:
        raise ValueError(f"expected a URL such as https://10.0.0.1:2379, not {text!r}")
    return f"{parts.scheme}://{parts.netloc}"


def key_prefix(raw: object) -> str:
    """As "/registry": with a slash in front and none behind."""
    text = _text(raw).rstrip("/")
    if not text.startswith("/"):
        raise ValueError(f"expected a prefix such as /registry, not {raw!r}")
    return text


def ip_address(raw: object) -> str:
    text = _text(raw)
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise ValueError(f"expected an IP address such as 127.0.0.1 or ::1, not {text!r}") from None


def _whole(raw: object, low: int, high: int | None, what: str) -> int:
    if not isinstance(raw, bool) and isinstance(raw, int | str) and str(raw).isascii() and str(raw).isdigit():
        number = int(raw)
        if number >= low and (high is None or number <= high):
            return number
    raise ValueError(f"expected {what}, not {raw!r}")


def port(raw: object) -> int:
    return _whole(raw, 1, 65535, "a port from 1 to 65535")


def port_or_any(raw: object) -> int:
    return _whole(raw, 0, 65535, "a port from 1 to 65535, or 0 for a free one")


def count(raw: object) -> int:
    return _whole(raw, 1, None, "a whole number, 1 or more")


def number(raw: object) -> int:
    return _whole(raw, 0, None, "a whole number, 0 or more")


def boolean(raw: object) -> bool:
    found = {"true": True, "false": False}.get(raw.lower()) if isinstance(raw, str) else raw
    if not isinstance(found, bool):
        raise ValueError(f"expected true or false, not {raw!r}")
    return found


def duration(raw: object) -> float:
    """Seconds of a Go duration ("1h0m0s", "500ms", "0")."""
    text = "0" if raw == 0 and not isinstance(raw, bool) else raw
    try:
        seconds = parse_duration(_text(text)) / 1e9
    except ValueError:
        seconds = -1.0
    if seconds < 0:
        raise ValueError(f"expected a duration such as 5m0s, 30s or 500ms, not {raw!r}")
    return seconds


def token_lifetime(raw: object) -> float:
    """0, or seconds from an hour to 2^32."""
    seconds = duration(raw)
    if seconds and not 3600 <= seconds <= 1 << 32:
        raise ValueError(f"expected 0, or a duration from 1h to 2^32 seconds, not {raw!r}")
    return seconds


def positive_duration(raw: object) -> float:
    seconds = duration(raw)
    if seconds == 0:
        raise ValueError(f"expected a duration above 0, not {raw!r}")
    return seconds


def lease_duration(raw: object) -> float:
    seconds = duration(raw)
    if seconds < 1:
        raise ValueError(f"expected a duration of a second or more, not {raw!r}")
    return seconds


def cluster_ranges(raw: object) -> tuple[str, ...]:
    """One CIDR, or one of IPv4 and one of IPv6, as a comma list or a YAML list."""
    parts = raw if isinstance(raw, list) else _text(raw).split(",")
    networks = []
    for part in parts:
        try:
            networks.append(ipaddress.ip_network(_text(part)))
        except ValueError:
            raise ValueError(f"expected a range such as 10.0.0.0/24 or fd00::/112, not {part!r}") from None
    if len(networks) > 2 or len({n.version for n in networks}) < len(networks):
        raise ValueError("expected one range, or one of IPv4 and one of IPv6")
    for network in networks:
        if network.num_addresses < 4 or (network.version == 6 and network.prefixlen < 64):
            raise ValueError(f"expected a range from /30 to /0 of IPv4, or from /126 to /64 of IPv6, not {network}")
    return tuple(str(network) for network in networks)


def port_range(raw: object) -> tuple[int, int]:
    """The lowest and the highest port, as "30000-32767"."""
    low, dash, high = _text(raw).partition("-")
    try:
        found = port(low), port(high)
    except ValueError:
        found = (1, 0)
    if not dash or found[0] > found[1]:
        raise ValueError(f"expected a range of ports such as 30000-32767, not {raw!r}")
    return found


def one_of(*choices: str) -> Parse[str]:
    def parse(raw: object) -> str:
        if raw not in choices:
            raise ValueError(f"expected one of {', '.join(choices)}, not {raw!r}")
        return str(raw)

    return parse


def controllers(raw: object) -> tuple[str, ...]:
    """Names of controllers as kube-controller-manager takes them: a comma list or a YAML list of "*" (all), "foo" and
    "-foo" (not this one); the first that speaks of a controller counts. "none": no controller."""
    parts = [_text(part) for part in (raw if isinstance(raw, list) else _text(raw).split(","))]
    if parts == ["none"]:
        return ()
    for part in parts:
        if part != "*" and part.removeprefix("-") not in (*ALL, "*"):
            raise ValueError(
                f"expected *, none, or some of {', '.join(ALL)}, each with - to leave it out, not {part!r}"
            )

    def is_wanted(name: str) -> bool:
        told = next((part for part in parts if part.removeprefix("-") == name), "*" if "*" in parts else "-")
        return not told.startswith("-")

    return tuple(name for name in ALL if is_wanted(name))


def plugins(raw: object) -> tuple[str, ...]:
    """A comma list or a YAML list of names of admission plugins."""
    known = {*ORDER, *LAST}
    names = tuple(_text(part) for part in (raw if isinstance(raw, list) else _text(raw).split(",")))
    if not known.issuperset(names):
        known |= {point.name for point in entry_points(group=ENTRY_POINTS)}
    for name in names:
        if name not in known:
            raise ValueError(f"there is no admission plugin {name!r}; known are {', '.join(sorted(known))}")
    return tuple(dict.fromkeys(names))
