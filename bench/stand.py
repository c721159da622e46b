"""What is measured: server processes with certificates, started, watched and ended from outside."""

import http.client
import os
import signal
import ssl
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import grpc
import grpc.aio
import psutil

from tests.support.etcd import free_port

Unary = grpc.aio.UnaryUnaryMultiCallable[bytes, bytes]
Stream = grpc.aio.UnaryStreamMultiCallable[bytes, bytes]
START_SECONDS = 30.0
CHANNEL_OPTIONS = (
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.max_receive_message_length", 16 << 20),
    ("grpc.initial_reconnect_backoff_ms", 50),
    ("grpc.min_reconnect_backoff_ms", 500),
    ("grpc.max_reconnect_backoff_ms", 500),
)


def channel(port: int, certificates: Path, user: str) -> grpc.aio.Channel:
    """A connection of its own to `port` as `user`, whose certificate lies in `certificates` as <user>.crt and .key."""
    credentials = grpc.ssl_channel_credentials(
        (certificates / "ca.crt").read_bytes(),
        (certificates / f"{user}.key").read_bytes(),
        (certificates / f"{user}.crt").read_bytes(),
    )
    return grpc.aio.secure_channel(f"127.0.0.1:{port}", credentials, options=CHANNEL_OPTIONS)


def unary(through: grpc.aio.Channel, method: str) -> Unary:
    """A method that takes and gives bytes as they are on the wire."""
    return through.unary_unary(method, None, None)


def stream(through: grpc.aio.Channel, method: str) -> Stream:
    """A method that takes bytes and gives a stream of them."""
    return through.unary_stream(method, None, None)


@dataclass(slots=True)
class Process:
    """A server process: its command, its log, its ports; it keeps them over restarts."""

    command: list[str]
    log: Path
    running: subprocess.Popen[bytes] | None = None

    def spawn(self) -> None:
        with self.log.open("ab") as output:
            self.running = subprocess.Popen(self.command, stdout=output, stderr=output)

    def check_alive(self) -> None:
        """Raises RuntimeError with the end of the log when the process has ended."""
        if self.running is None or self.running.poll() is not None:
            raise RuntimeError(f"{' '.join(self.command)} ended:\n{self.log.read_text()[-3000:]}")

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self.running is None:
            return
        self.running.send_signal(how)
        try:
            self.running.wait(15)
        except subprocess.TimeoutExpired:
            self.running.kill()
            self.running.wait()
        self.running = None

    def kill(self) -> None:
        """As a crash would: SIGKILL."""
        self.end(signal.SIGKILL)

    def tree(self) -> list[psutil.Process]:
        assert self.running is not None
        root = psutil.Process(self.running.pid)
        return [root, *root.children(recursive=True)]

    def cpu(self) -> float:
        """Seconds of CPU that it and its children have used, all threads, user and system."""
        return sum(used.user + used.system for used in (process.cpu_times() for process in self.tree()))

    def resident(self) -> float:
        """MiB of memory resident."""
        return sum(process.memory_info().rss for process in self.tree()) / (1 << 20)


@dataclass(slots=True)
class Server:
    """The API server on ports of its own; without `etcd_url` it stores in SQLite under `directory`."""

    directory: Path
    certificates: Path
    etcd_url: str = ""
    arguments: tuple[str, ...] = ()
    port: int = field(default_factory=free_port)
    secure_port: int = field(default_factory=free_port)
    health_port: int = field(default_factory=free_port)
    process: Process = field(init=False)

    def __post_init__(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        own = self.certificates
        command = [sys.executable, "-m", "pilothouse.server", "serve"]
        command += ["--data-dir", str(self.directory / "data"), "--grpc-port", str(self.port)]
        command += ["--secure-port", str(self.secure_port)]
        command += ["--health-port", str(self.health_port), "--bind-address", "127.0.0.1"]
        command += ["--shutdown-grace-period", "2s", "--client-ca-file", str(own / "ca.crt")]
        command += ["--tls-cert-file", str(own / "server.crt"), "--tls-private-key-file", str(own / "server.key")]
        command += ["--audit-log-path", str(self.directory / "audit.log")]
        command += ["--etcd-servers", self.etcd_url] if self.etcd_url else []
        self.process = Process([*command, *self.arguments], self.directory / "server.log")

    def start(self) -> float:
        """Starts it and waits until it is ready; the seconds that took. Raises RuntimeError with the end of its log."""
        begun = time.perf_counter()
        self.process.spawn()
        self.await_ready()
        return time.perf_counter() - begun

    def await_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not ready(self.health_port):
            self.process.check_alive()
            if time.monotonic() > deadline:
                self.process.kill()
                raise RuntimeError(f"not ready in {START_SECONDS} s:\n{self.process.log.read_text()[-3000:]}")
            time.sleep(0.005)


def ready(port: int) -> bool:
    """Whether /readyz on `port` answers 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def floor(directory: Path, certificates: Path, etcd_port: int, port: int) -> Process:
    """The floor server, not yet started."""
    command = [sys.executable, "-m", "bench.floor", str(port), str(etcd_port), str(certificates)]
    return Process(command, directory / "floor.log")


def http_floor(directory: Path, certificates: Path, port: int) -> Process:
    """The floor of the REST door, not yet started."""
    return Process([sys.executable, "-m", "bench.http_floor", str(port), str(certificates)], directory / "http.log")


def client_tls(certificates: Path, user: str) -> ssl.SSLContext:
    """For HTTPS as `user`, as channel()."""
    context = ssl.create_default_context(cafile=str(certificates / "ca.crt"))
    context.load_cert_chain(certificates / f"{user}.crt", certificates / f"{user}.key")
    return context


def settle(process: Process, quiet: float = 0.02, seconds: float = 10.0) -> None:
    """Waits until `process` uses less than `quiet` seconds of CPU in a quarter of a second, `seconds` at most."""
    deadline = time.monotonic() + seconds
    before = process.cpu()
    while time.monotonic() < deadline:
        time.sleep(0.25)
        now = process.cpu()
        if now - before < quiet:
            return
        before = now


def versions() -> dict[str, str]:
    """What the figures were made on."""
    return {"python": sys.version.split()[0], "grpcio": grpc.__version__, "cores": str(os.cpu_count())}
