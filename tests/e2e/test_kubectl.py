"""kubectl against a running server, with the configuration that `up` writes."""

from tests.support.kubectl import SECONDS, Kubectl
from tests.support.server import ServerProcess

WEB = """
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
data: {page: hello}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "registry.test/web:1"}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
"""


def test_the_configuration_is_for_its_owner_alone(server: ServerProcess) -> None:
    assert (server.data / "kubeconfig").stat().st_mode & 0o777 == 0o600
    assert f"kubectl --kubeconfig {server.data / 'kubeconfig'} get namespaces" in server.log


def test_version_and_discovery(kubectl: Kubectl) -> None:
    assert kubectl.json("version")["serverVersion"]["major"] == "1"
    listed = kubectl("api-resources", "--no-headers")
    assert {"configmaps", "deployments", "clusterroles"} <= {line.split()[0] for line in listed.splitlines()}
    assert "apps/v1" in kubectl("api-versions").splitlines()
    assert kubectl("get", "--raw", "/readyz") == "ok"


def test_an_object_from_its_creation_to_its_end(kubectl: Kubectl) -> None:
    assert kubectl("create", "configmap", "jar", "--from-literal=a=1") == "configmap/jar created\n"
    assert 'configmaps "jar" already exists' in kubectl("create", "configmap", "jar", refused=True)
    kubectl("label", "configmap", "jar", "side=left")
    kubectl("annotate", "cm/jar", "example.test/note=kept")
    metadata = kubectl.json("get", "cm", "jar")["metadata"]
    assert (metadata["labels"], metadata["annotations"]) == ({"side": "left"}, {"example.test/note": "kept"})
    assert kubectl("get", "cm", "-l", "side=left", "-o", "name") == "configmap/jar\n"
    assert kubectl("get", "cm", "-l", "side=right", "-o", "name") == ""
    assert 'a: "1"' in kubectl("get", "cm", "jar", "-o", "yaml")
    assert kubectl("delete", "cm", "jar") == 'configmap "jar" deleted\n'
    assert 'configmaps "jar" not found' in kubectl("get", "cm", "jar", refused=True)


def test_manifests_are_applied_again_and_again(kubectl: Kubectl) -> None:
    apply = ("apply", "-f", "-")
    assert kubectl(*apply, stdin=WEB).count(" created") == 3
    assert kubectl(*apply, stdin=WEB).count(" unchanged") == 3
    changed = kubectl(*apply, stdin=WEB.replace("web:1", "web:2"))
    assert (changed.count(" unchanged"), changed.count(" configured")) == (2, 1)
    deployment = kubectl.json("get", "deployment", "web")
    assert deployment["spec"]["template"]["spec"]["containers"][0]["image"] == "registry.test/web:2"
    assert deployment["metadata"]["generation"] == 2
    assert kubectl("delete", "-f", "-", stdin=WEB).count(" deleted") == 3


def test_fields_that_are_not_known_are_refused(kubectl: Kubectl) -> None:
    wrong = WEB.replace("page: hello}", "page: hello}\nghost: 1")
    assert 'unknown field "ghost"' in kubectl("apply", "-f", "-", stdin=wrong, refused=True)
    assert 'unknown field "ghost"' in kubectl("create", "-f", "-", stdin=wrong, refused=True)


def test_patches_of_each_kind(kubectl: Kubectl) -> None:
    kubectl("create", "configmap", "jar", "--from-literal=a=1")
    kubectl("patch", "cm", "jar", "-p", '{"data":{"b":"2"}}')
    kubectl("patch", "cm", "jar", "--type=merge", "-p", '{"data":{"a":null}}')
    kubectl("patch", "cm", "jar", "--type=json", "-p", '[{"op":"add","path":"/data/c","value":"3"}]')
    assert kubectl.json("get", "cm", "jar")["data"] == {"b": "2", "c": "3"}


def test_a_dry_run_leaves_nothing(kubectl: Kubectl) -> None:
    kubectl("create", "configmap", "jar", "--dry-run=server")
    assert kubectl("get", "cm", "jar", "--ignore-not-found") == ""


def test_changes_are_watched(kubectl: Kubectl) -> None:
    kubectl("create", "secret", "generic", "first")
    with kubectl.opened("get", "secrets", "--watch", "-o", "name") as watch:
        assert watch.stdout is not None
        try:
            assert watch.stdout.readline() == "secret/first\n"
            kubectl("create", "secret", "generic", "second")
            assert watch.stdout.readline() == "secret/second\n"
        finally:
            watch.terminate()


def test_waiting_for_a_deletion(kubectl: Kubectl) -> None:
    kubectl("create", "configmap", "jar")
    with kubectl.opened("wait", "--for=delete", "cm/jar", f"--timeout={SECONDS}s") as wait:
        kubectl("delete", "cm", "jar")
        assert wait.wait(SECONDS) == 0


def test_who_may_do_what(kubectl: Kubectl) -> None:
    assert kubectl("auth", "can-i", "delete", "pods") == "yes\n"
    assert kubectl.json("auth", "whoami")["status"]["userInfo"]["username"] == "admin"
    refused = kubectl("get", "pods", "--as", "nobody-in-particular", refused=True)
    assert 'User "nobody-in-particular" cannot list resource "pods"' in refused
