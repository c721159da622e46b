"""The command line against a real server."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import orjson
import pytest
import yaml
from pilothouse.api.core.v1.core_pb2 import ConfigMap
from pilothouse.client import Client

from tests.support.etcd import free_port
from tests.support.server import ServerProcess

PROGRAM = [sys.executable, "-c", "from pilothouse.client.cli import main; main()"]
DEADLINE = 30.0

WEB = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: a, image: nginx}
      - {name: b, image: redis}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {k: "1", l: "2"}
"""


class Cli:
    """Runs the program with a configuration and in a namespace."""

    def __init__(self, config: Path, namespace: str) -> None:
        self.environment = {**os.environ, "PILOTHOUSE_CONFIG": str(config)}
        self.namespace = namespace

    def __call__(self, *args: str, stdin: str = "", code: int = 0) -> str:
        """What it writes, to both outputs. Raises AssertionError for another exit code."""
        done = subprocess.run(
            [*PROGRAM, *args, "-n", self.namespace],
            input=stdin,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=DEADLINE,
            check=False,
        )
        assert "Traceback" not in done.stdout
        assert done.returncode == code, done.stdout
        return done.stdout


@pytest.fixture
def cli(server: ServerProcess, namespace: str) -> Cli:
    return Cli(server.config, namespace)


def test_apply_creates_changes_and_leaves_alone(cli: Cli) -> None:
    assert cli("apply", "-f", "-", stdin=WEB) == "deployment.apps/web created\nconfigmap/settings created\n"
    assert cli("apply", "-f", "-", stdin=WEB) == "deployment.apps/web unchanged\nconfigmap/settings unchanged\n"
    changed = WEB.replace("      - {name: b, image: redis}\n", "").replace("image: nginx", "image: nginx:2")
    changed = changed.replace('k: "1", ', "")
    assert cli("apply", "-f", "-", stdin=changed) == "deployment.apps/web configured\nconfigmap/settings configured\n"
    deployment = orjson.loads(cli("get", "deploy/web", "-o", "json"))
    containers = deployment["spec"]["template"]["spec"]["containers"]
    assert [(c["name"], c["image"]) for c in containers] == [("a", "nginx:2")]
    assert yaml.safe_load(cli("get", "cm", "settings", "-o", "yaml"))["data"] == {"l": "2"}


async def test_apply_keeps_what_others_set(cli: Cli, client: Client, namespace: str) -> None:
    await asyncio.to_thread(cli, "apply", "-f", "-", stdin=WEB)
    await client.resource(ConfigMap).patch("settings", {"data": {"other": "3"}}, namespace=namespace)
    changed = WEB.replace('k: "1"', 'k: "9"')
    told = await asyncio.to_thread(cli, "apply", "-f", "-", stdin=changed)
    assert told == "deployment.apps/web unchanged\nconfigmap/settings configured\n"
    found = await client.resource(ConfigMap).get("settings", namespace=namespace)
    assert dict(found.data) == {"k": "9", "l": "2", "other": "3"}


def test_apply_goes_on_after_an_error(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "1.yaml").write_text("apiVersion: v1\nkind: Boat\nmetadata: {name: x}")
    (tmp_path / "2.yaml").write_text("apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {}")
    (tmp_path / "3.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}")
    told = cli("apply", "-f", str(tmp_path), code=1).splitlines()
    assert told[0] == f'error: {tmp_path / "1.yaml"}: the server serves no kind "Boat" in version "v1"'
    assert told[1].startswith('The Pod "x" is invalid: spec.containers: ')
    assert told[-1] == "configmap/x created"


def test_a_dry_run_writes_nothing(cli: Cli) -> None:
    assert "configmap/settings created (server dry run)" in cli("apply", "--dry-run=server", "-f", "-", stdin=WEB)
    assert 'configmaps "settings" not found' in cli("get", "cm", "settings", code=1)


def test_get_shows_tables(cli: Cli, namespace: str) -> None:
    cli("apply", "-f", "-", stdin=WEB)
    assert cli("get", "cm").splitlines()[0].split() == ["NAME", "DATA", "AGE"]
    lines = cli("get", "deployments", "-o", "wide").splitlines()
    assert lines[0].split() == ["NAME", "READY", "UP-TO-DATE", "AVAILABLE", "AGE", "CONTAINERS", "IMAGES", "SELECTOR"]
    row = lines[1].split()
    assert (row[:4], row[5:]) == (["web", "0/1", "0", "0"], ["a,b", "nginx,redis", "app=web"])
    everywhere = [line.split()[:2] for line in cli("get", "cm", "-A").splitlines()]
    assert everywhere[0] == ["NAMESPACE", "NAME"]
    assert [namespace, "settings"] in everywhere
    assert cli("get", "cm,deploy", "-o", "name").split() == ["configmap/settings", "deployment.apps/web"]
    assert cli("get", "pods") == f"No resources found in {namespace} namespace.\n"


def test_get_selects(cli: Cli) -> None:
    items = [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "labels": {"app": name}}} for name in "ab"
    ]
    cli("apply", "-f", "-", stdin=orjson.dumps({"kind": "List", "apiVersion": "v1", "items": items}).decode())
    assert cli("get", "cm", "-l", "app=a", "-o", "name") == "configmap/a\n"
    assert cli("get", "cm", "--field-selector", "metadata.name=b", "-o", "name") == "configmap/b\n"
    listed = orjson.loads(cli("get", "cm", "-o", "json"))
    assert (listed["kind"], [i["metadata"]["name"] for i in listed["items"]]) == ("List", ["a", "b"])


def test_errors_are_told_as_kubectl_tells_them(cli: Cli) -> None:
    assert cli("get", "pods", "x", code=1) == 'Error from server (NotFound): pods "x" not found\n'
    assert cli("get", "boats", code=1).startswith("error: the server doesn't have a resource type 'boats'")
    assert cli("delete", "pods", code=1).startswith("error: name the objects to delete")
    assert cli("apply", "-f", "absent.yaml", code=1) == "error: the path 'absent.yaml' does not exist\n"
    assert cli("get", "pods", "-l", "a in (", code=1).startswith("Error from server (BadRequest): ")


def test_one_name_that_is_not_there_does_not_hide_the_others(cli: Cli) -> None:
    cli("apply", "-f", "-", stdin=WEB)
    told = cli("get", "cm", "absent", "settings", "-o", "name", code=1).splitlines()
    assert sorted(told) == ['Error from server (NotFound): configmaps "absent" not found', "configmap/settings"]


def test_delete(cli: Cli) -> None:
    cli("apply", "-f", "-", stdin=WEB)
    assert cli("delete", "cm", "settings", "--dry-run=server") == 'configmap "settings" deleted (server dry run)\n'
    assert cli("delete", "cm/settings") == 'configmap "settings" deleted\n'
    told = cli("delete", "-f", "-", "--cascade=orphan", "--grace-period=0", stdin=WEB, code=1)
    assert told.splitlines() == [
        'deployment.apps "web" deleted',
        'Error from server (NotFound): configmaps "settings" not found',
    ]


def test_api_resources(cli: Cli, server: ServerProcess) -> None:
    done = subprocess.run(
        [*PROGRAM, "api-resources", "--config", str(server.config)],
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=True,
    )
    rows = [line.split() for line in done.stdout.splitlines()]
    assert rows[0] == ["NAME", "SHORTNAMES", "APIVERSION", "NAMESPACED", "KIND"]
    assert ["deployments", "deploy", "apps/v1", "true", "Deployment"] in rows


async def test_get_follows_changes(cli: Cli, client: Client, namespace: str) -> None:
    maps = client.resource(ConfigMap)
    await maps.create(ConfigMap(metadata={"name": "first"}), namespace=namespace)
    watching = await asyncio.create_subprocess_exec(
        *PROGRAM, "get", "cm", "-w", "-n", namespace, stdout=asyncio.subprocess.PIPE, env=cli.environment
    )
    assert watching.stdout is not None
    try:
        async with asyncio.timeout(DEADLINE):
            assert (await watching.stdout.readline()).split() == [b"NAME", b"DATA", b"AGE"]
            assert (await watching.stdout.readline()).split()[:2] == [b"first", b"0"]
            await maps.create(ConfigMap(metadata={"name": "second"}, data={"k": "1"}), namespace=namespace)
            assert (await watching.stdout.readline()).split()[:2] == [b"second", b"1"]
    finally:
        watching.terminate()
        await watching.wait()


def test_a_server_that_is_not_there_is_told(server: ServerProcess, tmp_path: Path) -> None:
    text = server.config.read_text().replace(f":{server.grpc_port}", f":{free_port()}")
    config = server.config.with_name("elsewhere.yaml")
    config.write_text(text)
    told = Cli(config, "default")("get", "pods", code=1)
    assert told.startswith("Unable to connect to the server: 127.0.0.1:")
