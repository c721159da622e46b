"""Several serving processes on the same ports and the same store, and the parent that keeps them running."""

import logging
import multiprocessing
import signal
import threading
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from types import FrameType

from .config import ServerConfig

log = logging.getLogger(__name__)

RESTART_SECONDS = 1.0

Work = Callable[[ServerConfig, int], int]


def supervise(config: ServerConfig, work: Work) -> int:
    """Runs `work(config, index)` in config.workers processes until a signal says to stop. One that dies is started
    again; one that cannot start ends all. Returns the exit code."""
    context = multiprocessing.get_context("spawn")
    stop = threading.Event()

    def on_signal(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)

    def start(index: int) -> BaseProcess:
        process = context.Process(target=_run, args=(work, config, index), name=f"worker {index}")
        process.start()
        return process

    processes = [start(index) for index in range(config.workers)]
    failed = False
    while not stop.wait(RESTART_SECONDS):
        for index, process in enumerate(processes):
            if process.exitcode is None:
                continue
            if process.exitcode == 1:
                failed = True
                stop.set()
                break
            log.warning("worker %d ended with code %s and is started again", index, process.exitcode)
            processes[index] = start(index)
    for process in processes:
        if process.is_alive():
            process.terminate()
    for process in processes:
        process.join()
    return 1 if failed else 0


def _run(work: Work, config: ServerConfig, index: int) -> None:
    raise SystemExit(work(config, index))
