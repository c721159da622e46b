"""What may change of a pod once it exists."""

from collections.abc import Iterable
from typing import Any

from pilothouse.api.core.v1.pods_pb2 import Pod, PodSchedulingGate, PodSpec
from pilothouse.api.core.v1.references_pb2 import NodeAffinity, NodeSelectorTerm, Toleration

from ...errors import Cause
from ...schema.causes import forbidden, invalid
from ..base import keep
from .annotations import MIRROR, changed_annotations

_FIXED = (
    "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
    "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
    "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
)
_REQUIRED = "required_during_scheduling_ignored_during_execution"


def change_faults(obj: Pod, old: Pod) -> list[Cause]:
    """What of a change a pod does not survive."""
    spec, before = obj.spec, old.spec
    causes: list[Cause] = []
    changed_annotations(obj.metadata.annotations, old.metadata.annotations, causes)
    if spec == before:
        return causes
    for json, now, then in (
        ("containers", spec.containers, before.containers),
        ("initContainers", spec.init_containers, before.init_containers),
    ):
        if len(now) != len(then):
            causes.append(forbidden(f"spec.{json}", "pod updates may not add or remove containers"))
            return causes
    stopped = _deadline(spec, before, causes)
    if stopped:
        return causes
    _tolerations(spec.tolerations, before.tolerations, causes)
    _gates(spec.scheduling_gates, before.scheduling_gates, causes)
    munged = PodSpec()
    munged.CopyFrom(spec)
    if before.scheduling_gates:
        _gated(munged, before, causes)
    keep(munged, before, ("active_deadline_seconds", "scheduling_gates", "tolerations"))
    _keep_images(munged.containers, before.containers)
    _keep_images(munged.init_containers, before.init_containers)
    if before.termination_grace_period_seconds < 0 and munged.termination_grace_period_seconds == 1:
        munged.termination_grace_period_seconds = before.termination_grace_period_seconds
    if munged != before:
        causes.append(forbidden("spec", _FIXED))
    return causes


def ephemeral_faults(obj: Pod, old: Pod) -> list[Cause]:
    """Ephemeral containers are added, never changed nor removed."""
    if MIRROR in old.metadata.annotations:
        return [forbidden("", "static pods do not support ephemeral containers")]
    causes: list[Cause] = []
    changed_annotations(obj.metadata.annotations, old.metadata.annotations, causes)
    now = {container.ephemeral_container_common.name: container for container in obj.spec.ephemeral_containers}
    for container in old.spec.ephemeral_containers:
        name = container.ephemeral_container_common.name
        if name not in now:
            detail = f'existing ephemeral containers "{name}" may not be removed\n'
            causes.append(forbidden("spec.ephemeralContainers", detail))
        elif now[name] != container:
            detail = f'existing ephemeral containers "{name}" may not be changed\n'
            causes.append(forbidden("spec.ephemeralContainers", detail))
    return causes


def _deadline(spec: PodSpec, before: PodSpec, causes: list[Cause]) -> bool:
    """Looks at activeDeadlineSeconds: it may be set, and be brought forward. Tells whether nothing else counts."""
    field = "spec.activeDeadlineSeconds"
    if not before.HasField("active_deadline_seconds"):
        return False
    if not spec.HasField("active_deadline_seconds"):
        causes.append(invalid(field, None, "must not update from a positive integer to nil value"))
        return False
    if spec.active_deadline_seconds > before.active_deadline_seconds:
        detail = "must be less than or equal to previous value"
        causes.append(invalid(field, spec.active_deadline_seconds, detail))
        return True
    return False


def _tolerations(found: Iterable[Toleration], before: Iterable[Toleration], causes: list[Cause]) -> None:
    now = {(t.key, t.operator, t.value, t.effect) for t in found}
    if any((t.key, t.operator, t.value, t.effect) not in now for t in before):
        detail = "existing toleration can not be modified except its tolerationSeconds"
        causes.append(forbidden("spec.tolerations", detail))


def _gates(found: Iterable[PodSchedulingGate], before: Iterable[PodSchedulingGate], causes: list[Cause]) -> None:
    known = {gate.name for gate in before}
    for index, gate in enumerate(found):
        if gate.name not in known:
            detail = f"only deletion is allowed, but found new scheduling gate '{gate.name}'"
            causes.append(forbidden(f"spec.schedulingGates[{index}].name", detail))


def _keep_images(containers: Any, before: Any) -> None:
    for container, other in zip(containers, before, strict=True):
        keep(container, other, ("image",))


def _gated(munged: PodSpec, before: PodSpec, causes: list[Cause]) -> None:
    """A pod that waits at a gate may still be bound to fewer nodes."""
    if munged.node_selector != before.node_selector:
        if not before.node_selector.items() <= munged.node_selector.items():
            detail = "only additions to spec.nodeSelector are allowed (no mutations or deletions)"
            causes.append(invalid("spec.nodeSelector", dict(sorted(munged.node_selector.items())), detail))
        keep(munged, before, ("node_selector",))
    now, then = munged.affinity.node_affinity, before.affinity.node_affinity
    if now == then and munged.affinity.HasField("node_affinity") == before.affinity.HasField("node_affinity"):
        return
    _node_affinity(now, then, causes)
    if before.affinity.HasField("node_affinity"):
        munged.affinity.node_affinity.CopyFrom(then)
    else:
        munged.affinity.ClearField("node_affinity")
        if not before.HasField("affinity") and not munged.affinity.ListFields():
            munged.ClearField("affinity")


def _node_affinity(now: NodeAffinity, then: NodeAffinity, causes: list[Cause]) -> None:
    if not then.HasField(_REQUIRED):
        return
    path = "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms"
    before = list(then.required_during_scheduling_ignored_during_execution.node_selector_terms)
    found = list(now.required_during_scheduling_ignored_during_execution.node_selector_terms)
    if before and len(before) != len(found):
        detail = "no additions/deletions to non-empty NodeSelectorTerms list are allowed"
        causes.append(invalid(path, [_plain(term) for term in found] or None, detail))
        return
    for index, (term, other) in enumerate(zip(found, before, strict=False)):
        if not _only_adds(term, other):
            detail = "only additions are allowed (no mutations or deletions)"
            causes.append(invalid(f"{path}[{index}]", term, detail))


def _plain(term: NodeSelectorTerm) -> dict[str, object]:
    """A term as it is quoted: by the names that Go gives its members."""
    return {
        "MatchExpressions": [
            {"Key": e.key, "Operator": e.operator, "Values": list(e.values)} for e in term.match_expressions
        ]
        or None,
        "MatchFields": [{"Key": e.key, "Operator": e.operator, "Values": list(e.values)} for e in term.match_fields]
        or None,
    }


def _only_adds(term: NodeSelectorTerm, old: NodeSelectorTerm) -> bool:
    if not old.match_expressions and not old.match_fields:
        return not term.match_expressions and not term.match_fields
    expressions, fields = len(old.match_expressions), len(old.match_fields)
    return list(term.match_expressions[:expressions]) == list(old.match_expressions) and list(
        term.match_fields[:fields]
    ) == list(old.match_fields)
