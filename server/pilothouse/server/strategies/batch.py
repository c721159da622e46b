"""Jobs and CronJobs."""

from pilothouse.api.batch.v1.batch_pb2 import CronJob, Job, JobSpec

from ..errors import Cause
from ..meta.context import RequestContext
from ..schema.causes import immutable, invalid, required
from .base import Strategy, copy, keep
from .pod_templates import default_pod_template, mirror_service_account
from .workloads import matches

_NO_LIMIT = 2147483647
_UID = "batch.kubernetes.io/controller-uid"
_NAME = "batch.kubernetes.io/job-name"
_OLDER_UID = "controller-uid"
_OLDER_NAME = "job-name"


class Jobs(Strategy[Job]):
    pod_template = ("spec", "template")
    deletion_warnings = (
        "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or "
        "set propagationPolicy=Orphan to suppress this warning",
    )

    def default(self, obj: Job) -> None:
        spec = obj.spec
        default_pod_template(spec.template)
        _default_counts(spec)
        if not spec.HasField("completion_mode"):
            spec.completion_mode = "NonIndexed"
        for name in ("suspend", "manual_selector"):
            if not spec.HasField(name):
                setattr(spec, name, False)
        if not spec.HasField("pod_replacement_policy"):
            spec.pod_replacement_policy = "Failed" if spec.HasField("pod_failure_policy") else "TerminatingOrFailed"
        _copy_labels(obj)

    def prepare_create(self, context: RequestContext, obj: Job) -> None:
        super().prepare_create(context, obj)
        mirror_service_account(obj.spec.template.spec)
        if not obj.spec.manual_selector:
            _select_own_pods(obj)
            _copy_labels(obj)

    def validate(self, context: RequestContext, obj: Job) -> list[Cause]:
        spec = obj.spec
        causes: list[Cause] = []
        if not spec.HasField("selector"):
            causes.append(required("spec.selector"))
        labels = dict(sorted(spec.template.metadata.labels.items()))
        if not spec.HasField("selector") or not matches(spec.selector, labels):
            detail = "`selector` does not match template `labels`"
            causes.append(invalid("spec.template.metadata.labels", labels or None, detail))
        causes.extend(finite_restarts(spec, "spec.template.spec.restartPolicy"))
        if spec.HasField("backoff_limit_per_index") and spec.completion_mode != "Indexed":
            detail = "requires indexed completion mode"
            causes.append(invalid("spec.backoffLimitPerIndex", spec.backoff_limit_per_index, detail))
        return causes

    def validate_update(self, context: RequestContext, obj: Job, old: Job) -> list[Cause]:
        if context.subresource == "status":
            return []
        causes: list[Cause] = []
        if obj.spec.completions != old.spec.completions:
            together = obj.spec.completion_mode == "Indexed" and obj.spec.completions == obj.spec.parallelism
            if not together:
                value = obj.spec.completions if obj.spec.HasField("completions") else None
                causes.append(immutable("spec.completions", value))
        causes.extend(super().validate_update(context, obj, old))
        if not _template_allowed(obj, old):
            causes.append(immutable("spec.template", obj.spec.template))
        return causes


class CronJobs(Strategy[CronJob]):
    pod_template = ("spec", "job_template", "spec", "template")

    def default(self, obj: CronJob) -> None:
        default_pod_template(obj.spec.job_template.spec.template)

    def prepare_create(self, context: RequestContext, obj: CronJob) -> None:
        super().prepare_create(context, obj)
        mirror_service_account(obj.spec.job_template.spec.template.spec)

    def validate(self, context: RequestContext, obj: CronJob) -> list[Cause]:
        return finite_restarts(obj.spec.job_template.spec, "spec.jobTemplate.spec.template.spec.restartPolicy")


def finite_restarts(spec: JobSpec, field: str) -> list[Cause]:
    """The pods of a Job end: their containers are restarted on failure or never."""
    policy = spec.template.spec.restart_policy
    if policy not in ("OnFailure", "Never"):
        return [required(field, 'valid values: "OnFailure", "Never"')]
    if policy == "OnFailure" and spec.HasField("pod_failure_policy"):
        return [invalid(field, policy, 'only "Never" is supported when podFailurePolicy is specified')]
    return []


def _default_counts(spec: JobSpec) -> None:
    if not spec.HasField("parallelism"):
        if not spec.HasField("completions"):
            spec.completions = 1
        spec.parallelism = 1
    if not spec.HasField("backoff_limit"):
        spec.backoff_limit = _NO_LIMIT if spec.HasField("backoff_limit_per_index") else 6


def _copy_labels(obj: Job) -> None:
    labels = obj.spec.template.metadata.labels
    if labels and not obj.metadata.labels:
        copy(obj.metadata.labels, labels)


def _select_own_pods(obj: Job) -> None:
    """Labels the pods of a Job with its uid, and selects them by it."""
    labels = obj.spec.template.metadata.labels
    for key, value in (
        (_OLDER_NAME, obj.metadata.name),
        (_NAME, obj.metadata.name),
        (_OLDER_UID, obj.metadata.uid),
        (_UID, obj.metadata.uid),
    ):
        if key not in labels:
            labels[key] = value
    obj.spec.selector.match_labels[_UID] = obj.metadata.uid


def _template_allowed(obj: Job, old: Job) -> bool:
    """While a suspended Job has no pods, what places them may change."""
    template = type(old.spec.template)()
    template.CopyFrom(old.spec.template)
    suspended = any(c.type == "Suspended" and c.status == "True" for c in old.status.conditions)
    idle = not old.status.HasField("start_time") or (suspended and not old.status.active)
    if old.spec.suspend and idle:
        new = obj.spec.template
        keep(template.metadata, new.metadata, ("labels", "annotations"))
        keep(template.spec, new.spec, ("node_selector", "tolerations", "scheduling_gates"))
        if new.spec.affinity.HasField("node_affinity"):
            template.spec.affinity.node_affinity.CopyFrom(new.spec.affinity.node_affinity)
        elif template.spec.affinity.HasField("node_affinity"):
            template.spec.affinity.ClearField("node_affinity")
            if not template.spec.affinity.ListFields():
                template.spec.ClearField("affinity")
        for target, source in zip(template.spec.containers, new.spec.containers, strict=False):
            keep(target, source, ("resources",))
    return template == obj.spec.template
