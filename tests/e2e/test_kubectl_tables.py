"""What `kubectl get` prints: the server's tables, in every way that kubectl asks for them."""

from tests.support.kubectl import Kubectl

POD = """
apiVersion: v1
kind: Pod
metadata: {name: %s, labels: {app: %s}}
spec: {automountServiceAccountToken: false, containers: [{name: brew, image: "registry.test/brew:1"}]}
"""
RUNNING = """{"status": {"phase": "Running", "podIP": "192.0.2.4", "containerStatuses": [
{"name": "brew", "ready": true, "restartCount": 2, "image": "x", "imageID": "y", "state": {"running": {}}}]}}"""
SHOP = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec: {containers: [{name: till, image: "registry.test/till:1"}]}
---
apiVersion: v1
kind: Service
metadata: {name: shop}
spec: {type: NodePort, selector: {app: shop}, ports: [{port: 80, nodePort: 30123}]}
"""


def table(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines()]


def lay_pods(kubectl: Kubectl) -> None:
    if not kubectl("get", "serviceaccount", "default", "--ignore-not-found", "-o", "name"):
        kubectl("create", "serviceaccount", "default")
    for name in ("kettle", "pot"):
        kubectl("create", "-f", "-", stdin=POD % (name, name))
    kubectl("patch", "pod", "kettle", "--subresource=status", "--type=merge", "-p", RUNNING)


def test_pods(kubectl: Kubectl) -> None:
    lay_pods(kubectl)
    head, kettle, pot = table(kubectl("get", "pods"))
    assert head == ["NAME", "READY", "STATUS", "RESTARTS", "AGE"]
    assert (kettle[:4], pot[:4]) == (["kettle", "1/1", "Running", "2"], ["pot", "0/1", "Pending", "0"])
    head, kettle, _ = table(kubectl("get", "pods", "-o", "wide"))
    assert head[5:] == ["IP", "NODE", "NOMINATED", "NODE", "READINESS", "GATES"]
    assert kettle[5:] == ["192.0.2.4", "<none>", "<none>", "<none>"]
    assert table(kubectl("get", "pods", "--show-labels", "--no-headers"))[0][-1] == "app=kettle"
    assert table(kubectl("get", "pods", "-L", "app"))[0][-1] == "APP"
    sorted_by_name = table(kubectl("get", "pods", "--sort-by=.metadata.name", "--no-headers"))
    assert [line[0] for line in sorted_by_name] == ["kettle", "pot"]
    assert table(kubectl("get", "pods", "-o", "custom-columns=N:.metadata.name,I:.status.podIP"))[1] == [
        "kettle",
        "192.0.2.4",
    ]
    everywhere = table(kubectl("get", "pods", "-A"))
    assert everywhere[0][:2] == ["NAMESPACE", "NAME"]
    assert {"kettle", "pot"} <= {line[1] for line in everywhere}


def test_several_kinds_at_once(kubectl: Kubectl) -> None:
    kubectl("apply", "-f", "-", stdin=SHOP)
    found = kubectl("get", "deployments,services", "-o", "wide")
    deployments, services = (table(block) for block in found.split("\n\n"))
    assert deployments[0] == ["NAME", "READY", "UP-TO-DATE", "AVAILABLE", "AGE", "CONTAINERS", "IMAGES", "SELECTOR"]
    assert deployments[1][:4] == ["deployment.apps/shop", "0/2", "0", "0"]
    assert deployments[1][5:] == ["till", "registry.test/till:1", "app=shop"]
    assert services[0] == ["NAME", "TYPE", "CLUSTER-IP", "EXTERNAL-IP", "PORT(S)", "AGE", "SELECTOR"]
    assert (services[1][1], services[1][3:5]) == ("NodePort", ["<none>", "80:30123/TCP"])
    scale = table(kubectl("get", "deployment", "shop", "--subresource=scale"))
    assert (scale[0], scale[1][:3]) == (["NAME", "DESIRED", "AVAILABLE", "AGE"], ["shop", "2", "0"])


def test_pages_read_as_one_table(kubectl: Kubectl) -> None:
    for number in range(7):
        kubectl("create", "configmap", f"jar-{number}")
    lines = table(kubectl("get", "configmaps", "--chunk-size=3"))
    assert [line[0] for line in lines if line[0].startswith("jar")] == [f"jar-{number}" for number in range(7)]
    assert [line[0] for line in lines].count("NAME") == 1


def test_changes_are_lines_below_one_head(kubectl: Kubectl) -> None:
    kubectl("create", "secret", "generic", "first", "--from-literal=a=1")
    with kubectl.opened("get", "secrets", "--watch", "--output-watch-events") as watch:
        assert watch.stdout is not None
        try:
            assert watch.stdout.readline().split() == ["EVENT", "NAME", "TYPE", "DATA", "AGE"]
            assert watch.stdout.readline().split()[:4] == ["ADDED", "first", "Opaque", "1"]
            kubectl("patch", "secret", "first", "-p", '{"stringData":{"b":"2"}}')
            assert watch.stdout.readline().split()[:4] == ["MODIFIED", "first", "Opaque", "2"]
            kubectl("delete", "secret", "first")
            assert watch.stdout.readline().split()[:4] == ["DELETED", "first", "Opaque", "2"]
        finally:
            watch.terminate()


def test_nothing_is_no_table(kubectl: Kubectl) -> None:
    assert kubectl("get", "cronjobs") == ""
    assert "not found" in kubectl("get", "cronjob", "ghost", refused=True)


def test_kinds_without_columns_of_their_own_show_when_they_were_made(kubectl: Kubectl) -> None:
    head, role = table(kubectl("get", "clusterrole", "view"))
    assert head == ["NAME", "CREATED", "AT"]
    assert role[1].endswith("Z")


def test_old_and_new_events_look_alike(kubectl: Kubectl) -> None:
    event = """{"apiVersion": "v1", "kind": "Event", "metadata": {"name": "e"}, "reason": "Boiled", "message": "hot",
    "type": "Normal", "involvedObject": {"kind": "ConfigMap", "name": "kettle", "namespace": "%s"},
    "reportingComponent": "stove", "reportingInstance": "s1", "action": "Boil",
    "eventTime": "2031-01-02T03:04:05.000000Z"}"""
    namespace = kubectl("config", "view", "--minify", "-o", "jsonpath={..namespace}")
    kubectl("create", "-f", "-", stdin=event % namespace)
    for kind in ("events", "events.events.k8s.io"):
        head, line = table(kubectl("get", kind))
        assert head == ["LAST", "SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"]
        assert line[1:] == ["Normal", "Boiled", "configmap/kettle", "hot"]
