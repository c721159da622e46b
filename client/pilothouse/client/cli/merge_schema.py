"""How a kind's members merge, read from the options of its message."""

import importlib
from functools import cache
from typing import Any

from google.protobuf import descriptor_pool
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from pilothouse.api import annotations_pb2

from ..three_way import MergeField

API = "pilothouse.api."


def merge_schema(message: str) -> "MessageSchema | None":
    """The schema of the message of that full name; None for one that this client does not have, such as a custom
    resource's."""
    package = message.rpartition(".")[0]
    if not package.startswith(API):
        return None
    try:
        importlib.import_module(f"{package}.rpc_pb2")  # brings in every message of the package
        return _schema(descriptor_pool.Default().FindMessageTypeByName(message))
    except (ModuleNotFoundError, KeyError):
        return None


class MessageSchema:
    """One message's members by their JSON names. Messages that are a value in JSON (a quantity, a time) have none."""

    def __init__(self, descriptor: Descriptor) -> None:
        self._members = _members(descriptor)
        self._found: dict[str, MergeField] = {}

    def field(self, json_name: str) -> MergeField | None:
        member = self._members.get(json_name)
        if member is None:
            return None
        if json_name not in self._found:
            self._found[json_name] = _merge_field(member)
        return self._found[json_name]


class MapSchema:
    """A map's values are all alike."""

    def __init__(self, value: FieldDescriptor) -> None:
        self._value = MergeField(child=_child(value))

    def field(self, json_name: str) -> MergeField | None:
        return self._value


@cache
def _schema(descriptor: Descriptor) -> MessageSchema:
    return MessageSchema(descriptor)


def _members(descriptor: Descriptor) -> dict[str, FieldDescriptor]:
    members: dict[str, FieldDescriptor] = {}
    for field in descriptor.fields:
        if _options(field)[annotations_pb2.inline] and field.message_type:
            members |= _members(field.message_type)
        else:
            members[field.json_name] = field
    return members


def _options(field: FieldDescriptor) -> Any:  # the stubs know no extensions of generated code
    return field.GetOptions().Extensions


def _merge_field(field: FieldDescriptor) -> MergeField:
    options = _options(field)
    return MergeField(
        patch_strategy=frozenset(s for given in options[annotations_pb2.patch_strategy] for s in given.split(",")),
        merge_key=options[annotations_pb2.patch_merge_key],
        child=_child(field),
    )


def _child(field: FieldDescriptor) -> MessageSchema | MapSchema | None:
    message = field.message_type
    if message is None:
        return None
    if message.GetOptions().map_entry:
        return MapSchema(message.fields_by_name["value"])
    options: Any = message.GetOptions()
    return None if options.HasExtension(annotations_pb2.json_form) else _schema(message)
