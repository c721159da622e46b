"""Which checks a level of the Pod Security Standards holds at a version."""

from functools import lru_cache

from pilothouse.api.core.v1.pods_pb2 import PodSpec
from pilothouse.api.meta.v1.meta_pb2 import ObjectMeta

from .pod_security_checks import BASELINE_RULES, Check
from .pod_security_policy import BASELINE, PRIVILEGED, Standard
from .pod_security_restricted import RESTRICTED_RULES


@lru_cache(maxsize=256)
def checks_of(standard: Standard) -> tuple[Check, ...]:
    """The checks of a level at a version, in the order in which faults are told."""
    if standard.level == PRIVILEGED:
        return ()
    rules = list(BASELINE_RULES)
    if standard.level != BASELINE:
        strict = [rule for rule in RESTRICTED_RULES if rule.at(standard.minor)]
        replaced = {rule.replaces for rule in strict}
        rules = [rule for rule in rules if rule.name not in replaced] + strict
    return tuple(check for rule in rules if (check := rule.at(standard.minor)) is not None)


def faults_of(standard: Standard, metadata: ObjectMeta, spec: PodSpec) -> list[tuple[str, str]]:
    """What of a pod breaks a standard, as (reason, detail)."""
    return [fault for check in checks_of(standard) if (fault := check(metadata, spec)) is not None]
