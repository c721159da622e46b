"""Defaults that hold for a field wherever its message stands: the option `default`. Idempotent.

What depends on other fields is in `strategies/`.
"""

import json
from collections.abc import Callable
from typing import Any

from google.protobuf.descriptor import Descriptor
from google.protobuf.json_format import ParseDict
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from ..meta.quantities import Quantity, QuantityError, parse_quantity
from .options import Field, descriptor_of, fields_of, reachable

Defaulter = Callable[[Message], None]
_Step = Callable[[Any], None]


def defaulter_for(cls: type[Message]) -> Defaulter:
    """The function that fills in the defaults of a class's messages, in place. A plain struct counts as present."""
    return _defaulter(descriptor_of(cls))


def has_defaults(cls: type[Message]) -> bool:
    """Whether a defaulter of the class could change anything."""
    return _has_defaults(descriptor_of(cls))


_defaulters: dict[Descriptor, _Step] = {}


def _defaulter(descriptor: Descriptor) -> _Step:
    found = _defaulters.get(descriptor)
    if found is not None:
        return found
    steps: list[_Step] = []

    def default(message: Any) -> None:
        for step in steps:
            step(message)

    _defaulters[descriptor] = default
    for field in fields_of(descriptor):
        if field.default is not None:
            steps.append(_setter(field, field.default))
        if _is_resource_list(field):
            steps.append(_rounder(field.name))
        elif field.child is not None and _has_defaults(field.child):
            steps.append(_descent(field, _defaulter(field.child)))
    return default


def _has_defaults(descriptor: Descriptor) -> bool:
    """Whether anything below has a default."""
    return any(
        field.default is not None or _is_resource_list(field)
        for message in reachable(descriptor)
        for field in fields_of(message)
    )


def _setter(field: Field, text: str) -> _Step:
    name = field.name
    if field.repeated:
        return _list_setter(field, json.loads(text))
    if field.child is not None:
        template = ParseDict(json.loads(text), GetMessageClass(field.child)())

        def set_message(message: Any) -> None:
            if not message.HasField(name):
                getattr(message, name).CopyFrom(template)
                getattr(message, name).SetInParent()

        return set_message
    value = text if field.text else json.loads(text)

    def set_plain(message: Any) -> None:
        if not getattr(message, name):
            setattr(message, name, value)

    def set_pointer(message: Any) -> None:
        if not message.HasField(name):
            setattr(message, name, value)

    return set_plain if field.value else set_pointer


def _list_setter(field: Field, items: list[Any]) -> _Step:
    name = field.name
    if field.child is not None:
        make = GetMessageClass(field.child)
        items = [ParseDict(item, make()) for item in items]

    def set_list(message: Any) -> None:
        if not getattr(message, name):
            getattr(message, name).extend(items)

    return set_list


def _descent(field: Field, child: _Step) -> _Step:
    name = field.name
    if field.map:

        def into_map(message: Any) -> None:
            for item in getattr(message, name).values():
                child(item)

        return into_map
    if field.repeated:

        def into_list(message: Any) -> None:
            for item in getattr(message, name):
                child(item)

        return into_list

    def into_message(message: Any) -> None:
        if message.HasField(name):
            child(getattr(message, name))

    def into_struct(message: Any) -> None:
        child(getattr(message, name))

    return into_struct if field.value else into_message


def _is_resource_list(field: Field) -> bool:
    """A ResourceList of the core group: its quantities have at most three places."""
    if not field.map or field.child is None or field.child.name != "Quantity":
        return False
    return str(field.descriptor.full_name).startswith("pilothouse.api.core.v1.")


_MILLI = 10**6


def _rounder(name: str) -> _Step:
    def round_up(message: Any) -> None:
        for item in getattr(message, name).values():
            text = item.string
            # Only a fraction, an exponent or one of these suffixes can be finer.
            if text[-1:] in "nu" or "." in text or "e" in text or "E" in text:
                item.string = _in_millis(text)

    return round_up


def _in_millis(text: str) -> str:
    try:
        found = parse_quantity(text)
    except QuantityError:
        return text
    rounded = -(-found.nanos // _MILLI) * _MILLI
    return str(Quantity(rounded, found.format)) if rounded != found.nanos else text
