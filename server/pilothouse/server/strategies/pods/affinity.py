"""Which nodes, and whose company, a pod wants or shuns."""

from collections.abc import Iterable
from typing import Any

from pilothouse.api.core.v1.pods_pb2 import Affinity, PodAffinityTerm
from pilothouse.api.core.v1.references_pb2 import NodeSelector, NodeSelectorRequirement, NodeSelectorTerm
from pilothouse.api.meta.v1.meta_pb2 import LabelSelector

from ...errors import Cause
from ...meta import names
from ...schema.causes import forbidden, invalid, required
from ...schema.checks import label_key, label_value

_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"
_OPERATOR = "not a valid selector operator"


def affinity(found: Affinity, path: str, causes: list[Cause]) -> None:
    if found.HasField("node_affinity"):
        wanted, at = found.node_affinity, f"{path}.nodeAffinity"
        if wanted.HasField("required_during_scheduling_ignored_during_execution"):
            terms = wanted.required_during_scheduling_ignored_during_execution
            node_selector(terms, f"{at}.{_REQUIRED}", causes)
        for index, term in enumerate(wanted.preferred_during_scheduling_ignored_during_execution):
            _weight(term.weight, f"{at}.{_PREFERRED}[{index}]", causes)
            _node_term(term.preference, False, f"{at}.{_PREFERRED}[{index}].preference", causes)
    for name, json in (("pod_affinity", "podAffinity"), ("pod_anti_affinity", "podAntiAffinity")):
        if found.HasField(name):
            _pods(getattr(found, name), f"{path}.{json}", causes)


def node_selector(selector: NodeSelector, path: str, causes: list[Cause]) -> None:
    """Terms of which one must hold."""
    if not selector.node_selector_terms:
        causes.append(required(f"{path}.nodeSelectorTerms", "must have at least one node selector term"))
    for index, term in enumerate(selector.node_selector_terms):
        _node_term(term, True, f"{path}.nodeSelectorTerms[{index}]", causes)


def _weight(weight: int, path: str, causes: list[Cause]) -> None:
    if not 0 < weight <= 100:
        causes.append(invalid(f"{path}.weight", weight, "must be in the range 1-100"))


def _node_term(term: NodeSelectorTerm, strict: bool, path: str, causes: list[Cause]) -> None:
    """`strict`: values must be values of labels; preferences have always been let through without."""
    for index, requirement in enumerate(term.match_expressions):
        _node_labels(requirement, strict, f"{path}.matchExpressions[{index}]", causes)
    for index, requirement in enumerate(term.match_fields):
        _node_fields(requirement, f"{path}.matchFields[{index}]", causes)


def _node_labels(requirement: NodeSelectorRequirement, strict: bool, path: str, causes: list[Cause]) -> None:
    operator, values = requirement.operator, requirement.values
    if operator in ("In", "NotIn"):
        if not values:
            causes.append(required(f"{path}.values", "must be specified when `operator` is 'In' or 'NotIn'"))
    elif operator in ("Exists", "DoesNotExist"):
        if values:
            detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
            causes.append(forbidden(f"{path}.values", detail))
    elif operator in ("Gt", "Lt"):
        if len(values) != 1:
            detail = "must be specified single value when `operator` is 'Lt' or 'Gt'"
            causes.append(required(f"{path}.values", detail))
    else:
        causes.append(invalid(f"{path}.operator", operator, _OPERATOR))
    causes.extend(invalid(f"{path}.key", requirement.key, fault) for fault in label_key(requirement.key))
    if strict:
        for index, value in enumerate(values):
            causes.extend(invalid(f"{path}.values[{index}]", value, fault) for fault in label_value(value))


def _node_fields(requirement: NodeSelectorRequirement, path: str, causes: list[Cause]) -> None:
    if requirement.operator not in ("In", "NotIn"):
        causes.append(invalid(f"{path}.operator", requirement.operator, _OPERATOR))
    elif len(requirement.values) != 1:
        detail = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"
        causes.append(required(f"{path}.values", detail))
    if requirement.key != "metadata.name":
        causes.append(invalid(f"{path}.key", requirement.key, "not a valid field selector key"))
        return
    for index, value in enumerate(requirement.values):
        causes.extend(invalid(f"{path}.values[{index}]", value, fault) for fault in names.dns1123_subdomain(value))


def _pods(found: Any, path: str, causes: list[Cause]) -> None:
    """Pod affinity and anti-affinity are of one form."""
    for index, term in enumerate(found.required_during_scheduling_ignored_during_execution):
        _pod_term(term, f"{path}.{_REQUIRED}[{index}]", causes)
    for index, weighted in enumerate(found.preferred_during_scheduling_ignored_during_execution):
        at = f"{path}.{_PREFERRED}[{index}]"
        _weight(weighted.weight, at, causes)
        _pod_term(weighted.pod_affinity_term, f"{at}.podAffinityTerm", causes)


def _pod_term(term: PodAffinityTerm, path: str, causes: list[Cause]) -> None:
    for namespace in term.namespaces:
        causes.extend(invalid(f"{path}.namespace", namespace, fault) for fault in names.dns1123_label(namespace))
    if term.match_label_keys or term.mismatch_label_keys:
        _label_keys(term, path, causes)
    if not term.topology_key:
        causes.append(required(f"{path}.topologyKey", "can not be empty"))
    faults = label_key(term.topology_key)
    causes.extend(invalid(f"{path}.topologyKey", term.topology_key, fault) for fault in faults)


def _label_keys(term: PodAffinityTerm, path: str, causes: list[Cause]) -> None:
    selector = term.label_selector if term.HasField("label_selector") else None
    label_keys(term.match_label_keys, selector, f"{path}.matchLabelKeys", causes)
    label_keys(term.mismatch_label_keys, selector, f"{path}.mismatchLabelKeys", causes)
    if selector is not None:
        known = set(selector.match_labels)
        for expression in selector.match_expressions:
            key = expression.key
            if key in known and key in term.match_label_keys:
                index = list(term.match_label_keys).index(key)
                causes.append(invalid(f"{path}[{index}]", key, "exists in both matchLabelKeys and labelSelector"))
            known.add(key)
    for index, key in enumerate(term.match_label_keys):
        if key in term.mismatch_label_keys:
            detail = "exists in both matchLabelKeys and mismatchLabelKeys"
            causes.append(invalid(f"{path}.matchLabelKeys[{index}]", key, detail))


def label_keys(keys: Iterable[str], selector: LabelSelector | None, path: str, causes: list[Cause]) -> None:
    """Keys of labels that narrow a selector, which there must be."""
    found = list(keys)
    if not found:
        return
    if selector is None:
        causes.append(forbidden(path, "must not be specified when labelSelector is not set"))
        return
    for index, key in enumerate(found):
        causes.extend(invalid(f"{path}[{index}]", key, fault) for fault in label_key(key))
