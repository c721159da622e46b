"""The default roles and bindings of a server that ran before: what they lack is added, what they have more is kept.

Source of the semantics: the Kubernetes documentation of RBAC, "Auto-reconciliation".
"""

from typing import TypeVar

from google.protobuf.message import Message
from pilothouse.api.rbac.v1 import rbac_pb2 as rbac

from .coverage import compact, uncovered
from .rules import compile_rules

AUTOUPDATE = "rbac.authorization.kubernetes.io/autoupdate"

M = TypeVar("M", bound=Message)


def reconciled(existing: M, default: M) -> M | None:
    """The object as it should be; None where it is so already, or has opted out by the annotation AUTOUPDATE."""
    metadata = existing.metadata  # type: ignore[attr-defined]
    if metadata.annotations.get(AUTOUPDATE) == "false":
        return None
    wanted = type(existing)()
    wanted.CopyFrom(existing)
    for name in ("labels", "annotations"):
        target = getattr(wanted.metadata, name)  # type: ignore[attr-defined]
        for key, value in getattr(default.metadata, name).items():  # type: ignore[attr-defined]
            if key not in target:
                target[key] = value
    if isinstance(wanted, rbac.RoleBinding | rbac.ClusterRoleBinding):
        _add_subjects(wanted, default)
    else:
        _add_rules(wanted, default)
    return None if wanted == existing else wanted


def must_be_recreated(existing: Message, default: Message) -> bool:
    """Whether a binding refers to another role than it should: that cannot be changed, only made anew."""
    if not isinstance(existing, rbac.RoleBinding | rbac.ClusterRoleBinding):
        return False
    assert isinstance(default, rbac.RoleBinding | rbac.ClusterRoleBinding)
    return existing.metadata.annotations.get(AUTOUPDATE) != "false" and existing.role_ref != default.role_ref


def _add_rules(wanted: Message, default: Message) -> None:
    assert isinstance(wanted, rbac.Role | rbac.ClusterRole)
    assert isinstance(default, rbac.Role | rbac.ClusterRole)
    for rule in compact(uncovered(compile_rules(wanted.rules), compile_rules(default.rules))):
        wanted.rules.add(
            verbs=rule.verbs,
            api_groups=rule.groups,
            resources=rule.resources,
            resource_names=rule.names,
            non_resource_urls=rule.urls,
        )
    if isinstance(wanted, rbac.ClusterRole) and isinstance(default, rbac.ClusterRole):
        selectors = wanted.aggregation_rule.cluster_role_selectors if wanted.HasField("aggregation_rule") else ()
        missing = [s for s in default.aggregation_rule.cluster_role_selectors if s not in selectors]
        if missing:
            wanted.aggregation_rule.cluster_role_selectors.extend(missing)


def _add_subjects(wanted: rbac.RoleBinding | rbac.ClusterRoleBinding, default: Message) -> None:
    assert isinstance(default, rbac.RoleBinding | rbac.ClusterRoleBinding)
    wanted.subjects.extend([subject for subject in default.subjects if subject not in wanted.subjects])
