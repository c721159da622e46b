"""The merge schema of a message class, read from the options `patch_strategy` and `patch_merge_key` of its fields."""

from functools import cache

from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message
from pilothouse.api import annotations_pb2 as annotations
from pilothouse.server.meta.members import Member, json_form, members, option
from pilothouse.server.patch.merge_schema import MapSchema, MergeField, MergeSchema


def merge_schema_for(message: type[Message]) -> MergeSchema:
    """How objects of the class merge. Made once per class; parts of it when a patch first touches them."""
    return _schema(message.DESCRIPTOR)


class _MessageSchema:
    def __init__(self, descriptor: Descriptor) -> None:
        self._members = members(descriptor)
        self._fields: dict[str, MergeField] = {}

    def field(self, json_name: str) -> MergeField | None:
        """None where the message has no such member."""
        found = self._fields.get(json_name)
        if found is None and json_name in self._members:
            found = self._fields[json_name] = _merge_field(self._members[json_name])
        return found


@cache
def _schema(descriptor: Descriptor) -> _MessageSchema:
    return _MessageSchema(descriptor)


def _merge_field(member: Member) -> MergeField:
    # What does not look like an object of its fields (a quantity, a raw value) is replaced as a whole.
    plain = member.child is not None and not json_form(member.child)
    child: MergeSchema | None = _schema(member.child) if member.child is not None and plain else None
    return MergeField(
        patch_strategy=frozenset(option(member.field, annotations.patch_strategy)),
        merge_key=option(member.field, annotations.patch_merge_key),
        child=MapSchema(child) if member.is_map else child,
    )
