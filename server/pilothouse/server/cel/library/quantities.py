"""quantity() and what can be done with quantities."""

from google.protobuf.message import Message

from ...meta.quantities import NANO, Quantity, QuantityError, parse_quantity
from .values import QUANTITY, name_of, no_overload, text_of, wrap

_INT64 = 1 << 63


def quantity(text: str) -> Message:
    try:
        return _wrap(parse_quantity(text))
    except QuantityError as error:
        raise ValueError(str(error)) from None


def is_quantity(text: str) -> bool:
    try:
        parse_quantity(text)
    except QuantityError:
        return False
    return True


def sign(value: Message) -> int:
    nanos = _nanos(value)
    return (nanos > 0) - (nanos < 0)


def is_integer(value: Message) -> bool:
    nanos = _nanos(value)
    return not nanos % NANO and -_INT64 <= nanos // NANO < _INT64


def as_integer(value: Message) -> int:
    if not is_integer(value):
        raise ValueError("cannot convert value to integer")
    return _nanos(value) // NANO


def as_approximate_float(value: Message) -> float:
    return _nanos(value) / NANO


def add(value: Message, other: object) -> Message:
    return _wrap(_parsed(value) + _amount(other))


def sub(value: Message, other: object) -> Message:
    return _wrap(_parsed(value) - _amount(other))


def compare(value: Message, other: Message) -> int:
    mine, yours = _nanos(value), _nanos(other)
    return (mine > yours) - (mine < yours)


def _amount(value: object) -> Quantity:
    if isinstance(value, int) and not isinstance(value, bool):
        return Quantity(value * NANO)
    if name_of(value) != QUANTITY or not isinstance(value, Message):
        raise no_overload()
    return _parsed(value)


def _wrap(found: Quantity) -> Message:
    # Billionths, so that 1 and 1000m are equal.
    return wrap(QUANTITY, str(found.nanos))


def _parsed(value: Message) -> Quantity:
    return Quantity(_nanos(value))


def _nanos(value: Message) -> int:
    return int(text_of(value) or "0")
