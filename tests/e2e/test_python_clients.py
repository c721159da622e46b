"""The Python clients of Kubernetes against a running server, each in a program of its own: create, read, patch, list by
page, watch, apply and delete."""

import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest

from tests.support.server import ServerProcess

SECONDS = 60


@pytest.mark.parametrize("program", ["official", "official_dynamic", "asynchronous", "with_kr8s", "with_lightkube"])
def test_a_client_does_all_that_it_is_for(server: ServerProcess, program: str) -> None:
    # What the clients warn of is their own matter.
    command = [sys.executable, "-W", "ignore", "-m", f"tests.e2e.clients.{program}"]
    arguments = [str(server.data / "kubeconfig"), f"test-{uuid4().hex[:12]}"]
    top = Path(__file__).parents[2]
    done = subprocess.run([*command, *arguments], capture_output=True, text=True, timeout=SECONDS, cwd=top, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
