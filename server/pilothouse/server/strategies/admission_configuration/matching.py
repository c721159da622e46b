"""Which requests a webhook or policy is about."""

from collections.abc import Sequence

from pilothouse.api.admissionregistration.v1.admissionregistration_pb2 import (
    MatchCondition,
    MatchResources,
    NamedRuleWithOperations,
    Rule,
    RuleWithOperations,
)

from ...errors import Cause
from ...meta import names
from ...schema.causes import duplicate, faulty, invalid, required, too_many
from ...schema.checks import label_key
from .expressions import compile_faults, environment

_CONDITIONS = 64
_ALONE = "if '{}' is present, must not specify other {}"


def rule_faults(found: RuleWithOperations, path: str) -> list[Cause]:
    causes = _list(found.operations, "operations", f"{path}.operations")
    rule = found.rule
    causes += _list(rule.api_groups, "API groups", f"{path}.apiGroups")
    causes += _list(rule.api_versions, "API versions", f"{path}.apiVersions")
    causes += [required(f"{path}.apiVersions[{i}]") for i, version in enumerate(rule.api_versions) if not version]
    return causes + _resources(rule, f"{path}.resources")


def _list(values: Sequence[str], what: str, path: str) -> list[Cause]:
    if not values:
        return [required(path)]
    if len(values) > 1 and "*" in values:
        return [invalid(path, list(values), _ALONE.format("*", what))]
    return []


def _resources(rule: Rule, path: str) -> list[Cause]:
    found = list(rule.resources)
    if not found:
        return [required(path)]
    causes: list[Cause] = []
    # Resources with all their subresources, and subresources of all resources.
    whole: set[str] = set()
    everywhere: set[str] = set()
    for index, text in enumerate(found):
        at = f"{path}[{index}]"
        resource, slash, subresource = text.partition("/")
        if not text:
            causes.append(required(at))
        if not slash or text == "*/*":
            continue
        if resource in whole:
            causes.append(invalid(at, text, f"if '{resource}/*' is present, must not specify {text}"))
        if subresource in everywhere:
            causes.append(invalid(at, text, f"if '*/{subresource}' is present, must not specify {text}"))
        if subresource == "*":
            whole.add(resource)
        if resource == "*":
            everywhere.add(subresource)
    if len(found) > 1 and "*/*" in found:
        causes.append(invalid(path, found, _ALONE.format("*/*", "resources")))
    if "*" in found and any(text and text != "*" and "/" not in text for text in found):
        causes.append(invalid(path, found, _ALONE.format("*", "resources without subresources")))
    return causes


def matched_resources(match: MatchResources, path: str) -> list[Cause]:
    causes: list[Cause] = []
    for name, rules in (
        ("resourceRules", match.resource_rules),
        ("excludeResourceRules", match.exclude_resource_rules),
    ):
        for index, rule in enumerate(rules):
            causes += _named(rule, f"{path}.{name}[{index}]")
    return causes


def _named(rule: NamedRuleWithOperations, path: str) -> list[Cause]:
    causes: list[Cause] = []
    for index, name in enumerate(rule.resource_names):
        at = f"{path}.resourceNames[{index}]"
        causes += faulty(at, name, names.path_segment(name))
        if name in rule.resource_names[:index]:
            causes.append(duplicate(at, name))
    return causes + rule_faults(rule.rule_with_operations, path)


def conditions(found: Sequence[MatchCondition], path: str, params: bool = False) -> list[Cause]:
    """params: whether expressions can look at the parameters of a policy."""
    causes = [too_many(path, len(found), _CONDITIONS)] if len(found) > _CONDITIONS else []
    seen: set[str] = set()
    for index, condition in enumerate(found):
        at, name = f"{path}[{index}]", condition.name
        expression = condition.expression.strip()
        if not expression:
            causes.append(required(f"{at}.expression"))
        else:
            causes += compile_faults(expression, f"{at}.expression", environment(params), ("bool",))
        if not name:
            causes.append(required(f"{at}.name"))
            continue
        causes += faulty(f"{at}.name", name, label_key(name))
        if name in seen:
            causes.append(duplicate(f"{at}.name", name))
        seen.add(name)
    return causes
