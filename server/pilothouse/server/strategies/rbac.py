"""Roles, ClusterRoles and their bindings."""

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
from ..meta.context import RequestContext
from ..schema.causes import invalid, not_supported, required
from .base import Strategy

GROUP = "rbac.authorization.k8s.io"


class Roles(Strategy[Role]):
    def validate(self, context: RequestContext, obj: Role) -> list[Cause]:
        return [c for i, rule in enumerate(obj.rules) for c in _rule(f"rules[{i}]", rule, True)]


class ClusterRoles(Strategy[ClusterRole]):
    def validate(self, context: RequestContext, obj: ClusterRole) -> list[Cause]:
        return [c for i, rule in enumerate(obj.rules) for c in _rule(f"rules[{i}]", rule, False)]


class RoleBindings(Strategy[RoleBinding]):
    def default(self, obj: RoleBinding) -> None:
        for subject in obj.subjects:
            _default_subject(subject)

    def validate(self, context: RequestContext, obj: RoleBinding) -> list[Cause]:
        return _binding(obj.role_ref)

    def validate_update(self, context: RequestContext, obj: RoleBinding, old: RoleBinding) -> list[Cause]:
        return _same_role(obj.role_ref, old.role_ref)


class ClusterRoleBindings(Strategy[ClusterRoleBinding]):
    def default(self, obj: ClusterRoleBinding) -> None:
        for subject in obj.subjects:
            _default_subject(subject)

    def validate(self, context: RequestContext, obj: ClusterRoleBinding) -> list[Cause]:
        causes = _binding(obj.role_ref)
        if obj.role_ref.kind == "Role":
            causes.append(not_supported("roleRef.kind", "Role", ("ClusterRole",)))
        for index, subject in enumerate(obj.subjects):
            if subject.kind == "ServiceAccount" and not subject.namespace:
                causes.append(required(f"subjects[{index}].namespace"))
        return causes

    def validate_update(self, context: RequestContext, obj: ClusterRoleBinding, old: ClusterRoleBinding) -> list[Cause]:
        return _same_role(obj.role_ref, old.role_ref)


def _default_subject(subject: Subject) -> None:
    if not subject.api_group and subject.kind in ("User", "Group"):
        subject.api_group = GROUP


def _binding(role: RoleRef) -> list[Cause]:
    return [] if role.api_group == GROUP else [not_supported("roleRef.apiGroup", role.api_group, (GROUP,))]


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
