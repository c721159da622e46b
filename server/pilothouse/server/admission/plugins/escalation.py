"""Escalation: nobody grants by a role or a binding what he does not hold himself.

Source: the Kubernetes documentation of RBAC, "Privilege escalation prevention and bootstrapping". The plugin is built
in and comes last, so that it sees what the others made of the object; it changes nothing.
"""

from collections.abc import Sequence
from typing import Any, Protocol

from google.protobuf.message import Message
from pilothouse.api.rbac.v1 import rbac_pb2 as rbac

from ...authorization.base import Attributes, Authorizer, Decision, quote
from ...authorization.bindings import GROUP
from ...authorization.coverage import FULL_AUTHORITY, compact, described, quoted, uncovered
from ...authorization.rules import Rule, compile_rules
from ...authorization.union import SYSTEM_MASTERS
from ...errors import Forbidden, NotFound
from ...meta.resource import ResourceType
from ...meta.user import User
from ..base import AdmissionRequest, Operation, Plugin

ROLES = {"roles", "clusterroles"}
BINDINGS = {"rolebindings", "clusterrolebindings"}
_PLURALS = {"Role": "roles", "ClusterRole": "clusterroles"}


class Grants(Protocol):
    """What RBAC grants."""

    def rules_for(self, user: User, namespace: str) -> tuple[list[Rule], list[str]]:
        """Every rule of the user in the namespace, the cluster's among them, and what could not be resolved."""
        ...

    def granted_by(self, kind: str, namespace: str, name: str) -> tuple[Rule, ...] | None:
        """The rules of a role as a binding refers to it; None where it does not exist."""
        ...


class Escalation(Plugin):
    """Refuses roles with rules that their writer does not hold in their scope, unless he has the verb `escalate` on
    them, and bindings of roles with such rules, unless he has the verb `bind` on the role."""

    name = "Escalation"

    def __init__(self, authorizer: Authorizer, grants: Grants) -> None:
        self._authorizer = authorizer
        self._grants = grants

    def handles(self, resource: ResourceType, subresource: str, operation: Operation) -> bool:
        known = resource.group == GROUP and resource.plural in ROLES | BINDINGS
        return known and operation in (Operation.CREATE, Operation.UPDATE)

    async def mutate(self, request: AdmissionRequest) -> None:
        """Changes nothing: a kube-apiserver refuses escalation before it validates, and so do we."""
        new, old = request.object, request.old
        assert new is not None
        if SYSTEM_MASTERS in request.context.user.groups or (old is not None and _is_for_deletion(new, old)):
            return
        if request.context.type.plural in ROLES:
            self._check_role(request, new, old)
        else:
            self._check_binding(request, new)

    def _check_role(self, request: AdmissionRequest, new: Message, old: Message | None) -> None:
        assert isinstance(new, rbac.Role | rbac.ClusterRole)
        context = request.context
        asked = Attributes(
            context.user, "escalate", GROUP, context.type.plural, "", context.namespace, context.name, "*"
        )
        if self._authorizer.authorize(asked)[0] is Decision.ALLOW:
            return
        self._check_rules(request, compile_rules(new.rules))
        if _aggregates(new) or (old is not None and _aggregates(old)):
            # It may gather anything, now or later.
            held, _ = self._grants.rules_for(context.user, context.namespace)
            if uncovered(held, FULL_AUTHORITY):
                raise _refused(request, "must have cluster-admin privileges to use the aggregationRule")

    def _check_binding(self, request: AdmissionRequest, new: Message) -> None:
        assert isinstance(new, rbac.RoleBinding | rbac.ClusterRoleBinding)
        context, reference = request.context, new.role_ref
        plural = _PLURALS.get(reference.kind)
        if plural is None:
            # Validation refuses it, and it would grant nothing.
            return
        asked = Attributes(
            context.user, "bind", reference.api_group, plural, "", context.namespace, reference.name, "*"
        )
        if self._authorizer.authorize(asked)[0] is Decision.ALLOW:
            return
        rules = self._grants.granted_by(reference.kind, context.namespace, reference.name)
        if rules is None:
            kind = reference.kind.lower()
            text = f"{kind}.{GROUP} {quote(reference.name)} not found"
            raise NotFound(text, group=GROUP, kind=kind, name=reference.name)
        self._check_rules(request, rules)

    def _check_rules(self, request: AdmissionRequest, rules: Sequence[Rule]) -> None:
        user = request.context.user
        held, problems = self._grants.rules_for(user, request.context.namespace)
        missing = uncovered(held, rules)
        if not missing:
            return
        lines = "\n".join(sorted({described(rule) for rule in compact(missing)}))
        unresolved = f"; resolution errors: [{_listed(problems)}]" if problems else ""
        raise _refused(
            request,
            f"user {quote(user.name)} (groups={quoted(user.groups)}) is attempting to grant RBAC permissions not "
            f"currently held:\n{lines}{unresolved}",
        )


def _aggregates(role: Message) -> bool:
    return isinstance(role, rbac.ClusterRole) and bool(role.aggregation_rule.cluster_role_selectors)


def _is_for_deletion(new: Any, old: Any) -> bool:
    """Whether nothing changes but owners and finalizers, which is how a collector of garbage lets go of an object. The
    rest of metadata is labels, annotations, and what only the server changes."""
    for name in ("labels", "annotations"):
        if dict(getattr(new.metadata, name)) != dict(getattr(old.metadata, name)):
            return False
    same = type(new)()
    same.CopyFrom(new)
    same.metadata.CopyFrom(old.metadata)
    return bool(same == old)


def _listed(problems: Sequence[str]) -> str:
    return problems[0] if len(problems) == 1 else f"[{', '.join(problems)}]"


def _refused(request: AdmissionRequest, why: str) -> Forbidden:
    resource = request.context.type
    return Forbidden(
        f"{resource.qualified} {quote(request.name)} is forbidden: {why}",
        group=resource.group,
        kind=resource.plural,
        name=request.name,
    )
