"""What every store must decide alike."""

from collections.abc import Sequence

from pilothouse.server.store.base import Op, Remove


def holds(op: Op, standing: int) -> bool:
    """Whether the expectation of `op` holds for a key that stands at revision `standing` (0: it does not exist)."""
    expected = op.expected_revision
    if type(op) is Remove and standing == 0:
        return False
    return expected is None or expected == standing


def check_groups(groups: Sequence[Sequence[Op]]) -> None:
    """Raises ValueError for an empty group, for a key that occurs twice in all of the groups together, and for a Remove
    that expects its key not to exist."""
    keys: set[str] = set()
    for group in groups:
        if not group:
            raise ValueError("a group of operations is empty")
        for op in group:
            if op.key in keys:
                raise ValueError(f"key {op.key!r} occurs twice in one commit")
            if type(op) is Remove and op.expected_revision == 0:
                raise ValueError(f"the removal of {op.key!r} expects that it does not exist")
            keys.add(op.key)


def span(prefix: str) -> tuple[bytes, bytes]:
    """The keys that begin with `prefix`, as bytes: the first possible one, and the first that lies beyond them all."""
    start = prefix.encode()
    # 0xff occurs in no UTF-8: it lies beyond every key, and the last byte of a prefix can always be raised by one.
    return start, start[:-1] + bytes([start[-1] + 1]) if start else b"\xff"
