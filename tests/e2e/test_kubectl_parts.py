"""kubectl on parts of objects: scale, rollouts, drain, debug, certificates, and what needs a kubelet."""

import json
from base64 import b64encode
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from tests.support.kubectl import Kubectl

PATCH_STATUS = ("--subresource=status", "--type=merge", "-p")


def create(kubectl: Kubectl, *objects: dict[str, Any]) -> None:
    kubectl("create", "-f", "-", stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))


def node(kubectl: Kubectl) -> str:
    """A node of the test's own, at an address where nobody answers."""
    name = f"node-{kubectl.namespace}"
    status = {"addresses": [{"type": "InternalIP", "address": "10.1.2.3"}]}
    create(kubectl, {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}, "status": status})
    return name


def pod(name: str, node_name: str = "") -> dict[str, Any]:
    spec: dict[str, Any] = {"containers": [{"name": "press", "image": "registry.test/press:3"}]}
    if node_name:
        spec["nodeName"] = node_name
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": {"app": name}}, "spec": spec}


def replicas(kubectl: Kubectl, *what: str) -> int:
    return int(kubectl.json("get", *what)["spec"]["replicas"])


def test_workloads_are_scaled(kubectl: Kubectl) -> None:
    kubectl("create", "deployment", "web", "--image=registry.test/web:1")
    assert kubectl("scale", "deployment/web", "--replicas=5") == "deployment.apps/web scaled\n"
    kubectl("scale", "deployment/web", "--replicas=6", "--current-replicas=5")
    refused = kubectl("scale", "deployment/web", "--replicas=7", "--current-replicas=5", refused=True)
    assert "Expected replicas to be 5, was 6" in refused
    scale = kubectl.json("get", "deployment", "web", "--subresource=scale")
    assert (scale["kind"], scale["spec"], scale["status"]["selector"]) == ("Scale", {"replicas": 6}, "app=web")
    kubectl("patch", "deployment", "web", "--subresource=scale", "--type=merge", "-p", '{"spec":{"replicas":2}}')
    assert replicas(kubectl, "deployment", "web") == 2
    template = {"metadata": {"labels": {"a": "b"}}, "spec": pod("x")["spec"]}
    spec = {"selector": {"a": "b"}, "template": template, "replicas": 1}
    create(kubectl, {"apiVersion": "v1", "kind": "ReplicationController", "metadata": {"name": "old"}, "spec": spec})
    kubectl("scale", "rc", "old", "--replicas=3")
    assert replicas(kubectl, "rc", "old") == 3


def test_what_follows_a_deployment(kubectl: Kubectl) -> None:
    kubectl("create", "deployment", "web", "--image=registry.test/web:1", "--port=8080")
    assert kubectl("set", "image", "deployment/web", "web=registry.test/web:2").endswith(" image updated\n")
    kubectl("autoscale", "deployment/web", "--min=1", "--max=3", "--cpu-percent=50")
    assert kubectl.json("get", "hpa", "web")["spec"]["scaleTargetRef"]["name"] == "web"
    kubectl("expose", "deployment/web", "--port=80", "--target-port=8080")
    service = kubectl.json("get", "service", "web")["spec"]
    assert (service["selector"], service["ports"][0]["targetPort"]) == ({"app": "web"}, 8080)


def test_a_rollout_is_undone(kubectl: Kubectl) -> None:
    """The ReplicaSets are those that a controller of deployments would have left."""
    kubectl("create", "deployment", "web", "--image=registry.test/web:2")
    deployment = kubectl.json("get", "deployment", "web")
    owner = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "uid": deployment["metadata"]["uid"]}
    for revision in ("1", "2"):
        labels = {"app": "web", "pod-template-hash": f"r{revision}"}
        template = json.loads(json.dumps(deployment["spec"]["template"]))
        template["metadata"]["labels"] = labels
        template["spec"]["containers"][0]["image"] = f"registry.test/web:{revision}"
        metadata = {
            "name": f"web-{revision}",
            "labels": labels,
            "annotations": {"deployment.kubernetes.io/revision": revision},
            "ownerReferences": [{**owner, "controller": True}],
        }
        spec = {"replicas": 0, "selector": {"matchLabels": labels}, "template": template}
        create(kubectl, {"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": metadata, "spec": spec})
    history = kubectl("rollout", "history", "deployment/web").split()
    assert history[-6:] == ["REVISION", "CHANGE-CAUSE", "1", "<none>", "2", "<none>"]
    assert "registry.test/web:1" in kubectl("rollout", "history", "deployment/web", "--revision=1")
    kubectl("rollout", "undo", "deployment/web")
    image = "jsonpath={.spec.template.spec.containers[0].image}"
    assert kubectl("get", "deployment", "web", "-o", image) == "registry.test/web:1"
    for word in ("pause", "resume", "restart"):
        kubectl("rollout", word, "deployment/web")


def test_a_node_is_drained_as_far_as_budgets_let_it(kubectl: Kubectl) -> None:
    name = node(kubectl)
    create(kubectl, pod("cider", name), pod("mead", name))
    for one in ("cider", "mead"):
        kubectl("patch", "pod", one, *PATCH_STATUS, '{"status":{"phase":"Running"}}')
    kubectl("create", "poddisruptionbudget", "guard", "--selector=app=cider", "--min-available=1")
    counted = '{"status":{"observedGeneration":1,"disruptionsAllowed":0,"currentHealthy":1,"desiredHealthy":2}}'
    kubectl("patch", "pdb", "guard", *PATCH_STATUS, counted)
    drain = ("drain", name, "--force", "--grace-period=0", "--pod-selector=app in (cider,mead)")
    refused = kubectl(*drain, "--timeout=1s", refused=True)
    assert "Cannot evict pod as it would violate the pod's disruption budget." in refused
    assert kubectl("get", "pods", "-o", "name") == "pod/cider\n"
    assert kubectl.json("get", "node", name)["spec"]["unschedulable"] is True
    kubectl("patch", "pdb", "guard", *PATCH_STATUS, '{"status":{"disruptionsAllowed":1}}')
    assert f"node/{name} drained" in kubectl(*drain)
    budget = kubectl.json("get", "pdb", "guard")["status"]
    assert (budget["disruptionsAllowed"], list(budget["disruptedPods"])) == (0, ["cider"])
    kubectl("uncordon", name)
    assert "unschedulable" not in kubectl.json("get", "node", name)["spec"]


def test_a_pod_is_debugged_and_resized(kubectl: Kubectl) -> None:
    described = pod("cider")
    described["spec"]["containers"][0]["resources"] = {"requests": {"cpu": "100m"}}
    create(kubectl, described)
    kubectl("debug", "cider", "--image=registry.test/look:1", "-c", "look", "--attach=false", "--profile=general")
    names = "jsonpath={.spec.ephemeralContainers[*].name}"
    assert kubectl("get", "pod", "cider", "-o", names) == "look"
    resize = ("patch", "pod", "cider", "--subresource=resize", "-p")
    kubectl(*resize, '{"spec":{"containers":[{"name":"press","resources":{"requests":{"cpu":"200m"}}}]}}')
    cpu = "jsonpath={.spec.containers[0].resources.requests.cpu}"
    assert kubectl("get", "pod", "cider", "-o", cpu) == "200m"
    whole = {"limits": {"cpu": "200m", "memory": "1Gi"}, "requests": {"memory": "1Gi"}}
    document = {"spec": {"containers": [{"name": "press", "resources": whole}]}}
    refused = kubectl(*resize, json.dumps(document), refused=True)
    assert "Pod QOS Class may not change as a result of resizing" in refused


@pytest.mark.parametrize(("word", "condition"), [("approve", "Approved"), ("deny", "Denied")])
def test_a_certificate_is_decided(kubectl: Kubectl, word: str, condition: str) -> None:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ann")])
    made = x509.CertificateSigningRequestBuilder().subject_name(subject)
    pem = made.sign(ec.generate_private_key(ec.SECP256R1()), SHA256()).public_bytes(Encoding.PEM)
    spec = {"request": b64encode(pem).decode(), "signerName": "example.test/stamp", "usages": ["client auth"]}
    name = f"{word}-{kubectl.namespace}"
    kind = {"apiVersion": "certificates.k8s.io/v1", "kind": "CertificateSigningRequest"}
    create(kubectl, {**kind, "metadata": {"name": name}, "spec": spec})
    kubectl("certificate", word, name)
    (decided,) = kubectl.json("get", "csr", name)["status"]["conditions"]
    assert (decided["type"], decided["status"]) == (condition, "True")
    assert condition in kubectl("get", "csr", name)


def test_logs_and_streams_need_a_node_that_can_be_reached(kubectl: Kubectl) -> None:
    name = node(kubectl)
    create(kubectl, pod("waiting"), pod("lost", name))
    assert kubectl("logs", "waiting") == ""
    assert "container ghost is not valid for pod waiting" in kubectl("logs", "waiting", "-c", "ghost", refused=True)
    assert 'pods "ghost" not found' in kubectl("logs", "ghost", refused=True)
    unreached = "10.1.2.3:10250: connect: no route to host"
    assert unreached in kubectl("logs", "lost", "--tail=3", refused=True)
    assert "does not have a host assigned" in kubectl("exec", "waiting", "--", "ls", refused=True)
    assert f"error dialing backend: dial tcp {unreached}" in kubectl("exec", "lost", "--", "ls", refused=True)
    assert unreached in kubectl("attach", "lost", refused=True)
    assert unreached in kubectl("get", "--raw", f"/api/v1/nodes/{name}/proxy/metrics", refused=True)


def test_parts_are_things_to_be_allowed(kubectl: Kubectl) -> None:
    kubectl("create", "role", "lift", "--verb=get,update", "--resource=deployments.apps/scale")
    kubectl("create", "rolebinding", "lift", "--role=lift", "--user=lift")
    kubectl("create", "deployment", "web", "--image=registry.test/web:1")
    as_lift = ("--as=lift",)
    assert kubectl("auth", "can-i", "update", "deployments.apps", "--subresource=scale", *as_lift) == "yes\n"
    refused = kubectl("scale", "deployment/web", "--replicas=5", *as_lift, refused=True)
    assert 'User "lift" cannot' in refused
