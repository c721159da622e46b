"""Who owns what of an object that is written: the one place of the line where metadata.managedFields changes, for all
writes but applies, which bring it with them.

As in a kube-apiserver it stands before admission: what a plugin adds to a request belongs to nobody.
"""

from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from pilothouse.api.meta.v1.meta_pb2 import ObjectMeta

from ..errors import Cause
from ..fields.managers import differ_in_time_alone, managers_of, write_managers
from ..fields.ownership import Write, after_update
from ..meta.context import RequestContext
from . import faults
from .metadata import metadata_of
from .options import field_manager_causes
from .plane import Kind

_SUBRESOURCE_BYTES = 256


def write_of(kind: Kind, context: RequestContext, now: float) -> Write:
    """now: seconds since the epoch."""
    resets = kind.strategy.reset_fields(context.subresource)
    return Write(context.field_manager, int(now), context.subresource, resets)


def own(kind: Kind, context: RequestContext, old: Message | None, new: Message, now: float) -> None:
    """Writes into a complete new object who owns its fields since. old: None for an object that is not there yet.
    Raises Invalid for entries of the client's own that cannot be kept."""
    if context.applied:
        return
    metadata = metadata_of(new)
    before = metadata_of(old) if old is not None else None
    managed = managers_of(before, metadata, context.subresource)
    after = after_update(kind.walker, managed, write_of(kind, context, now), old, new)
    if after is managed and before is not None and metadata.managed_fields == before.managed_fields:
        return
    if causes := _causes(metadata):
        raise faults.invalid(kind.type, metadata.name, causes)
    write_managers(metadata, after)


def _causes(metadata: ObjectMeta) -> list[Cause]:
    """What is wrong with entries that a client sends and that can be read, by the rules of metav1's
    ValidateManagedFields."""
    causes: list[Cause] = []
    for place, entry in enumerate(metadata.managed_fields):
        path = f"metadata.managedFields[{place}]"
        causes += field_manager_causes(entry.manager, f"{path}.manager")
        if len(entry.subresource.encode()) > _SUBRESOURCE_BYTES:
            text = f"Too long: may not be more than {_SUBRESOURCE_BYTES} bytes"
            causes.append(Cause("FieldValueTooLong", text, f"{path}.subresource"))
    return causes


def keep_times(old: Message, new: Message) -> bool:
    """Whether nothing changed but when managers say that they wrote; then they say what they said before."""
    if not _same_but_for_managers(old, new):
        return False
    before, after = metadata_of(old).managed_fields, metadata_of(new).managed_fields
    if not differ_in_time_alone(before, after):
        return False
    metadata_of(new).ClearField("managed_fields")
    metadata_of(new).managed_fields.extend(metadata_of(old).managed_fields)
    return True


def _same_but_for_managers(old: Message, new: Message) -> bool:
    """The metadata last: it is the rest that mostly differs."""
    left, right = _parts(old), _parts(new)
    if left[:-1] != right[:-1]:
        return False
    before, after = (
        [part for part in _parts(m) if part[0].name != "managed_fields"] for m in (left[-1][1], right[-1][1])
    )
    return bool(before == after)


def _parts(message: Any) -> list[tuple[FieldDescriptor, Any]]:
    """What is set in a message, the fields of the lowest numbers last."""
    return message.ListFields()[::-1]  # type: ignore[no-any-return]
