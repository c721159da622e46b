"""kubectl against a running server, with the configuration that `up` writes."""

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

KUBECTL = shutil.which("kubectl")
SECONDS = 30


def kubectl_program() -> str:
    """Where kubectl is. Without it a test is left out, and says so; where nothing may be left out it fails."""
    if KUBECTL is None:
        text = "kubectl is not on PATH: the Kubernetes API is not tried with it"
        if os.environ.get("CI"):
            pytest.fail(text)
        pytest.skip(text)
    return KUBECTL


def environment_of(home: Path) -> dict[str, str]:
    """For kubectl; its memory of discovery lies under `home`."""
    return {**os.environ, "HOME": str(home), "KUBECTL_KUBERC": "false"}


class Kubectl:
    """kubectl in one namespace. What goes wrong is raised with kubectl's own words."""

    def __init__(self, directory: Path, kubeconfig: Path, namespace: str) -> None:
        self.namespace = namespace
        self._program: Sequence[str] = (kubectl_program(), "--kubeconfig", str(kubeconfig), "--namespace", namespace)
        self._environment = environment_of(directory)

    def __call__(
        self, *words: str, stdin: str = "", refused: bool = False, shows: int = 0, editor: Path | None = None
    ) -> str:
        """Its answer, or what it says on the way to a failure. shows: the exit code of a success; editor: a program."""
        done = subprocess.run(
            [*self._program, *words],
            input=stdin,
            capture_output=True,
            text=True,
            env=self._environment if editor is None else {**self._environment, "KUBE_EDITOR": str(editor)},
            timeout=SECONDS,
            check=False,
        )
        expected = done.returncode not in (0, shows) if refused else done.returncode == shows
        assert expected, f"kubectl {' '.join(words)}: {done.stdout}{done.stderr}"
        return done.stderr if refused else done.stdout

    def json(self, *words: str) -> Any:
        return json.loads(self(*words, "-o", "json"))

    def opened(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*self._program, *words], stdout=subprocess.PIPE, text=True, env=self._environment, bufsize=1
        )
