"""kubectl waits for what controllers bring about: namespaces and trees of objects go to the end, in each way."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.kubectl import Kubectl
from tests.support.server import ServerProcess

WAIT = ("--wait", "--timeout=30s")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """As `up` starts it, with all its controllers."""
    process = ServerProcess(tmp_path_factory.mktemp("whole"))
    process.start()
    yield process
    process.stop()
    assert "Traceback" not in process.log


@pytest.fixture
def orchard(kubectl: Kubectl, server: ServerProcess, tmp_path: Path) -> Iterator[Kubectl]:
    """kubectl in a namespace of that name."""
    within = Kubectl(tmp_path, server.data / "kubeconfig", "orchard")
    within("create", "namespace", "orchard")
    yield within
    within("delete", "namespace", "orchard", "--ignore-not-found", *WAIT)


def plant(kubectl: Kubectl) -> None:
    """A Deployment, a ReplicaSet that it owns and a pod of that, as controllers of a cluster would make them."""
    kubectl("create", "deployment", "web", "--image=registry.test/web:1")
    template = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}
    spec = {"selector": {"matchLabels": {"app": "web"}}, "template": template}
    for kind, owner, body in (
        ("apps/v1 ReplicaSet", "deployment", {"spec": spec}),
        ("v1 Pod", "replicaset", {"spec": template["spec"]}),
    ):
        found = kubectl.json("get", owner, "web")
        reference = {key: found[key] for key in ("apiVersion", "kind")} | {
            key: found["metadata"][key] for key in ("name", "uid")
        }
        metadata = {"name": "web", "ownerReferences": [{**reference, "controller": True, "blockOwnerDeletion": True}]}
        version, _, name = kind.partition(" ")
        made = {"apiVersion": version, "kind": name, "metadata": metadata, **body}
        kubectl("create", "-f", "-", stdin=json.dumps(made))


def left(kubectl: Kubectl) -> list[str]:
    return kubectl("get", "deployments,replicasets,pods", "-o", "name").split()


def test_a_namespace_goes_with_all_that_is_in_it(orchard: Kubectl) -> None:
    plant(orchard)
    orchard("create", "quota", "purse", "--hard=pods=3")
    orchard("create", "secret", "generic", "key")
    assert orchard("delete", "namespace", "orchard", *WAIT) == 'namespace "orchard" deleted\n'
    assert 'namespaces "orchard" not found' in orchard("get", "namespace", "orchard", refused=True)
    # The same name is free, and what was in it is not there.
    orchard("create", "namespace", "orchard")
    assert left(orchard) == []


def test_a_namespace_says_what_it_waits_for(orchard: Kubectl) -> None:
    orchard("create", "configmap", "jar")
    orchard("patch", "cm", "jar", "-p", '{"metadata":{"finalizers":["a.test/hold"]}}')
    orchard("delete", "namespace", "orchard", "--wait=false")
    orchard("wait", "namespace/orchard", "--for=condition=NamespaceFinalizersRemaining", "--timeout=30s")
    assert "Terminating" in orchard("get", "namespace", "orchard")
    text = "a.test/hold in 1 resource instances"
    assert text in orchard("get", "namespace", "orchard", "-o", "jsonpath={.status.conditions[*].message}")
    refused = orchard("create", "configmap", "late", refused=True)
    assert "because it is being terminated" in refused
    orchard("patch", "cm", "jar", "-p", '{"metadata":{"finalizers":null}}')
    orchard("wait", "namespace/orchard", "--for=delete", "--timeout=30s")


@pytest.mark.parametrize("cascade", ["background", "foreground"])
def test_a_tree_goes(orchard: Kubectl, cascade: str) -> None:
    plant(orchard)
    orchard("delete", "deployment", "web", f"--cascade={cascade}", *WAIT)
    if cascade == "foreground":
        # Nothing is left when the command returns.
        assert left(orchard) == []
    for kind in ("replicaset", "pod"):
        orchard("wait", f"{kind}/web", "--for=delete", "--timeout=30s")


def test_orphans_stay(orchard: Kubectl) -> None:
    plant(orchard)
    orchard("delete", "deployment", "web", "--cascade=orphan", *WAIT)
    assert left(orchard) == ["replicaset.apps/web", "pod/web"]
    metadata = orchard.json("get", "replicaset", "web")["metadata"]
    assert "ownerReferences" not in metadata
    orchard("delete", "replicaset", "web", "--cascade=foreground", *WAIT)
    assert left(orchard) == []


def test_namespaces_have_what_pods_need(orchard: Kubectl) -> None:
    orchard("wait", "serviceaccount/default", "--for=create", "--timeout=30s")
    orchard("wait", "configmap/kube-root-ca.crt", "--for=create", "--timeout=30s")
    authority = orchard("get", "configmap", "kube-root-ca.crt", "-o", r"jsonpath={.data.ca\.crt}")
    assert authority.startswith("-----BEGIN CERTIFICATE-----")
    orchard("create", "quota", "purse", "--hard=count/configmaps=2")
    told = r"--for=jsonpath={.status.used.count/configmaps}=1"
    orchard("wait", "quota/purse", told, "--timeout=30s")
    orchard("create", "configmap", "one")
    assert "exceeded quota: purse" in orchard("create", "configmap", "two", refused=True)
    orchard("delete", "configmap", "one")
    orchard("wait", "quota/purse", told, "--timeout=30s")
    orchard("create", "configmap", "two")
