"""kubectl against a running server, with the configuration that `up` writes."""

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

KUBECTL = shutil.which("kubectl")
SECONDS = 30


class Kubectl:
    """kubectl in one namespace. What goes wrong is raised with kubectl's own words."""

    def __init__(self, directory: Path, kubeconfig: Path, namespace: str) -> None:
        assert KUBECTL is not None
        self.namespace = namespace
        self._program: Sequence[str] = (KUBECTL, "--kubeconfig", str(kubeconfig), "--namespace", namespace)
        # Its memory of discovery is its own as well.
        self._environment = {**os.environ, "HOME": str(directory), "KUBECTL_KUBERC": "false"}

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
