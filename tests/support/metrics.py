"""What a server tells of itself on its health port."""

import asyncio
import time
import urllib.error
import urllib.request
from collections.abc import Callable

from tests.support.server import ServerProcess


def get(port: int, path: str) -> tuple[int, str]:
    """(status, body) of a GET on the loopback."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def metric(server: ServerProcess, name: str) -> float:
    """The sum over all labels."""
    lines = get(server.health_port, "/metrics")[1].splitlines()
    found = [line for line in lines if line.startswith((name + " ", name + "{"))]
    assert found or not name.endswith("_tasks"), name
    return sum(float(line.rpartition(" ")[2]) for line in found)


async def eventually(holds: Callable[[], bool], seconds: float = 20.0) -> None:
    """Returns when `holds`, asked again and again in a thread. Raises AssertionError after `seconds`."""
    deadline = time.monotonic() + seconds
    while not await asyncio.to_thread(holds):
        assert time.monotonic() < deadline, "it did not come about"
        await asyncio.sleep(0.05)
