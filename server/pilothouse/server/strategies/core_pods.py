"""Pods, and the templates that pods are made from."""

from pilothouse.api.core.v1.pods_pb2 import Container, Pod, PodSpec, PodStatus, PodTemplate
from pilothouse.api.core.v1.workloads_pb2 import ReplicationController

from ..errors import Cause
from ..meta.context import RequestContext
from ..schema.causes import invalid
from .base import ALL_METADATA, Strategy, copy, keep
from .pod_resources import default_pod_resources, default_requests, qos_class
from .pod_templates import default_pod_spec, default_pod_template, mirror_service_account
from .pod_warnings import name_warnings, pod_warnings
from .pods.changes import change_faults, ephemeral_faults
from .pods.order import POD_ORDERS
from .pods.resizing import keep_but_resources, resize_faults
from .pods.spec import pod_faults, template_faults
from .pods.states import status_faults
from .replica_counts import REPLICA_PARTS, count_faults
from .workloads import workload_template


class Pods(Strategy[Pod]):
    defaults_spec_alone = True
    graceful = True
    kept_with_status = ("owner_references", "deletion_timestamp")
    orders = POD_ORDERS

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
                last_transition_time=obj.metadata.creation_timestamp,
                reason="SchedulingGated",
                message="Scheduling is blocked due to non-empty scheduling gates",
            )

    def prepare_update(self, context: RequestContext, obj: Pod, old: Pod) -> None:
        super().prepare_update(context, obj, old)
        _settle(obj.spec)
        if context.subresource == "status":
            if not obj.status.qos_class:
                keep(obj.status, old.status, ("qos_class",))
            _keep_observed(obj.status, old.status)
            _align_addresses(obj, old)
        elif context.subresource == "resize":
            keep(obj.metadata, old.metadata, ALL_METADATA)
            keep_but_resources(obj, old)
        elif context.subresource == "ephemeralcontainers":
            keep(obj.metadata, old.metadata, ALL_METADATA)
            added = PodSpec(ephemeral_containers=obj.spec.ephemeral_containers)
            obj.spec.CopyFrom(old.spec)
            keep(obj.spec, added, ("ephemeral_containers",))

    def validate(self, context: RequestContext, obj: Pod) -> list[Cause]:
        if context.subresource == "status":
            return []
        return pod_faults(obj, context.verb == "create")

    def validate_update(self, context: RequestContext, obj: Pod, old: Pod) -> list[Cause]:
        if context.subresource == "status":
            return status_faults(obj, old)
        if context.subresource == "ephemeralcontainers":
            return ephemeral_faults(obj, old)
        if context.subresource == "resize":
            return resize_faults(obj, old)
        return change_faults(obj, old)

    def warnings(self, obj: Pod, old: Pod | None) -> list[str]:
        # Pods are changed by controllers, which read no warnings.
        return [] if old is not None else [*name_warnings(obj.metadata.name), *pod_warnings(obj.spec, obj.metadata)]

    def grace_seconds(self, obj: Pod, requested: int | None) -> int:
        seconds = obj.spec.termination_grace_period_seconds if requested is None else requested
        if not obj.spec.node_name or obj.status.phase in ("Succeeded", "Failed"):
            return 0
        return 1 if seconds < 0 else seconds


class PodTemplates(Strategy[PodTemplate]):
    orders = POD_ORDERS
    pod_template = ("template",)

    def default(self, obj: PodTemplate) -> None:
        default_pod_template(obj.template)

    def validate(self, context: RequestContext, obj: PodTemplate) -> list[Cause]:
        return template_faults(obj.template, "template")


class ReplicationControllers(Strategy[ReplicationController]):
    orders = POD_ORDERS
    pod_template = ("spec", "template")

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
        causes: list[Cause] = []
        if not obj.spec.selector.items() <= labels.items():
            detail = "`selector` does not match template `labels`"
            shown = dict(sorted(labels.items())) or None
            causes.append(invalid("spec.template.metadata.labels", shown, detail))
        kind, replicas = "ReplicationController", obj.spec.replicas
        return causes + workload_template(obj.spec.template, "spec.template", kind, replicas)

    def validate_update(
        self, context: RequestContext, obj: ReplicationController, old: ReplicationController
    ) -> list[Cause]:
        causes = super().validate_update(context, obj, old)
        if context.subresource == "status":
            causes += count_faults(obj.status, old.status, REPLICA_PARTS, "readyReplicas")
        return causes


def _settle(spec: PodSpec) -> None:
    """What must hold of a pod's spec, however it came to be."""
    mirror_service_account(spec)
    if spec.termination_grace_period_seconds < 0:
        spec.termination_grace_period_seconds = 1


def _default_host_ports(container: Container) -> None:
    for port in container.ports:
        if not port.host_port:
            port.host_port = port.container_port


def _keep_observed(status: PodStatus, old: PodStatus) -> None:
    """Who does not say of which generation a status tells leaves that as it was."""
    if not status.observed_generation and old.observed_generation:
        status.observed_generation = old.observed_generation
    known: dict[str, list[int]] = {}
    for condition in old.conditions:
        known.setdefault(condition.type, []).append(condition.observed_generation)
    for condition in status.conditions:
        of_type = known.get(condition.type)
        generation = of_type.pop(0) if of_type else 0
        if generation and not condition.observed_generation:
            condition.observed_generation = generation


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
