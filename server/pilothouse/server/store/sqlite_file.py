"""The SQLite file: made, recognized, locked, and its errors as the store's own."""

import fcntl
import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from pilothouse.server.store.base import StoreError, StoreFull, StoreUnavailable, ValueTooLarge

# "PLTH", in SQLite's header: so that a file of another program is recognized as such.
_APPLICATION_ID = 0x504C5448
_SCHEMA_VERSION = 1

# A row of `history` is one change. Its id is the revision times ID_STEP plus its place in the revision's commit, so
# that the table itself is in the order of changes. `previous` is the id of the row that it replaced or deleted (0:
# none). `live` names each standing key's row. `state`: the newest revision, the one compacted to, and the one up to
# which what compaction forgot is also removed from the file.
ID_STEP = 1 << 16
_SCHEMA = """
CREATE TABLE state (one INTEGER PRIMARY KEY CHECK (one = 1), revision INTEGER NOT NULL, compacted INTEGER NOT NULL,
    swept INTEGER NOT NULL);
CREATE TABLE history (id INTEGER PRIMARY KEY, key BLOB NOT NULL, value BLOB, previous INTEGER NOT NULL);
CREATE INDEX history_by_key ON history (key, id);
CREATE TABLE live (key BLOB PRIMARY KEY, id INTEGER NOT NULL, expires REAL) WITHOUT ROWID;
CREATE INDEX live_by_expiry ON live (expires) WHERE expires IS NOT NULL;
INSERT INTO state VALUES (1, 1, 0, 0);
"""


@dataclass(frozen=True, slots=True)
class SqliteFile:
    """An open file: `lock` is the descriptor that keeps other processes out."""

    writer: sqlite3.Connection
    reader: sqlite3.Connection
    lock: int

    def close(self) -> None:
        self.reader.close()
        self.writer.close()
        os.close(self.lock)


def open_file(path: Path) -> SqliteFile:
    """Opens or makes the file at `path`, readable by its owner alone. Raises StoreError when it cannot be opened, is
    not such a file, or is in use."""
    try:
        lock = _lock(path)
    except OSError as error:
        raise StoreError(
            f"cannot open the store {path}: {error.strerror}; check the directory and its rights"
        ) from None
    try:
        writer = _connect(path)
        try:
            _prepare(writer, path)
            reader = _connect(path)
            reader.execute("PRAGMA query_only = ON")
        except BaseException:
            writer.close()
            raise
    except BaseException as error:
        os.close(lock)
        if isinstance(error, sqlite3.Error):
            raise StoreError(f"cannot open the store {path}: {error}") from None
        raise
    return SqliteFile(writer, reader, lock)


def translate(error: sqlite3.Error) -> StoreError:
    """The store's error for what SQLite raised."""
    name = getattr(error, "sqlite_errorname", "")
    if name == "SQLITE_FULL":
        return StoreFull(f"SQLite: {error}; make room on the disk")
    if name == "SQLITE_TOOBIG" or isinstance(error, sqlite3.DataError):
        return ValueTooLarge(f"SQLite: {error}")
    if name.startswith(("SQLITE_BUSY", "SQLITE_IOERR", "SQLITE_LOCKED", "SQLITE_CANTOPEN")):
        return StoreUnavailable(f"SQLite: {error}")
    return StoreError(f"SQLite: {error}")


def _lock(path: Path) -> int:
    # Not on the file itself: closing any descriptor of it would drop the locks that SQLite holds there.
    lock = os.open(path.with_name(path.name + ".lock"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
    except BlockingIOError:
        os.close(lock)
        raise StoreError(f"the store {path} is in use by another server; stop that, or name another file") from None
    except BaseException:
        os.close(lock)
        raise
    return lock


def _connect(path: Path) -> sqlite3.Connection:
    # Each connection is used by one worker thread, but opened here.
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=64)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA cache_size = -4096")
    return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    empty = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0
    if application != _APPLICATION_ID and not (empty and application == 0):
        raise StoreError(f"{path} belongs to another program; name another file")
    if not empty and version != _SCHEMA_VERSION:
        raise StoreError(f"{path} has schema version {version}, this server knows version {_SCHEMA_VERSION} only")
    # SQLite gives the side files that it makes the mode of this one.
    path.chmod(0o600)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA journal_size_limit = 67108864")
    if empty:
        connection.executescript(
            f"BEGIN IMMEDIATE; PRAGMA application_id = {_APPLICATION_ID}; PRAGMA user_version = {_SCHEMA_VERSION};"
            f"{_SCHEMA} COMMIT;"
        )
