"""The core group, but for pods, services and volumes."""

from collections.abc import Mapping
from typing import Any

from pilothouse.api.core.v1 import core_pb2 as core
from pilothouse.api.core.v1 import nodes_pb2 as nodes
from pilothouse.api.core.v1 import quotas_pb2 as quotas
from pilothouse.api.core.v1 import workloads_pb2 as workloads

from ....meta.tables import Cells, Column
from .base import AGE, CREATED, NAME, REPLICAS, Shown
from .cells import NONE, UNKNOWN, age, amount, containers, created, is_zero, joined, labels, quantity, since

ROLE_PREFIX, ROLE = "node-role.kubernetes.io/", "kubernetes.io/role"


def _component(component: core.ComponentStatus, now: float) -> Cells:
    healthy = next((c for c in component.conditions if c.type == "Healthy"), None)
    if healthy is None:
        return [component.metadata.name, "Unknown", "", ""]
    word = "Healthy" if healthy.status == "True" else "Unhealthy"
    return [component.metadata.name, word, healthy.message, healthy.error]


def _event(event: core.Event, now: float) -> Cells:
    first = since(event.event_time if is_zero(event.first_timestamp) else event.first_timestamp, now)
    last = first if is_zero(event.last_timestamp) else since(event.last_timestamp, now)
    count = event.count or 1
    if event.HasField("series"):
        last, count = since(event.series.last_observed_time, now), event.series.count
    about = event.involved_object
    component = event.source.component or event.reporting_component
    instance = event.source.host or event.reporting_instance
    return [
        last,
        event.type,
        event.reason,
        f"{about.kind.lower()}/{about.name}" if about.name else about.kind.lower(),
        about.field_path,
        f"{component}, {instance}" if instance else component,
        event.message.strip(),
        first,
        count,
        event.metadata.name,
    ]


def _node(node: nodes.Node, now: float) -> Cells:
    info = node.status.node_info
    return [
        node.metadata.name,
        _node_status(node),
        joined(_roles(node)),
        age(node, now),
        info.kubelet_version,
        _address(node, "InternalIP"),
        _address(node, "ExternalIP"),
        info.os_image or UNKNOWN,
        info.kernel_version or UNKNOWN,
        info.container_runtime_version or UNKNOWN,
    ]


def _node_status(node: nodes.Node) -> str:
    ready = [c.status == "True" for c in node.status.conditions if c.type == "Ready"]
    word = ("Ready" if ready[-1] else "NotReady") if ready else "Unknown"
    return f"{word},SchedulingDisabled" if node.spec.unschedulable else word


def _roles(node: nodes.Node) -> list[str]:
    found = {key.removeprefix(ROLE_PREFIX) for key in node.metadata.labels if key.startswith(ROLE_PREFIX)}
    return sorted((found | {node.metadata.labels.get(ROLE, "")}) - {""})


def _address(node: nodes.Node, kind: str) -> str:
    return next((address.address for address in node.status.addresses if address.type == kind), NONE)


def _replication_controller(controller: workloads.ReplicationController, now: float) -> Cells:
    spec, status = controller.spec, controller.status
    return [
        controller.metadata.name,
        spec.replicas,
        status.replicas,
        status.ready_replicas,
        age(controller, now),
        *containers(spec.template.spec),
        labels(spec.selector),
    ]


def _quota(quota: quotas.ResourceQuota, now: float) -> Cells:
    requests: list[str] = []
    limits: list[str] = []
    hard, used = quota.status.hard, quota.status.used
    for name in sorted(hard):
        of_its_kind = limits if name.startswith("limits.") else requests
        of_its_kind.append(f"{name}: {amount(used, name)}/{quantity(hard[name])}")
    return [quota.metadata.name, ", ".join(requests), ", ".join(limits), age(quota, now)]


EVENT = Shown(
    (
        Column("Last Seen", "How long ago it was last observed."),
        Column("Type", "Whether it is a Normal event or a Warning."),
        Column("Reason", "Why it came about, as one word."),
        Column("Object", "What it is about."),
        Column("Subobject", "Part of the object that it is about.", priority=1),
        Column("Source", "Who reported it.", priority=1),
        Column("Message", "What happened."),
        Column("First Seen", "How long ago it was first observed.", priority=1),
        Column("Count", "How often it was observed.", priority=1),
        Column("Name", NAME.description, format="name", priority=1),
    ),
    _event,
)

SHOWN: Mapping[str, Shown[Any]] = {
    "ComponentStatus": Shown(
        (
            NAME,
            Column("Status", "Whether the component is healthy."),
            Column("Message", "What the component says of itself."),
            Column("Error", "What went wrong when it was asked."),
        ),
        _component,
    ),
    "ConfigMap": Shown(
        (NAME, Column("Data", "How many keys it has."), AGE),
        lambda it, now: [it.metadata.name, len(it.data) + len(it.binary_data), age(it, now)],
    ),
    "Event": EVENT,
    "LimitRange": Shown((NAME, CREATED), lambda it, now: [it.metadata.name, created(it)]),
    "Namespace": Shown(
        (NAME, Column("Status", "Whether the namespace is in use or on its way out."), AGE),
        lambda it, now: [it.metadata.name, it.status.phase, age(it, now)],
    ),
    "Node": Shown(
        (
            NAME,
            Column("Status", "Whether the node is ready, and whether pods may come to it."),
            Column("Roles", "Roles that the node's labels give it."),
            AGE,
            Column("Version", "Version of the node's kubelet."),
            Column("Internal-IP", "Address of the node within the cluster.", priority=1),
            Column("External-IP", "Address of the node from outside.", priority=1),
            Column("OS-Image", "Operating system of the node.", priority=1),
            Column("Kernel-Version", "Kernel of the node.", priority=1),
            Column("Container-Runtime", "Container runtime of the node, with its version.", priority=1),
        ),
        _node,
    ),
    "ReplicationController": Shown(
        REPLICAS,
        _replication_controller,
    ),
    "ResourceQuota": Shown(
        (
            NAME,
            Column("Request", "What is used of requests and counts, and how much may be."),
            Column("Limit", "What is used of limits, and how much may be."),
            AGE,
        ),
        _quota,
    ),
    "Secret": Shown(
        (NAME, Column("Type", "What the secret is for."), Column("Data", "How many keys it has."), AGE),
        lambda it, now: [it.metadata.name, it.type, len(it.data), age(it, now)],
    ),
    "ServiceAccount": Shown((NAME, AGE), lambda it, now: [it.metadata.name, age(it, now)]),
}
