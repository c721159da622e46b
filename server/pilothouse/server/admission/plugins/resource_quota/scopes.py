"""Which quotas an object falls under, by the scopes of the quota. The rules are those of Kubernetes' quota scopes."""

from collections.abc import Iterable, Iterator

from google.protobuf.message import Message
from pilothouse.api.core.v1.pods_pb2 import Pod
from pilothouse.api.core.v1.quotas_pb2 import ResourceQuota, ScopedResourceSelectorRequirement
from pilothouse.api.core.v1.volumes_pb2 import PersistentVolumeClaim

from ....strategies.pod_resources import amounts

Requirement = ScopedResourceSelectorRequirement


def in_scope(quota: ResourceQuota, found: Message) -> bool:
    """Whether an object is what all scopes of a quota ask for."""
    return all(_matches(requirement, found) for requirement in _requirements(quota))


def _requirements(quota: ResourceQuota) -> Iterator[Requirement]:
    for scope in quota.spec.scopes:
        yield Requirement(scope_name=scope, operator="Exists")
    yield from quota.spec.scope_selector.match_expressions


def _matches(requirement: Requirement, found: Message) -> bool:
    scope = requirement.scope_name
    if isinstance(found, PersistentVolumeClaim):
        return scope == "VolumeAttributesClass" and _selects(requirement, _attributes_classes(found))
    if not isinstance(found, Pod):
        return False
    spec = found.spec
    if scope in ("Terminating", "NotTerminating"):
        terminating = spec.HasField("active_deadline_seconds") and spec.active_deadline_seconds >= 0
        return terminating == (scope == "Terminating")
    if scope in ("BestEffort", "NotBestEffort"):
        return _asks_for_nothing(found) == (scope == "BestEffort")
    if scope == "PriorityClass":
        return _selects(requirement, [spec.priority_class_name] if spec.priority_class_name else [])
    return scope == "CrossNamespacePodAffinity" and _reaches_out(found)


def _selects(requirement: Requirement, names: Iterable[str]) -> bool:
    """The operator of a selector on the class names of an object, of which it may have none."""
    names = list(names)
    if requirement.operator == "Exists":
        return bool(names)
    if requirement.operator == "DoesNotExist":
        return not names
    if requirement.operator == "In":
        return any(name in requirement.values for name in names)
    return not names or any(name not in requirement.values for name in names)


def _asks_for_nothing(pod: Pod) -> bool:
    spec = pod.spec
    parts = [container.resources for container in (*spec.containers, *spec.init_containers)]
    if spec.HasField("resources") and (spec.resources.requests or spec.resources.limits):
        parts = [spec.resources]
    for part in parts:
        for found in (amounts(part.requests), amounts(part.limits)):
            if any(found.get(name) for name in ("cpu", "memory")):
                return False
    return True


def _attributes_classes(claim: PersistentVolumeClaim) -> set[str]:
    status = claim.status
    names = (
        claim.spec.volume_attributes_class_name,
        status.current_volume_attributes_class_name,
        status.modify_volume_status.target_volume_attributes_class_name,
    )
    return {name for name in names if name}


def _reaches_out(pod: Pod) -> bool:
    """Whether pods of other namespaces decide where a pod goes."""
    affinity = pod.spec.affinity
    for part in (affinity.pod_affinity, affinity.pod_anti_affinity):
        terms = list(part.required_during_scheduling_ignored_during_execution)
        terms += [w.pod_affinity_term for w in part.preferred_during_scheduling_ignored_during_execution]
        if any(term.namespaces or term.HasField("namespace_selector") for term in terms):
            return True
    return False
