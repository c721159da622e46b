"""Files that may change while the server runs."""

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path

State = tuple[tuple[int, int, int] | None, ...]


class ChangeDetector:
    """Tells whether any of some files was written or replaced since the last look; looks at most once per `interval`
    seconds, so that it can be asked on every request."""

    def __init__(
        self, paths: Iterable[Path], interval: float = 1.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._paths = tuple(paths)
        self._interval = interval
        self._clock = clock
        self._looked = clock()
        self._state = self._look()

    def changed(self) -> bool:
        now = self._clock()
        if now - self._looked < self._interval:
            return False
        self._looked = now
        state = self._look()
        if state == self._state:
            return False
        self._state = state
        return True

    def _look(self) -> State:
        return tuple(map(_stamp, self._paths))


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
