"""What a resize may change of a pod: the cpu and memory of its containers and of itself, as long as its quality of
service stays.

The rules and words are those of a kube-apiserver's validation of pods/resize.
"""

from collections.abc import MutableMapping, Sequence

from pilothouse.api.core.v1.pods_pb2 import Container, Pod, PodSpec
from pilothouse.api.core.v1.references_pb2 import ResourceRequirements
from pilothouse.api.meta.v1.meta_pb2 import Quantity

from ...errors import Cause
from ...schema.causes import forbidden, invalid
from ..base import keep
from ..pod_resources import amounts, qos_class
from .annotations import MIRROR

_COMPUTE = ("cpu", "memory")
_RESIZED = ("resources", "resize_policy")
_ONLY_COMPUTE = "only cpu and memory resources are mutable"
_KINDS = (("containers", "containers"), ("init_containers", "initContainers"))


def keep_but_resources(obj: Pod, old: Pod) -> None:
    """Makes the spec of a pod what it was, but for what a resize changes. Where containers came, went or changed their
    places, it is left to validation."""
    if any(len(getattr(obj.spec, name)) != len(getattr(old.spec, name)) for name, _ in _KINDS):
        return
    spec = PodSpec()
    spec.CopyFrom(old.spec)
    keep(spec, obj.spec, ("resources",))
    for name, _ in _KINDS:
        now, then = getattr(obj.spec, name), getattr(spec, name)
        if [c.name for c in now] != [c.name for c in then]:
            keep(spec, obj.spec, (name,))
            continue
        for container, resized in zip(then, now, strict=True):
            keep(container, resized, _RESIZED)
    obj.spec.CopyFrom(spec)


def resize_faults(obj: Pod, old: Pod) -> list[Cause]:
    """What of a resize a pod does not survive."""
    if MIRROR in old.metadata.annotations:
        return [forbidden("", "static pods cannot be resized")]
    if old.spec.os.name == "windows":
        return [forbidden("", "windows pods cannot be resized")]
    causes: list[Cause] = []
    if (old.status.qos_class or qos_class(old)) != qos_class(obj):
        detail = "Pod QOS Class may not change as a result of resizing"
        causes.append(invalid("spec", obj.status.qos_class, detail))
    if not _is_supported(old):
        causes.append(forbidden("spec", "Pod running on node without support for resize"))
    munged = PodSpec()
    munged.CopyFrom(obj.spec)
    if _asks(old.spec) or _asks(obj.spec):
        _of_pod(munged, old.spec, causes)
    if old.status.node_allocatable_resource_claim_statuses:
        causes.append(forbidden("spec", "pods with node allocatable resource claims cannot be resized"))
    moved = _moved(obj.spec, old.spec)
    if moved:
        return causes + moved
    for name, json in reversed(_KINDS):
        for index, (now, then) in enumerate(zip(getattr(obj.spec, name), getattr(old.spec, name), strict=True)):
            _removed(now.resources, then.resources, f"spec.{json}[{index}].resources", causes)
    _of_containers(munged.containers, old.spec.containers, causes)
    _of_init_containers(munged.init_containers, old.spec.init_containers, causes)
    if not causes and munged != old.spec:
        causes.append(forbidden("spec", _ONLY_COMPUTE))
    return causes


def _is_supported(pod: Pod) -> bool:
    """Whether the node of a pod that runs tells of its containers' resources; what does not run may run anywhere."""
    running = next((s for s in pod.status.container_statuses if s.state.HasField("running")), None)
    return running is None or running.HasField("resources")


def _asks(spec: PodSpec) -> bool:
    return bool(spec.resources.requests or spec.resources.limits)


def _of_pod(munged: PodSpec, old: PodSpec, causes: list[Cause]) -> None:
    if old.HasField("resources") and not munged.HasField("resources"):
        causes.append(forbidden("spec.resources", "pod-level resources cannot be removed"))
        return
    _removed(munged.resources, old.resources, "spec.resources", causes, "pod-level ")
    _drop_compute(munged.resources, old.resources)
    if munged.resources != old.resources:
        causes.append(forbidden("spec", f"{_ONLY_COMPUTE} at pod-level"))
    keep(munged, old, ("resources",))


def _moved(spec: PodSpec, old: PodSpec) -> list[Cause]:
    """Containers that came, went, or changed their places."""
    causes: list[Cause] = []
    for name, json in _KINDS:
        now, then = getattr(spec, name), getattr(old, name)
        if len(now) != len(then):
            causes.append(forbidden(f"spec.{json}", f"{json} may not be added or removed on resize"))
            continue
        for index, (container, before) in enumerate(zip(now, then, strict=True)):
            if container.name != before.name:
                detail = f"{json} may not be renamed or reordered on resize"
                causes.append(forbidden(f"spec.{json}[{index}].name", detail))
    return causes


def _removed(
    now: ResourceRequirements, then: ResourceRequirements, path: str, causes: list[Cause], whose: str = ""
) -> None:
    for name in ("requests", "limits"):
        if not set(getattr(then, name)) <= set(getattr(now, name)):
            causes.append(forbidden(f"{path}.{name}", f"{whose}resource {name} cannot be removed"))


def _of_containers(munged: Sequence[Container], old: Sequence[Container], causes: list[Cause]) -> None:
    for container, before in zip(munged, old, strict=True):
        if not _is_same_without_compute(container, before):
            causes.append(forbidden("spec", _ONLY_COMPUTE))


def _of_init_containers(munged: Sequence[Container], old: Sequence[Container], causes: list[Cause]) -> None:
    for index, (container, before) in enumerate(zip(munged, old, strict=True)):
        changed = container != before
        if not _is_same_without_compute(container, before):
            detail = "only cpu and memory resources for init or sidecar containers are mutable"
            causes.append(forbidden(f"spec.initContainers[{index}]", detail))
        restarts = any(policy.restart_policy == "RestartContainer" for policy in container.resize_policy)
        if changed and restarts and container.restart_policy != "Always":
            detail = "non-sidecar init containers with a resize policy of RestartContainer cannot be resized"
            causes.append(forbidden(f"spec.initContainers[{index}]", detail))


def _is_same_without_compute(container: Container, before: Container) -> bool:
    """Whether nothing but cpu and memory changed; then the container becomes what it was."""
    _drop_compute(container.resources, before.resources)
    if not container.resources.ByteSize() and not before.HasField("resources"):
        container.ClearField("resources")
    return container == before


def _drop_compute(now: ResourceRequirements, then: ResourceRequirements) -> None:
    _restore(now.requests, then.requests)
    _restore(now.limits, then.limits)


def _restore(now: MutableMapping[str, Quantity], then: MutableMapping[str, Quantity]) -> None:
    """Takes back changes of cpu and memory, and of how equal amounts are written."""
    wanted, before = amounts(now), amounts(then)
    for name in list(now):
        if name in _COMPUTE and name not in then:
            del now[name]
    for name in then:
        if name in _COMPUTE or (name in wanted and wanted[name] == before[name]):
            now[name].CopyFrom(then[name])
