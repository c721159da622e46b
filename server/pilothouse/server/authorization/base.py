"""The Authorizer protocol, what it is asked and what it answers, and the error for who may not."""

import json
from collections.abc import Callable
from enum import Enum
from typing import NamedTuple, Protocol

from google.protobuf.message import Message

from ..errors import Forbidden
from ..meta.context import RequestContext
from ..meta.resource import ResourceType
from ..meta.user import User
from .rules import combined

# The annotations of a request, as an audit log of Kubernetes names them.
DECISION = "authorization.k8s.io/decision"
REASON = "authorization.k8s.io/reason"


class Decision(Enum):
    """ALLOW and DENY end the matter; NO_OPINION leaves it to the next authorizer, and to refusal after the last."""

    ALLOW = "allow"
    DENY = "deny"
    NO_OPINION = "no opinion"


Verdict = tuple[Decision, str]
"""A decision and its reason for people, "" where there is nothing to add."""


class Attributes(NamedTuple):
    """What is asked: may `user` do `verb`? A named tuple, because one is made for each request.

    For a resource: group ("" is the core group), resource (plural), subresource or "", namespace ("" for cluster scope
    and across namespaces), name ("" where the request names no object, as in create, list and watch), version,
    field_selector (as the request has it: which objects it is for).
    For anything else: path, as in a URL ("/metrics"); it is None for a resource.
    """

    user: User
    verb: str
    group: str = ""
    resource: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""
    version: str = ""
    path: str | None = None
    field_selector: str = ""

    @classmethod
    def of(cls, context: RequestContext) -> "Attributes":
        """What the context of a request asks. One Namespace, asked for by name, is in itself, as in Kubernetes: a
        RoleBinding in it can grant to read it."""
        resource = context.type
        namespace = context.namespace
        if resource.plural == "namespaces" and not resource.group and context.verb not in ("list", "watch"):
            namespace = context.name
        return cls(
            context.user,
            context.verb,
            resource.group,
            resource.plural,
            context.subresource,
            namespace,
            context.name,
            resource.version,
            None,
            context.field_selector,
        )


class Authorizer(Protocol):
    """Answers at once and never raises. Safe to ask for every request: answers are cached where that pays."""

    @property
    def generation(self) -> int:
        """Raised whenever what was allowed may be so no longer: who relies on that asks again."""

    def authorize(self, attributes: Attributes) -> Verdict: ...


OnChange = Callable[[str, Message | None], None]


class Follow(Protocol):
    """How an authorizer learns of objects."""

    def __call__(self, resource: ResourceType, on_change: OnChange) -> None:
        """Calls `on_change(key, object)` once for each object of this type that exists, then for each change in order;
        the object is None once deleted. key is `resource.key(namespace, name)`."""


def require(authorizer: Authorizer, attributes: Attributes) -> str:
    """Returns why the request is allowed. Raises Forbidden for whatever is not expressly allowed."""
    decision, reason = authorizer.authorize(attributes)
    if decision is not Decision.ALLOW:
        raise forbidden(attributes, reason)
    return reason


def permit(authorizer: Authorizer, context: RequestContext) -> None:
    """require() for a request itself: the decision and its reason become annotations of it. Raises Forbidden."""
    attributes = Attributes.of(context)
    decision, reason = authorizer.authorize(attributes)
    allowed = decision is Decision.ALLOW
    context.annotations[DECISION] = "allow" if allowed else "forbid"
    context.annotations[REASON] = reason
    if not allowed:
        raise forbidden(attributes, reason)


def forbidden(attributes: Attributes, reason: str = "") -> Forbidden:
    """The error for who may not do this, in the words of a kube-apiserver: `pods "a" is forbidden: User "u" cannot get
    resource "pods" in API group "" in the namespace "n"`, and then the reason where there is one."""
    denial = f"{describe(attributes)}: {reason}" if reason else describe(attributes)
    if attributes.path is not None:
        return Forbidden(f"forbidden: {denial}")
    qualified = f"{attributes.resource}.{attributes.group}" if attributes.group else attributes.resource
    subject = f"{qualified} {quote(attributes.name)}" if attributes.name else qualified
    return Forbidden(
        f"{subject} is forbidden: {denial}", group=attributes.group, kind=attributes.resource, name=attributes.name
    )


def describe(attributes: Attributes) -> str:
    """What was refused, as a sentence: who cannot do what, and where."""
    who = f"User {quote(attributes.user.name)} cannot {attributes.verb}"
    if attributes.path is not None:
        return f"{who} path {quote(attributes.path)}"
    resource = combined(attributes.resource, attributes.subresource)
    where = f"in the namespace {quote(attributes.namespace)}" if attributes.namespace else "at the cluster scope"
    return f"{who} resource {quote(resource)} in API group {quote(attributes.group)} {where}"


def quote(text: str) -> str:
    """In double quotes, with control characters escaped: names come from callers."""
    return json.dumps(text, ensure_ascii=False)
