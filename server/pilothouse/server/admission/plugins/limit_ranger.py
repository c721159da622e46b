"""LimitRanger: LimitRanges of a namespace complete the containers of new pods, and bound pods, containers and claims.

The rules and words are those of a kube-apiserver's LimitRanger.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import cast

from pilothouse.api.core.v1.pods_pb2 import Container, Pod
from pilothouse.api.core.v1.quotas_pb2 import LimitRange, LimitRangeItem
from pilothouse.api.core.v1.volumes_pb2 import PersistentVolumeClaim
from pilothouse.api.meta.v1.meta_pb2 import Quantity as QuantityMessage

from ...meta.quantities import Quantity
from ...meta.resource import ResourceType
from ...strategies.pod_resources import Amounts, amounts, limits_of, pod_total, requests_of
from ..base import AdmissionRequest, Objects, Operation, Plugin, rejected

ANNOTATION = "kubernetes.io/limit-ranger"

# What is wrong with a resource whose bound is given, or "": (resource, kind, bound, requests, limits).
_Check = Callable[[str, str, Quantity, Amounts, Amounts], str]


class LimitRanger(Plugin):
    name = "LimitRanger"

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    def handles(self, resource: ResourceType, subresource: str, operation: Operation) -> bool:
        if resource.group or operation not in (Operation.CREATE, Operation.UPDATE):
            return False
        if resource.plural == "persistentvolumeclaims":
            return not subresource
        # Containers of a pod change only by a resize.
        wanted = "resize" if operation is Operation.UPDATE else ""
        return resource.plural == "pods" and subresource == wanted

    async def mutate(self, request: AdmissionRequest) -> None:
        if isinstance(request.object, Pod) and request.operation is Operation.CREATE:
            for limit_range in self._ranges(request):
                _complete(request.object, limit_range.spec.limits)

    async def validate(self, request: AdmissionRequest) -> None:
        found = request.object
        for limit_range in self._ranges(request):
            faults: list[str] = []
            for item in limit_range.spec.limits:
                if isinstance(found, Pod):
                    faults += _pod_faults(found, item)
                elif isinstance(found, PersistentVolumeClaim) and not found.metadata.HasField("deletion_timestamp"):
                    faults += _claim_faults(found, item)
            if faults:
                raise rejected(request, aggregate(faults))

    def _ranges(self, request: AdmissionRequest) -> Iterable[LimitRange]:
        return cast(Iterable[LimitRange], self._objects.list("", "limitranges", request.context.namespace))


def aggregate(texts: Iterable[str]) -> str:
    """Several errors as Kubernetes tells them in one: a single one as it is, more in brackets, none twice."""
    distinct = list(dict.fromkeys(texts))
    return distinct[0] if len(distinct) == 1 else f"[{', '.join(distinct)}]"


def _complete(pod: Pod, items: Iterable[LimitRangeItem]) -> None:
    """Fills in what containers do not say, and notes it in an annotation."""
    requests: dict[str, QuantityMessage] = {}
    limits: dict[str, QuantityMessage] = {}
    for item in items:
        if item.type == "Container":
            requests.update(item.default_request)
            limits.update(item.default)
    if not requests and not limits:
        return
    notes: list[str] = []
    for what, containers in (("container", pod.spec.containers), ("init container", pod.spec.init_containers)):
        for container in containers:
            notes += _filled(container, what, requests, limits)
    if notes:
        pod.metadata.annotations[ANNOTATION] = "LimitRanger plugin set: " + "; ".join(notes)


def _filled(
    container: Container,
    what: str,
    requests: Mapping[str, QuantityMessage],
    limits: Mapping[str, QuantityMessage],
) -> list[str]:
    notes = []
    resources = container.resources
    for kind, own, defaults in (("request", resources.requests, requests), ("limit", resources.limits, limits)):
        missing = sorted(name for name in defaults if name not in own)
        for name in missing:
            own[name].CopyFrom(defaults[name])
        if missing:
            notes.append(f"{', '.join(missing)} {kind} for {what} {container.name}")
    return notes


def _pod_faults(pod: Pod, item: LimitRangeItem) -> list[str]:
    spec = pod.spec
    checks = ((item.min, _below), (item.max, _above), (item.max_limit_request_ratio, _too_far))
    if item.type == "Container":
        faults: list[str] = []
        for container in (*spec.containers, *spec.init_containers):
            own = container.resources
            faults += _faults(item.type, checks, amounts(own.requests), amounts(own.limits))
        return faults
    if item.type == "Pod":
        return _faults(item.type, checks, pod_total(spec, requests_of), pod_total(spec, limits_of))
    return []


def _claim_faults(claim: PersistentVolumeClaim, item: LimitRangeItem) -> list[str]:
    if item.type != "PersistentVolumeClaim":
        return []
    checks = ((item.min, _below), (item.max, _request_above))
    return _faults(item.type, checks, amounts(claim.spec.resources.requests), {})


def _faults(
    kind: str, checks: Iterable[tuple[Mapping[str, QuantityMessage], _Check]], requests: Amounts, limits: Amounts
) -> list[str]:
    faults = []
    for bounds, check in checks:
        for name, bound in sorted(amounts(bounds).items()):
            fault = check(name, kind, bound, requests, limits)
            if fault:
                faults.append(fault)
    return faults


def _below(name: str, kind: str, bound: Quantity, requests: Amounts, limits: Amounts) -> str:
    text = f"minimum {name} usage per {kind} is {bound}"
    if name not in requests:
        return f"{text}.  No request is specified"
    if requests[name] < bound:
        return f"{text}, but request is {requests[name]}"
    if name in limits and limits[name] < bound:
        return f"{text}, but limit is {limits[name]}"
    return ""


def _above(name: str, kind: str, bound: Quantity, requests: Amounts, limits: Amounts) -> str:
    text = f"maximum {name} usage per {kind} is {bound}"
    if name not in limits:
        return f"{text}.  No limit is specified"
    if limits[name] > bound:
        return f"{text}, but limit is {limits[name]}"
    if name in requests and requests[name] > bound:
        return f"{text}, but request is {requests[name]}"
    return ""


def _request_above(name: str, kind: str, bound: Quantity, requests: Amounts, limits: Amounts) -> str:
    text = f"maximum {name} usage per {kind} is {bound}"
    if name not in requests:
        return f"{text}.  No request is specified"
    if requests[name] > bound:
        return f"{text}, but request is {requests[name]}"
    return ""


def _too_far(name: str, kind: str, bound: Quantity, requests: Amounts, limits: Amounts) -> str:
    text = f"{name} max limit to request ratio per {kind} is {bound}"
    if not requests.get(name):
        return f"{text}, but no request is specified or request is 0"
    if not limits.get(name):
        return f"{text}, but no limit is specified or limit is 0"
    ratio = limits[name].nanos / requests[name].nanos
    if ratio * 1000 > bound.milli_value:
        return f"{text}, but provided ratio is {ratio:f}"
    return ""
