"""Delete: an object removed, or marked for deletion where finalizers or a grace period hold it.

The rules are those of rest.BeforeDelete and the generic registry's Delete of a kube-apiserver.
"""

import json
import logging
from dataclasses import dataclass

from google.protobuf.message import Message
from pilothouse.api.meta.v1 import meta_pb2 as meta

from ..admission.base import AdmissionRequest, Operation
from ..authorization.base import Attributes, permit, require
from ..errors import ApiError, Cause
from ..meta.context import RequestContext
from ..meta.wire import Undecodable, with_revision
from ..store.base import Entry, Op, Put, Refused, Remove
from ..watchcache.item import Item
from . import faults
from .change import TRIES
from .metadata import FOREGROUND, ORPHAN, metadata_of
from .names import require_name
from .options import dry_run_causes, refuse
from .plane import Kind, Plane
from .reading import item_of, stored_item
from .writing import Tries, write

log = logging.getLogger(__name__)

POLICIES = ("Foreground", "Background", "Orphan")
DELETE_UNREAD = "unsafe-delete-ignore-read-errors"
"""The verb that who deletes an object unread must be allowed beside delete, as Kubernetes calls it."""
_UNREAD_OPTION = "ignoreStoreReadErrorWithClusterBreakingPotential"
# Options that cannot be had without reading the object.
_READ_FIRST = {"dryRun", "propagationPolicy", "orphanDependents", "gracePeriodSeconds", "preconditions"}


@dataclass(frozen=True, slots=True)
class Deleted:
    """body: what the object was, or is now that it is marked, as protobuf; removed: whether it is gone."""

    body: bytes
    removed: bool


async def delete(plane: Plane, context: RequestContext, options: meta.DeleteOptions) -> Deleted:
    """What nobody can decode goes only for who asks for that, and may. Raises Forbidden, BadRequest, Invalid, NotFound,
    Conflict, Undecodable."""
    permit(plane.authorizer, context)
    require_name(context)
    check_options(options)
    try:
        return await delete_named(plane, context, options)
    except Undecodable:
        if not options.ignore_store_read_error_with_cluster_breaking_potential:
            raise
        unread = await _unread(plane, context)
        if unread is None:
            raise
    return await _delete_unread(plane, context, options, unread)


async def delete_named(plane: Plane, context: RequestContext, options: meta.DeleteOptions) -> Deleted:
    """delete() for a caller who is authorized already."""
    kind = plane.kind(context.type)
    if not options.propagation_policy and not options.HasField("orphan_dependents"):
        context.warnings.extend(kind.strategy.deletion_warnings)
    key = kind.type.key(context.namespace, context.name)
    item, fresh = plane.cache.collection(kind.type).get(key), False
    for _ in (tries := Tries(TRIES)):
        if item is None:
            item, fresh = await stored_item(plane, kind, key), True
            if item is None:
                raise faults.not_found(kind.type, context.name)
        try:
            ops, raw = await prepare_delete(plane, kind, context, item, options)
        except ApiError:
            if fresh:
                raise
            # The cache may be behind: what is wrong with this object may be right with the one that is there now.
            item = None
            continue
        removed = bool(ops) and isinstance(ops[0], Remove)
        if not ops or context.dry_run:
            if fresh:
                return Deleted(with_revision(raw, item.revision), removed)
            item = None
            continue
        outcome = await write(plane, (context,), ops)
        if not isinstance(outcome, Refused):
            return Deleted(with_revision(raw, outcome.revision), removed)
        if outcome.index:
            tries.lost_a_claim()
            continue
        if outcome.current is None:
            raise faults.not_found(kind.type, context.name)
        item, fresh = item_of(kind, outcome.current), True
    raise faults.conflict(kind.type, context.name)


async def _unread(plane: Plane, context: RequestContext) -> Entry | None:
    """What the store has under the object's key, if that cannot be decoded. Raises NotFound."""
    kind = plane.kind(context.type)
    entry, _ = await plane.store.get(kind.type.key(context.namespace, context.name))
    if entry is None:
        raise faults.not_found(kind.type, context.name)
    try:
        item_of(kind, entry)
    except Undecodable:
        return entry
    return None


async def _delete_unread(plane: Plane, context: RequestContext, options: meta.DeleteOptions, unread: Entry) -> Deleted:
    """Takes a value out of the store without looking at it: finalizers, periods of grace and plugins have no say, which
    is why it takes a right of its own. Raises Forbidden, Invalid, Conflict."""
    require(plane.authorizer, Attributes.of(context)._replace(verb=DELETE_UNREAD))
    given = {field.json_name for field, _ in options.ListFields()} & _READ_FIRST
    if context.dry_run:
        given.add("dryRun")
    text = "Invalid value: true: cannot be set together with ."
    refuse("DeleteOptions", [Cause("FieldValueInvalid", text + name, _UNREAD_OPTION) for name in sorted(given)])
    if isinstance(await write(plane, (context,), (Remove(unread.key, unread.revision),)), Refused):
        raise faults.conflict(context.type, context.name)
    log.warning("an object that could not be decoded was deleted", extra={"key": unread.key})
    named = {"name": context.name, "namespace": context.namespace}
    return Deleted(meta.PartialObjectMetadata(metadata=named).SerializeToString(), True)


def check_options(options: meta.DeleteOptions) -> None:
    """Raises Invalid: the rules are those of metav1.DeleteOptions' validation."""
    causes: list[Cause] = []
    policy = json.dumps(options.propagation_policy)
    if options.HasField("propagation_policy") and options.HasField("orphan_dependents"):
        text = f"Invalid value: {policy}: orphanDependents and deletionPropagation cannot be both set"
        causes.append(Cause("FieldValueInvalid", text, "propagationPolicy"))
    elif options.HasField("propagation_policy") and options.propagation_policy not in POLICIES:
        supported = ", ".join(f'"{policy}"' for policy in (*POLICIES, "nil"))
        text = f"Unsupported value: {policy}: supported values: {supported}"
        causes.append(Cause("FieldValueNotSupported", text, "propagationPolicy"))
    refuse("DeleteOptions", causes + dry_run_causes(options.dry_run))


async def prepare_delete(
    plane: Plane, kind: Kind, context: RequestContext, item: Item, options: meta.DeleteOptions
) -> tuple[tuple[Op, ...], bytes]:
    """What to do in the store, the object's own operation first (nothing more than was done before: none), and the
    object's protobuf as it then is. Raises Conflict where a precondition does not hold, Forbidden."""
    _require_preconditions(kind, item, options.preconditions)
    message = kind.type.message.FromString(item.raw)
    request = AdmissionRequest(context, Operation.DELETE, None, message, item.name)
    await plane.admission.validate(request)
    op, raw = _marked_or_gone(plane, kind, item, message, options)
    if isinstance(op, Remove):
        return (op, *request.together), raw
    context.settled(0)
    return ((op,) if op is not None else ()), raw


def _marked_or_gone(
    plane: Plane, kind: Kind, item: Item, message: Message, options: meta.DeleteOptions
) -> tuple[Op | None, bytes]:
    metadata, strategy = metadata_of(message), kind.strategy
    marked = metadata.HasField("deletion_timestamp")
    if marked and strategy.holds(message):
        return None, item.raw
    requested = _requested_grace(options)
    grace = 0
    if not marked:
        grace = strategy.grace_seconds(message, requested)
    elif strategy.graceful and metadata.HasField("deletion_grace_period_seconds"):
        # A shorter period may be asked for, never a longer one; and nothing else of what is under way can be changed.
        if requested is None or requested >= metadata.deletion_grace_period_seconds:
            return None, item.raw
        grace = requested
        metadata.deletion_timestamp.seconds += grace - metadata.deletion_grace_period_seconds
        metadata.deletion_grace_period_seconds = grace
    _record_propagation(kind, message, options)
    gone = not metadata.finalizers and not strategy.holds(message) and grace == 0
    if gone and not strategy.graceful:
        return Remove(item.key, item.revision), item.raw
    if not marked:
        _mark(kind, message, int(plane.now()), grace)
    raw = message.SerializeToString(deterministic=True)
    if gone:
        return Remove(item.key, item.revision), raw
    if raw == item.raw:
        return None, raw
    ttl = plane.event_ttl if kind.type.storage.expires else 0
    return Put(item.key, kind.form.stored(message, raw), item.revision, ttl), raw


def _requested_grace(options: meta.DeleteOptions) -> int | None:
    """Seconds; a negative period is one second."""
    if not options.HasField("grace_period_seconds"):
        return None
    return 1 if options.grace_period_seconds < 0 else options.grace_period_seconds


def _mark(kind: Kind, message: Message, now: int, grace: int) -> None:
    metadata = metadata_of(message)
    metadata.deletion_timestamp.Clear()
    metadata.deletion_timestamp.seconds = now + grace
    metadata.deletion_grace_period_seconds = grace
    if metadata.generation:
        metadata.generation += 1
    kind.strategy.mark_deleted(message)


def _record_propagation(kind: Kind, message: Message, options: meta.DeleteOptions) -> None:
    """The propagation policy as finalizers: what dependents a garbage collector leaves, or removes first. Of a kind
    without periods of grace a later deletion can change it."""
    metadata = metadata_of(message)
    present = set(metadata.finalizers)
    policy = options.propagation_policy
    if kind.type.storage.expires:
        # What expires owns nothing.
        policy = "Background"
    elif options.HasField("orphan_dependents"):
        policy = "Orphan" if options.orphan_dependents else "Background"
    elif not policy:
        if ORPHAN in present or (kind.type.orphans_by_default and FOREGROUND not in present):
            policy = "Orphan"
        elif FOREGROUND in present:
            policy = "Foreground"
    wanted = {"Orphan": [ORPHAN], "Foreground": [FOREGROUND]}.get(policy, [])
    if present & {ORPHAN, FOREGROUND} == set(wanted):
        return
    kept = [f for f in metadata.finalizers if f not in (ORPHAN, FOREGROUND)]
    metadata.ClearField("finalizers")
    metadata.finalizers.extend(kept + wanted)


def _require_preconditions(kind: Kind, item: Item, wanted: meta.Preconditions) -> None:
    """Raises Conflict."""
    if wanted.uid or wanted.resource_version:
        metadata = metadata_of(kind.type.message.FromString(item.raw))
        metadata.resource_version = str(item.revision)
        check = faults.require_plain_preconditions if kind.strategy.deletes_by_itself else faults.require_preconditions
        check(kind.type, metadata, wanted)
