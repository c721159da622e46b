"""What the one reading thread of the SQLite store does."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from pilothouse.server.store.base import Batch, Change, Entry, Page, RevisionCompacted, RevisionInFuture
from pilothouse.server.store.rules import span
from pilothouse.server.store.sqlite_file import ID_STEP

# One answer of `changes` ends with the revision that fills this many bytes of values.
_CHANGES_BYTES = 4 << 20


class Reader:
    """Blocking; to be used by one thread. Raises sqlite3.Error."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def get(self, key: str) -> tuple[Entry | None, int]:
        revision, value, row = self._db.execute(
            "SELECT s.revision, h.value, h.id FROM state s"
            " LEFT JOIN live l ON l.key = ? LEFT JOIN history h ON h.id = l.id",
            (key.encode(),),
        ).fetchone()
        return (None if row is None else Entry(key, value, row // ID_STEP)), revision

    def list(self, prefix: str, limit: int, continue_key: str, revision: int) -> Page:
        start, end = span(prefix)
        start = max(start, continue_key.encode())
        with self._snapshot() as (current, compacted):
            if revision > current:
                raise RevisionInFuture(current)
            if 0 < revision < compacted:
                raise RevisionCompacted(compacted)
            # One more than asked for tells whether there is more; -1: all.
            wanted = limit + 1 if limit else -1
            if revision in (0, current):
                rows = self._db.execute(
                    "SELECT l.key, h.value, h.id FROM live l JOIN history h ON h.id = l.id"
                    " WHERE l.key >= ? AND l.key < ? ORDER BY l.key LIMIT ?",
                    (start, end, wanted),
                ).fetchall()
            else:
                # max() makes SQLite take the other columns from the row that has it.
                rows = self._db.execute(
                    "SELECT key, value, newest FROM (SELECT key, value, max(id) AS newest FROM history"
                    " WHERE key >= ? AND key < ? AND id < ? GROUP BY key) WHERE value IS NOT NULL ORDER BY key LIMIT ?",
                    (start, end, (revision + 1) * ID_STEP, wanted),
                ).fetchall()
        more = 0 < limit < len(rows)
        entries = [Entry(key.decode(), value, row // ID_STEP) for key, value, row in (rows[:limit] if more else rows)]
        return Page(entries, revision or current, more)

    def changes(self, prefix: str, after_revision: int) -> Batch:
        """The next whole revisions after one. Raises RevisionCompacted."""
        start, end = span(prefix)
        changes: list[Change] = []
        size = 0
        with self._snapshot() as (current, compacted):
            if after_revision < compacted:
                raise RevisionCompacted(compacted)
            rows = self._db.execute(
                "SELECT id, key, value FROM history WHERE id >= ? AND key >= ? AND key < ? ORDER BY id",
                ((after_revision + 1) * ID_STEP, start, end),
            )
            for row, key, value in rows:
                revision = row // ID_STEP
                if size > _CHANGES_BYTES and revision != changes[-1].revision:
                    rows.close()
                    return Batch(changes, changes[-1].revision)
                changes.append(Change(key.decode(), value, revision))
                size += len(value or b"") + 100
        return Batch(changes, current)

    @contextmanager
    def _snapshot(self) -> Iterator[tuple[int, int]]:
        """One state of the file for several statements: its revision, and the one compacted to."""
        self._db.execute("BEGIN")
        try:
            yield self._db.execute("SELECT revision, compacted FROM state").fetchone()
        finally:
            self._db.execute("ROLLBACK")
