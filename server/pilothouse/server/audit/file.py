"""A file that is appended to and rotated by size, by several processes where there are several."""

import fcntl
import os
import time
from pathlib import Path

_DAY = 86_400.0


class RotatingFile:
    """Keeps `<name>.<suffix>`, and what was rotated beside it as `<name>-<time>.<suffix>`.

    maxsize: bytes at which it is rotated; backups: rotated files that are kept, 0: all; maxage: days that they are
    kept, 0: for ever.
    """

    def __init__(self, path: Path, maxsize: int, backups: int, maxage: int) -> None:
        """Opens the file. Raises OSError."""
        self._path = path
        self._maxsize = maxsize
        self._backups = backups
        self._maxage = maxage
        self._torn = False
        self._file = self._open()

    def write(self, data: bytes) -> None:
        """Appends whole lines. Raises OSError where that is not possible; the next one begins a line all the same."""
        if self._torn:
            data = b"\n" + data
        if os.fstat(self._file).st_size + len(data) > self._maxsize:
            self._rotate()
        self._torn = True
        _write_all(self._file, data)
        self._torn = False

    def close(self) -> None:
        os.close(self._file)

    def _open(self) -> int:
        return os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def _rotate(self) -> None:
        """One process renames the file; the others, who waited for the lock, find another one in its place."""
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            if self._is_current() and os.fstat(self._file).st_size:
                os.rename(self._path, self._backup_name())
                self._clean_up()
            new = self._open()
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)
        os.close(self._file)
        self._file = new

    def _is_current(self) -> bool:
        try:
            return os.path.samestat(os.stat(self._path), os.fstat(self._file))
        except FileNotFoundError:
            return False

    def _backup_name(self) -> Path:
        now = time.time()
        stamp = time.strftime("%Y-%m-%dT%H-%M-%S", time.gmtime(now)) + f".{int(now % 1 * 1e6):06d}"
        return self._path.with_name(f"{self._path.stem}-{stamp}{self._path.suffix}")

    def _clean_up(self) -> None:
        pattern = f"{self._path.stem}-????-??-??T??-??-??.*{self._path.suffix}"
        rotated = sorted(self._path.parent.glob(pattern), reverse=True)
        oldest = time.time() - self._maxage * _DAY
        for number, backup in enumerate(rotated):
            too_many = self._backups and number >= self._backups
            too_old = self._maxage and backup.stat().st_mtime < oldest
            if too_many or too_old:
                backup.unlink(missing_ok=True)


class StandardOutput:
    """The same for standard output, which is never rotated."""

    def write(self, data: bytes) -> None:
        """Raises OSError."""
        _write_all(1, data)

    def close(self) -> None:
        """It is not ours to close."""


def _write_all(file: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(file, rest) :]
