"""Resource lists as numbers, and what a pod asks for as a whole: its resources added up, its quality of service."""

from collections.abc import Callable, Iterable, Mapping, MutableMapping

from pilothouse.api.core.v1.pods_pb2 import Container, Pod, PodSpec
from pilothouse.api.core.v1.references_pb2 import ResourceRequirements
from pilothouse.api.meta.v1.meta_pb2 import Quantity as QuantityMessage

from ..meta.quantities import Quantity, QuantityError, parse_quantity
from ..schema.remembered import Remembered

Amounts = dict[str, Quantity]
ListOf = Callable[[ResourceRequirements], Mapping[str, QuantityMessage]]

_COMPUTE = ("cpu", "memory")


_qos_classes: Remembered[str] = Remembered()


def qos_class(pod: Pod) -> str:
    """Guaranteed, Burstable or BestEffort, from what the pod as a whole or its containers ask for."""
    data = pod.spec.SerializeToString()
    known = _qos_classes.get(data)
    if known is None:
        known = _qos_class(pod.spec)
        _qos_classes.put(data, known)
    return known


def _qos_class(spec: PodSpec) -> str:
    if spec.HasField("resources") and (spec.resources.requests or spec.resources.limits):
        parts: list[ResourceRequirements] = [spec.resources]
    else:
        parts = [container.resources for container in (*spec.containers, *spec.init_containers)]
    guaranteed = True
    requests: Amounts = {}
    limits: Amounts = {}
    for part in parts:
        own_limits = _positive(part.limits)
        add(requests, _positive(part.requests))
        add(limits, own_limits)
        guaranteed = guaranteed and all(name in own_limits for name in _COMPUTE)
    if not requests and not limits:
        return "BestEffort"
    if guaranteed and len(requests) == len(limits) and all(limits.get(name) == q for name, q in requests.items()):
        return "Guaranteed"
    return "Burstable"


def requests_of(resources: ResourceRequirements) -> Mapping[str, QuantityMessage]:
    return resources.requests


def limits_of(resources: ResourceRequirements) -> Mapping[str, QuantityMessage]:
    return resources.limits


def pod_total(spec: PodSpec, of: ListOf) -> Amounts:
    """What a pod has at most at one time: containers_total(), but for what the pod as a whole says of a resource."""
    total = containers_total(spec, of)
    if spec.HasField("resources"):
        for name, amount in amounts(of(spec.resources)).items():
            if name in _COMPUTE or name.startswith("hugepages-"):
                total[name] = amount
    return total


def containers_total(spec: PodSpec, of: ListOf) -> Amounts:
    """What a pod's containers have at most at one time: those that run side by side, or the largest of those that start
    before them beside the sidecars started so far."""
    total: Amounts = {}
    for container in spec.containers:
        add(total, amounts(of(container.resources)))
    _add_init(total, spec.init_containers, of)
    return total


def _add_init(total: Amounts, containers: Iterable[Container], of: ListOf) -> None:
    sidecars: Amounts = {}
    largest: Amounts = {}
    for container in containers:
        own = amounts(of(container.resources))
        if container.restart_policy == "Always":
            add(total, own)
            add(sidecars, own)
            own = dict(sidecars)
        else:
            add(own, sidecars)
        _raise(largest, own)
    _raise(total, largest)


def default_requests(resources: ResourceRequirements) -> None:
    """Requests what is limited, where nothing is requested."""
    if resources.limits:
        copy_missing(resources.requests, resources.limits)


def default_pod_resources(spec: PodSpec) -> None:
    """Completes the resources of the pod as a whole from those of its containers."""
    resources = spec.resources
    if not resources.limits and not resources.requests:
        return
    huge: Amounts = {}
    for container in spec.containers:
        add(huge, {n: q for n, q in amounts(container.resources.limits).items() if n.startswith("hugepages-")})
    for name, amount in huge.items():
        if name not in resources.limits and name not in resources.requests:
            resources.limits[name].string = str(amount)
    if not resources.limits:
        return
    asked = containers_total(spec, requests_of)
    for name in _COMPUTE:
        if name in asked and name not in resources.requests:
            resources.requests[name].string = str(asked[name])
    copy_missing(resources.requests, resources.limits)


def copy_missing(
    target: MutableMapping[str, QuantityMessage], source: Mapping[str, QuantityMessage], names: Iterable[str] = ()
) -> None:
    """Takes over what the target lacks, of the names given or of all."""
    for name in names or source:
        if name in source and name not in target:
            target[name].CopyFrom(source[name])


def amounts(found: Mapping[str, QuantityMessage]) -> Amounts:
    """A resource list as numbers; what is no quantity is left out: validation tells of it."""
    read: Amounts = {}
    for name, message in found.items():
        try:
            read[name] = parse_quantity(message.string or "0")
        except QuantityError:
            continue
    return read


def _positive(found: Mapping[str, QuantityMessage]) -> Amounts:
    return {name: q for name, q in amounts(found).items() if name in _COMPUTE and q.nanos > 0}


def add(total: Amounts, more: Mapping[str, Quantity]) -> None:
    """Adds one list to another."""
    for name, amount in more.items():
        total[name] = total[name] + amount if name in total else amount


def _raise(total: Amounts, least: Mapping[str, Quantity]) -> None:
    for name, amount in least.items():
        if name not in total or total[name] < amount:
            total[name] = amount
