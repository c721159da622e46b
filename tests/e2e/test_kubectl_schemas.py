"""What kubectl finds out from the schemas: explaining, checking, comparing, merging."""

import pytest

from tests.e2e.test_kubectl import WEB
from tests.support.kubectl import Kubectl

MISSPELT = WEB.replace("spec:\n  selector:", "spec:\n  replica: 2\n  selector:", 1)


def test_a_field_is_explained_with_its_own(kubectl: Kubectl) -> None:
    told = kubectl("explain", "deployment.spec.strategy")
    assert "FIELD: strategy <DeploymentStrategy>" in told
    assert "How old pods are replaced by new ones." in told
    assert "rollingUpdate\t<RollingUpdateDeployment>" in told


def test_all_below_a_field_is_listed(kubectl: Kubectl) -> None:
    told = kubectl("explain", "pod.spec.containers", "--recursive").splitlines()
    assert "  name\t<string> -required-" in told
    assert "    containerPort\t<integer> -required-" in told
    assert "  imagePullPolicy\t<string>" in told
    assert "      configMapKeyRef\t<ConfigMapKeySelector>" in told
    assert len(told) > 200


@pytest.mark.parametrize(
    "kind",
    [
        "pods",
        "services",
        "configmaps",
        "secrets",
        "ingresses",
        "jobs",
        "cronjobs",
        "pvc",
        "hpa",
        "nodes",
        "crds",
        "roles",
    ],
)
def test_every_field_of_a_kind_is_described(kubectl: Kubectl, kind: str) -> None:
    told = kubectl("explain", kind)
    assert "<empty>" not in told
    assert "metadata\t<ObjectMeta>" in told


def test_the_older_version_is_understood_as_well(kubectl: Kubectl) -> None:
    """It comes as protobuf, and kubectl reads it by the library that the format is named after."""
    told = kubectl("explain", "pod.spec.containers.ports", "--output=plaintext-openapiv2")
    assert "RESOURCE: ports <[]Object>" in told
    assert "containerPort\t<integer> -required-" in told


def test_what_does_not_exist_is_not_explained(kubectl: Kubectl) -> None:
    assert 'field "ghost" does not exist' in kubectl("explain", "pod.spec.ghost", refused=True)


@pytest.mark.parametrize("words", [("apply",), ("create",), ("apply", "--dry-run=server"), ("replace", "--force")])
def test_a_misspelt_field_is_refused(kubectl: Kubectl, words: tuple[str, ...]) -> None:
    told = kubectl(*words, "--validate=strict", "-f", "-", stdin=MISSPELT, refused=True)
    assert 'unknown field "spec.replica"' in told


def test_a_misspelt_field_is_warned_of_or_let_be(kubectl: Kubectl) -> None:
    assert "deployment.apps/web created" in kubectl("apply", "--validate=warn", "-f", "-", stdin=MISSPELT)
    assert "deployment.apps/web" in kubectl("apply", "--validate=ignore", "-f", "-", stdin=MISSPELT)


def test_a_dry_run_of_the_client_asks_for_nothing_else(kubectl: Kubectl) -> None:
    made = kubectl("create", "deployment", "web", "--image=registry.test/web:1", "--dry-run=client", "-o", "yaml")
    assert "image: registry.test/web:1" in made
    assert kubectl("apply", "--dry-run=client", "-f", "-", stdin=WEB).count("(dry run)") == 3
    assert kubectl("get", "deployments", "-o", "name") == ""


def test_differences_are_told(kubectl: Kubectl) -> None:
    kubectl("apply", "-f", "-", stdin=WEB)
    assert kubectl("diff", "-f", "-", stdin=WEB) == ""
    changed = kubectl("diff", "-f", "-", stdin=WEB.replace("web:1", "web:2"), shows=1)
    assert [line for line in changed.splitlines() if "image:" in line] == [
        "-      - image: registry.test/web:1",
        "+      - image: registry.test/web:2",
    ]


def test_lists_are_merged_by_their_keys(kubectl: Kubectl) -> None:
    """What another has added stays: apply merges by the keys that the schema tells."""
    kubectl("apply", "-f", "-", stdin=WEB)
    sidecar = '{"spec":{"template":{"spec":{"containers":[{"name":"side","image":"registry.test/side:1"}]}}}}'
    kubectl("patch", "deployment", "web", "-p", sidecar)
    kubectl("apply", "-f", "-", stdin=WEB.replace("web:1", "web:2"))
    containers = kubectl.json("get", "deployment", "web")["spec"]["template"]["spec"]["containers"]
    assert {c["name"]: c["image"] for c in containers} == {"web": "registry.test/web:2", "side": "registry.test/side:1"}
