"""The program starts quickly because it loads little, and says how it is used."""

import subprocess
import sys

MAIN = "import sys; from pilothouse.client.cli import main\ntry:\n    main()\nfinally:\n    print(*sys.modules)"


def run(*args: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, "-c", MAIN, *args], capture_output=True, text=True, timeout=30, check=False)


def test_what_it_does_not_need_is_not_loaded() -> None:
    loaded = run("get", "pods", "--config", "absent.yaml").stdout.split()
    assert "pilothouse.client.cli.commands" in loaded
    heavy = ("rich.console", "pilothouse.server", "pilothouse.api.core.v1.rpc_pb2", "google.rpc.error_details_pb2")
    assert not [name for name in loaded if name.startswith(heavy)]


def test_a_missing_configuration_is_told_without_a_trace() -> None:
    done = run("get", "pods", "--config", "absent.yaml")
    assert done.returncode == 1
    assert done.stderr == "error: cannot read the configuration absent.yaml: No such file or directory\n"


def test_the_configuration_may_stand_before_the_command() -> None:
    assert "absent.yaml" in run("--config", "absent.yaml", "api-resources").stderr


def test_a_wrong_flag_is_refused() -> None:
    done = run("get", "pods", "-o", "xml")
    assert done.returncode == 2
    assert "xml" in done.stderr


def test_help_names_the_commands() -> None:
    done = run("--help")
    assert done.returncode == 0
    assert all(command in done.stdout for command in ("apply", "get", "delete", "api-resources"))
