"""The server as a process: what it is to the operating system from its start to its end. What it is made of is put
together by `app.py`."""

import asyncio
import gc
import logging
import multiprocessing
import resource
import signal
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack, suppress

import uvloop

from .app import CannotStart, Server, open_server
from .config import ServerConfig
from .health import Check, HealthServer
from .log import set_up_logging
from .memory import keep_freed_memory
from .metrics import Metrics
from .workers import supervise

log = logging.getLogger(__name__)

Opened = Callable[[], None]

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def run(config: ServerConfig, opened: Opened | None = None) -> int:
    """Serves until a signal says to stop. Returns the exit code: 0, or 1 where it could not start, with the reason in
    the log. opened: called once the store and the ports are the server's own; may raise OSError."""
    set_up_logging(config.log_level, config.log_format)
    if config.workers > 1:
        return supervise(config, run_worker)
    return run_worker(config, 0, opened)


def run_worker(config: ServerConfig, index: int, opened: Opened | None = None) -> int:
    """Serves as one of several workers, or as the only one."""
    set_up_logging(config.log_level, config.log_format)
    _raise_file_limit()
    keep_freed_memory()
    try:
        uvloop.run(_serve(config, index, opened))
    except CannotStart as error:
        log.error("cannot start: %s", error)
        return 1
    return 0


async def _serve(config: ServerConfig, index: int, opened: Opened | None) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in STOP_SIGNALS:
        loop.add_signal_handler(number, stop.set)
    if supervisor := multiprocessing.parent_process():
        loop.add_reader(supervisor.sentinel, _orphaned, loop, supervisor.sentinel, stop)
    async with AsyncExitStack() as stack:
        metrics = Metrics()
        ready: dict[str, Check] = {"start": _not_started}
        health = HealthServer({"ping": _alive}, ready, metrics.registry)
        wanted = config.health_port + index if config.health_port else 0
        try:
            port = await health.start(wanted)
        except OSError as error:
            raise CannotStart(f"--health-port: cannot listen on port {wanted}: {error.strerror}") from None
        stack.push_async_callback(health.close)
        server = await _unless(stop, open_server(config, stack, metrics, health, index))
        if server is None:
            return
        if opened is not None:
            _tell(opened)
        ready.update(server.checks())
        del ready["start"]
        _collect_rarely()
        log.info("ready", extra={**server.addresses, "health": f"127.0.0.1:{port}"})
        await stop.wait()
        ready["shutdown"] = _stopping
        await server.leave()
    log.info("stopped")


async def _unless(stop: asyncio.Event, opening: Coroutine[None, None, Server]) -> Server | None:
    """What opens, or None where the server is stopped before it has opened."""
    started = asyncio.create_task(opening)
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait((started, stopped), return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if started.done():
        return started.result()
    started.cancel()
    with suppress(asyncio.CancelledError):
        await started
    return None


def _collect_rarely() -> None:
    gc.collect()
    gc.freeze()
    # A request makes some hundred objects, and hardly any in cycles: to look for these more rarely saves a tenth.
    gc.set_threshold(20_000, 10, 10)


def _tell(opened: Opened) -> None:
    try:
        opened()
    except OSError as error:
        raise CannotStart(f"--data-dir: cannot write {error.filename}: {error.strerror}") from None


def _orphaned(loop: asyncio.AbstractEventLoop, sentinel: int, stop: asyncio.Event) -> None:
    """A worker whose supervisor was killed would hold the ports for ever."""
    loop.remove_reader(sentinel)
    log.warning("the supervisor is gone: the worker stops")
    stop.set()


def _alive() -> None:
    """To answer is all that is asked."""


def _not_started() -> None:
    raise RuntimeError("the server is starting")


def _stopping() -> None:
    raise RuntimeError("the server is stopping")


def _raise_file_limit() -> None:
    """Each connection is an open file, and the usual soft limit is 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
