"""A process of watchers over HTTP: `python -m bench.http_watchers SPEC`, as bench.watchers.

Events are counted by the ends of their lines, and nothing is parsed.
"""

import asyncio
import json
import ssl
import sys
import time
from collections.abc import Coroutine, Sequence
from pathlib import Path

import uvloop

from bench.stand import client_tls
from bench.watchers import Spec, Watchers

READ_BYTES = 1 << 18
CONNECTING_AT_ONCE = 64
EVENT_END = b"}\n"
INITIAL_END = b"k8s.io/initial-events-end"


class HttpWatchers(Watchers):
    def watches(self) -> Sequence[Coroutine[None, None, None]]:
        tls = client_tls(Path(self.spec.certificates), self.spec.user)
        turns = asyncio.Semaphore(CONNECTING_AT_ONCE)
        return [self.watch_path(tls, turns) for _ in range(self.spec.watchers)]

    async def watch_path(self, tls: ssl.SSLContext, turns: asyncio.Semaphore) -> None:
        async with turns:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.spec.port, ssl=tls)
        path = f"{self.spec.method}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan"
        writer.write(f"GET {path}&allowWatchBookmarks=true HTTP/1.1\r\nHost: bench\r\n\r\n".encode())
        started, before = False, b""
        while data := await reader.read(READ_BYTES):
            # What is looked for may lie across two reads.
            data = before + data
            if not started and INITIAL_END in data:
                started = True
                self.one_is_ready()
            if self.window[0] <= time.monotonic() < self.window[1]:
                self.seen.frames += 1
                self.seen.bytes += len(data)
                self.seen.events += data.count(EVENT_END)
            before = data[-1:] if started else data[-len(INITIAL_END) :]


async def main() -> None:
    await HttpWatchers(Spec(**json.loads(sys.argv[1]))).run()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
