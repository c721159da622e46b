"""What one object counts as, by the names of quota resources. The rules are those of Kubernetes' quota evaluators."""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import cast

from google.protobuf.message import Message
from pilothouse.api.core.v1.networking_pb2 import Service
from pilothouse.api.core.v1.pods_pb2 import Pod, PodSpec
from pilothouse.api.core.v1.volumes_pb2 import PersistentVolumeClaim
from pilothouse.api.resource.v1.resource_pb2 import DeviceRequest, ResourceClaim

from ....meta.quantities import Quantity, quantity
from ....strategies.pod_resources import Amounts, add, amounts, limits_of, pod_total, requests_of
from ....strategies.resource_names import is_extended, is_native

ONE = quantity(1)
STORAGE_CLASS = ".storageclass.storage.k8s.io/"
DEVICES = ".deviceclass.resource.k8s.io/devices"
CLASS_ANNOTATION = "volume.beta.kubernetes.io/storage-class"
# As many devices as one claim can be given, where it asks for all.
_ALL_DEVICES = quantity(32)

_COMPUTE = ("cpu", "memory", "ephemeral-storage")
_POD_NAMES = frozenset(
    ("pods", "count/pods", *_COMPUTE, *(f"{w}.{n}" for w in ("requests", "limits") for n in _COMPUTE))
)
_MUST_SPECIFY = frozenset((*_COMPUTE[:2], *(f"{w}.{n}" for w in ("requests", "limits") for n in _COMPUTE[:2])))
_COUNTED_BY_PLURAL = frozenset(("configmaps", "resourcequotas", "replicationcontrollers", "secrets"))


def count_name(group: str, plural: str) -> str:
    """The name that counts objects of a kind: "count/deployments.apps"."""
    return f"count/{plural}.{group}" if group else f"count/{plural}"


def usage(group: str, plural: str, found: Message) -> Amounts:
    """What an object counts as."""
    measure = _MEASURES.get((group, plural))
    total = measure(found) if measure is not None else {}
    total[count_name(group, plural)] = ONE
    if not group and plural in _COUNTED_BY_PLURAL:
        total[plural] = ONE
    return total


def concerned(group: str, plural: str, names: Iterable[str]) -> list[str]:
    """Those of a quota's resources that objects of a kind count towards."""
    own = count_name(group, plural)
    match = _NAMES.get((group, plural))
    if match is None:
        plain = "" if group or plural not in _COUNTED_BY_PLURAL else plural
        return [name for name in names if name in (own, plain)]
    return [name for name in names if name == own or match(name)]


def unspecified(pod: Pod, names: Iterable[str]) -> str:
    """What the containers of a pod must say of the resources of a quota, and do not; "" where they say it all."""
    spec = pod.spec
    required = sorted(_MUST_SPECIFY.intersection(names))
    if not required or (spec.HasField("resources") and (spec.resources.requests or spec.resources.limits)):
        return ""
    missing: dict[str, set[str]] = {}
    for container in (*spec.containers, *spec.init_containers):
        own = container.resources
        for name in required:
            where, _, resource = name.rpartition(".")
            if resource not in (own.limits if where == "limits" else own.requests):
                missing.setdefault(name, set()).add(container.name)
    return "; ".join(f"{name} for: {','.join(sorted(missing[name]))}" for name in sorted(missing))


def _pod(found: Message) -> Amounts:
    pod = cast(Pod, found)
    if pod.status.phase in ("Succeeded", "Failed") or _is_overdue(pod):
        return {}
    requests, limits = pod_total(pod.spec, requests_of), pod_total(pod.spec, limits_of)
    _add_overhead(pod.spec, requests, limits)
    total = {"pods": ONE}
    for name, amount in requests.items():
        if name in _COMPUTE or name.startswith("hugepages-"):
            total[name] = total[f"requests.{name}"] = amount
        elif is_extended(name):
            total[f"requests.{name}"] = amount
    for name in _COMPUTE:
        if name in limits:
            total[f"limits.{name}"] = limits[name]
    return total


def _add_overhead(spec: PodSpec, requests: Amounts, limits: Amounts) -> None:
    overhead = amounts(spec.overhead)
    add(requests, overhead)
    add(limits, {name: amount for name, amount in overhead.items() if limits.get(name)})


def _is_overdue(pod: Pod) -> bool:
    """Whether the time that a pod had to end is over: its node may be gone."""
    metadata = pod.metadata
    if not metadata.HasField("deletion_timestamp") or not metadata.HasField("deletion_grace_period_seconds"):
        return False
    return time.time() > metadata.deletion_timestamp.seconds + metadata.deletion_grace_period_seconds


def _service(found: Message) -> Amounts:
    spec = cast(Service, found).spec
    total = {"services": ONE}
    if spec.type == "LoadBalancer":
        total["services.loadbalancers"] = ONE
    if spec.type in ("NodePort", "LoadBalancer"):
        ports = len(spec.ports)
        if spec.HasField("allocate_load_balancer_node_ports") and not spec.allocate_load_balancer_node_ports:
            ports = sum(1 for port in spec.ports if port.node_port)
        total["services.nodeports"] = quantity(ports)
    return total


def _claim(found: Message) -> Amounts:
    claim = cast(PersistentVolumeClaim, found)
    total = {"persistentvolumeclaims": ONE}
    storage = amounts(claim.spec.resources.requests).get("storage")
    allocated = amounts(claim.status.allocated_resources).get("storage")
    if storage is not None:
        if allocated is not None and allocated > storage:
            storage = allocated
        total["requests.storage"] = Quantity(quantity(storage.value).nanos, storage.format)
    name = claim.metadata.annotations.get(CLASS_ANNOTATION) or claim.spec.storage_class_name
    if name:
        total |= {f"{name}{STORAGE_CLASS}{resource}": amount for resource, amount in total.items()}
    return total


def _devices(found: Message) -> Amounts:
    total: Amounts = {}
    for request in cast(ResourceClaim, found).spec.devices.requests:
        for name, amount in _devices_of(request).items():
            add(total, {f"{name}{DEVICES}": amount})
    return total


def _devices_of(request: DeviceRequest) -> Amounts:
    """Devices by class; of alternatives the largest of each class."""
    largest: Amounts = {}
    choices = (request.exactly,) if request.HasField("exactly") else request.first_available
    for choice in choices:
        amount = _ALL_DEVICES if choice.allocation_mode == "All" else quantity(choice.count)
        name = choice.device_class_name
        if name not in largest or largest[name] < amount:
            largest[name] = amount
    return largest


def _is_pod_name(name: str) -> bool:
    if name in _POD_NAMES or name.startswith(("hugepages-", "requests.hugepages-")):
        return True
    return name.startswith("requests.") and not is_native(name)


def _is_claim_name(name: str) -> bool:
    plain = name.rpartition(STORAGE_CLASS)[2]
    return plain in ("persistentvolumeclaims", "requests.storage")


_MEASURES: Mapping[tuple[str, str], Callable[[Message], Amounts]] = {
    ("", "pods"): _pod,
    ("", "services"): _service,
    ("", "persistentvolumeclaims"): _claim,
    ("resource.k8s.io", "resourceclaims"): _devices,
}
_NAMES: Mapping[tuple[str, str], Callable[[str], bool]] = {
    ("", "pods"): _is_pod_name,
    ("", "services"): lambda name: name in ("services", "services.nodeports", "services.loadbalancers"),
    ("", "persistentvolumeclaims"): _is_claim_name,
    ("resource.k8s.io", "resourceclaims"): lambda name: name.endswith(DEVICES),
}
KINDS = tuple(_MEASURES)
"""The kinds, as (group, plural), that count as more than their number."""
