"""Roles, ClusterRoles and their bindings."""

from collections.abc import Iterable

from pilothouse.api.rbac.v1.rbac_pb2 import (
    ClusterRole,
    ClusterRoleBinding,
    PolicyRule,
    Role,
    RoleBinding,
    RoleRef,
    Subject,
)

from ..errors import Cause
from ..meta import names
from ..meta.context import RequestContext
from ..schema.causes import faulty, invalid, not_supported, required
from ..schema.order import BY_FIELD, Orders
from .base import Strategy

GROUP = "rbac.authorization.k8s.io"
_BINDING_ORDERS: Orders = {"RoleBinding": ("roleRef",), "ClusterRoleBinding": ("roleRef",)}


class Roles(Strategy[Role]):
    def validate(self, context: RequestContext, obj: Role) -> list[Cause]:
        return [c for i, rule in enumerate(obj.rules) for c in _rule(f"rules[{i}]", rule, True)]


class ClusterRoles(Strategy[ClusterRole]):
    orders = BY_FIELD

    def validate(self, context: RequestContext, obj: ClusterRole) -> list[Cause]:
        causes = [c for i, rule in enumerate(obj.rules) for c in _rule(f"rules[{i}]", rule, False)]
        if obj.HasField("aggregation_rule") and not obj.aggregation_rule.cluster_role_selectors:
            detail = "at least one clusterRoleSelector required if aggregationRule is non-nil"
            causes.append(required("aggregationRule.clusterRoleSelectors", detail))
        return causes


class RoleBindings(Strategy[RoleBinding]):
    orders = _BINDING_ORDERS

    def default(self, obj: RoleBinding) -> None:
        for subject in obj.subjects:
            _default_subject(subject)

    def validate(self, context: RequestContext, obj: RoleBinding) -> list[Cause]:
        return _binding(obj.role_ref) + _subjects(obj.subjects, True)

    def validate_update(self, context: RequestContext, obj: RoleBinding, old: RoleBinding) -> list[Cause]:
        return _same_role(obj.role_ref, old.role_ref)


class ClusterRoleBindings(Strategy[ClusterRoleBinding]):
    orders = _BINDING_ORDERS

    def default(self, obj: ClusterRoleBinding) -> None:
        for subject in obj.subjects:
            _default_subject(subject)

    def validate(self, context: RequestContext, obj: ClusterRoleBinding) -> list[Cause]:
        causes = _binding(obj.role_ref)
        if obj.role_ref.kind == "Role":
            causes.append(not_supported("roleRef.kind", "Role", ("ClusterRole",)))
        return causes + _subjects(obj.subjects, False)

    def validate_update(self, context: RequestContext, obj: ClusterRoleBinding, old: ClusterRoleBinding) -> list[Cause]:
        return _same_role(obj.role_ref, old.role_ref)


def _default_subject(subject: Subject) -> None:
    if not subject.api_group and subject.kind in ("User", "Group"):
        subject.api_group = GROUP


def _binding(role: RoleRef) -> list[Cause]:
    causes = [] if role.api_group == GROUP else [not_supported("roleRef.apiGroup", role.api_group, (GROUP,))]
    return causes + faulty("roleRef.name", role.name, names.path_segment(role.name))


def _subjects(subjects: Iterable[Subject], namespaced: bool) -> list[Cause]:
    causes: list[Cause] = []
    for index, subject in enumerate(subjects):
        at, account = f"subjects[{index}]", subject.kind == "ServiceAccount"
        group = "" if account else GROUP
        if account and subject.name:
            causes += faulty(f"{at}.name", subject.name, names.dns1123_subdomain(subject.name))
        # A kind that is not known is refused by the schema, and has no group that would be right.
        if subject.kind in ("ServiceAccount", "User", "Group") and subject.api_group != group:
            causes.append(not_supported(f"{at}.apiGroup", subject.api_group, (group,)))
        if account and not namespaced and not subject.namespace:
            causes.append(required(f"{at}.namespace"))
    return causes


def _same_role(role: RoleRef, old: RoleRef) -> list[Cause]:
    if role == old:
        return []
    shown = {"APIGroup": role.api_group, "Kind": role.kind, "Name": role.name}
    return [invalid("roleRef", shown, "cannot change roleRef")]


def _rule(field: str, rule: PolicyRule, namespaced: bool) -> list[Cause]:
    causes: list[Cause] = []
    if not rule.verbs:
        causes.append(required(f"{field}.verbs", "verbs must contain at least one value"))
    if rule.non_resource_urls:
        urls = list(rule.non_resource_urls)
        if namespaced:
            detail = "namespaced rules cannot apply to non-resource URLs"
            causes.append(invalid(f"{field}.nonResourceURLs", urls, detail))
        if rule.api_groups or rule.resources or rule.resource_names:
            detail = "rules cannot apply to both regular resources and non-resource URLs"
            causes.append(invalid(f"{field}.nonResourceURLs", urls, detail))
        return causes
    if not rule.api_groups:
        causes.append(required(f"{field}.apiGroups", "resource rules must supply at least one api group"))
    if not rule.resources:
        causes.append(required(f"{field}.resources", "resource rules must supply at least one resource"))
    return causes
