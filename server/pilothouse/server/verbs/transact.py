"""Transact: several objects written together, all or none."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from google.protobuf.message import Message
from pilothouse.api.meta.v1 import meta_pb2 as meta

from ..authorization.base import permit
from ..errors import ApiError, BadRequest, MethodNotSupported
from ..meta.context import RequestContext
from ..meta.wire import with_revision
from ..store.base import Op, Refused
from . import create as creating
from . import faults
from .body import Body
from .change import TRIES, demanded_revision
from .delete import check_options, prepare_delete
from .metadata import metadata_of
from .names import require_name
from .plane import Plane
from .reading import stored_item
from .subresources.parts import part_of
from .update import require_same_name, require_same_uid
from .writing import Tries, settle, write

OPERATIONS_AT_MOST = 64
# Where the maps are kept that say what is taken of a range.
_MAPS = "/registry/ranges/"


@dataclass(frozen=True, slots=True)
class Operation:
    """One write: `body` of a create or an update, `options` of a delete."""

    verb: Literal["create", "update", "delete"]
    context: RequestContext
    body: Body | None = None
    options: meta.DeleteOptions | None = None


@dataclass(frozen=True, slots=True)
class _Ready:
    """insisted: on a name or on a revision, so that to try again cannot help."""

    key: str
    ops: tuple[Op, ...]
    raw: bytes
    revision: int
    insisted: bool
    name: str


async def transact(plane: Plane, operations: Sequence[Operation], dry_run: bool) -> tuple[int, list[bytes]]:
    """The transaction's revision (0: nothing was written) and what each operation left, as protobuf. dry_run: of the
    whole. Raises what its operations would raise alone, before anything is written, and Conflict or AlreadyExists where
    one of them lost."""
    if len(operations) > OPERATIONS_AT_MOST:
        raise BadRequest(f"a transaction takes {OPERATIONS_AT_MOST} operations at most, not {len(operations)}")
    operations = _all_or_none_dry(operations, dry_run)
    for operation in operations:
        if operation.context.type.is_review:
            raise MethodNotSupported(f"{operation.context.type.qualified} are not stored: a transaction takes none")
        permit(plane.authorizer, operation.context)
    for _ in (tries := Tries(TRIES)):
        ready = await _prepare_all(plane, operations)
        ops = _ops_of(ready)
        try:
            _require_distinct([r.key for r in ready], ops)
        except BadRequest:
            settle([operation.context for operation in operations], 0)
            raise
        if dry_run or not ops:
            return 0, [with_revision(r.raw, r.revision) if r.revision else r.raw for r in ready]
        outcome = await write(plane, [o.context for o in operations], ops)
        if not isinstance(outcome, Refused):
            return outcome.revision, [with_revision(r.raw, outcome.revision if r.ops else r.revision) for r in ready]
        lost = next(i for i, r in enumerate(ready) if ops[outcome.index] in r.ops)
        if ops[outcome.index] is ready[lost].ops[0]:
            fault = _lost(operations[lost], ready[lost])
            if ready[lost].insisted:
                raise fault
        else:
            fault = faults.conflict(operations[lost].context.type, ready[lost].name)
            tries.lost_a_claim()
    raise fault


def _all_or_none_dry(operations: Sequence[Operation], dry_run: bool) -> Sequence[Operation]:
    """Raises BadRequest where only some operations ask for a dry run."""
    if dry_run:
        return [replace(o, context=replace(o.context, dry_run=True)) for o in operations]
    if any(o.context.dry_run for o in operations):
        raise BadRequest("dryRun is for the transaction as a whole, not for one of its operations")
    return operations


def _ops_of(ready: Sequence[_Ready]) -> list[Op]:
    """All operations. Several objects may claim from one map, each beside what those before claim: the last counts."""
    maps = {op.key: op for r in ready for op in r.ops[1:] if op.key.startswith(_MAPS)}
    return [op for r in ready for op in r.ops if maps.get(op.key, op) is op]


def _require_distinct(keys: Sequence[str], ops: Sequence[Op]) -> None:
    """Raises BadRequest where an object occurs twice, be it that one of its writes changes nothing."""
    written = [op.key for op in ops]
    if len(set(keys)) < len(keys) or len(set(written)) < len(written):
        raise BadRequest("a transaction writes each object once")


def _lost(operation: Operation, ready: _Ready) -> ApiError:
    fault = faults.already_exists if operation.verb == "create" else faults.conflict
    return fault(operation.context.type, ready.name)


async def _prepare_all(plane: Plane, operations: Sequence[Operation]) -> list[_Ready]:
    try:
        return [await _prepare(plane, operation) for operation in operations]
    except BaseException:
        settle([operation.context for operation in operations], 0)
        raise


async def _prepare(plane: Plane, operation: Operation) -> _Ready:
    context = operation.context
    kind = plane.kind(context.type)
    if operation.verb == "create":
        assert operation.body is not None
        created = operation.body.message(plane, kind, context)
        named = bool(metadata_of(created).name)
        prepared = await creating.prepare(plane, kind, context, created)
        if context.dry_run and named and (await plane.store.get(prepared.put.key))[0] is not None:
            raise faults.already_exists(context.type, prepared.name)
        return _Ready(prepared.put.key, (prepared.put, *prepared.together), prepared.raw, 0, named, prepared.name)
    require_name(context)
    item = await stored_item(plane, kind, kind.type.key(context.namespace, context.name))
    if item is None:
        raise faults.not_found(kind.type, context.name)
    if operation.verb == "delete":
        options = operation.options or meta.DeleteOptions()
        check_options(options)
        ops, raw = await prepare_delete(plane, kind, context, item, options)
        return _Ready(item.key, ops, raw, item.revision, False, item.name)
    assert operation.body is not None
    part = part_of(plane, context)
    new: Message = operation.body.message(plane, part.kind, context)
    require_same_name(context, new)
    insisted = demanded_revision(kind, new)
    if insisted and insisted != item.revision:
        raise faults.conflict(kind.type, context.name)
    metadata_of(new).name = context.name
    old = kind.type.message.FromString(item.raw)
    kind.normalize(old)
    require_same_uid(context, metadata_of(new).uid, old)
    changed = await part.prepare(plane, kind, context, item, old, new)
    return _Ready(item.key, changed.ops, changed.raw, item.revision, bool(insisted), item.name)
