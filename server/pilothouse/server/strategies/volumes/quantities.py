"""Amounts of what is stored or counted."""

from collections.abc import Mapping

from pilothouse.api.meta.v1.meta_pb2 import Quantity as QuantityMessage

from ...errors import Cause
from ...meta.quantities import QuantityError, parse_quantity
from ...schema.causes import invalid


def amount(message: QuantityMessage) -> int:
    """Billionths; 0 for what is no quantity, which the schema refuses."""
    try:
        return parse_quantity(message.string or "0").nanos
    except QuantityError:
        return 0


def negative(message: QuantityMessage, path: str) -> list[Cause]:
    if amount(message) >= 0:
        return []
    return [invalid(path, message.string, "must be greater than or equal to 0")]


def negatives(found: Mapping[str, QuantityMessage], path: str) -> list[Cause]:
    return [cause for name in sorted(found) for cause in negative(found[name], f"{path}[{name}]")]


def not_positive(message: QuantityMessage, path: str) -> list[Cause]:
    if _is_none(message) or amount(message) > 0:
        return []
    return [invalid(path, message.string or "0", "must be greater than zero")]


def _is_none(message: QuantityMessage) -> bool:
    try:
        parse_quantity(message.string or "0")
    except QuantityError:
        return True
    return False
