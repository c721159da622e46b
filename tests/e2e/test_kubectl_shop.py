"""kubectl as its users live with it: a web shop of thirty objects, from its first day to its last."""

import json
from pathlib import Path

import pytest

from tests.support.kubectl import Kubectl

SHOP = Path(__file__).parent / "manifests" / "shop.yaml"
KINDS = (
    *(
        "serviceaccounts",
        "configmaps",
        "secrets",
        "limitranges",
        "resourcequotas",
        "persistentvolumeclaims",
        "services",
    ),
    *("deployments", "statefulsets", "daemonsets", "cronjobs", "jobs", "ingresses", "networkpolicies"),
    *("horizontalpodautoscalers", "poddisruptionbudgets", "roles", "rolebindings"),
)
OBJECTS = 30
WHOLE = ("statefulset/database", "poddisruptionbudget/front", "poddisruptionbudget/database")
OURS = ("-l", "app.kubernetes.io/part-of=shop")


@pytest.fixture
def manifest(kubectl: Kubectl) -> str:
    # Where a subject's account lives must be said.
    text = SHOP.read_text()
    return text.replace(
        "{kind: ServiceAccount, name: catalogue}",
        f"{{kind: ServiceAccount, name: catalogue, namespace: {kubectl.namespace}}}",
    )


@pytest.fixture
def shop(kubectl: Kubectl, manifest: str) -> Kubectl:
    created = kubectl("apply", "-f", "-", stdin=manifest)
    assert created.count(" created\n") == OBJECTS, created
    return kubectl


def versions(shop: Kubectl) -> dict[str, str]:
    path = "{range .items[*]}{.kind}/{.metadata.name} {.metadata.resourceVersion} {.metadata.generation}\\n{end}"
    lines = shop("get", ",".join(KINDS), *OURS, "-o", f"jsonpath={path}").splitlines()
    return dict(line.split(" ", 1) for line in lines)


def test_it_is_applied_compared_and_removed(shop: Kubectl, manifest: str) -> None:
    before = versions(shop)
    again = shop("apply", "-f", "-", stdin=manifest)
    # What kubectl replaces whole it sends each time: nothing comes of it.
    assert (again.count(" unchanged\n"), again.count(" configured\n")) == (OBJECTS - len(WHOLE), len(WHOLE)), again
    assert versions(shop) == before
    assert shop("diff", "-f", "-", stdin=manifest) == ""
    newer = manifest.replace("shop/front:1", "shop/front:2").replace("replicas: 3", "replicas: 5")
    difference = shop("diff", "-f", "-", stdin=newer, shows=1)
    assert "-        image: registry.test/shop/front:1" in difference
    assert "+        image: registry.test/shop/front:2" in difference
    assert shop("apply", "-f", "-", stdin=newer).count(" configured\n") == 2 + len(WHOLE)
    assert shop("delete", "-f", "-", "--wait=false", stdin=manifest).count(" deleted") == OBJECTS
    # A claim is protected until a controller, which is not there, has seen that no pod uses it.
    shop("patch", "pvc", "pictures", "--type=merge", "-p", '{"metadata":{"finalizers":null}}')
    shop("wait", "--for=delete", "job/import", "pvc/pictures", "--timeout=20s")
    assert shop("get", ",".join(KINDS), *OURS, "-o", "name") == ""


def test_it_is_applied_by_the_server_after_the_client(shop: Kubectl, manifest: str) -> None:
    """The fields that `kubectl apply` has owned so far are handed over, and leaving one out removes it."""
    by_server = ("apply", "--server-side", "-f", "-")
    refused = shop(*by_server, stdin=manifest, refused=True)
    # A list that is one field, with defaults in it, is another one than that of the manifest.
    assert refused.count("Apply failed") == 1
    assert 'conflict with "kubectl-client-side-apply" using apps/v1: .spec.volumeClaimTemplates' in refused
    assert shop(*by_server, "--force-conflicts", stdin=manifest).count(" serverside-applied\n") == OBJECTS
    shorter = manifest.replace('data: {LOG_LEVEL: warning, PAGE_SIZE: "50"}', "data: {LOG_LEVEL: warning}")
    shop(*by_server, stdin=shorter)
    assert shop.json("get", "cm", "catalogue-settings")["data"] == {"LOG_LEVEL": "warning"}
    other = shorter.replace("LOG_LEVEL: warning", "LOG_LEVEL: debug")
    refused = shop(*by_server, "--field-manager=guest", stdin=other, refused=True)
    assert 'conflict with "kubectl": .data.LOG_LEVEL' in refused
    shop(*by_server, "--field-manager=guest", "--force-conflicts", stdin=other)
    owners = shop.json("get", "cm", "catalogue-settings", "--show-managed-fields")["metadata"]["managedFields"]
    assert {"guest", "kubectl"} <= {entry["manager"] for entry in owners}


def test_it_is_shown_in_every_form(shop: Kubectl) -> None:
    assert shop("get", ",".join(KINDS), *OURS, "-o", "name").count("\n") == OBJECTS
    for kind in KINDS:
        lines = shop("get", kind, *OURS, "-o", "wide").splitlines()
        assert lines[0].startswith("NAME"), lines
        assert len(lines) > 1
        described = shop("describe", kind, *OURS)
        assert described.count("Name:") >= len(lines) - 1, described
    assert shop("get", "deploy", "front", "-o", "jsonpath={.spec.template.spec.containers[*].name}") == "nginx exporter"
    template = "{{range .items}}{{.metadata.name}} {{end}}"
    assert shop("get", "sts", "-o", f"go-template={template}") == "cache database "
    columns = "NAME:.metadata.name,TYPE:.spec.type"
    shown = shop("get", "svc", "-o", f"custom-columns={columns}", "--sort-by=.spec.type", "--no-headers")
    assert [line.split() for line in shown.splitlines()][-1] == ["front", "NodePort"]
    assert json.loads(shop("get", "cm", "front-settings", "-o", "json"))["data"]["LOG_LEVEL"] == "info"
    assert "LOG_LEVEL: info" in shop("get", "cm", "front-settings", "-o", "yaml")
    assert "app.kubernetes.io/part-of=shop" in shop("get", "cm", "--show-labels")
    assert shop("get", "deploy", "-L", "app.kubernetes.io/part-of").splitlines()[1].split()[-1] == "shop"


def test_it_is_edited_and_changed_by_hand(shop: Kubectl, tmp_path: Path) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nsed -i "s/LOG_LEVEL: info/LOG_LEVEL: debug/" "$1"\n')
    editor.chmod(0o700)
    assert shop("edit", "cm", "front-settings", editor=editor) == "configmap/front-settings edited\n"
    assert shop.json("get", "cm", "front-settings")["data"]["LOG_LEVEL"] == "debug"
    shop("set", "image", "deploy/front", "nginx=registry.test/shop/front:7")
    shop("set", "env", "deploy/front", "GREETING=hello", "-c", "nginx")
    shop("set", "resources", "deploy/basket", "--limits=memory=1Gi")
    shop("set", "serviceaccount", "deploy/basket", "catalogue")
    container = shop.json("get", "deploy", "front")["spec"]["template"]["spec"]["containers"][0]
    assert container["image"] == "registry.test/shop/front:7"
    assert {"name": "GREETING", "value": "hello"} in container["env"]
    shop("label", "deploy", "front", "tier=web", "--overwrite")
    shop("label", "deploy", "front", "tier-")
    shop("annotate", "deploy", "--all", "example.test/checked=yes")
    front = shop.json("get", "deploy", "front")["metadata"]
    assert (front["annotations"]["example.test/checked"], front["labels"].get("tier")) == ("yes", None)
    shop("rollout", "pause", "deploy/front")
    assert "already paused" in shop("rollout", "pause", "deploy/front", refused=True)
    shop("rollout", "resume", "deploy/front")
    shop("rollout", "restart", "deploy/front")
    replaced = shop.json("get", "cm", "catalogue-settings")
    replaced["data"] = {"LOG_LEVEL": "error"}
    shop("replace", "-f", "-", stdin=json.dumps(replaced))
    assert shop.json("get", "cm", "catalogue-settings")["data"] == {"LOG_LEVEL": "error"}


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (("clusterrole", "{name}", "--verb=get", "--resource=pods"), "clusterrole"),
        (("clusterrolebinding", "{name}", "--clusterrole=view", "--user=ann"), "clusterrolebinding"),
        (("configmap", "made", "--from-literal=a=1"), "configmap"),
        (("cronjob", "made", "--image=registry.test/a", "--schedule=0 * * * *"), "cronjob"),
        (("deployment", "made", "--image=registry.test/a", "--replicas=2", "--port=80"), "deployment"),
        (("ingress", "made", "--rule=a.example.test/b=made:80"), "ingress"),
        (("job", "made", "--image=registry.test/a"), "job"),
        (("namespace", "{name}"), "namespace"),
        (("poddisruptionbudget", "made", "--selector=a=b", "--min-available=1"), "poddisruptionbudget"),
        (("priorityclass", "{name}", "--value=10"), "priorityclass"),
        (("quota", "made", "--hard=pods=3"), "resourcequota"),
        (("role", "made", "--verb=get", "--resource=pods"), "role"),
        (("rolebinding", "made", "--clusterrole=view", "--group=staff"), "rolebinding"),
        (("secret", "generic", "made", "--from-literal=a=1"), "secret"),
        (("service", "clusterip", "made", "--tcp=80:8080"), "service"),
        (("service", "nodeport", "made", "--tcp=80:8080"), "service"),
        (("service", "loadbalancer", "made", "--tcp=80:8080"), "service"),
        (("service", "externalname", "made", "--external-name=a.example.test"), "service"),
        (("serviceaccount", "made"), "serviceaccount"),
    ],
    ids=lambda words: "-".join(words[:2]) if isinstance(words, tuple) else "",
)
def test_each_generator_makes_what_it_says(kubectl: Kubectl, words: tuple[str, ...], kind: str) -> None:
    name = f"{kubectl.namespace}-{kind}" if "{name}" in words else "made"
    words = tuple(word.format(name=name) for word in words)
    assert "created (server dry run)" in kubectl("create", *words, "--dry-run=server")
    assert "created" in kubectl("create", *words)
    assert "already exists" in kubectl("create", *words, refused=True)
    assert "deleted" in kubectl("delete", kind, name, "--wait=false")


def test_what_kubectl_tells_of_the_server_and_of_oneself(kubectl: Kubectl) -> None:
    assert "Server Version: v1." in kubectl("version")
    assert "is running at https://127.0.0.1" in kubectl("cluster-info")
    assert '"username": "admin"' in kubectl("auth", "whoami", "-o", "json")
    allowed = kubectl("auth", "can-i", "--list")
    assert "*.*" in allowed.split()
    assert kubectl("auth", "can-i", "delete", "pods", "--as=ann", refused=True) == ""
    assert "Warning" not in kubectl("api-resources", "--verbs=list", "-o", "name")
    assert "deployments.apps" in kubectl("api-resources", "--verbs=list", "-o", "name").split()
