"""What clients find on a server that has just started."""

from tests.e2e.test_kubectl_tables import table
from tests.support.kubectl import Kubectl
from tests.support.server import ServerProcess


def test_the_service_of_the_server_itself(kubectl: Kubectl, server: ServerProcess) -> None:
    found = ("get", "-n", "default", "--no-headers")
    (service,) = table(kubectl(*found, "service", "kubernetes"))
    assert service[:5] == ["kubernetes", "ClusterIP", "10.0.0.1", "<none>", "443/TCP"]
    (slice_,) = table(kubectl(*found, "endpointslice", "kubernetes"))
    assert slice_[1:3] == ["IPv4", str(server.secure_port)]
    (address,) = table(kubectl("get", "ipaddress", "10.0.0.1", "--no-headers"))
    assert address[1] == "services/default/kubernetes"
    condition = 'jsonpath={.status.conditions[?(@.type=="Ready")].status}'
    kubectl("wait", "servicecidr/kubernetes", "--for=condition=Ready", "--timeout=20s")
    assert kubectl("get", "servicecidr", "kubernetes", "-o", condition) == "True"


def test_groups_priorities_and_flows_read_well(kubectl: Kubectl) -> None:
    services = table(kubectl("get", "apiservices"))
    assert services[0] == ["NAME", "SERVICE", "AVAILABLE", "AGE"]
    assert ["v1.apps", "Local", "True"] in [line[:3] for line in services]
    classes = {line[0]: line[1] for line in table(kubectl("get", "priorityclasses", "--no-headers"))}
    assert classes["system-node-critical"] == "2000001000"
    kubectl("wait", "flowschema/catch-all", "--for=condition=Dangling=False", "--timeout=20s")
    schemas = table(kubectl("get", "flowschemas", "--no-headers"))
    assert (schemas[0][:4], schemas[-1][:4]) == (
        ["exempt", "exempt", "1", "<none>"],
        ["catch-all", "catch-all", "10000", "ByUser"],
    )
    assert {line[-1] for line in schemas} == {"False"}
    levels = {line[0]: line[1:6] for line in table(kubectl("get", "prioritylevelconfigurations", "--no-headers"))}
    assert levels["exempt"] == ["Exempt", *["<none>"] * 4]
    assert levels["system"] == ["Limited", "30", "64", "6", "50"]


def test_the_server_tells_who_it_is_and_whom_it_trusts(kubectl: Kubectl, server: ServerProcess) -> None:
    selector = "apiserver.kubernetes.io/identity=kube-apiserver"
    (lease,) = table(kubectl("get", "leases", "-n", "kube-system", "-l", selector, "--no-headers"))
    assert lease[1].startswith(f"{lease[0]}_")
    found = kubectl.json("get", "configmap", "-n", "kube-system", "extension-apiserver-authentication")
    assert found["data"]["client-ca-file"].startswith("-----BEGIN CERTIFICATE-----")
    assert "PRIVATE" not in str(found)
