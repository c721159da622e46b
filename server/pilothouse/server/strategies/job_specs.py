"""What the spec of a Job must be, in Jobs and in the templates of CronJobs."""

import re

from pilothouse.api.batch.v1.batch_pb2 import JobSpec

from ..errors import Cause
from ..meta import names
from ..schema.causes import invalid, not_supported, required, too_long
from ..schema.order import Orders
from .job_policies import failure_policy, success_policy
from .pods.order import POD_ORDERS
from .pods.spec import template_faults

_LONGEST_MANAGER = 63
_MOST_PARALLEL = 100000
_MANY_COMPLETIONS = 100000
_PARALLEL_OF_MANY = 10000
_FAILED_OF_MANY = 10000
_INDEXED = "requires indexed completion mode"
_PATH = re.compile(r"[A-Za-z0-9/\-._~%!$&'()*+,;=:]+")

JOB_ORDERS: Orders = {
    **POD_ORDERS,
    "JobSpec": (
        "parallelism",
        "completions",
        "activeDeadlineSeconds",
        "backoffLimit",
        "ttlSecondsAfterFinished",
        "backoffLimitPerIndex",
        "maxFailedIndexes",
        "managedBy",
        "completionMode",
        "podFailurePolicy",
        "successPolicy",
        "podReplacementPolicy",
    ),
    "CronJobSpec": ("schedule", "startingDeadlineSeconds", "timeZone", "concurrencyPolicy", "jobTemplate"),
}


def job_spec_faults(spec: JobSpec, path: str) -> list[Cause]:
    causes: list[Cause] = []
    if spec.HasField("max_failed_indexes") and not spec.HasField("backoff_limit_per_index"):
        causes.append(required(f"{path}.backoffLimitPerIndex", "when maxFailedIndexes is specified"))
    if spec.HasField("managed_by"):
        _manager(spec.managed_by, f"{path}.managedBy", causes)
    if spec.completion_mode == "Indexed":
        _indexed(spec, path, causes)
    else:
        if spec.HasField("backoff_limit_per_index"):
            causes.append(invalid(f"{path}.backoffLimitPerIndex", spec.backoff_limit_per_index, _INDEXED))
        if spec.HasField("max_failed_indexes"):
            causes.append(invalid(f"{path}.maxFailedIndexes", spec.max_failed_indexes, _INDEXED))
    if spec.HasField("pod_failure_policy"):
        failure_policy(spec, f"{path}.podFailurePolicy", causes)
        if spec.pod_replacement_policy == "TerminatingOrFailed":
            causes.append(not_supported(f"{path}.podReplacementPolicy", spec.pod_replacement_policy, ("Failed",)))
    if spec.HasField("success_policy"):
        success_policy(spec, f"{path}.successPolicy", causes)
    causes.extend(template_faults(spec.template, f"{path}.template"))
    causes.extend(_finite_restarts(spec, f"{path}.template.spec.restartPolicy"))
    return causes


def _manager(name: str, path: str, causes: list[Cause]) -> None:
    domain, _, rest = name.partition("/")
    if not name:
        causes.append(required(path))
    elif not domain or not rest:
        causes.append(invalid(path, name, 'must be a domain-prefixed path (such as "acme.io/foo")'))
    else:
        causes.extend(invalid(path, domain, fault) for fault in names.dns1123_subdomain(domain))
        if not _PATH.fullmatch(rest):
            detail = f"Invalid path (regex used for validation is '{_PATH.pattern}')"
            causes.append(invalid(path, rest, detail))
    if len(name) > _LONGEST_MANAGER:
        causes.append(too_long(path, _LONGEST_MANAGER))


def _indexed(spec: JobSpec, path: str, causes: list[Cause]) -> None:
    """A Job whose pods are told apart by numbers knows how many there are, and bounds what it remembers."""
    counted, failing = spec.HasField("completions"), spec.HasField("max_failed_indexes")
    if not counted:
        causes.append(required(f"{path}.completions", "when completion mode is Indexed"))
    if spec.parallelism > _MOST_PARALLEL:
        detail = f"must be less than or equal to {_MOST_PARALLEL} when completion mode is Indexed"
        causes.append(invalid(f"{path}.parallelism", spec.parallelism, detail))
    if counted and failing and spec.max_failed_indexes > spec.completions:
        detail = "must be less than or equal to completions"
        causes.append(invalid(f"{path}.maxFailedIndexes", spec.max_failed_indexes, detail))
    if failing and spec.max_failed_indexes > _MOST_PARALLEL:
        detail = f"must be less than or equal to {_MOST_PARALLEL}"
        causes.append(invalid(f"{path}.maxFailedIndexes", spec.max_failed_indexes, detail))
    if spec.completions <= _MANY_COMPLETIONS or not spec.HasField("backoff_limit_per_index"):
        return
    if not failing:
        detail = f"must be specified when completions is above {_MANY_COMPLETIONS}"
        causes.append(required(f"{path}.maxFailedIndexes", detail))
    above = f"when completions are above {_MANY_COMPLETIONS} and used with backoff limit per index"
    if spec.parallelism > _PARALLEL_OF_MANY:
        detail = f"must be less than or equal to {_PARALLEL_OF_MANY} {above}"
        causes.append(invalid(f"{path}.parallelism", spec.parallelism, detail))
    if failing and spec.max_failed_indexes > _FAILED_OF_MANY:
        detail = f"must be less than or equal to {_FAILED_OF_MANY} {above}"
        causes.append(invalid(f"{path}.maxFailedIndexes", spec.max_failed_indexes, detail))


def _finite_restarts(spec: JobSpec, field: str) -> list[Cause]:
    """The pods of a Job end: their containers are restarted on failure or never."""
    policy = spec.template.spec.restart_policy
    if policy in ("Always", ""):
        return [required(field, 'valid values: "OnFailure", "Never"')]
    if policy not in ("OnFailure", "Never"):
        return [not_supported(field, policy, ("OnFailure", "Never"))]
    if policy == "OnFailure" and spec.HasField("pod_failure_policy"):
        return [invalid(field, policy, 'only "Never" is supported when podFailurePolicy is specified')]
    return []
