"""What calls cost, and how large their results are, as CEL's checker and Kubernetes' library estimate both."""

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from .limits import ENDLESS
from .ranges import ONE, Range, exactly

TRAVERSAL = 0.1
"""Of a character, to go through a text."""

PATTERN = 0.25
"""Of a character of a pattern, to try it."""

CHECK = 350_000
"""Of an authorization check: two to an expression."""

_ADDRESS = Range(4, 16)


class Operand(NamedTuple):
    """An argument. element: of the items of a list, None for others; texts: whether those are texts or bytes."""

    size: Range
    element: Range | None = None
    texts: bool = False


class Estimate(NamedTuple):
    """cost: of the call alone; size: of the result, where it has one that follows from the arguments."""

    cost: Range
    size: Range | None = None


_Rule = Callable[[Operand | None, Sequence[Operand]], Estimate | None]


def library_cost(function: str, overload: str, target: Operand | None, arguments: Sequence[Operand]) -> Estimate | None:
    """What Kubernetes says of a call; None where it says nothing, and CEL's own estimate counts."""
    if function in _NOMINAL:
        return Estimate(ONE)
    if function == "ip" and target is not None:
        return Estimate(ONE)
    rule = _RULES.get(function)
    found = rule(target, arguments) if rule is not None else None
    if found is not None and function in ("containsIP", "containsCIDR") and overload.endswith("_string_member"):
        # The text is read first.
        return Estimate(found.cost.plus(arguments[0].size.by(TRAVERSAL)))
    return found


def _search(target: Operand | None, arguments: Sequence[Operand]) -> Estimate | None:
    """Of what goes through all items of a list, or a text."""
    if target is None:
        return None
    if target.element is None:
        return Estimate(target.size.by(TRAVERSAL))
    each = ONE.plus(target.element.by(TRAVERSAL)) if target.texts else ONE
    return Estimate(target.size.times(each))


def _parsed(target: Operand | None, arguments: Sequence[Operand]) -> Estimate | None:
    """Of what reads a text."""
    return Estimate(arguments[0].size.by(TRAVERSAL)) if target is None and len(arguments) >= 1 else None


def _same_size(target: Operand | None, arguments: Sequence[Operand]) -> Estimate | None:
    return None if target is None else Estimate(target.size.by(TRAVERSAL), target.size)


def _split(target: Operand | None, arguments: Sequence[Operand]) -> Estimate | None:
    return None if target is None else Estimate(target.size.by(2 * TRAVERSAL), Range(0, target.size.most))


def _join(target: Operand | None, arguments: Sequence[Operand]) -> Estimate | None:
    if target is None:
        return None
    size = target.size.times(target.element) if target.element is not None else exactly(0)
    if arguments:
        between = Range(max(0, target.size.least - 1), max(0, target.size.most - 1))
        size = size.plus(arguments[0].size.times(between))
    return Estimate(size.by(TRAVERSAL), size)


def _find(target: Operand | None, arguments: Sequence[Operand]) -> Estimate | None:
    if target is None or not arguments:
        return None
    text = target.size.plus(ONE).by(TRAVERSAL)
    return Estimate(text.times(arguments[0].size.by(PATTERN)), Range(0, target.size.most))


def _replace(target: Operand | None, arguments: Sequence[Operand]) -> Estimate | None:
    if target is None or len(arguments) < 2:
        return None
    size, old, new = target.size, arguments[0].size, arguments[1].size
    most_count, most_kept = _longest(size, old, new)
    least_count, least_kept = _shortest(size, old, new)
    result = Range(least_count, most_count).times(new).plus(Range(least_kept, most_kept))
    return Estimate(size.by(2 * TRAVERSAL), result)


def _longest(size: Range, old: Range, new: Range) -> tuple[int, int]:
    """How often something is replaced and how much is kept, where the result is as long as it can be."""
    if old.least == 0:
        # An empty text is found around every character.
        return min(size.most + 1, ENDLESS), size.most
    if new.most <= old.least:
        return 0, size.most
    return math.ceil(size.most / old.least), 0


def _shortest(size: Range, old: Range, new: Range) -> tuple[int, int]:
    if old.most == 0:
        return min(size.least + 1, ENDLESS), size.least
    if old.most <= new.least:
        return 0, size.least
    return math.ceil(size.least / old.most), 0


def _within(network: bool) -> _Rule:
    """Of what compares a network with an address, or with another network."""

    def rule(target: Operand | None, arguments: Sequence[Operand]) -> Estimate | None:
        if target is None or not arguments:
            return None
        cost = _ADDRESS.plus(_ADDRESS).by(TRAVERSAL)
        return Estimate(cost.plus(_ADDRESS.by(TRAVERSAL)).plus(ONE) if network else cost)

    return rule


_NOMINAL = frozenset(
    (
        *("serviceAccount", "path", "group", "resource", "subresource", "namespace", "name", "allowed", "reason"),
        *("error", "errored", "masked", "prefixLength", "family", "isUnspecified", "isLoopback"),
        *("isLinkLocalMulticast", "isLinkLocalUnicast", "sign", "asInteger", "isInteger", "asApproximateFloat"),
        *("isGreaterThan", "isLessThan", "compareTo", "add", "sub"),
    )
)
_RULES: Mapping[str, _Rule] = MappingProxyType(
    {
        "check": lambda target, arguments: Estimate(exactly(CHECK)),
        **dict.fromkeys(("isSorted", "sum", "max", "min", "indexOf", "lastIndexOf"), _search),
        "url": _parsed,
        **dict.fromkeys(("lowerAscii", "upperAscii", "substring", "trim"), _same_size),
        "replace": _replace,
        "split": _split,
        "join": _join,
        **dict.fromkeys(("find", "findAll"), _find),
        "containsIP": _within(False),
        "containsCIDR": _within(True),
    }
)


def standard_cost(overload: str, target: Operand | None, arguments: Sequence[Operand]) -> Estimate:
    """CEL's own estimate of a call."""
    rule = _STANDARD.get(overload)
    found = rule(target, arguments) if rule is not None else None
    return found or Estimate(ONE)


def _to_bytes(target: Operand | None, arguments: Sequence[Operand]) -> Estimate | None:
    size = arguments[0].size
    return Estimate(size.by(TRAVERSAL), Range(size.least, min(size.most * 4, ENDLESS)))


def _from_bytes(target: Operand | None, arguments: Sequence[Operand]) -> Estimate | None:
    size = arguments[0].size
    return Estimate(size.by(TRAVERSAL), Range(size.least // 4, size.most))


def _quote(target: Operand | None, arguments: Sequence[Operand]) -> Estimate | None:
    size = arguments[0].size
    return Estimate(size.by(TRAVERSAL), Range(size.least + 2, min(size.most * 2 + 2, ENDLESS)))


def _format(target: Operand | None, arguments: Sequence[Operand]) -> Estimate | None:
    return None if target is None else Estimate(target.size.by(TRAVERSAL))


def _affix(target: Operand | None, arguments: Sequence[Operand]) -> Estimate | None:
    return Estimate(arguments[0].size.by(TRAVERSAL))


def _in_list(target: Operand | None, arguments: Sequence[Operand]) -> Estimate | None:
    return Estimate(arguments[1].size)


def _matches(target: Operand | None, arguments: Sequence[Operand]) -> Estimate | None:
    if target is None or not arguments:
        return None
    return Estimate(target.size.plus(ONE).by(TRAVERSAL).times(arguments[0].size.by(PATTERN)))


def _contains_text(target: Operand | None, arguments: Sequence[Operand]) -> Estimate | None:
    if target is None or not arguments:
        return None
    return Estimate(target.size.by(TRAVERSAL).times(arguments[0].size.by(TRAVERSAL)))


def _joined(target: Operand | None, arguments: Sequence[Operand]) -> Estimate | None:
    size = arguments[0].size.plus(arguments[1].size)
    return Estimate(size.by(TRAVERSAL), size)


def _joined_list(target: Operand | None, arguments: Sequence[Operand]) -> Estimate | None:
    return Estimate(ONE, arguments[0].size.plus(arguments[1].size))


def _compared(target: Operand | None, arguments: Sequence[Operand]) -> Estimate | None:
    most = min(arguments[0].size.most, arguments[1].size.most)
    return Estimate(Range(1 if most else 0, most).by(TRAVERSAL))


_ORDERED = ("less", "greater", "less_equals", "greater_equals")
_STANDARD: Mapping[str, _Rule] = MappingProxyType(
    {
        "string_format": _format,
        "string_to_bytes": _to_bytes,
        "bytes_to_string": _from_bytes,
        "strings_quote": _quote,
        "starts_with_string": _affix,
        "ends_with_string": _affix,
        "in_list": _in_list,
        "matches_string": _matches,
        "contains_string": _contains_text,
        "add_string": _joined,
        "add_bytes": _joined,
        "add_list": _joined_list,
        **dict.fromkeys((f"{name}_{kind}" for name in _ORDERED for kind in ("string", "bytes")), _compared),
        "equals": _compared,
        "not_equals": _compared,
    }
)
