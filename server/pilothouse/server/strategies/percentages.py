"""Amounts that are a count or a percentage of something: 3 or "25%"."""

from pilothouse.api.meta.v1.meta_pb2 import IntOrString

from ..errors import Cause
from ..schema.causes import invalid

_NOT_PERCENT = (
    "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for "
    "validation is '[0-9]+%')"
)


def shown_amount(amount: IntOrString) -> str | int:
    """The amount as JSON has it."""
    return amount.str_val if amount.type else amount.int_val


def is_none(amount: IntOrString) -> bool:
    """Whether it amounts to nothing, of whatever."""
    if not amount.type:
        return amount.int_val == 0
    digits = amount.str_val.removesuffix("%")
    return not amount.str_val or (_is_percent(amount) and int(digits) == 0)


def amount_faults(amount: IntOrString, field: str) -> list[Cause]:
    """It is a count, not below zero, or a percentage."""
    if amount.type:
        return [] if _is_percent(amount) else [invalid(field, amount.str_val, _NOT_PERCENT)]
    if amount.int_val < 0:
        return [invalid(field, amount.int_val, "must be greater than or equal to 0")]
    return []


def share_faults(amount: IntOrString, field: str) -> list[Cause]:
    """A percentage is at most the whole."""
    if amount.type and _is_percent(amount) and int(amount.str_val[:-1]) > 100:
        return [invalid(field, amount.str_val, "must not be greater than 100%")]
    return []


def _is_percent(amount: IntOrString) -> bool:
    text = amount.str_val
    return text.endswith("%") and text[:-1].isascii() and text[:-1].isdecimal()
