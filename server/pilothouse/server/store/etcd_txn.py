"""Groups of operations as one etcd transaction, and its answer as outcomes."""

from collections.abc import Mapping, Sequence

from pilothouse.server.store import etcd_wire_pb2 as wire
from pilothouse.server.store.base import Committed, Entry, Op, Outcome, Put, Refused
from pilothouse.server.store.rules import holds

_MOD = wire.Compare.MOD
_EQUAL = wire.Compare.EQUAL
_GREATER = wire.Compare.GREATER


def build(groups: Sequence[Sequence[Op]], prefix: str, leases: Mapping[int, int]) -> wire.TxnRequest:
    """One group as a plain transaction; several as a transaction of nested ones, each with its own expectations, so
    that each succeeds or fails alone. `leases` gives the lease for each ttl in seconds."""
    txn = wire.TxnRequest()
    if len(groups) == 1:
        _fill(txn, groups[0], prefix, leases)
        return txn
    for group in groups:
        _fill(txn.success.add().request_txn, group, prefix, leases)
    put = next((op for group in groups for op in group if isinstance(op, Put)), None)
    if put:
        # etcd does not look into nested transactions when it applies its quota: without this put, which is never done
        # (the outer transaction expects nothing, so it succeeds), it would take writes until its disk is full.
        txn.failure.add().request_put.key = (prefix + put.key).encode()
    return txn


def outcomes(groups: Sequence[Sequence[Op]], answer: wire.TxnResponse) -> list[Outcome]:
    """The outcome of each group of the transaction that `build` made."""
    revision = answer.header.revision
    if len(groups) == 1:
        return [_outcome(groups[0], answer, revision)]
    return [_outcome(group, op.response_txn, revision) for group, op in zip(groups, answer.responses, strict=True)]


def _fill(txn: wire.TxnRequest, group: Sequence[Op], prefix: str, leases: Mapping[int, int]) -> None:
    for op in group:
        key = (prefix + op.key).encode()
        expected = op.expected_revision
        if isinstance(op, Put):
            put = txn.success.add().request_put
            put.key = key
            put.value = op.value
            if op.ttl:
                put.lease = leases[op.ttl]
            if expected is None:
                continue
            txn.compare.add(result=_EQUAL, target=_MOD, key=key, mod_revision=expected)
        else:
            txn.success.add().request_delete_range.key = key
            # A key that is gone has revision 0, which no expectation of a Remove may match.
            result = _GREATER if not expected else _EQUAL
            txn.compare.add(result=result, target=_MOD, key=key, mod_revision=expected or 0)
        txn.failure.add().request_range.key = key


def _outcome(group: Sequence[Op], answer: wire.TxnResponse, revision: int) -> Outcome:
    if answer.succeeded:
        return Committed(revision)
    read = iter(answer.responses)
    for index, op in enumerate(group):
        if isinstance(op, Put) and op.expected_revision is None:
            continue
        kvs = next(read).response_range.kvs
        standing = Entry(op.key, kvs[0].value, kvs[0].mod_revision) if kvs else None
        if not holds(op, standing.revision if standing else 0):
            return Refused(revision, standing, index)
    raise AssertionError("etcd refused a transaction although every expectation of it holds")
