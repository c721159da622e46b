"""Jobs and CronJobs."""

from pilothouse.api.batch.v1.batch_pb2 import CronJob, CronJobSpec, Job, JobSpec

from ..errors import Cause
from ..meta import names
from ..meta.context import RequestContext
from ..schema.causes import immutable, invalid, not_supported, required
from .base import Strategy, copy, keep
from .job_specs import JOB_ORDERS, job_spec_faults
from .job_states import job_status_faults
from .pod_templates import default_pod_template, mirror_service_account
from .schedules import ScheduleError, parse_schedule, zone_fault
from .workloads import matches

_NO_LIMIT = 2147483647
_UID = "batch.kubernetes.io/controller-uid"
_NAME = "batch.kubernetes.io/job-name"
_OLDER_UID = "controller-uid"
_OLDER_NAME = "job-name"
_ZONE_IN_SCHEDULE = "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"


class Jobs(Strategy[Job]):
    orders = JOB_ORDERS
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
        if not spec.manual_selector and spec.HasField("selector"):
            causes.extend(_generated(obj, context.verb == "create"))
        causes.extend(_spec_faults(spec))
        if spec.completion_mode == "Indexed" and spec.completions > 0:
            last = f"{obj.metadata.name}-{spec.completions - 1}"
            if names.dns1123_label(last):
                detail = f"will not able to create pod with invalid DNS label: {last}"
                causes.append(invalid("metadata.name", obj.metadata.name, detail))
        return causes

    def validate_update(self, context: RequestContext, obj: Job, old: Job) -> list[Cause]:
        if context.subresource == "status":
            return job_status_faults(obj, old)
        # A kube-apiserver looks at the spec of a changed Job twice, and tells twice what is wrong.
        causes = _spec_faults(obj.spec) if obj.spec != old.spec else []
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
    orders = JOB_ORDERS

    pod_template = ("spec", "job_template", "spec", "template")

    def default(self, obj: CronJob) -> None:
        default_pod_template(obj.spec.job_template.spec.template)

    def prepare_create(self, context: RequestContext, obj: CronJob) -> None:
        super().prepare_create(context, obj)
        mirror_service_account(obj.spec.job_template.spec.template.spec)

    def validate(self, context: RequestContext, obj: CronJob) -> list[Cause]:
        spec = obj.spec
        causes: list[Cause] = []
        if spec.schedule:
            causes.extend(_schedule_faults(spec.schedule))
        job = spec.job_template.spec
        causes.extend(job_spec_faults(job, "spec.jobTemplate.spec"))
        if job.HasField("selector"):
            detail = "`selector` will be auto-generated"
            causes.append(invalid("spec.jobTemplate.spec.selector", job.selector, detail))
        if job.manual_selector:
            causes.append(not_supported("spec.jobTemplate.spec.manualSelector", True, ("nil", "false")))
        if context.verb == "create":
            causes.extend(_zone_faults(spec))
            if "TZ" in spec.schedule:
                causes.append(invalid("spec.schedule", spec.schedule, _ZONE_IN_SCHEDULE))
        return causes

    def validate_update(self, context: RequestContext, obj: CronJob, old: CronJob) -> list[Cause]:
        causes = super().validate_update(context, obj, old)
        if context.subresource == "status":
            return causes
        spec, before = obj.spec, old.spec
        if spec.HasField("time_zone") != before.HasField("time_zone") or spec.time_zone != before.time_zone:
            causes.extend(_zone_faults(spec))
        if "TZ" in spec.schedule:
            if "TZ" not in before.schedule:
                causes.append(invalid("spec.schedule", spec.schedule, _ZONE_IN_SCHEDULE))
            elif spec.HasField("time_zone"):
                detail = "cannot use both timeZone field and TZ or CRON_TZ in schedule"
                causes.append(invalid("spec.schedule", spec.schedule, detail))
        return causes


def _spec_faults(spec: JobSpec) -> list[Cause]:
    causes = job_spec_faults(spec, "spec")
    if not spec.HasField("selector"):
        causes.append(required("spec.selector"))
    labels = dict(sorted(spec.template.metadata.labels.items()))
    if not spec.HasField("selector") or not matches(spec.selector, labels):
        detail = "`selector` does not match template `labels`"
        causes.append(invalid("spec.template.metadata.labels", labels or None, detail))
    return causes


def _schedule_faults(schedule: str) -> list[Cause]:
    try:
        parse_schedule(schedule)
    except ScheduleError as error:
        return [invalid("spec.schedule", schedule, str(error))]
    return []


def _zone_faults(spec: CronJobSpec) -> list[Cause]:
    if not spec.HasField("time_zone"):
        return []
    fault = zone_fault(spec.time_zone) if spec.time_zone else "timeZone must be nil or non-empty string"
    return [invalid("spec.timeZone", spec.time_zone, fault)] if fault else []


def _generated(obj: Job, created: bool) -> list[Cause]:
    """A selector that was not chosen by hand is the one that the server makes. Jobs from before the labels had a prefix
    stay as they are."""
    causes: list[Cause] = []
    expected = {_UID: obj.metadata.uid, _OLDER_UID: obj.metadata.uid, _NAME: obj.metadata.name}
    expected[_OLDER_NAME] = obj.metadata.name
    labels = obj.spec.template.metadata.labels
    if not created:
        expected = {key: value for key, value in expected.items() if key in labels or "/" not in key}
    for key, value in expected.items():
        if key not in labels:
            field = f"spec.template.metadata.labels[{key}]"
            causes.append(required(field, f"must be '{value}'"))
        elif labels[key] != value:
            field = f"spec.template.metadata.labels[{key}]"
            causes.append(invalid(field, dict(sorted(labels.items())), f"must be '{value}'"))
    if not matches(obj.spec.selector, expected):
        causes.append(invalid("spec.selector", obj.spec.selector, "`selector` not auto-generated"))
    return causes


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
