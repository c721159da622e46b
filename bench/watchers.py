"""A process of watchers over gRPC: `python -m bench.watchers SPEC`, SPEC as JSON (see Spec).

It prints "ready" when every watcher has seen what exists; then reads a line with the window to count in, two times of
the monotonic clock, and at its end prints what was seen in it as JSON (see Seen). Frames are counted, not decoded.
"""

import asyncio
import json
import sys
import time
from collections.abc import Coroutine, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import grpc
import grpc.aio
import uvloop

from bench import objects, wire
from bench.stand import channel, stream

BUCKET_SECONDS = 0.0005
BUCKETS = 10_000


@dataclass(frozen=True, slots=True)
class Spec:
    """method: of gRPC; a path of HTTP, where each watcher has a connection of its own."""

    port: int
    certificates: str
    user: str
    method: str
    watchers: int
    connections: int
    latencies: bool


@dataclass(slots=True)
class Seen:
    """`delays[n]` events came n to n + 1 buckets after their write began; the last bucket holds the later ones too."""

    events: int = 0
    frames: int = 0
    bytes: int = 0
    cpu: float = 0.0
    delays: list[int] = field(default_factory=lambda: [0] * BUCKETS)


class Watchers:
    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.seen = Seen()
        self.unready = spec.watchers
        self.ready = asyncio.Event()
        self.window = (float("inf"), float("inf"))

    def watches(self) -> Sequence[Coroutine[None, None, None]]:
        """Each watcher, to be run."""
        spec = self.spec
        channels = [channel(spec.port, Path(spec.certificates), spec.user) for _ in range(spec.connections)]
        return [self.watch(channels[n % spec.connections]) for n in range(spec.watchers)]

    def one_is_ready(self) -> None:
        self.unready -= 1
        if not self.unready:
            self.ready.set()

    async def watch(self, through: grpc.aio.Channel) -> None:
        started = False
        async for frame in stream(through, self.spec.method)(objects.watch()):
            if not started and wire.first_integer(frame, 3) == 1:
                started = True
                self.one_is_ready()
            now = time.monotonic()
            if self.window[0] <= now < self.window[1]:
                self.count(frame, now)

    def count(self, frame: bytes, now: float) -> None:
        seen = self.seen
        seen.frames += 1
        seen.bytes += len(frame)
        events = wire.count(frame, 2)
        seen.events += events
        if self.spec.latencies:
            at = 0
            for _ in range(events):
                at = frame.index(objects.STAMP_MARK, at) + len(objects.STAMP)
                delay = now - int(frame[at - 20 : at]) / 1e9
                seen.delays[min(int(delay / BUCKET_SECONDS), BUCKETS - 1)] += 1

    async def run(self) -> None:
        tasks = [asyncio.create_task(watch) for watch in self.watches()]
        report = asyncio.create_task(self.report())
        done, _ = await asyncio.wait([*tasks, report], return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
        if report not in done:
            raise SystemExit("a watch ended by itself")
        for task in tasks:
            task.cancel()

    async def report(self) -> None:
        await self.ready.wait()
        print("ready", flush=True)
        line = await asyncio.to_thread(sys.stdin.readline)
        begin, end = json.loads(line)
        self.window = begin, end
        await asyncio.sleep(begin - time.monotonic())
        cpu = time.process_time()
        await asyncio.sleep(end - time.monotonic())
        self.seen.cpu = time.process_time() - cpu
        print(json.dumps(asdict(self.seen)), flush=True)


async def main() -> None:
    await Watchers(Spec(**json.loads(sys.argv[1]))).run()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
