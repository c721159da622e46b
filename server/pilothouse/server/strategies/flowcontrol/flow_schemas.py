"""FlowSchemas: which requests are of which priority."""

from collections.abc import Iterable, Sequence

from pilothouse.api.flowcontrol.v1.flowcontrol_pb2 import (
    FlowSchema,
    NonResourcePolicyRule,
    PolicyRulesWithSubjects,
    ResourcePolicyRule,
    Subject,
)

from ...errors import Cause
from ...meta import names
from ...meta.context import RequestContext
from ...schema.causes import faulty, forbidden, invalid, not_supported, required
from ...schema.order import Orders
from ..base import ALL_METADATA, Strategy

_HIGHEST = 10000
_VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch")
_SUBJECTS = (
    ("User", "user", "user"),
    ("Group", "group", "group"),
    ("ServiceAccount", "service_account", "serviceAccount"),
)


_FLOW_SCHEMAS_ORDERS: Orders = {
    "FlowSchemaSpec": ("matchingPrecedence", "distinguisherMethod", "priorityLevelConfiguration", "rules")
}


class FlowSchemas(Strategy[FlowSchema]):
    kept_with_status = ALL_METADATA
    orders = _FLOW_SCHEMAS_ORDERS

    def validate(self, context: RequestContext, obj: FlowSchema) -> list[Cause]:
        spec = obj.spec
        causes = _precedence(spec.matching_precedence, obj.metadata.name)
        level, path = spec.priority_level_configuration.name, "spec.priorityLevelConfiguration.name"
        if level:
            causes += faulty(path, level, names.dns1123_subdomain(level))
        else:
            causes.append(required(path, "must reference a priority level"))
        for index, rules in enumerate(spec.rules):
            causes += _rules(rules, f"spec.rules[{index}]")
        return causes


def _precedence(value: int, name: str) -> list[Cause]:
    path = "spec.matchingPrecedence"
    if value <= 0:
        return [invalid(path, value, "must be a positive value")]
    if value > _HIGHEST:
        return [invalid(path, value, f"must not be greater than {_HIGHEST}")]
    if value == 1 and name != "exempt":
        return [invalid(path, value, "only the schema named 'exempt' may have matchingPrecedence 1")]
    return []


def _rules(rules: PolicyRulesWithSubjects, path: str) -> list[Cause]:
    causes: list[Cause] = []
    if not rules.subjects:
        causes.append(required(f"{path}.subjects", "subjects must contain at least one value"))
    for index, subject in enumerate(rules.subjects):
        causes += _subject(subject, f"{path}.subjects[{index}]")
    if not rules.resource_rules and not rules.non_resource_rules:
        causes.append(required(path, "at least one of resourceRules and nonResourceRules has to be non-empty"))
    for index, rule in enumerate(rules.resource_rules):
        causes += _resources(rule, f"{path}.resourceRules[{index}]")
    for index, other in enumerate(rules.non_resource_rules):
        causes += _urls(other, f"{path}.nonResourceRules[{index}]")
    return causes


def _subject(subject: Subject, path: str) -> list[Cause]:
    if subject.kind not in {kind for kind, _, _ in _SUBJECTS}:
        return [] if subject.kind else [not_supported(f"{path}.kind", "", sorted(k for k, _, _ in _SUBJECTS))]
    causes: list[Cause] = []
    for kind, name, json in _SUBJECTS:
        at, given = f"{path}.{json}", subject.HasField(name)
        if kind != subject.kind:
            if given:
                causes.append(forbidden(at, f"{json} is forbidden when subject kind is not '{kind}'"))
        elif not given:
            causes.append(required(at, f"{json} is required when subject kind is '{kind}'"))
        elif not getattr(subject, name).name:
            causes.append(required(f"{at}.name"))
    if subject.HasField("service_account") and subject.kind == "ServiceAccount":
        account, at = subject.service_account, f"{path}.serviceAccount"
        if account.name and account.name != "*":
            causes += faulty(f"{at}.name", account.name, names.dns1123_subdomain(account.name))
        if account.namespace:
            causes += faulty(f"{at}.namespace", account.namespace, names.dns1123_label(account.namespace))
        else:
            causes.append(required(f"{at}.namespace", "must specify namespace for service account"))
    return causes


def _alone(values: Sequence[str], what: str, path: str) -> list[Cause]:
    if len(values) > 1 and "*" in values:
        return [invalid(path, list(values), f"if '*' is present, must not specify other {what}")]
    return []


def _verbs(verbs: Sequence[str], path: str) -> list[Cause]:
    if not verbs:
        return [required(path, "verbs must contain at least one value")]
    causes = _alone(verbs, "verbs", path)
    if not causes and "*" not in verbs and not set(verbs) <= set(_VERBS):
        causes.append(not_supported(path, list(verbs), _VERBS))
    return causes


def _resources(rule: ResourcePolicyRule, path: str) -> list[Cause]:
    causes = _verbs(rule.verbs, f"{path}.verbs")
    for values, json, one, many in (
        (rule.api_groups, "apiGroups", "api group", "api groups"),
        (rule.resources, "resources", "resource", "resources"),
    ):
        if values:
            causes += _alone(values, many, f"{path}.{json}")
        else:
            causes.append(required(f"{path}.{json}", f"resource rules must supply at least one {one}"))
    at = f"{path}.namespaces"
    if not rule.namespaces and not rule.cluster_scope:
        detail = "resource rules that are not cluster scoped must supply at least one namespace"
        return [*causes, required(at, detail)]
    alone = _alone(rule.namespaces, "namespaces", at)
    return causes + (alone or _namespaces(rule.namespaces, at))


def _namespaces(found: Iterable[str], path: str) -> list[Cause]:
    return [
        cause
        for index, name in enumerate(found)
        if name != "*"
        for cause in faulty(f"{path}[{index}]", name, names.dns1123_label(name))
    ]


def _urls(rule: NonResourcePolicyRule, path: str) -> list[Cause]:
    causes = _verbs(rule.verbs, f"{path}.verbs")
    at, urls = f"{path}.nonResourceURLs", rule.non_resource_urls
    if not urls:
        return [*causes, required(at, "nonResourceURLs must contain at least one value")]
    alone = _alone(urls, "non-resource URLs", at)
    if alone:
        return causes + alone
    for index, url in enumerate(urls):
        fault = _url_fault(url) if url != "*" else ""
        causes += faulty(f"{at}[{index}]", url, [fault] if fault else ())
    return causes


def _url_fault(url: str) -> str:
    if not url:
        return "must not be empty"
    if not url.startswith("/"):
        return "must start with slash"
    if " " in url:
        return "must not contain white-space"
    if "//" in url:
        return "must not contain double slash"
    stars = url.count("*")
    return "wildcard can only do suffix matching" if stars > 1 or (stars and not url.endswith("/*")) else ""
