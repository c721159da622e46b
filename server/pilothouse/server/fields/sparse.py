"""A message as an applied configuration: what is set in it, and not what JSON always writes."""

from functools import reduce
from typing import Any

from ..meta.members import Member, is_map, json_form, members
from ..meta.scalars import JsonValue

Object = dict[str, JsonValue]


def said(message: Any, value: Object) -> Object:
    """value: the message as JSON. Returns it without members that the message does not set."""
    out: Object = {}
    for name, member in members(message.DESCRIPTOR).items():
        if name not in value:
            continue
        holder = reduce(getattr, member.into, message)
        field = member.field
        if field.is_repeated or is_map(field):
            items = getattr(holder, field.name)
            if items:
                out[name] = _said_items(member, items, value[name])
        elif holder.HasField(field.name):
            out[name] = _said_value(member, getattr(holder, field.name), value[name])
    return out


def _said_items(member: Member, items: Any, value: JsonValue) -> JsonValue:
    if isinstance(value, dict):
        return {key: _said_value(member, items[key], item) for key, item in value.items()}
    assert isinstance(value, list)
    return [_said_value(member, item, of) for item, of in zip(items, value, strict=True)]


def _said_value(member: Member, held: Any, value: JsonValue) -> JsonValue:
    if member.child is None or json_form(member.child) or not isinstance(value, dict):
        return value
    return said(held, value)
