"""Pods, and the templates that pods are made from."""

from typing import Any

from pilothouse.api.core.v1.pods_pb2 import Container, Pod, PodSpec, PodTemplate
from pilothouse.api.core.v1.workloads_pb2 import ReplicationController

from ..errors import Cause
from ..meta.context import RequestContext
from ..schema.causes import forbidden, invalid
from .base import Strategy, copy, keep
from .pod_resources import default_pod_resources, default_requests, qos_class
from .pod_templates import default_pod_spec, default_pod_template, mirror_service_account
from .workloads import always_restarts

_FIXED = (
    "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
    "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
    "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
)


class Pods(Strategy[Pod]):
    kept_with_status = ("owner_references", "deletion_timestamp")

    def default(self, obj: Pod) -> None:
        spec = obj.spec
        default_pod_spec(spec)
        for container in (*spec.containers, *spec.init_containers):
            default_requests(container.resources)
            if spec.host_network:
                _default_host_ports(container)
        if spec.HasField("resources"):
            default_pod_resources(spec)
        if not spec.HasField("enable_service_links"):
            spec.enable_service_links = True

    def prepare_create(self, context: RequestContext, obj: Pod) -> None:
        super().prepare_create(context, obj)
        _settle(obj.spec)
        obj.status.phase = "Pending"
        obj.status.qos_class = qos_class(obj)
        if obj.spec.scheduling_gates:
            obj.status.conditions.add(
                type="PodScheduled",
                status="False",
                reason="SchedulingGated",
                message="Scheduling is blocked due to non-empty scheduling gates",
            )

    def prepare_update(self, context: RequestContext, obj: Pod, old: Pod) -> None:
        super().prepare_update(context, obj, old)
        _settle(obj.spec)
        if context.subresource == "status":
            keep(obj.status, old.status, ("qos_class",))
            _align_addresses(obj, old)
        elif context.subresource == "ephemeralcontainers":
            added = PodSpec(ephemeral_containers=obj.spec.ephemeral_containers)
            obj.spec.CopyFrom(old.spec)
            keep(obj.spec, added, ("ephemeral_containers",))

    def validate_update(self, context: RequestContext, obj: Pod, old: Pod) -> list[Cause]:
        if context.subresource in ("status", "ephemeralcontainers", "resize"):
            return []
        causes = _deadline(obj.spec, old.spec)
        if causes:
            return causes
        return [] if _allowed(obj.spec, old.spec) else [forbidden("spec", _FIXED)]

    def grace_seconds(self, obj: Pod, requested: int | None) -> int:
        seconds = obj.spec.termination_grace_period_seconds if requested is None else requested
        if not obj.spec.node_name or obj.status.phase in ("Succeeded", "Failed"):
            return 0
        return 1 if seconds < 0 else seconds


class PodTemplates(Strategy[PodTemplate]):
    def default(self, obj: PodTemplate) -> None:
        default_pod_template(obj.template)


class ReplicationControllers(Strategy[ReplicationController]):
    def default(self, obj: ReplicationController) -> None:
        default_pod_template(obj.spec.template)
        labels = obj.spec.template.metadata.labels
        if labels and not obj.spec.selector:
            copy(obj.spec.selector, labels)
        if labels and not obj.metadata.labels:
            copy(obj.metadata.labels, labels)

    def validate(self, context: RequestContext, obj: ReplicationController) -> list[Cause]:
        if not obj.spec.selector or not obj.spec.HasField("template"):
            # Refused for that already.
            return []
        labels = obj.spec.template.metadata.labels
        causes = always_restarts(obj.spec.template)
        if obj.spec.selector.items() <= labels.items():
            return causes
        detail = "`selector` does not match template `labels`"
        shown = dict(sorted(labels.items())) or None
        return [invalid("spec.template.metadata.labels", shown, detail), *causes]


def _settle(spec: PodSpec) -> None:
    """What must hold of a pod's spec, however it came to be."""
    mirror_service_account(spec)
    if spec.termination_grace_period_seconds < 0:
        spec.termination_grace_period_seconds = 1


def _default_host_ports(container: Container) -> None:
    for port in container.ports:
        if not port.host_port:
            port.host_port = port.container_port


def _align_addresses(obj: Pod, old: Pod) -> None:
    """podIP and the first of podIPs are one: what a client changed counts, the list where it changed both."""
    status = obj.status
    if status.pod_ip and not status.pod_ips:
        status.pod_ips.add(ip=status.pod_ip)
    elif status.pod_ips and status.pod_ip != status.pod_ips[0].ip:
        if status.pod_ip and status.pod_ip != old.status.pod_ip:
            status.ClearField("pod_ips")
            status.pod_ips.add(ip=status.pod_ip)
        else:
            status.pod_ip = status.pod_ips[0].ip


def _deadline(spec: PodSpec, old: PodSpec) -> list[Cause]:
    field = "spec.activeDeadlineSeconds"
    if not old.HasField("active_deadline_seconds"):
        return []
    if not spec.HasField("active_deadline_seconds"):
        return [invalid(field, None, "must not update from a positive integer to nil value")]
    if spec.active_deadline_seconds > old.active_deadline_seconds:
        detail = f"must be less than or equal to previous value: {old.active_deadline_seconds}"
        return [invalid(field, spec.active_deadline_seconds, detail)]
    return []


def _allowed(spec: PodSpec, old: PodSpec) -> bool:
    """Whether the change is one that a pod survives: the old spec with the allowed changes is the new one."""
    if len(spec.containers) != len(old.containers) or len(spec.init_containers) != len(old.init_containers):
        return False
    wanted = PodSpec()
    wanted.CopyFrom(old)
    _take_images(wanted.containers, spec.containers)
    _take_images(wanted.init_containers, spec.init_containers)
    keep(wanted, spec, ("active_deadline_seconds",))
    if old.termination_grace_period_seconds < 0 and spec.termination_grace_period_seconds == 1:
        wanted.termination_grace_period_seconds = 1
    if all(t in list(spec.tolerations) for t in old.tolerations):
        keep(wanted, spec, ("tolerations",))
    if all(gate in list(old.scheduling_gates) for gate in spec.scheduling_gates):
        keep(wanted, spec, ("scheduling_gates",))
    if old.scheduling_gates:
        if old.node_selector.items() <= spec.node_selector.items():
            keep(wanted, spec, ("node_selector",))
        _narrow_affinity(wanted, spec, old)
    return spec == wanted


def _take_images(wanted: Any, containers: Any) -> None:
    for target, source in zip(wanted, containers, strict=True):
        keep(target, source, ("image",))


def _narrow_affinity(wanted: PodSpec, spec: PodSpec, old: PodSpec) -> None:
    """A gated pod may gain node affinity, and each of its required terms may gain conditions; preferences are free."""
    if not spec.HasField("affinity") or not spec.affinity.HasField("node_affinity"):
        return
    name = "required_during_scheduling_ignored_during_execution"
    before = old.affinity.node_affinity
    if before.HasField(name):
        terms = getattr(before, name).node_selector_terms
        now = getattr(spec.affinity.node_affinity, name).node_selector_terms
        if len(terms) != len(now) or not all(_includes(a, b) for a, b in zip(now, terms, strict=True)):
            return
    wanted.affinity.node_affinity.CopyFrom(spec.affinity.node_affinity)


def _includes(term: Any, old: Any) -> bool:
    return all(e in list(term.match_expressions) for e in old.match_expressions) and all(
        f in list(term.match_fields) for f in old.match_fields
    )
