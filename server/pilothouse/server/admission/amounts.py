"""Resource lists as numbers, and what a pod asks for as a whole; LimitRanges and ResourceQuotas count with both."""

from collections.abc import Callable, Iterable, Mapping

from pilothouse.api.core.v1.pods_pb2 import Container, PodSpec
from pilothouse.api.core.v1.references_pb2 import ResourceRequirements
from pilothouse.api.meta.v1.meta_pb2 import Quantity as QuantityMessage

from ..meta.quantities import Quantity, QuantityError, parse_quantity

Amounts = dict[str, Quantity]
ListOf = Callable[[ResourceRequirements], Mapping[str, QuantityMessage]]


def amounts(found: Mapping[str, QuantityMessage]) -> Amounts:
    """A resource list as numbers. What is no quantity is left out: validation tells of it."""
    read: Amounts = {}
    for name, message in found.items():
        try:
            read[name] = parse_quantity(message.string or "0")
        except QuantityError:
            continue
    return read


def add(total: Amounts, more: Mapping[str, Quantity]) -> None:
    """Adds one list to another."""
    for name, amount in more.items():
        total[name] = total[name] + amount if name in total else amount


def requests_of(resources: ResourceRequirements) -> Mapping[str, QuantityMessage]:
    return resources.requests


def limits_of(resources: ResourceRequirements) -> Mapping[str, QuantityMessage]:
    return resources.limits


def pod_total(spec: PodSpec, of: ListOf) -> Amounts:
    """What a pod's containers have at most at one time: those that run side by side, or the largest of those that start
    before them beside the sidecars started so far. What the pod as a whole says of a resource counts instead."""
    total: Amounts = {}
    for container in spec.containers:
        add(total, amounts(of(container.resources)))
    _add_init(total, spec.init_containers, of)
    if spec.HasField("resources"):
        for name, amount in amounts(of(spec.resources)).items():
            if name in ("cpu", "memory") or name.startswith("hugepages-"):
                total[name] = amount
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


def _raise(total: Amounts, least: Mapping[str, Quantity]) -> None:
    for name, amount in least.items():
        if name not in total or total[name] < amount:
            total[name] = amount
