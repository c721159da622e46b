"""An operator that is made with kopf, against a running server."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.kubectl import Kubectl
from tests.support.metrics import eventually
from tests.support.server import ServerProcess

OPERATOR = Path(__file__).parent / "clients" / "operator_kopf.py"
JARS = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: jars.shop.test}
spec:
  group: shop.test
  names: {kind: Jar, plural: jars, singular: jar}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    subresources: {status: {}}
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec: {type: object, required: [of], properties: {of: {type: string}}}
          status: {type: object, x-kubernetes-preserve-unknown-fields: true}
"""
JAR = """
apiVersion: shop.test/v1
kind: Jar
metadata: {name: tall}
spec: {of: honey}
"""


@pytest.fixture
def operator(server: ServerProcess, kubectl: Kubectl, tmp_path: Path) -> Iterator[Path]:
    """It runs; the path is that of what it writes."""
    kubectl("apply", "-f", "-", stdin=JARS)
    kubectl("wait", "--for=condition=Established", "crd/jars.shop.test", "--timeout=20s")
    written = tmp_path / "operator.log"
    namespace = kubectl.namespace
    command = [sys.executable, "-W", "ignore", "-m", "kopf", "run", str(OPERATOR), "--namespace", namespace]
    environment = {**os.environ, "KUBECONFIG": str(server.data / "kubeconfig")}
    with written.open("wb") as output:
        process = subprocess.Popen([*command, "--standalone"], stdout=output, stderr=output, env=environment)
    yield written
    process.terminate()
    try:
        process.wait(15)
    finally:
        process.kill()


async def test_its_handlers_run_from_creation_to_deletion(kubectl: Kubectl, operator: Path) -> None:
    def content() -> dict[str, str]:
        return dict(kubectl.json("get", "cm", "tall-content")["data"])

    kubectl("create", "-f", "-", stdin=JAR)
    try:
        await eventually(lambda: kubectl.json("get", "jar", "tall").get("status", {}).get("phase") == "Filled", 30)
        assert content() == {"of": "honey"}
        owner = kubectl.json("get", "cm", "tall-content")["metadata"]["ownerReferences"][0]
        assert (owner["kind"], owner["name"]) == ("Jar", "tall")
        kubectl("patch", "jar", "tall", "--type=merge", "-p", '{"spec":{"of":"salt"}}')
        await eventually(lambda: content() == {"of": "salt", "was": "honey"}, 30)
        kubectl("delete", "jar", "tall", "--timeout=20s")
        assert kubectl("get", "cm", "tall-was-here", "-o", "name") == "configmap/tall-was-here\n"
        # What it owned goes after it.
        kubectl("wait", "--for=delete", "cm/tall-content", "--timeout=20s")
    except AssertionError as error:
        raise AssertionError(f"{error}\n{operator.read_text()[-4000:]}") from error
