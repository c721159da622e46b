"""What the one writing thread of the SQLite store does."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import time

from pilothouse.server.store.base import (
    Change,
    Committed,
    Entry,
    Op,
    Outcome,
    Put,
    Refused,
    Remove,
    RevisionCompacted,
    RevisionInFuture,
)
from pilothouse.server.store.rules import holds
from pilothouse.server.store.sqlite_file import ID_STEP

# Keys that expire in one transaction; revisions that one transaction of a compaction goes through.
_EXPIRE_AT_ONCE = 1000
_SWEEP_AT_ONCE = 500


class Writer:
    """Blocking; to be used by one thread. Raises sqlite3.Error; then nothing was written."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self.revision, self.compacted, self._swept = self._state()

    def commit(self, groups: Sequence[Sequence[Op]]) -> tuple[list[Outcome], list[Change]]:
        """One SQL transaction, one sync to disk and one new revision for all groups whose expectations hold."""
        outcomes: list[Outcome] = []
        changes: list[Change] = []
        revision = self.revision + 1
        with self._transaction():
            for group in groups:
                standing = [self._standing(op.key) for op in group]
                refused = self._refused(group, standing)
                if refused:
                    outcomes.append(refused)
                    continue
                outcomes.append(Committed(revision))
                for op, (_, replaced) in zip(group, standing, strict=True):
                    self._apply(op, revision * ID_STEP + len(changes), replaced)
                    value = op.value if isinstance(op, Put) else None
                    changes.append(Change(op.key, value, revision))
            if changes:
                self._db.execute("UPDATE state SET revision = ?", (revision,))
        if changes:
            self.revision = revision
        return [Refused(self.revision, o.current, o.index) if isinstance(o, Refused) else o for o in outcomes], changes

    def expire(self) -> list[Change]:
        """Deletes keys whose time is over, as many as one transaction takes."""
        found = self._db.execute(
            "SELECT key FROM live WHERE expires <= ? LIMIT ?", (time(), _EXPIRE_AT_ONCE)
        ).fetchall()
        return self.commit([[Remove(key.decode())] for (key,) in found])[1] if found else []

    def next_expiry(self) -> float | None:
        """When the next key's time is over, in seconds since the epoch."""
        expires: float | None = self._db.execute("SELECT min(expires) FROM live WHERE expires IS NOT NULL").fetchone()[
            0
        ]
        return expires

    def compact(self, revision: int) -> None:
        """From here on nothing before `revision` is readable; what is not needed any more goes with `sweep`."""
        if revision > self.revision:
            raise RevisionInFuture(self.revision)
        if revision <= self.compacted:
            raise RevisionCompacted(self.compacted)
        with self._transaction():
            self._db.execute("UPDATE state SET compacted = ?", (revision,))
        self.compacted = revision

    def sweep(self) -> bool:
        """Removes some of what compaction forgot from the file; whether more is left to do."""
        if self._swept >= self.compacted:
            return False
        to = min(self.compacted, self._swept + _SWEEP_AT_ONCE)
        rows = ((self._swept + 1) * ID_STEP, (to + 1) * ID_STEP)
        with self._transaction():
            self._db.execute(
                "DELETE FROM history WHERE id IN "
                "(SELECT previous FROM history WHERE id >= ? AND id < ? AND previous > 0)",
                rows,
            )
            self._db.execute("DELETE FROM history WHERE id >= ? AND id < ? AND value IS NULL", rows)
            self._db.execute("UPDATE state SET swept = ?", (to,))
        self._swept = to
        return to < self.compacted

    def _state(self) -> tuple[int, int, int]:
        revision, compacted, swept = self._db.execute("SELECT revision, compacted, swept FROM state").fetchone()
        return revision, compacted, swept

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            self.revision, self.compacted, self._swept = self._state()
            raise

    def _standing(self, key: str) -> tuple[Entry | None, int]:
        """What stands under the key, and the id of its row."""
        row = self._db.execute(
            "SELECT h.value, h.id FROM live l JOIN history h ON h.id = l.id WHERE l.key = ?", (key.encode(),)
        ).fetchone()
        return (Entry(key, row[0], row[1] // ID_STEP), row[1]) if row else (None, 0)

    def _refused(self, group: Sequence[Op], standing: Sequence[tuple[Entry | None, int]]) -> Refused | None:
        for index, (op, (entry, _)) in enumerate(zip(group, standing, strict=True)):
            if not holds(op, entry.revision if entry else 0):
                return Refused(0, entry, index)
        return None

    def _apply(self, op: Op, row: int, replaced: int) -> None:
        key = op.key.encode()
        value = op.value if isinstance(op, Put) else None
        self._db.execute("INSERT INTO history VALUES (?, ?, ?, ?)", (row, key, value, replaced))
        if isinstance(op, Put):
            expires = time() + op.ttl if op.ttl else None
            self._db.execute("INSERT OR REPLACE INTO live VALUES (?, ?, ?)", (key, row, expires))
        else:
            self._db.execute("DELETE FROM live WHERE key = ?", (key,))
