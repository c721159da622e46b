"""What a report of a Job's status may say, given what was known."""

from pilothouse.api.batch.v1.batch_pb2 import Job
from pilothouse.api.meta.v1.meta_pb2 import Time

from ..errors import Cause
from ..schema.causes import invalid, required
from .job_policies import IntervalError, count_indexes

_TERMINAL = ("Failed", "Complete", "FailureTarget")


def job_status_faults(obj: Job, old: Job) -> list[Cause]:
    now, before = _true_conditions(obj), _true_conditions(old)
    causes: list[Cause] = []
    for name, json in (("active", "active"), ("succeeded", "succeeded"), ("failed", "failed"), ("ready", "ready")):
        value = getattr(obj.status, name)
        if value < 0:
            causes.append(invalid(f"status.{json}", value, "must be greater than or equal to 0"))
    _conditions(now, obj, causes)
    _times(obj, old, now, causes)
    _finished(obj, now, causes)
    if obj.status != old.status:
        _indexes(obj, causes)
    if obj.status.ready > obj.status.active:
        causes.append(invalid("status.ready", obj.status.ready, "cannot set more ready pods than active"))
    for condition in _TERMINAL:
        if condition in before and condition not in now:
            causes.append(_of_conditions(f"cannot disable the terminal {condition}=True condition"))
    for json, value, was in (
        ("failed", obj.status.failed, old.status.failed),
        ("succeeded", obj.status.succeeded, old.status.succeeded),
    ):
        if value < was:
            causes.append(invalid(f"status.{json}", value, f"cannot decrease the {json} counter"))
    if "SuccessCriteriaMet" in before and "SuccessCriteriaMet" not in now:
        causes.append(_of_conditions("cannot disable the SuccessCriteriaMet=True condition"))
    return causes


def _true_conditions(job: Job) -> set[str]:
    return {condition.type for condition in job.status.conditions if condition.status == "True"}


def _of_conditions(detail: str) -> Cause:
    """A fault of the conditions, which are not quoted."""
    return Cause("FieldValueInvalid", f"Invalid value: {detail}", "status.conditions")


def _conditions(now: set[str], obj: Job, causes: list[Cause]) -> None:
    pairs = (
        ("Complete", "Failed", "cannot set Complete=True and Failed=true conditions"),
        ("Complete", "FailureTarget", "cannot set Complete=True and FailureTarget=true conditions"),
        ("SuccessCriteriaMet", "Failed", "cannot set SuccessCriteriaMet=True and Failed=true conditions"),
        ("SuccessCriteriaMet", "FailureTarget", "cannot set SuccessCriteriaMet=True and FailureTarget=true conditions"),
    )
    causes.extend(_of_conditions(detail) for one, other, detail in pairs if one in now and other in now)
    if "Failed" in now and "FailureTarget" not in now:
        causes.append(_of_conditions("cannot set Failed=True condition without the FailureTarget=true condition"))
    if "Complete" in now and "SuccessCriteriaMet" not in now:
        detail = "cannot set Complete=True condition without the SuccessCriteriaMet=true condition"
        causes.append(_of_conditions(detail))
        if obj.spec.HasField("success_policy"):
            detail = "cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True"
            causes.append(_of_conditions(detail))


def _times(obj: Job, old: Job, now: set[str], causes: list[Cause]) -> None:
    status, before = obj.status, old.status
    field = "status.completionTime"
    completed = status.HasField("completion_time")
    if completed and "Complete" not in now:
        detail = "cannot set completionTime when there is no Complete=True condition"
        causes.append(invalid(field, status.completion_time, detail))
    if not completed and "Complete" in now:
        causes.append(required(field, "completionTime is required for Complete jobs"))
    if completed and status.HasField("start_time") and _instant(status.completion_time) < _instant(status.start_time):
        causes.append(invalid(field, status.completion_time, "completionTime cannot be set before startTime"))
    if completed and before.HasField("completion_time") and status.completion_time != before.completion_time:
        causes.append(invalid(field, status.completion_time, "completionTime cannot be mutated"))
    if before.HasField("start_time") and status.start_time != before.start_time and not obj.spec.suspend:
        causes.append(required("status.startTime", "startTime cannot be removed for unsuspended job"))


def _instant(time: Time) -> tuple[int, int]:
    return time.seconds, time.nanos


def _finished(obj: Job, now: set[str], causes: list[Cause]) -> None:
    """What has come to an end has nothing left to do."""
    if not now & {"Complete", "Failed"}:
        return
    status = obj.status
    if status.active > 0:
        causes.append(invalid("status.active", status.active, "active>0 is invalid for finished job"))
    if not status.HasField("start_time"):
        causes.append(required("status.startTime", "startTime is required for finished job"))
    if status.uncounted_terminated_pods.failed or status.uncounted_terminated_pods.succeeded:
        detail = "uncountedTerminatedPods needs to be empty for finished job"
        causes.append(invalid("status.uncountedTerminatedPods", status.uncounted_terminated_pods, detail))
    if status.terminating > 0:
        causes.append(invalid("status.terminating", status.terminating, "terminating>0 is invalid for finished job"))


def _indexes(obj: Job, causes: list[Cause]) -> None:
    spec, status = obj.spec, obj.status
    if spec.completion_mode != "Indexed" and status.completed_indexes:
        detail = "cannot set non-empty completedIndexes when non-indexed completion mode"
        causes.append(invalid("status.completedIndexes", status.completed_indexes, detail))
    if status.HasField("failed_indexes") and not spec.HasField("backoff_limit_per_index"):
        detail = "cannot set non-null failedIndexes when backoffLimitPerIndex is null"
        causes.append(invalid("status.failedIndexes", status.failed_indexes, detail))
    if not spec.HasField("completions"):
        return
    for json, text in (("completedIndexes", status.completed_indexes), ("failedIndexes", status.failed_indexes)):
        try:
            count_indexes(text, spec.completions)
        except IntervalError as error:
            causes.append(invalid(f"status.{json}", text, f"error parsing {json}: {error}"))
