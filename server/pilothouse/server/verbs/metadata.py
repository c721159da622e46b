"""metadata as the server owns it: what is stamped on a new object, and what an update cannot touch.

The rules are those of rest.BeforeCreate and rest.BeforeUpdate of a kube-apiserver.
"""

from google.protobuf.message import Message
from pilothouse.api.meta.v1.meta_pb2 import ObjectMeta

from ..errors import BadRequest
from ..meta.context import RequestContext
from ..meta.names import generate_name
from ..meta.resource import ResourceType
from ..meta.uids import new_uid
from ..schema.metadata import identity_causes
from . import faults

_SERVER_OWNED = (
    "uid",
    "creation_timestamp",
    "resource_version",
    "self_link",
    "deletion_timestamp",
    "deletion_grace_period_seconds",
)

ORPHAN, FOREGROUND = "orphan", "foregroundDeletion"


def metadata_of(message: Message) -> ObjectMeta:
    """The object's metadata; every kind has it."""
    return message.metadata  # type: ignore[attr-defined,no-any-return]


def place(context: RequestContext, message: Message) -> None:
    """Makes the object's namespace the request's; a cluster-scoped object has none. Raises BadRequest where they
    differ."""
    metadata = metadata_of(message)
    if not context.type.namespaced:
        # The request's too: who may do everything in one namespace must not create cluster roles by naming it.
        if context.namespace:
            raise BadRequest(f"namespace must be empty: {context.type.qualified} are cluster-scoped")
        metadata.ClearField("namespace")
        return
    if metadata.namespace and metadata.namespace != context.namespace:
        raise BadRequest("the namespace of the provided object does not match the namespace sent on the request")
    if not context.namespace:
        raise BadRequest(f"namespace is required: {context.type.qualified} live in namespaces")
    metadata.namespace = context.namespace


def wipe_new(message: Message) -> None:
    """Takes out of a new object what only the server may set."""
    metadata = metadata_of(message)
    for owned in _SERVER_OWNED:
        metadata.ClearField(owned)


def stamp_new(resource: ResourceType, message: Message, now: float) -> None:
    """Gives a new object its identity."""
    metadata = metadata_of(message)
    metadata.uid = new_uid()
    metadata.creation_timestamp.Clear()
    metadata.creation_timestamp.seconds = int(now)
    if resource.initial_generation:
        metadata.generation = resource.initial_generation
    if not metadata.name and metadata.generate_name:
        metadata.name = generate_name(metadata.generate_name)


def keep_identity(resource: ResourceType, message: Message, old: Message) -> None:
    """Gives an updated object what it had: identity, age and the marks of deletion. Raises Invalid for another uid, and
    for a new finalizer on an object that is being deleted."""
    new_metadata, old_metadata = metadata_of(message), metadata_of(old)
    causes = identity_causes(new_metadata, old_metadata)
    if causes:
        # A kube-apiserver looks twice, once for all kinds and once for the one, and tells of both.
        raise faults.invalid(resource, old_metadata.name, causes * 2)
    for name in ("uid", "creation_timestamp", "deletion_timestamp", "deletion_grace_period_seconds", "generation"):
        new_metadata.ClearField(name)
        if old_metadata.HasField(name):
            _copy(new_metadata, old_metadata, name)
    new_metadata.ClearField("resource_version")
    new_metadata.ClearField("self_link")


def _copy(target: ObjectMeta, source: ObjectMeta, name: str) -> None:
    value = getattr(source, name)
    if isinstance(value, Message):
        getattr(target, name).CopyFrom(value)
    else:
        setattr(target, name, value)


def is_doomed(message: Message) -> bool:
    """Whether the object is marked for deletion and nothing in its metadata holds it any more."""
    metadata = metadata_of(message)
    return (
        metadata.HasField("deletion_timestamp")
        and not metadata.finalizers
        and not metadata.deletion_grace_period_seconds
    )
