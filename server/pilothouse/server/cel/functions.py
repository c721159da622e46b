"""The functions that expressions are evaluated with: one for each name and number of arguments, which tells types apart
by the values. The runtime itself tells values apart by kind only, and all types of the library are of one kind."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from cel_expr_python import cel
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from .evaluation import current
from .library import addresses, authorizer, formats, quantities, semver, texts, urls
from .library.values import (
    AUTHORIZER,
    CIDR,
    DECISION,
    FORMAT,
    GROUP,
    IP,
    PATH,
    QUANTITY,
    RESOURCE,
    SEMVER,
    URL,
    name_of,
    no_overload,
    text_of,
)
from .rewriting import MAP_OF, NAMED, VALIDATE, VARIABLE

_Function = Callable[..., Any]

_GLOBAL: Mapping[str, _Function] = MappingProxyType(
    {
        "quantity": quantities.quantity,
        "isQuantity": quantities.is_quantity,
        "semver": semver.semver,
        "isSemver": semver.is_semver,
        "ip": addresses.ip,
        "isIP": addresses.is_ip,
        "ip.isCanonical": addresses.is_canonical,
        "cidr": addresses.cidr,
        "isCIDR": addresses.is_cidr,
        "url": urls.url,
        "isURL": urls.is_url,
        "jsonpatch.escapeKey": texts.escape_key,
    }
)
"""All take a text, the two of versions a truth value too."""

_MEMBERS: Mapping[str, Mapping[str, _Function]] = MappingProxyType(
    {
        QUANTITY: {
            "sign": quantities.sign,
            "isInteger": quantities.is_integer,
            "asInteger": quantities.as_integer,
            "asApproximateFloat": quantities.as_approximate_float,
            "add": quantities.add,
            "sub": quantities.sub,
            "compareTo": quantities.compare,
            "isLessThan": lambda one, other: quantities.compare(one, other) < 0,
            "isGreaterThan": lambda one, other: quantities.compare(one, other) > 0,
        },
        SEMVER: {
            "major": semver.major,
            "minor": semver.minor,
            "patch": semver.patch,
            "compareTo": semver.compare,
            "isLessThan": lambda one, other: semver.compare(one, other) < 0,
            "isGreaterThan": lambda one, other: semver.compare(one, other) > 0,
        },
        IP: {
            "family": addresses.family,
            "isUnspecified": addresses.is_unspecified,
            "isLoopback": addresses.is_loopback,
            "isLinkLocalMulticast": addresses.is_link_local_multicast,
            "isLinkLocalUnicast": addresses.is_link_local_unicast,
            "isGlobalUnicast": addresses.is_global_unicast,
        },
        CIDR: {
            "containsIP": addresses.contains_ip,
            "containsCIDR": addresses.contains_cidr,
            "ip": addresses.address_of,
            "masked": addresses.masked,
            "prefixLength": addresses.prefix_length,
        },
        URL: {
            "getScheme": urls.scheme,
            "getHost": urls.host,
            "getHostname": urls.hostname,
            "getPort": urls.port,
            "getEscapedPath": urls.escaped_path,
            "getQuery": urls.query,
        },
        AUTHORIZER: {
            "path": authorizer.path,
            "group": authorizer.group,
            "serviceAccount": authorizer.service_account,
        },
        PATH: {"check": lambda value, verb: authorizer.decide(value, verb, current().asked)},
        GROUP: {"resource": authorizer.resource},
        RESOURCE: {
            "subresource": authorizer.subresource,
            "namespace": authorizer.namespace,
            "name": authorizer.name,
            "fieldSelector": authorizer.field_selector,
            "labelSelector": authorizer.label_selector,
            "check": lambda value, verb: authorizer.decide(value, verb, current().asked),
        },
        DECISION: {
            "allowed": authorizer.allowed,
            "reason": authorizer.reason,
            "errored": authorizer.errored,
            "error": authorizer.error,
        },
    }
)
_LISTS: Mapping[str, _Function] = MappingProxyType(
    {"isSorted": texts.is_sorted, "sum": texts.total, "min": texts.smallest, "max": texts.largest}
)
# Both arguments of these are of the same type; the second of others is checked by the function.
_OF_ONE_TYPE = frozenset({"compareTo", "isLessThan", "isGreaterThan"})


NAMES = frozenset(
    (
        *_GLOBAL,
        *(name for members in _MEMBERS.values() for name in members),
        *_LISTS,
        *("indexOf", "lastIndexOf", "find", "findAll", "validate", "format.named", "cel.@mapInsert"),
    )
)
"""What expressions call these functions."""


def implementations() -> list[Any]:
    """FunctionDecls with what they do."""
    dyn, text, items = cel.Type.DYN, cel.Type.STRING, cel.Type.List(cel.Type.DYN)
    found: dict[str, list[Any]] = {}

    def add(name: str, parameters: Sequence[Any], function: _Function, member: bool = False, id: str = "") -> None:
        named = id or f"{name.replace('.', '_')}_{'member_' if member else ''}{len(parameters)}"
        overload = cel.Overload(
            named, return_type=dyn, parameters=list(parameters), is_member=member, impl=_given_back(function)
        )
        found.setdefault(name, []).append(overload)

    for name, function in _GLOBAL.items():
        add(name, [text], function)
        if name in ("semver", "isSemver"):
            add(name, [text, cel.Type.BOOL], function)
    for name, count in sorted({(n, _count(f)) for members in _MEMBERS.values() for n, f in members.items()}):
        add(name, [cel.Type(QUANTITY), *[dyn] * (count - 1)], _member(name), True)
    for name in formats.NAMES:
        add(f"format.{name}", [], formats.format_of(name))
    for name, function in _LISTS.items():
        add(name, [items], function, True)
    add("indexOf", [items, dyn], texts.index_of, True)
    add("lastIndexOf", [items, dyn], texts.last_index_of, True)
    add("find", [text, text], texts.find, True)
    add("findAll", [text, text], texts.find_all, True)
    add("findAll", [text, text, cel.Type.INT], texts.find_all, True)
    add("string", [cel.Type(IP)], _as_text, id="opaque_to_string")
    add(VARIABLE, [text], lambda name: current().variable(name), id=VARIABLE)
    add(NAMED, [text], formats.named, id=NAMED)
    add(VALIDATE, [cel.Type(FORMAT), text], formats.validate, id=VALIDATE)
    add(MAP_OF, [items], _map_of, id=MAP_OF)
    return [cel.FunctionDecl(name, overloads) for name, overloads in found.items()]


def _count(function: _Function) -> int:
    """How many arguments a member takes, with what it is called on."""
    return function.__code__.co_argcount


def _member(name: str) -> _Function:
    by_type = {type: members[name] for type, members in _MEMBERS.items() if name in members}

    def call(value: Any, *arguments: Any) -> Any:
        function = by_type.get(name_of(value))
        if function is None or _count(function) != len(arguments) + 1:
            raise no_overload()
        if name in _OF_ONE_TYPE:
            if name_of(arguments[0]) != name_of(value):
                raise no_overload()
        elif name_of(value) in _TEXTUAL and not all(isinstance(a, str) for a in arguments):
            raise no_overload()
        return function(value, *arguments)

    return call


_TEXTUAL = frozenset({AUTHORIZER, PATH, GROUP, RESOURCE})


def _as_text(value: Any) -> str:
    if name_of(value) not in (IP, CIDR):
        raise no_overload()
    return text_of(value)


def _map_of(entries: list[Any]) -> dict[Any, Any]:
    """A map of [key, value] and of maps of one entry."""
    found: dict[Any, Any] = {}
    for entry in entries:
        for key, value in entry.items() if isinstance(entry, dict) else (entry,):
            if key in found:
                raise ValueError(f"insert failed: key {key} already exists")
            found[key] = value
    return found


def _given_back(function: _Function) -> _Function:
    def call(*arguments: Any) -> Any:
        return as_cel(function(*arguments))

    return call


def as_cel(value: Any) -> Any:
    """A value as the runtime takes it inside of others: times and durations as messages."""
    if isinstance(value, datetime):
        moment = Timestamp()
        moment.FromDatetime(value)
        return moment
    if isinstance(value, timedelta):
        length = Duration()
        length.FromTimedelta(value)
        return length
    if isinstance(value, list):
        return [as_cel(item) for item in value]
    if isinstance(value, dict):
        return {key: as_cel(item) for key, item in value.items()}
    return value
