"""AuditLog: takes entries in at once, and writes them by a thread of its own."""

import asyncio
import logging
import secrets
import threading
import time
from collections import deque
from typing import Protocol

from .record import Entry, lines

log = logging.getLogger(__name__)

# What waits to be written at most: some seconds of a busy server, some ten MB.
PENDING_AT_MOST = 20_000
FLUSH_SECONDS = 0.1
# Lines of one write: few enough that the thread lets others in often.
LINES_TOGETHER = 128
COMPLAIN_SECONDS = 60.0
CLOSE_SECONDS = 5.0


class Sink(Protocol):
    """Where lines go."""

    def write(self, data: bytes) -> None:
        """Raises OSError."""
        ...

    def close(self) -> None: ...


class AuditLog:
    """`written` and `dropped` count entries. Made by start(), ended by close()."""

    def __init__(self, sink: Sink) -> None:
        self.written = 0
        self.dropped = 0
        self._sink = sink
        self._server = secrets.token_hex(8)
        self._pending: deque[Entry] = deque()
        self._closing = threading.Event()
        self._complained = float("-inf")
        self._thread = threading.Thread(target=self._run, name="audit log", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def add(self, entry: Entry) -> None:
        """Takes an entry in; it is written a tenth of a second later. Where the sink does not keep up it is dropped."""
        if len(self._pending) >= PENDING_AT_MOST:
            self.dropped += 1
            return
        self._pending.append(entry)

    async def close(self) -> None:
        """Writes what waits. A sink that takes nothing in is given up after some seconds."""
        self._closing.set()
        await asyncio.to_thread(self._thread.join, CLOSE_SECONDS)
        if not self._thread.is_alive():
            self._sink.close()

    def _run(self) -> None:
        while not self._closing.wait(FLUSH_SECONDS):
            self._flush()
        self._flush()

    def _flush(self) -> None:
        while self._pending:
            some = [self._pending.popleft() for _ in range(min(len(self._pending), LINES_TOGETHER))]
            try:
                self._sink.write(b"".join(self._lines(some)))
                self.written += len(some)
            except Exception as error:  # noqa: BLE001 (a thread that ended would write nothing ever after)
                self.dropped += len(some)
                self._complain(error)

    def _lines(self, entries: list[Entry]) -> list[bytes]:
        return [line for entry in entries for line in lines(entry, self._server)]

    def _complain(self, error: Exception) -> None:
        if time.monotonic() - self._complained > COMPLAIN_SECONDS:
            self._complained = time.monotonic()
            log.error("the audit log cannot be written, requests go unrecorded: %s", error)
