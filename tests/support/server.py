"""A real server as a process of its own: started on free ports, killed and started again at will."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from tests.support.etcd import free_port

START_SECONDS = 30.0
STOP_SECONDS = 20.0


class ServerProcess:
    """`pilothouse-server up` in a directory, or another command. Ports and data stay the same from one start to the
    next; `flags` are given beside them. `config` is the client's configuration file, made by the first `up`."""

    def __init__(self, directory: Path, flags: Sequence[str] = (), command: str = "up") -> None:
        self.data = directory / "data"
        self.config = self.data / "pilothouse.yaml"
        self.grpc_port = free_port()
        self.token_port = free_port()
        self.secure_port = free_port()
        self.health_port = free_port()
        self._flags = tuple(flags)
        self._command = command
        self._log = directory / "server.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when the server is ready. Raises AssertionError with its log where it ends or takes too long."""
        self.launch()
        try:
            self._wait()
        except AssertionError:
            self.kill()
            raise

    def launch(self) -> None:
        """Starts it and waits for nothing."""
        numbers = {
            "grpc": self.grpc_port,
            "grpc-token": self.token_port,
            "secure": self.secure_port,
            "health": self.health_port,
        }
        ports = [word for name, number in numbers.items() for word in (f"--{name}-port", str(number))]
        data = ("--data-dir", str(self.data))
        command = [sys.executable, "-m", "pilothouse.server", self._command, *data, *ports, *self._flags]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def exit_code(self) -> int:
        """What it ends with by itself. Raises AssertionError where it goes on."""
        assert self._process is not None
        try:
            return self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the server did not end:\n{self.log}") from None

    def send(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        """Ends it as a crash would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ends it as an operator would."""
        self._end(signal.SIGTERM)

    @property
    def log(self) -> str:
        """What it has written so far."""
        return self._log.read_text(errors="replace")

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(how)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError(f"the server did not end on {how.name}:\n{self.log}") from None

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                raise AssertionError(f"the server ended while starting:\n{self.log}")
            if self._ready():
                return
            time.sleep(0.02)
        raise AssertionError(f"the server was not ready within {START_SECONDS:g} s:\n{self.log}")

    def _ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.health_port}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False
