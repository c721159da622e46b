"""Role-based access control: Roles, ClusterRoles and their bindings, indexed by subject.

The index follows the objects one change at a time. Decisions are cached until any of them changes.
"""

from collections.abc import Iterator
from functools import partial
from operator import itemgetter
from typing import NamedTuple

from google.protobuf.message import Message
from pilothouse.api.rbac.v1 import rbac_pb2 as rbac

from ..meta.resource import Registry, ResourceType
from ..meta.user import User
from .base import Attributes, Decision, Follow, Verdict
from .bindings import GROUP, Binding, compile_binding
from .rules import Rule, compile_rules

_CACHED_DECISIONS = 16_384
# Callers choose namespaces, paths and, in reviews, everything: what is remembered of it must stay small.
_CACHED_LENGTH = 1024

RoleMessage = rbac.Role | rbac.ClusterRole
BindingMessage = rbac.RoleBinding | rbac.ClusterRoleBinding


class _Grant(NamedTuple):
    """One binding that names the user or one of the user's groups; to: that subject, for people."""

    binding: Binding
    to: str


class Candidate(NamedTuple):
    """A rule that a binding in `namespace` ("": everywhere) grants to `subject`. binding, subject: for people."""

    namespace: str
    binding: str
    subject: str
    rule: Rule


class _Answer(NamedTuple):
    """What is granted of one kind of request: for any name, and for single names where only those are granted."""

    any_name: Verdict
    names: dict[str, Verdict]


class Rbac:
    """An Authorizer that allows what a binding grants, and has no opinion on anything else; then its reason names the
    roles that bindings of the user refer to in vain."""

    def __init__(self, registry: Registry, follow: Follow) -> None:
        """Follows the four kinds of rbac.authorization.k8s.io/v1. Raises NotFound where the registry lacks one."""
        self._roles: dict[str, tuple[Rule, ...]] = {}
        self._bindings: dict[str, Binding] = {}
        self._grants: dict[tuple[str, str], dict[str, _Grant]] = {}
        self._answers: dict[tuple[object, ...], _Answer] = {}
        self._generation = 0
        self._role_types: dict[str, ResourceType] = {}
        for plural in ("roles", "clusterroles"):
            role_type = registry.get(GROUP, "v1", plural)
            self._role_types[role_type.kind] = role_type
            follow(role_type, self._role_changed)
        for plural in ("rolebindings", "clusterrolebindings"):
            binding_type = registry.get(GROUP, "v1", plural)
            follow(binding_type, partial(self._binding_changed, binding_type.kind))

    @property
    def generation(self) -> int:
        return self._generation

    def authorize(self, attributes: Attributes) -> Verdict:
        user = attributes[0]
        # Of the user what bindings can name: an account has as many credentials as it has pods.
        if attributes.path is not None:
            key: tuple[object, ...] = (user.name, user.groups, attributes.verb, attributes.path)
        else:
            # All but the name, of which there are too many to cache decisions for each.
            key = (user.name, user.groups, *attributes[1:6])
        answer = self._answers.get(key)
        if answer is None:
            answer = self._decide(attributes)
            if _length(attributes) <= _CACHED_LENGTH:
                if len(self._answers) >= _CACHED_DECISIONS:
                    self._answers.clear()
                self._answers[key] = answer
        if answer.names:
            return answer.names.get(attributes.name, answer.any_name)
        return answer.any_name

    def rules_for(self, user: User, namespace: str) -> tuple[list[Rule], list[str]]:
        """Every rule that the user has in the namespace, those of the whole cluster among them ("": these alone), and
        what could not be resolved, for people."""
        rules: list[Rule] = []
        missing: dict[str, None] = {}
        for grant in self._grants_of(user, namespace):
            granted = self._roles.get(grant.binding.role)
            if granted is None:
                missing[grant.binding.missing_role] = None
            else:
                rules += granted
        return rules, list(missing)

    def candidates(self, user: User) -> Iterator[Candidate]:
        """Every rule that a binding grants to the user, wherever, the cluster's first. It reads all bindings: for a
        person who asks, not for a request."""
        for namespace in sorted({scope for scope, _ in self._grants} | {""}):
            for grant in self._grants_at(user, namespace):
                for rule in self._roles.get(grant.binding.role, ()):
                    yield Candidate(namespace, grant.binding.title, grant.to, rule)

    def granted_by(self, kind: str, namespace: str, name: str) -> tuple[Rule, ...] | None:
        """The rules of the role that a binding in `namespace` ("": in none) refers to; None where there is none.
        kind: "Role" or "ClusterRole"."""
        return self._roles.get(self._role_types[kind].key(namespace, name))

    def _decide(self, attributes: Attributes) -> _Answer:
        user, verb, group, resource, subresource, namespace, _, _, path, _ = attributes
        names: dict[str, Verdict] = {}
        # Of those that grant a path the narrowest is named: it says most about why.
        paths: list[tuple[int, Verdict]] = []
        missing: dict[str, None] = {}
        for grant in self._grants_of(user, "" if path is not None else namespace):
            rules = self._roles.get(grant.binding.role)
            if rules is None:
                missing[grant.binding.missing_role] = None
                continue
            allowed = (Decision.ALLOW, f"RBAC: allowed by {grant.binding.title} to {grant.to}")
            for rule in rules:
                if path is not None:
                    if rule.covers_path(verb, path):
                        paths.append((len(rule.urls), allowed))
                elif rule.covers_resource(verb, group, resource, subresource):
                    if not rule.names:
                        return _Answer(allowed, {})
                    for name in rule.names:
                        names.setdefault(name, allowed)
        if paths:
            return _Answer(min(paths, key=itemgetter(0))[1], {})
        return _Answer((Decision.NO_OPINION, _unresolved(list(missing))), names)

    def _grants_of(self, user: User, namespace: str) -> Iterator[_Grant]:
        """Each binding once, by the first subject that fits: the cluster's before the namespace's."""
        for scope in ("", namespace) if namespace else ("",):
            yield from self._grants_at(user, scope)

    def _grants_at(self, user: User, scope: str) -> Iterator[_Grant]:
        seen: set[str] = set()
        for subject in (f"User {user.name}", *(f"Group {group}" for group in user.groups)):
            for key, grant in self._grants.get((scope, subject), {}).items():
                if key not in seen:
                    seen.add(key)
                    yield grant

    def _role_changed(self, key: str, message: Message | None) -> None:
        if message is None:
            changed = self._roles.pop(key, None) is not None
        else:
            assert isinstance(message, RoleMessage)
            rules = compile_rules(message.rules)
            changed = self._roles.get(key) != rules
            self._roles[key] = rules
        if changed:
            self._forget_decisions()

    def _binding_changed(self, kind: str, key: str, message: Message | None) -> None:
        before = self._bindings.pop(key, None)
        after = None
        if message is not None:
            assert isinstance(message, BindingMessage)
            after = self._bindings[key] = compile_binding(kind, message, self._role_key(message))
        if before == after:
            return
        if before is not None:
            for subject in before.subjects:
                place = (before.namespace, subject.key)
                self._grants[place].pop(key, None)
                if not self._grants[place]:
                    del self._grants[place]
        if after is not None:
            for subject in after.subjects:
                self._grants.setdefault((after.namespace, subject.key), {})[key] = _Grant(after, subject.title)
        self._forget_decisions()

    def _role_key(self, binding: BindingMessage) -> str:
        """Where the role that a binding grants is stored; "" for a reference that is no role."""
        role_type = self._role_types.get(binding.role_ref.kind)
        return role_type.key(binding.metadata.namespace, binding.role_ref.name) if role_type is not None else ""

    def _forget_decisions(self) -> None:
        self._answers.clear()
        self._generation += 1


def _length(attributes: Attributes) -> int:
    user, *texts = attributes
    return len(user.name) + len(user.uid) + sum(map(len, user.groups)) + sum(len(text) for text in texts if text)


def _unresolved(missing: list[str]) -> str:
    if not missing:
        return ""
    return f"RBAC: {missing[0]}" if len(missing) == 1 else f"RBAC: [{', '.join(missing)}]"
