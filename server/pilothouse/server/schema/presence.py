"""Presence: Go writes every plain field, zero or not, so a zero there means that the field is absent.

A normalized message has no such zeros, and its quantities are canonical: equal objects are then equal messages.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from pilothouse.api import annotations_pb2 as options

from ..meta.members import json_form
from ..meta.quantities import QuantityError, canonical
from .options import Field, descriptor_of, fields_of

Normalizer = Callable[[Message], None]

# What is done to a field that is set; fields without an entry stay as they are.
_ZERO, _MESSAGE, _LIST, _MAP = range(4)

# Read by fields/managers.py alone, for which a zero is absence already: it is the longest part of many objects.
_OWNERS = "pilothouse.api.meta.v1.ObjectMeta.managed_fields"

# Whether anything is left of a message.
_Sweep = Callable[[Any], bool]
_Action = tuple[int, bool, "_Sweep", str]


def normalizer_for(cls: type[Message]) -> Normalizer:
    """The function that brings messages of a class into their normal form, in place."""
    sweep = _sweeper(descriptor_of(cls))

    def normalize(message: Message) -> None:
        sweep(message)

    return normalize


_sweepers: dict[Descriptor, _Sweep] = {}


def _sweeper(descriptor: Descriptor) -> _Sweep:
    found = _sweepers.get(descriptor)
    if found is not None:
        return found
    if json_form(descriptor) in _SWEEPS_OF_FORMS:
        return _SWEEPS_OF_FORMS[json_form(descriptor)]
    actions: dict[FieldDescriptor, _Action] = {}
    action_of = actions.get

    def sweep(message: Any) -> bool:
        left = False
        for descriptor, value in message.ListFields():
            action = action_of(descriptor)
            if action is None:
                left = True
                continue
            what, plain, child, name = action
            if what == _ZERO:
                if value:
                    left = True
                else:
                    message.ClearField(name)
            elif what == _MESSAGE:
                if child(value) or not plain:
                    left = True
                else:
                    message.ClearField(name)
            else:
                left = True
                for item in value if what == _LIST else value.values():
                    child(item)
        return left

    # Known before its fields are looked at: messages hold messages of their own kind.
    _sweepers[descriptor] = sweep
    for field in fields_of(descriptor):
        found_action = _action(field)
        if found_action is not None:
            actions[field.descriptor] = found_action
    return sweep


def _action(field: Field) -> _Action | None:
    if field.descriptor.full_name == _OWNERS:
        return None
    if field.child is not None:
        what = _MAP if field.map else _LIST if field.repeated else _MESSAGE
        return (what, field.value, _sweeper(field.child), field.name)
    if field.value and not field.repeated and not field.map:
        return (_ZERO, True, bool, field.name)
    return None


def _sweep_quantity(message: Any) -> bool:
    text = message.string
    wanted = _canonical(text)
    if wanted != text:
        message.string = wanted
    return bool(wanted != "0" and text)


def _sweep_time(message: Any) -> bool:
    """Whole seconds may come with a zero beside them or without. Zero seconds are the epoch, not absence."""
    if not message.nanos:
        message.ClearField("nanos")
    return bool(message.ListFields())


def _sweep_int_or_string(message: Any) -> bool:
    """Go writes all three members; of them stays the one that is meant, be it zero, and the type of a string."""
    left = bool(message.ListFields())
    if message.type == 0:
        if not message.HasField("int_val"):
            message.int_val = 0
        message.ClearField("type")
        message.ClearField("str_val")
    elif message.type == 1:
        if not message.HasField("str_val"):
            message.str_val = ""
        message.ClearField("int_val")
    return left


_SWEEPS_OF_FORMS: dict[int, _Sweep] = {
    options.QUANTITY: _sweep_quantity,
    options.TIME: _sweep_time,
    options.MICRO_TIME: _sweep_time,
    options.INT_OR_STRING: _sweep_int_or_string,
}


@lru_cache(maxsize=4096)
def _canonical(text: str) -> str:
    try:
        return canonical(text)
    except QuantityError:
        # Validation refuses it, with its path.
        return text
