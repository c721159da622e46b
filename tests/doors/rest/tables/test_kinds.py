"""What the rows of each kind say, as `kubectl get` shows it."""

from typing import Any

import pytest

from tests.support.tables import row, shown

GONE = {"deletionTimestamp": "2031-05-10T11:55:00Z"}
PAST = "2031-05-10T11:00:00Z"
TEMPLATE = {"spec": {"containers": [{"name": "a", "image": "i:1"}, {"name": "b", "image": "i:2"}]}}
SELECTOR = {"matchLabels": {"app": "web"}}


def columns(api_version: str, kind: str, *names: str, **members: Any) -> Any:
    """The cells of these columns."""
    found = shown(api_version, kind, **members)
    return found[names[0]] if len(names) == 1 else [found[name] for name in names]


def test_every_kind_with_an_age_has_it() -> None:
    assert columns("v1", "ServiceAccount", "Name", "Age") == ["x", "3m"]
    assert columns("rbac.authorization.k8s.io/v1", "Role", "Created At") == "2031-05-10T11:57:00Z"


def test_configuration() -> None:
    data = {"data": {"a": "1"}, "binaryData": {"b": "AA=="}}
    assert columns("v1", "ConfigMap", "Data", **data) == 2
    assert columns("v1", "Secret", "Type", "Data", type="Opaque", data={"a": "AA=="}) == ["Opaque", 1]
    assert columns("v1", "Namespace", "Status", status={"phase": "Active"}) == "Active"


def test_workloads() -> None:
    spec = {"replicas": 3, "template": TEMPLATE, "selector": SELECTOR}
    status = {"replicas": 2, "readyReplicas": 1, "updatedReplicas": 2, "availableReplicas": 1}
    deployment = row("apps/v1", "Deployment", spec=spec, status=status).cells
    assert deployment == ["x", "1/3", 2, 1, "3m", "a,b", "i:1,i:2", "app=web"]
    counts = {"replicas": 2, "readyReplicas": 1}
    assert row("apps/v1", "ReplicaSet", spec=spec, status=counts).cells[1:4] == [3, 2, 1]
    assert row("apps/v1", "StatefulSet", spec=spec, status=status).cells == ["x", "1/3", "3m", "a,b", "i:1,i:2"]
    plain = {**spec, "selector": {"b": "2", "a": "1"}}
    assert row("v1", "ReplicationController", spec=plain, status=counts).cells[-1] == "a=1,b=2"
    placed = {"template": {"spec": {"nodeSelector": {"disk": "ssd"}}}}
    nodes = {
        "desiredNumberScheduled": 5,
        "currentNumberScheduled": 4,
        "numberReady": 3,
        "updatedNumberScheduled": 2,
        "numberAvailable": 1,
    }
    daemons = row("apps/v1", "DaemonSet", spec=placed, status=nodes).cells
    assert daemons[1:8] == [5, 4, 3, 2, 1, "disk=ssd", "3m"]
    assert daemons[-1] == "<none>"
    owner = {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "db", "uid": "u", "controller": True}
    owned = {"ownerReferences": [owner]}
    revision = row("apps/v1", "ControllerRevision", metadata=owned, revision=4).cells
    assert revision == ["x", "statefulset.apps/db", 4, "3m"]
    assert columns("apps/v1", "ControllerRevision", "Controller", revision=4) == "<none>"


def job_status(*conditions: str, **metadata: Any) -> Any:
    found = [{"type": name, "status": "True"} for name in conditions]
    return columns("batch/v1", "Job", "Status", metadata=metadata, status={"conditions": found})


def test_jobs() -> None:
    spec = {"completions": 5, "template": TEMPLATE, "selector": SELECTOR}
    times = {"startTime": PAST, "completionTime": "2031-05-10T11:30:00Z"}
    found = row("batch/v1", "Job", spec=spec, status={"succeeded": 2, **times}).cells
    assert found == ["x", "Running", "2/5", "30m", "3m", "a,b", "i:1,i:2", "app=web"]
    assert columns("batch/v1", "Job", "Completions", "Duration", spec={"parallelism": 4}) == ["0/1 of 4", ""]
    assert columns("batch/v1", "Job", "Completions", "Duration", status={"startTime": PAST}) == ["0/1", "60m"]
    assert job_status("SuccessCriteriaMet", "Complete") == "Complete"
    assert job_status("FailureTarget", "Failed", **GONE) == "Failed"
    assert job_status("Suspended", **GONE) == "Terminating"
    assert job_status("Suspended") == "Suspended"
    assert job_status("FailureTarget") == "FailureTarget"
    assert job_status("SuccessCriteriaMet") == "SuccessCriteriaMet"


def test_cron_jobs() -> None:
    spec = {
        "schedule": "@daily",
        "suspend": True,
        "timeZone": "Etc/UTC",
        "jobTemplate": {"spec": {"template": TEMPLATE}},
    }
    status = {"active": [{"name": "one"}], "lastScheduleTime": PAST}
    found = row("batch/v1", "CronJob", spec=spec, status=status).cells
    assert found == ["x", "@daily", "Etc/UTC", "True", 1, "60m", "3m", "a,b", "i:1,i:2", "<none>"]
    assert row("batch/v1", "CronJob", spec={"schedule": "@daily"}).cells[2:6] == ["<none>", "<unset>", 0, "<none>"]


def test_budgets() -> None:
    found = columns(
        "policy/v1", "PodDisruptionBudget", "Min Available", "Max Unavailable", spec={"minAvailable": "50%"}
    )
    assert found == ["50%", "N/A"]
    found = columns("policy/v1", "PodDisruptionBudget", "Min Available", "Max Unavailable", spec={"maxUnavailable": 1})
    assert found == ["N/A", "1"]


def service(kind: str, **members: Any) -> Any:
    spec = {"type": kind, "ports": [{"port": 80, "protocol": "TCP"}], **members.pop("spec", {})}
    return columns("v1", "Service", "Cluster-IP", "External-IP", "Port(s)", spec=spec, **members)


def test_services() -> None:
    ports = [{"port": 80, "nodePort": 30080, "protocol": "TCP"}, {"port": 53, "protocol": "UDP"}]
    outside = {"externalIPs": ["192.0.2.1", "192.0.2.2"]}
    balanced = {"loadBalancer": {"ingress": [{"hostname": "lb.test"}, {"ip": "192.0.2.9"}]}}
    cluster = {"clusterIPs": ["10.0.0.7", "fd00::7"]}
    assert service("ClusterIP", spec=cluster) == ["10.0.0.7", "<none>", "80/TCP"]
    assert service("ClusterIP", spec={"clusterIPs": ["None"]})[0] == "None"
    assert service("NodePort", spec={**cluster, **outside, "ports": ports}) == [
        "10.0.0.7",
        "192.0.2.1,192.0.2.2",
        "80:30080/TCP,53/UDP",
    ]
    assert service("LoadBalancer", spec=cluster)[1] == "<pending>"
    assert service("LoadBalancer", spec=cluster, status=balanced)[1] == "192.0.2.9,lb.test"
    assert service("LoadBalancer", spec=outside, status=balanced)[1] == "192.0.2.9,lb.test,192.0.2.1,192.0.2.2"
    assert service("ExternalName", spec={"externalName": "far.test", "ports": []}) == ["<none>", "far.test", "<none>"]
    assert columns("v1", "Service", "Selector", spec={"selector": {"app": "web"}}) == "app=web"


def test_endpoints() -> None:
    subset = {"addresses": [{"ip": "192.0.2.1"}, {"ip": "2001:db8::1"}], "ports": [{"port": 80}, {"port": 443}]}
    assert columns("v1", "Endpoints", "Endpoints") == "<none>"
    assert columns("v1", "Endpoints", "Endpoints", subsets=[{"addresses": [{"ip": "192.0.2.1"}]}]) == "192.0.2.1"
    assert columns("v1", "Endpoints", "Endpoints", subsets=[subset]) == (
        "192.0.2.1:80,[2001:db8::1]:80,192.0.2.1:443 + 1 more..."
    )


def test_endpoint_slices() -> None:
    of = ("discovery.k8s.io/v1", "EndpointSlice", "Ports", "Endpoints")
    assert columns(*of) == ["<unset>", "<unset>"]
    ports = [{"port": 80}, {"name": "https"}, {}, {"port": 9}]
    endpoints = [{"addresses": ["192.0.2.1"]}, {"addresses": ["192.0.2.2"]}]
    assert columns(*of, ports=ports, endpoints=endpoints) == ["80,https,* + 1 more...", "192.0.2.1,192.0.2.2"]


def test_ingresses() -> None:
    of = ("networking.k8s.io/v1", "Ingress", "Class", "Hosts", "Address", "Ports")
    assert columns(*of) == ["<none>", "*", "", "80"]
    hosts = [{"host": "a.test"}, {}, {"host": "b.test"}, {"host": "c.test"}, {"host": "d.test"}]
    spec = {"ingressClassName": "door", "rules": hosts, "tls": [{}]}
    status = {"loadBalancer": {"ingress": [{"ip": "192.0.2.9"}, {"hostname": "lb.test"}]}}
    assert columns(*of, spec=spec, status=status) == [
        "door",
        "a.test,b.test,c.test + 2 more...",
        "192.0.2.9,lb.test",
        "80, 443",
    ]


def test_networks() -> None:
    group = "networking.k8s.io/v1"
    parameters = {"apiGroup": "farm.test", "kind": "Door", "name": "big"}
    found = columns(group, "IngressClass", "Controller", "Parameters", spec={"controller": "farm.test/door"})
    assert found == ["farm.test/door", "<none>"]
    assert columns(group, "IngressClass", "Parameters", spec={"parameters": parameters}) == "Door.farm.test/big"
    parent = {"resource": "services", "namespace": "default", "name": "web"}
    assert row(group, "IPAddress", spec={"parentRef": parent}).cells == ["x", "services/default/web", "3m"]
    assert columns(group, "NetworkPolicy", "Pod-Selector", spec={"podSelector": {}}) == "<none>"
    assert columns(group, "NetworkPolicy", "Pod-Selector", spec={"podSelector": SELECTOR}) == "app=web"
    assert columns(group, "ServiceCIDR", "CIDRs", spec={"cidrs": ["10.0.0.0/24", "fd00::/112"]}) == (
        "10.0.0.0/24,fd00::/112"
    )


def test_nodes() -> None:
    of = ("v1", "Node", "Status", "Roles", "Version", "Internal-IP", "External-IP", "OS-Image")
    assert columns(*of) == ["Unknown", "<none>", "", "<none>", "<none>", "<unknown>"]
    labels = {
        "node-role.kubernetes.io/worker": "",
        "node-role.kubernetes.io/control-plane": "",
        "kubernetes.io/role": "old",
    }
    status = {
        "conditions": [{"type": "Ready", "status": "True"}],
        "addresses": [{"type": "InternalIP", "address": "192.0.2.1"}],
        "nodeInfo": {"kubeletVersion": "v1.36.2", "osImage": "Some Linux"},
    }
    found = columns(*of, metadata={"labels": labels}, spec={"unschedulable": True}, status=status)
    assert found == [
        "Ready,SchedulingDisabled",
        "control-plane,old,worker",
        "v1.36.2",
        "192.0.2.1",
        "<none>",
        "Some Linux",
    ]
    gone = {"conditions": [{"type": "Ready", "status": "Unknown"}]}
    assert columns("v1", "Node", "Status", status=gone) == "NotReady"


def test_volumes() -> None:
    spec = {
        "capacity": {"storage": "1024Mi"},
        "accessModes": ["ReadWriteMany", "ReadWriteOnce"],
        "persistentVolumeReclaimPolicy": "Retain",
        "claimRef": {"namespace": "default", "name": "data"},
        "storageClassName": "fast",
        "volumeMode": "Block",
    }
    volume = row("v1", "PersistentVolume", spec=spec, status={"phase": "Bound"}).cells
    assert volume == ["x", "1Gi", "RWO,RWX", "Retain", "Bound", "default/data", "fast", "<unset>", "", "3m", "Block"]
    assert columns("v1", "PersistentVolume", "Status", "Capacity", metadata=GONE) == ["Terminating", "0"]
    bound = {"volumeName": "pv", "storageClassName": "fast", "volumeAttributesClassName": "gold"}
    status = {"phase": "Bound", "capacity": {"storage": "2Gi"}, "accessModes": ["ReadWriteOncePod", "ReadOnlyMany"]}
    claim = row("v1", "PersistentVolumeClaim", spec=bound, status=status).cells
    assert claim == ["x", "Bound", "pv", "2Gi", "ROX,RWOP", "fast", "gold", "3m", "<unset>"]
    pending = columns("v1", "PersistentVolumeClaim", "Status", "Capacity", "Access Modes", status={"phase": "Pending"})
    assert pending == ["Pending", "", ""]


def test_storage() -> None:
    group = "storage.k8s.io/v1"
    default = {"annotations": {"storageclass.kubernetes.io/is-default-class": "true"}}
    found = row(group, "StorageClass", metadata=default, provisioner="p.test", reclaimPolicy="Retain").cells
    assert found == ["x (default)", "p.test", "Retain", "Immediate", False, "3m"]
    assert row(group, "CSIDriver", spec={}).cells == ["x", True, False, False, "<unset>", False, "<none>", "3m"]
    full = {
        "tokenRequests": [{"audience": "a"}, {"audience": "b"}],
        "volumeLifecycleModes": ["Persistent", "Ephemeral"],
    }
    assert columns(group, "CSIDriver", "TokenRequests", "Modes", spec=full) == ["a,b", "Persistent,Ephemeral"]
    assert columns(group, "CSINode", "Drivers", spec={"drivers": [{}, {}]}) == 2
    spec = {"attacher": "p.test", "nodeName": "n1", "source": {"persistentVolumeName": "pv"}}
    found = row(group, "VolumeAttachment", spec=spec, status={"attached": True}).cells
    assert found == ["x", "p.test", "pv", "n1", True, "3m"]


def test_quotas() -> None:
    status = {
        "hard": {"pods": "10", "limits.cpu": "2", "requests.cpu": "1"},
        "used": {"pods": "3", "limits.cpu": "500m"},
    }
    found = columns("v1", "ResourceQuota", "Request", "Limit", status=status)
    assert found == ["pods: 3/10, requests.cpu: 0/1", "limits.cpu: 500m/2"]


@pytest.mark.parametrize(("api_version", "about"), [("v1", "involvedObject"), ("events.k8s.io/v1", "regarding")])
def test_events_of_both_groups_look_alike(api_version: str, about: str) -> None:
    target = {about: {"kind": "Pod", "name": "web", "fieldPath": "spec.containers{a}"}}
    message = {"note" if about == "regarding" else "message": " pulled \n"}
    common = {"type": "Normal", "reason": "Pulled", "eventTime": "2031-05-10T11:00:00.000000Z", **target, **message}
    reporter = {"reportingController": "kubelet", "reportingInstance": "n1"}
    if api_version == "v1":
        reporter = {"reportingComponent": "kubelet", "reportingInstance": "n1"}
    found = row(api_version, "Event", **common, **reporter).cells
    assert found == [
        "60m", "Normal", "Pulled", "pod/web", "spec.containers{a}", "kubelet, n1", "pulled", "60m", 1, "x",
    ]  # fmt: skip
    series = {"count": 7, "lastObservedTime": "2031-05-10T11:59:30.000000Z"}
    assert columns(api_version, "Event", "Last Seen", "First Seen", "Count", series=series, **common) == [
        "30s",
        "60m",
        7,
    ]


def test_old_events_have_times_and_sources_of_their_own() -> None:
    found = columns(
        "v1",
        "Event",
        "Last Seen",
        "First Seen",
        "Count",
        "Object",
        "Source",
        lastTimestamp="2031-05-10T11:59:00Z",
        firstTimestamp=PAST,
        count=3,
        involvedObject={"kind": "Node"},
        source={"component": "kubelet"},
    )
    assert found == ["60s", "60m", 3, "node", "kubelet"]


def targets(*metrics: dict[str, Any], current: tuple[dict[str, Any], ...] = ()) -> Any:
    spec, status = {"metrics": metrics}, {"currentMetrics": current}
    return columns("autoscaling/v2", "HorizontalPodAutoscaler", "Targets", spec=spec, status=status)


def named(member: str) -> dict[str, Any]:
    return {"name": "cpu"} if "esource" in member else {"metric": {"name": "queue"}}


def metric(kind: str, member: str, **target: Any) -> dict[str, Any]:
    return {"type": kind, member: {**named(member), "target": target}}


def measured(kind: str, member: str, **current: Any) -> dict[str, Any]:
    return {"type": kind, member: {**named(member), "current": current}}


def test_autoscalers() -> None:
    reference = {"scaleTargetRef": {"kind": "Deployment", "name": "web"}, "maxReplicas": 5}
    found = row("autoscaling/v2", "HorizontalPodAutoscaler", spec=reference, status={"currentReplicas": 2}).cells
    assert found == ["x", "Deployment/web", "<none>", "<unset>", 5, 2, "3m"]
    cpu = metric("Resource", "resource", averageUtilization=50)
    assert targets(cpu) == "cpu: <unknown>/50%"
    assert targets(cpu, current=(measured("Resource", "resource", averageUtilization=10),)) == "cpu: 10%/50%"
    amount = metric("Resource", "resource", averageValue="100m")
    assert targets(amount, current=(measured("Resource", "resource", averageValue="50m"),)) == "cpu: 50m/100m"
    assert targets(metric("ContainerResource", "containerResource")) == "cpu: <unknown>/<auto>"
    pods = metric("Pods", "pods", averageValue="10")
    assert targets(pods, current=(measured("Pods", "pods", averageValue="3"),)) == "3/10"
    assert targets(metric("External", "external", averageValue="10")) == "<unknown>/10 (avg)"
    assert targets(metric("Object", "object", value="10"), current=(measured("Object", "object", value="4"),)) == "4/10"
    assert targets(cpu, cpu, cpu, cpu) == "cpu: <unknown>/50%, cpu: <unknown>/50% + 2 more..."


def test_old_autoscalers_look_like_new_ones() -> None:
    spec = {
        "scaleTargetRef": {"kind": "Deployment", "name": "web"},
        "minReplicas": 1,
        "targetCPUUtilizationPercentage": 80,
    }
    status = {"currentCPUUtilizationPercentage": 20}
    found = columns("autoscaling/v1", "HorizontalPodAutoscaler", "Targets", "MinPods", spec=spec, status=status)
    assert found == ["cpu: 20%/80%", "1"]


def test_roles_and_bindings() -> None:
    subjects = [
        {"kind": "User", "name": "ann"},
        {"kind": "Group", "name": "crew"},
        {"kind": "User", "name": "bob"},
        {"kind": "ServiceAccount", "namespace": "default", "name": "bot"},
    ]
    found = row(
        "rbac.authorization.k8s.io/v1",
        "RoleBinding",
        roleRef={"kind": "ClusterRole", "name": "view"},
        subjects=subjects,
    ).cells
    assert found == ["x", "ClusterRole/view", "3m", "ann, bob", "crew", "default/bot"]


def request(*conditions: str, **status: Any) -> Any:
    found = [{"type": condition} for condition in conditions]
    of = ("certificates.k8s.io/v1", "CertificateSigningRequest", "Condition")
    return columns(*of, status={"conditions": found, **status})


def test_certificate_requests() -> None:
    spec = {"signerName": "farm.test/seal", "username": "ann", "expirationSeconds": 86400}
    found = row("certificates.k8s.io/v1", "CertificateSigningRequest", spec=spec).cells
    assert found == ["x", "3m", "farm.test/seal", "ann", "24h", "Pending"]
    assert request("Approved", certificate="AA==") == "Approved,Issued"
    assert request("Approved", "Failed") == "Approved,Failed"
    assert request("Approved", "Denied") == "Denied"


def test_admission() -> None:
    group = "admissionregistration.k8s.io/v1"
    assert columns(group, "ValidatingWebhookConfiguration", "Webhooks", webhooks=[{}, {}]) == 2
    kind = {"paramKind": {"apiVersion": "farm.test/v1", "kind": "Rule"}, "validations": [{}]}
    assert columns(group, "ValidatingAdmissionPolicy", "Validations", "ParamKind", spec=kind) == [
        1,
        "farm.test/v1/Rule",
    ]
    assert columns(group, "MutatingAdmissionPolicy", "Mutations", "ParamKind", spec={}) == [0, "<unset>"]
    of = (group, "ValidatingAdmissionPolicyBinding", "ParamRef")
    assert columns(*of) == "<unset>"
    assert columns(*of, spec={"paramRef": {"name": "one"}}) == "*/one"
    assert columns(*of, spec={"paramRef": {"name": "one", "namespace": "ns"}}) == "ns/one"
    assert columns(*of, spec={"paramRef": {"selector": SELECTOR}}) == (
        "&LabelSelector{MatchLabels:map[string]string{app: web,},MatchExpressions:[]LabelSelectorRequirement{},}"
    )


def test_api_services() -> None:
    of = ("apiregistration.k8s.io/v1", "APIService", "Service", "Available")
    assert columns(*of) == ["Local", "Unknown"]
    spec = {"service": {"namespace": "kube-system", "name": "metrics"}}
    gone = [{"type": "Available", "status": "False", "reason": "ServiceNotFound"}]
    assert columns(*of, spec=spec, status={"conditions": gone}) == ["kube-system/metrics", "False (ServiceNotFound)"]
    assert (
        columns(*of, status={"conditions": [{"type": "Available", "status": "True", "reason": "Local"}]})[1] == "True"
    )


def test_flow_control() -> None:
    group = "flowcontrol.apiserver.k8s.io/v1"
    spec = {"matchingPrecedence": 10, "priorityLevelConfiguration": {"name": "low"}}
    found = row(group, "FlowSchema", spec=spec)
    assert found.cells == ["x", "low", 10, "<none>", "3m", "?"]
    assert found.rank == (10, "x")
    found = row(group, "FlowSchema", spec={**spec, "distinguisherMethod": {"type": "ByUser"}})
    assert found.cells[3] == "ByUser"
    assert row(group, "PriorityLevelConfiguration", spec={"type": "Exempt"}).cells[1:6] == ["Exempt", *["<none>"] * 4]
    queuing = {"queues": 64, "handSize": 6, "queueLengthLimit": 50}
    limited = {"nominalConcurrencyShares": 30, "limitResponse": {"type": "Queue", "queuing": queuing}}
    found = row(group, "PriorityLevelConfiguration", spec={"type": "Limited", "limited": limited})
    assert found.cells[1:6] == ["Limited", 30, 64, 6, 50]


def test_priorities_leases_and_runtimes() -> None:
    found = row("scheduling.k8s.io/v1", "PriorityClass", value=7, globalDefault=True, preemptionPolicy="Never").cells
    assert found == ["x", 7, True, "3m", "Never"]
    assert columns("coordination.k8s.io/v1", "Lease", "Holder", spec={"holderIdentity": "me"}) == "me"
    assert columns("node.k8s.io/v1", "RuntimeClass", "Handler", handler="runc") == "runc"


def test_devices() -> None:
    group = "resource.k8s.io/v1"
    assert columns(group, "ResourceClaim", "State") == "pending"
    assert columns(group, "ResourceClaim", "State", metadata=GONE) == "deleted"
    used = {"allocation": {}, "reservedFor": [{"name": "web"}]}
    assert columns(group, "ResourceClaim", "State", status=used) == "allocated,reserved"
    assert columns(group, "ResourceClaim", "State", metadata=GONE, status={"allocation": {}}) == "deleted,allocated"
    spec = {"nodeName": "n1", "driver": "d.test", "pool": {"name": "p"}}
    assert row(group, "ResourceSlice", spec=spec).cells == ["x", "n1", "d.test", "p", "3m"]
