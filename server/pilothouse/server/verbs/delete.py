"""Delete: an object removed, or marked for deletion where finalizers or a grace period hold it.

The rules are those of rest.BeforeDelete and the generic registry's Delete of a kube-apiserver.
"""

from google.protobuf.message import Message
from pilothouse.api.meta.v1 import meta_pb2 as meta

from ..authorization.base import Attributes, require
from ..errors import Cause, Invalid
from ..meta.context import RequestContext
from ..meta.wire import with_revision
from ..store.base import Op, Put, Refused, Remove
from ..watchcache.item import Item
from . import faults
from .change import TRIES
from .metadata import FOREGROUND, ORPHAN, metadata_of
from .names import require_name
from .plane import Kind, Plane
from .reading import item_of, stored_item


POLICIES = ("Foreground", "Background", "Orphan")


async def delete(plane: Plane, context: RequestContext, options: meta.DeleteOptions) -> bytes:
    """What the object was, or is now that it is marked, as protobuf. Raises Forbidden, BadRequest, Invalid, NotFound,
    Conflict."""
    require(plane.authorizer, Attributes.of(context))
    require_name(context)
    check_options(options)
    return await delete_named(plane, context, options)


async def delete_named(plane: Plane, context: RequestContext, options: meta.DeleteOptions) -> bytes:
    """delete() for a caller who is authorized already."""
    kind = plane.kind(context.type)
    key = kind.type.key(context.namespace, context.name)
    item, fresh = plane.cache.collection(kind.type).get(key), False
    for _ in range(TRIES):
        if item is None:
            item, fresh = await stored_item(plane, kind, key), True
            if item is None:
                raise faults.not_found(kind.type, context.name)
        if not fresh and not _preconditions_hold(kind, item, options):
            item = None
            continue
        op, raw = prepare_delete(plane, kind, item, options)
        if op is None or context.dry_run:
            return with_revision(raw, item.revision)
        outcome = await plane.writer.write((op,))
        if not isinstance(outcome, Refused):
            return with_revision(raw, outcome.revision)
        if outcome.current is None:
            raise faults.not_found(kind.type, context.name)
        item, fresh = item_of(kind, outcome.current), True
    raise faults.conflict(kind.type, context.name)


def check_options(options: meta.DeleteOptions) -> None:
    """Raises Invalid: the rules are those of metav1.DeleteOptions' validation."""
    if not options.HasField("propagation_policy"):
        return
    cause = None
    if options.HasField("orphan_dependents"):
        text = "Invalid value: orphanDependents and deletionPropagation cannot be both set"
        cause = Cause("FieldValueInvalid", text, "propagationPolicy")
    elif options.propagation_policy not in POLICIES:
        supported = ", ".join(f'"{policy}"' for policy in (*POLICIES, "nil"))
        text = f'Unsupported value: "{options.propagation_policy}": supported values: {supported}'
        cause = Cause("FieldValueNotSupported", text, "propagationPolicy")
    if cause is not None:
        message = f'DeleteOptions.meta.k8s.io "" is invalid: {cause.field}: {cause.message}'
        raise Invalid(message, group="meta.k8s.io", kind="DeleteOptions", causes=(cause,))


def prepare_delete(plane: Plane, kind: Kind, item: Item, options: meta.DeleteOptions) -> tuple[Op | None, bytes]:
    """What to do in the store (None: nothing more than was done before), and the object's protobuf as it then is.
    Raises Conflict where a precondition does not hold."""
    _require_preconditions(kind, item, options)
    message = kind.type.message.FromString(item.raw)
    metadata = metadata_of(message)
    marked = metadata.HasField("deletion_timestamp")
    requested = options.grace_period_seconds if options.HasField("grace_period_seconds") else None
    grace = kind.strategy.grace_seconds(message, requested)
    if marked:
        if metadata.HasField("deletion_grace_period_seconds") and metadata.deletion_grace_period_seconds:
            # A shorter period may be asked for, never a longer one.
            if requested is None or grace >= metadata.deletion_grace_period_seconds:
                return None, item.raw
            metadata.deletion_timestamp.seconds += grace - metadata.deletion_grace_period_seconds
            metadata.deletion_grace_period_seconds = grace
    else:
        _record_propagation(kind, message, options)
    held = bool(metadata.finalizers) or kind.strategy.holds(message)
    if not held and grace == 0:
        return Remove(item.key, item.revision), item.raw
    if not marked:
        metadata.deletion_timestamp.Clear()
        metadata.deletion_timestamp.seconds = int(plane.now()) + grace
        metadata.deletion_grace_period_seconds = grace
        if metadata.generation:
            metadata.generation += 1
        kind.strategy.mark_deleted(message)
    raw = message.SerializeToString(deterministic=True)
    if raw == item.raw:
        return None, raw
    return Put(item.key, kind.form.stored(message), item.revision), raw


def _record_propagation(kind: Kind, message: Message, options: meta.DeleteOptions) -> None:
    """The propagation policy as finalizers: what dependents a garbage collector leaves, or removes first."""
    if kind.type.storage.expires:
        return
    metadata = metadata_of(message)
    policy = options.propagation_policy
    if options.HasField("orphan_dependents"):
        policy = "Orphan" if options.orphan_dependents else "Background"
    if not policy:
        present = set(metadata.finalizers)
        if ORPHAN in present or (kind.type.orphans_by_default and FOREGROUND not in present):
            policy = "Orphan"
        elif FOREGROUND in present:
            policy = "Foreground"
    kept = [f for f in metadata.finalizers if f not in (ORPHAN, FOREGROUND)]
    wanted = {"Orphan": [ORPHAN], "Foreground": [FOREGROUND]}.get(policy, [])
    metadata.ClearField("finalizers")
    metadata.finalizers.extend(kept + wanted)


def _preconditions_hold(kind: Kind, item: Item, options: meta.DeleteOptions) -> bool:
    return _broken_precondition(kind, item, options) is None


def _require_preconditions(kind: Kind, item: Item, options: meta.DeleteOptions) -> None:
    broken = _broken_precondition(kind, item, options)
    if broken is not None:
        raise faults.conflict(kind.type, item.name, broken)


def _broken_precondition(kind: Kind, item: Item, options: meta.DeleteOptions) -> str | None:
    wanted = options.preconditions
    if wanted.uid:
        uid = metadata_of(kind.type.message.FromString(item.raw)).uid
        if uid != wanted.uid:
            return f"Precondition failed: UID in precondition: {wanted.uid}, UID in object meta: {uid}"
    if wanted.resource_version and wanted.resource_version != str(item.revision):
        return (
            f"Precondition failed: ResourceVersion in precondition: {wanted.resource_version}, "
            f"ResourceVersion in object meta: {item.revision}"
        )
    return None
