"""Fan-out: how many events a second reach 500 watchers, and how long after its write an event arrives."""

import asyncio
import contextlib
import json
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import asdict
from itertools import count
from pathlib import Path
from statistics import median

from bench.certificates import USER
from bench.cpu import CONFIG_MAP_BYTES
from bench.load import drive, paced
from bench.objects import config_map
from bench.rows import Row
from bench.setting import Setting, Stored, setting
from bench.stand import unary
from bench.watchers import BUCKET_SECONDS, BUCKETS, Seen, Spec

ROUNDS = 3
STORED = 100
WATCHERS_PER_PROCESS = 250
WATCHERS_PER_CONNECTION = 25
LEAD_SECONDS = 2.0


@contextlib.asynccontextmanager
async def watchers(at: Setting, total: int, latencies: bool, rest: bool = False) -> AsyncIterator[Sequence[Process]]:
    """So many watchers of all ConfigMaps, ready, in as few processes as do not hold them back. rest: at that door."""
    processes = []
    per_process = WATCHERS_PER_PROCESS * 2 if rest else WATCHERS_PER_PROCESS
    sizes = [min(per_process, total - begun) for begun in range(0, total, per_process)]
    kind, server = config_map(CONFIG_MAP_BYTES), at.server
    port, method = (server.secure_port, kind.path) if rest else (server.port, kind.method("Watch"))
    try:
        for size in sizes:
            connections = max(1, size // WATCHERS_PER_CONNECTION)
            spec = Spec(port, str(server.certificates), USER, method, size, connections, latencies)
            arguments = "-m", "bench.http_watchers" if rest else "bench.watchers", json.dumps(asdict(spec))
            processes.append(await asyncio.create_subprocess_exec(sys.executable, *arguments, stdin=PIPE, stdout=PIPE))
        for process in processes:
            assert process.stdout is not None
            line = await asyncio.wait_for(process.stdout.readline(), 60)
            if line != b"ready\n":
                raise RuntimeError(f"the watchers did not get ready: {line!r}")
        yield processes
    finally:
        for process in processes:
            if process.returncode is None:
                process.kill()
            await process.wait()


async def window(processes: Sequence[Process], seconds: float) -> Seen:
    """What all the watchers see in a window that begins in a moment."""
    begin = time.monotonic() + LEAD_SECONDS
    total = Seen()
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(json.dumps([begin, begin + seconds]).encode() + b"\n")
    for process in processes:
        assert process.stdout is not None
        seen = Seen(**json.loads(await process.stdout.readline()))
        total.events += seen.events
        total.frames += seen.frames
        total.bytes += seen.bytes
        total.cpu = max(total.cpu, seen.cpu)
        total.delays = [mine + its for mine, its in zip(total.delays, seen.delays, strict=True)]
    return total


def percentile(delays: Sequence[int], share: float) -> float:
    """Milliseconds that so large a share of the events did not take longer than; inf where the buckets do not tell."""
    rest = sum(delays) * share
    for bucket, events in enumerate(delays):
        rest -= events
        if rest <= 0:
            return float("inf") if bucket == BUCKETS - 1 else (bucket + 1) * BUCKET_SECONDS * 1e3
    return float("inf")


def updates(at: Setting, stored: Stored) -> Callable[[int], Awaitable[object]]:
    call = unary(at.user, stored.update.method("Update"))
    return lambda index: call(stored.update.write(index % stored.count, time.monotonic_ns()))


@contextlib.asynccontextmanager
async def writers(call: Callable[[int], Awaitable[object]], callers: int) -> AsyncIterator[None]:
    """Meanwhile so many callers write, each as soon as it is answered."""
    task = asyncio.create_task(drive(call, count(), callers))
    try:
        yield
        if task.done():
            task.result()
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def throughput(at: Setting, stored: Stored, seconds: float, total: int, rest: bool) -> tuple[Row, float]:
    """Events a second, and the server's memory meanwhile, in MiB: medians."""
    rates, notes, memory = [], [], []
    for _ in range(ROUNDS):
        async with watchers(at, total, latencies=False, rest=rest) as processes, writers(updates(at, stored), 8):
            await asyncio.sleep(1)
            server, clock = at.server.process.cpu(), time.perf_counter()
            seen = await window(processes, seconds)
            busy = (at.server.process.cpu() - server) / (time.perf_counter() - clock)
            memory.append(at.server.process.resident())
        rates.append(seen.events / seconds)
        per_frame = seen.events / max(1, seen.frames)
        written, client = seen.events / seconds / total, seen.cpu / seconds
        spent = f"CPU: server {busy:.2f}, busier client {client:.2f}"
        notes.append(f"{written:.0f} writes/s, {per_frame:.1f} a frame, {spent}")
    rate = median(rates)
    name = "REST watch events/s" if rest else "watch events/s"
    return Row(
        f"{name}, {total:,} watchers", rate, "1/s", 60_000, sense="least", note=notes[rates.index(rate)]
    ), median(memory)


async def latency(at: Setting, stored: Stored, total: int, bar: float, seconds: float) -> Row:
    figures, notes = [], []
    for _ in range(ROUNDS):
        async with watchers(at, total, latencies=True) as processes, paced(updates(at, stored), 50):
            seen = await window(processes, seconds)
        figures.append(percentile(seen.delays, 0.99))
        spent = f"client CPU {seen.cpu / seconds:.2f}"
        notes.append(f"p50 {percentile(seen.delays, 0.5):.1f} ms, {seen.events:,} events, {spent}")
    figure = median(figures)
    return Row(f"write to event p99, {total} watchers", figure, "ms", bar, note=notes[figures.index(figure)])


async def fan_out(directory: Path, quick: bool, wanted: Callable[[str], bool]) -> AsyncIterator[Row]:
    """The rows of watches, on etcd, objects of 1 KB."""
    seconds = 2.0 if quick else 6.0
    async with setting(directory / "grpc", [config_map(CONFIG_MAP_BYTES)], [STORED]) as at:
        stored = at.stored["configmaps"]
        if wanted("watch"):
            yield (await throughput(at, stored, seconds, 500, rest=False))[0]
        if wanted("latency"):
            yield await latency(at, stored, 100, 30, seconds)
            yield await latency(at, stored, 500, 200, seconds)
    if not wanted("rest-watch"):
        return
    # On a server of its own: what others left in its memory is no part of the figure.
    async with setting(directory / "rest", [config_map(CONFIG_MAP_BYTES)], [STORED]) as at:
        stored = at.stored["configmaps"]
        figure, memory = await throughput(at, stored, seconds, 1_000, rest=True)
        yield figure
        yield Row("memory, 1,000 REST watchers", memory, "MiB", 250)
