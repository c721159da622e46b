"""What else guides the placing of a pod: tolerations, spreading, gates."""

from collections.abc import Iterable, Sequence

from pilothouse.api.core.v1.pods_pb2 import PodSchedulingGate, TopologySpreadConstraint
from pilothouse.api.core.v1.references_pb2 import Toleration

from ...errors import Cause
from ...schema.causes import duplicate, forbidden, invalid, not_supported, required
from ...schema.checks import label_key, label_value

_POSITIVE = "must be greater than zero"


def tolerations(found: Iterable[Toleration], path: str, causes: list[Cause]) -> None:
    for index, toleration in enumerate(found):
        _toleration(toleration, f"{path}[{index}]", causes)


def _toleration(toleration: Toleration, path: str, causes: list[Cause]) -> None:
    key, operator, value = toleration.key, toleration.operator, toleration.value
    if key:
        causes.extend(invalid(f"{path}.key", key, fault) for fault in label_key(key))
    elif operator != "Exists":
        detail = 'operator must be Exists when `key` is empty, which means "match all values and all keys"'
        causes.append(invalid(f"{path}.operator", operator, detail))
    if toleration.HasField("toleration_seconds") and toleration.effect != "NoExecute":
        detail = "effect must be 'NoExecute' when `tolerationSeconds` is set"
        causes.append(invalid(f"{path}.effect", toleration.effect, detail))
    if operator in ("Equal", ""):
        faults = label_value(value) if value else ()
        if faults:
            causes.append(invalid(f"{path}.operator", value, ";".join(faults)))
    elif operator == "Exists" and value:
        causes.append(invalid(f"{path}.operator", value, "value must be empty when `operator` is 'Exists'"))


def spreading(found: Sequence[TopologySpreadConstraint], path: str, causes: list[Cause]) -> None:
    for index, constraint in enumerate(found):
        at = f"{path}[{index}]"
        if constraint.max_skew <= 0:
            causes.append(invalid(f"{at}.maxSkew", constraint.max_skew, _POSITIVE))
        if not constraint.topology_key:
            causes.append(required(f"{at}.topologyKey", "can not be empty"))
        action = constraint.when_unsatisfiable
        if not action:
            causes.append(not_supported(f"{at}.whenUnsatisfiable", action, ("DoNotSchedule", "ScheduleAnyway")))
        pair = (constraint.topology_key, action)
        if any((other.topology_key, other.when_unsatisfiable) == pair for other in found[index + 1 :]):
            field = f"{at}.{{topologyKey, whenUnsatisfiable}}"
            causes.append(duplicate(field, f"{{{pair[0]}, {pair[1]}}}"))
        if constraint.HasField("min_domains"):
            _least_domains(constraint, f"{at}.minDomains", causes)
        if constraint.match_label_keys:
            _spread_keys(constraint, f"{at}.matchLabelKeys", causes)


def _least_domains(constraint: TopologySpreadConstraint, path: str, causes: list[Cause]) -> None:
    least, action = constraint.min_domains, constraint.when_unsatisfiable
    if least <= 0:
        causes.append(invalid(path, least, _POSITIVE))
    if action != "DoNotSchedule":
        detail = f"can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {action}"
        causes.append(invalid(path, least, detail))


def _spread_keys(constraint: TopologySpreadConstraint, path: str, causes: list[Cause]) -> None:
    selector = constraint.label_selector
    if not constraint.HasField("label_selector"):
        causes.append(forbidden(path, "must not be specified when labelSelector is not set"))
    selected = {*selector.match_labels, *(e.key for e in selector.match_expressions)}
    for index, key in enumerate(constraint.match_label_keys):
        at = f"{path}[{index}]"
        causes.extend(invalid(at, key, fault) for fault in label_key(key))
        if key in selected:
            causes.append(invalid(at, key, "exists in both matchLabelKeys and labelSelector"))


def gates(found: Iterable[PodSchedulingGate], path: str, causes: list[Cause]) -> None:
    seen: set[str] = set()
    for index, gate in enumerate(found):
        at, name = f"{path}[{index}]", gate.name
        causes.extend(invalid(at, name, fault) for fault in label_key(name))
        if name in seen:
            causes.append(duplicate(at, name))
        seen.add(name)
