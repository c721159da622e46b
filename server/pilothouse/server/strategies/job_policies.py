"""When Jobs fail and succeed: podFailurePolicy, successPolicy, and the intervals of indexes that they speak of."""

import re

from pilothouse.api.batch.v1.batch_pb2 import (
    JobSpec,
    PodFailurePolicyOnExitCodesRequirement,
    PodFailurePolicyRule,
    SuccessPolicyRule,
)

from ..errors import Cause
from ..meta import names
from ..schema.causes import duplicate, invalid, required, too_long, too_many

_MOST_RULES = 20
_MOST_PATTERNS = 20
_MOST_EXIT_CODES = 255
_LONGEST_INDEXES = 64 * 1024
_INTEGER = re.compile(r"[-+]?[0-9]+")


class IntervalError(ValueError):
    """The text is no list of intervals of indexes."""


def failure_policy(spec: JobSpec, path: str, causes: list[Cause]) -> None:
    rules = spec.pod_failure_policy.rules
    if len(rules) > _MOST_RULES:
        causes.append(too_many(f"{path}.rules", len(rules), _MOST_RULES))
    template = spec.template.spec
    containers = {container.name for container in (*template.containers, *template.init_containers)}
    for index, rule in enumerate(rules):
        _failure_rule(rule, spec, containers, f"{path}.rules[{index}]", causes)


def success_policy(spec: JobSpec, path: str, causes: list[Cause]) -> None:
    rules = spec.success_policy.rules
    if spec.completion_mode != "Indexed":
        causes.append(invalid(path, spec.success_policy, "requires indexed completion mode"))
        return
    if not rules:
        detail = "at least one rules must be specified when the successPolicy is specified"
        causes.append(required(f"{path}.rules", detail))
    if len(rules) > _MOST_RULES:
        causes.append(too_many(f"{path}.rules", len(rules), _MOST_RULES))
    for index, rule in enumerate(rules):
        _success_rule(rule, spec.completions, f"{path}.rules[{index}]", causes)


def count_indexes(text: str, completions: int) -> int:
    """How many indexes a text such as "0,2-5" names. Raises IntervalError."""
    last, total = -1, 0
    for interval in text.split(",") if text else ():
        first, end = _interval(interval, completions)
        if last >= first:
            raise IntervalError(f"non-increasing order, previous: {last}, current: {first}")
        total += end - first + 1
        last = end
    return total


def _interval(text: str, completions: int) -> tuple[int, int]:
    ends = text.split("-")
    if len(ends) > 2:
        raise IntervalError(
            f'the fragment "{text}" violates the requirement that an index interval can have at most two parts '
            "separated by '-'"
        )
    numbers = []
    for end in ends:
        if not _INTEGER.fullmatch(end):
            raise IntervalError(f'cannot convert string to integer for index: "{end}"')
        if int(end) >= completions:
            raise IntervalError(f'too large index: "{end}"')
        numbers.append(int(end))
    if len(numbers) == 2 and numbers[0] >= numbers[1]:
        raise IntervalError(f"non-increasing order, previous: {numbers[0]}, current: {numbers[1]}")
    return numbers[0], numbers[-1]


def _failure_rule(
    rule: PodFailurePolicyRule, spec: JobSpec, containers: set[str], path: str, causes: list[Cause]
) -> None:
    if not rule.action:
        causes.append(required(f"{path}.action", 'valid values: ["Count" "FailIndex" "FailJob" "Ignore"]'))
    elif rule.action == "FailIndex" and not spec.HasField("backoff_limit_per_index"):
        causes.append(invalid(f"{path}.action", rule.action, "requires the backoffLimitPerIndex to be set"))
    if rule.HasField("on_exit_codes"):
        _exit_codes(rule.on_exit_codes, containers, f"{path}.onExitCodes", causes)
    conditions = f"{path}.onPodConditions"
    if len(rule.on_pod_conditions) > _MOST_PATTERNS:
        causes.append(too_many(conditions, len(rule.on_pod_conditions), _MOST_PATTERNS))
    for index, pattern in enumerate(rule.on_pod_conditions):
        field = f"{conditions}[{index}].type"
        causes.extend(invalid(field, pattern.type, fault) for fault in names.label_key(pattern.type))
    if rule.HasField("on_exit_codes") and rule.on_pod_conditions:
        causes.append(_whole(path, "specifying both OnExitCodes and OnPodConditions is not supported"))
    if not rule.HasField("on_exit_codes") and not rule.on_pod_conditions:
        causes.append(_whole(path, "specifying one of OnExitCodes and OnPodConditions is required"))


def _whole(path: str, detail: str) -> Cause:
    """A fault of something that is not quoted."""
    return Cause("FieldValueInvalid", f"Invalid value: {detail}", path)


def _exit_codes(
    codes: PodFailurePolicyOnExitCodesRequirement, containers: set[str], path: str, causes: list[Cause]
) -> None:
    if not codes.operator:
        causes.append(required(f"{path}.operator", 'valid values: ["In" "NotIn"]'))
    if codes.HasField("container_name") and codes.container_name not in containers:
        detail = "must be one of the container or initContainer names in the pod template"
        causes.append(invalid(f"{path}.containerName", codes.container_name, detail))
    values, at = list(codes.values), f"{path}.values"
    if not values:
        causes.append(invalid(at, [], "at least one value is required"))
    elif len(values) > _MOST_EXIT_CODES:
        causes.append(too_many(at, len(values), _MOST_EXIT_CODES))
    seen: set[int] = set()
    for index, value in enumerate(values):
        if codes.operator == "In" and value == 0:
            causes.append(invalid(f"{at}[{index}]", value, "must not be 0 for the In operator"))
        if value in seen:
            causes.append(duplicate(f"{at}[{index}]", value))
        seen.add(value)
    if values != sorted(values):
        causes.append(invalid(at, values, "must be ordered"))


def _success_rule(rule: SuccessPolicyRule, completions: int, path: str, causes: list[Cause]) -> None:
    counted, named = rule.HasField("succeeded_count"), rule.HasField("succeeded_indexes")
    if not counted and not named:
        causes.append(required(path, "at least one of succeededCount or succeededIndexes must be specified"))
    total = 0
    if named:
        field, text = f"{path}.succeededIndexes", rule.succeeded_indexes
        if len(text) > _LONGEST_INDEXES:
            causes.append(too_long(field, _LONGEST_INDEXES))
        try:
            total = count_indexes(text, completions)
        except IntervalError as error:
            causes.append(invalid(field, text, f"error parsing succeededIndexes: {error}"))
    if not counted:
        return
    field, count = f"{path}.succeededCount", rule.succeeded_count
    if count < 0:
        causes.append(invalid(field, count, "must be greater than or equal to 0"))
    if count > completions:
        detail = f"must be less than or equal to {completions} (the number of specified completions)"
        causes.append(invalid(field, count, detail))
    if named and count > total:
        detail = (
            f"must be less than or equal to {total} (the number of indexes in the specified succeededIndexes field)"
        )
        causes.append(invalid(field, count, detail))
