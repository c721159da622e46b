"""Who owns what of an object that is written: the one place of the line where metadata.managedFields changes, for all
writes but applies, which bring it with them.

As in a kube-apiserver it stands before admission: what a plugin adds to a request belongs to nobody.
"""

from dataclasses import dataclass

from google.protobuf.message import Message
from pilothouse.api.meta.v1.meta_pb2 import ObjectMeta

from ..errors import Cause
from ..fields.managers import NOBODY, Managed, differ_in_time_alone, managers_in, managers_of, write_managers
from ..fields.ownership import Write, after_update
from ..meta.context import RequestContext
from . import faults
from .metadata import metadata_of
from .options import field_manager_causes
from .plane import Kind

# Whose the fields are that the server itself writes: doors name a manager.
SERVER = "pilothouse-server"
_SUBRESOURCE_BYTES = 256


def write_of(kind: Kind, context: RequestContext, now: float) -> Write:
    """now: seconds since the epoch."""
    resets = kind.strategy.reset_fields(context.subresource)
    return Write(context.field_manager or SERVER, int(now), context.subresource, resets)


def own_new(kind: Kind, context: RequestContext, new: Message, now: float) -> None:
    """Writes into a complete new object who owns its fields. Raises Invalid for entries of the client's own that cannot
    be kept."""
    if context.applied:
        return
    metadata = metadata_of(new)
    managed = NOBODY
    if metadata.managed_fields:
        managed = managers_of(None, metadata, "")
        _check(kind, metadata)
    write_managers(metadata, after_update(kind.walker, managed, write_of(kind, context, now), None, new))


@dataclass(frozen=True, slots=True)
class Owners:
    """Who owned an object's fields, and who does after it was changed."""

    before: Managed
    after: Managed

    def settle(self, old: Message, new: Message, unchanged: bool) -> bool:
        """Writes the owners into the changed object. unchanged: whether it is what it was, apart from them. Returns
        whether it still is: nothing is written only to say when."""
        if self.after is self.before or (unchanged and differ_in_time_alone(self.before, self.after)):
            return unchanged
        write_managers(metadata_of(new), self.after)
        return unchanged and metadata_of(new).managed_fields == metadata_of(old).managed_fields


def owners_of(kind: Kind, context: RequestContext, old: Message, new: Message, now: float) -> Owners:
    """Who owns the fields of a complete changed object, which keeps the entries of the old one until its owners are
    settled. Raises Invalid for entries of the client's own that cannot be kept."""
    metadata, was = metadata_of(new), metadata_of(old)
    before = managers_in(was)
    if context.applied:
        after = managers_in(metadata)
    else:
        managed = before
        if not context.subresource and metadata.managed_fields and metadata.managed_fields != was.managed_fields:
            managed = managers_of(was, metadata, "")
            _check(kind, metadata)
        after = after_update(kind.walker, managed, write_of(kind, context, now), old, new)
    metadata.ClearField("managed_fields")
    metadata.managed_fields.extend(was.managed_fields)
    return Owners(before, after)


def _check(kind: Kind, metadata: ObjectMeta) -> None:
    """Looks at entries that a client sends and that can be read, by the rules of metav1's ValidateManagedFields. Raises
    Invalid."""
    causes: list[Cause] = []
    for place, entry in enumerate(metadata.managed_fields):
        path = f"metadata.managedFields[{place}]"
        causes += field_manager_causes(entry.manager, f"{path}.manager")
        if len(entry.subresource.encode()) > _SUBRESOURCE_BYTES:
            text = f"Too long: may not be more than {_SUBRESOURCE_BYTES} bytes"
            causes.append(Cause("FieldValueTooLong", text, f"{path}.subresource"))
    if causes:
        raise faults.invalid(kind.type, metadata.name, causes)
