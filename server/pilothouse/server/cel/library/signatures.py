"""What Kubernetes' functions are called with and give, for the checker. Nothing here does anything.

A line is a function: NAME RESULT PARAMETERS..., with "." before the name of one that is called on its first parameter.
Types are named as in the table below.
"""

from collections.abc import Iterator
from typing import Any

from cel_expr_python import cel

from . import formats
from .values import AUTHORIZER, CIDR, DECISION, FORMAT, GROUP, IP, PATH, QUANTITY, RESOURCE, SEMVER, URL

_T = cel.Type
_TYPES: dict[str, Any] = {
    "bool": _T.BOOL,
    "int": _T.INT,
    "double": _T.DOUBLE,
    "string": _T.STRING,
    "Strings": _T.List(_T.STRING),
    "Quantity": _T(QUANTITY),
    "URL": _T(URL),
    "Semver": _T(SEMVER),
    "Format": _T(FORMAT),
    "Query": _T.Map(_T.STRING, _T.List(_T.STRING)),
    "IP": _T(IP),
    "CIDR": _T(CIDR),
    "Authorizer": _T(AUTHORIZER),
    "Path": _T(PATH),
    "Group": _T(GROUP),
    "Resource": _T(RESOURCE),
    "Decision": _T(DECISION),
}
_FUNCTIONS = """
quantity Quantity string
isQuantity bool string
.sign int Quantity
.isInteger bool Quantity
.asInteger int Quantity
.asApproximateFloat double Quantity
.add Quantity Quantity Quantity
.add Quantity Quantity int
.sub Quantity Quantity Quantity
.sub Quantity Quantity int
.isLessThan bool Quantity Quantity
.isGreaterThan bool Quantity Quantity
.compareTo int Quantity Quantity
semver Semver string
semver Semver string bool
isSemver bool string
isSemver bool string bool
.major int Semver
.minor int Semver
.patch int Semver
.isLessThan bool Semver Semver
.isGreaterThan bool Semver Semver
.compareTo int Semver Semver
ip IP string
isIP bool string
ip.isCanonical bool string
string string IP
.family int IP
.isUnspecified bool IP
.isLoopback bool IP
.isLinkLocalMulticast bool IP
.isLinkLocalUnicast bool IP
.isGlobalUnicast bool IP
cidr CIDR string
isCIDR bool string
string string CIDR
.containsIP bool CIDR string
.containsIP bool CIDR IP
.containsCIDR bool CIDR string
.containsCIDR bool CIDR CIDR
.ip IP CIDR
.masked CIDR CIDR
.prefixLength int CIDR
url URL string
isURL bool string
.getScheme string URL
.getHost string URL
.getHostname string URL
.getPort string URL
.getEscapedPath string URL
.getQuery Query URL
.find string string string
.findAll Strings string string
.findAll Strings string string int
.path Path Authorizer string
.group Group Authorizer string
.serviceAccount Authorizer Authorizer string string
.resource Resource Group string
.subresource Resource Resource string
.namespace Resource Resource string
.name Resource Resource string
.fieldSelector Resource Resource string
.labelSelector Resource Resource string
.check Decision Path string
.check Decision Resource string
.allowed bool Decision
.reason string Decision
.errored bool Decision
.error string Decision
jsonpatch.escapeKey string string
"""
# What gives an optional can be declared only so.
OPTIONAL = f"""
functions:
- name: format.named
  overloads:
  - id: format_named
    args:
    - type: string
    return:
      type: optional_type<{FORMAT}>
- name: validate
  overloads:
  - id: format_validate
    target:
      type: {FORMAT}
    args:
    - type: string
    return:
      type: optional_type<list<string>>
"""
_SUMMED = {"int": _T.INT, "uint": _T.UINT, "double": _T.DOUBLE, "duration": _T.DURATION}
_ORDERED = {**_SUMMED, "bool": _T.BOOL, "string": _T.STRING, "bytes": _T.BYTES, "timestamp": _T.TIMESTAMP}


def declarations() -> list[Any]:
    """FunctionDecls of all functions."""
    by_name: dict[str, list[Any]] = {}
    for name, overload in (*_written(), *_formats(), *_lists()):
        by_name.setdefault(name, []).append(overload)
    return [cel.FunctionDecl(name, overloads) for name, overloads in by_name.items()]


def _written() -> Iterator[tuple[str, Any]]:
    for line in _FUNCTIONS.split("\n"):
        if line:
            name, result, *parameters = line.split()
            yield name.lstrip("."), _overload(name, _TYPES[result], [_TYPES[p] for p in parameters], parameters)


def _formats() -> Iterator[tuple[str, Any]]:
    for name in formats.NAMES:
        full = f"format.{name}"
        yield full, _overload(full, _TYPES["Format"], [], [])


def _lists() -> Iterator[tuple[str, Any]]:
    for named, found in _ORDERED.items():
        items = [_T.List(found)]
        yield "isSorted", _overload(".isSorted", _T.BOOL, items, [named])
        yield "min", _overload(".min", found, items, [named])
        yield "max", _overload(".max", found, items, [named])
        if named in _SUMMED:
            yield "sum", _overload(".sum", found, items, [named])
    anything = [_T.List(_T("~A")), _T("~A")]
    yield "indexOf", _overload(".indexOf", _T.INT, anything, ["list"])
    yield "lastIndexOf", _overload(".lastIndexOf", _T.INT, anything, ["list"])


def _overload(name: str, result: Any, parameters: list[Any], names: list[str]) -> Any:
    """Named so that no other has the name: the costs of some functions go by it (`cidr_ip`)."""
    named = "_".join((name.lstrip(".").replace(".", "_"), *names, *(("member",) if name.startswith(".") else ())))
    return cel.Overload(named, return_type=result, parameters=parameters, is_member=name.startswith("."))
