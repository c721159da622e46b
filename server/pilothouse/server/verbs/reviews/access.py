"""SelfSubjectAccessReview, SubjectAccessReview and LocalSubjectAccessReview: may somebody do something?

The rules are those of authorization.k8s.io/v1's validation.
"""

import json
from types import MappingProxyType

from google.protobuf.message import Message
from pilothouse.api.authorization.v1 import authorization_pb2 as authorization

from ...authorization.base import Attributes, Decision
from ...errors import Cause, Invalid
from ...meta.context import RequestContext
from ...meta.selectors import escape
from ...meta.user import User
from ...schema.causes import invalid, required
from ..metadata import metadata_of
from ..plane import Plane

GROUP = "authorization.k8s.io"
RESOURCE, PATH = "spec.resourceAttributes", "spec.nonResourceAttributes"

SubjectReview = authorization.SubjectAccessReview | authorization.LocalSubjectAccessReview
AccessReview = authorization.SelfSubjectAccessReview | SubjectReview


def answer_self(plane: Plane, context: RequestContext, review: authorization.SelfSubjectAccessReview) -> None:
    """Raises Invalid."""
    _refuse(_question(review) + _bare_metadata(review))
    _decide(plane, context.user, review)


def answer(plane: Plane, context: RequestContext, review: authorization.SubjectAccessReview) -> None:
    """Raises Invalid."""
    _refuse(_question(review) + _subject(review) + _bare_metadata(review))
    _decide(plane, _user(review.spec), review)


def answer_local(plane: Plane, context: RequestContext, review: authorization.LocalSubjectAccessReview) -> None:
    """Raises Invalid."""
    spec, causes = review.spec, _question(review) + _subject(review) + _bare_metadata(review)
    if spec.HasField("resource_attributes") and spec.resource_attributes.namespace != review.metadata.namespace:
        causes.append(
            invalid(f"{RESOURCE}.namespace", spec.resource_attributes.namespace, "must match metadata.namespace")
        )
    if spec.HasField("non_resource_attributes"):
        causes.append(_invalid_path(review, "disallowed on this kind of request"))
    _refuse(causes)
    _decide(plane, _user(spec), review)


def _decide(plane: Plane, user: User, review: AccessReview) -> None:
    spec, status = review.spec, review.status
    if spec.HasField("resource_attributes"):
        asked = spec.resource_attributes
        attributes = Attributes(
            user,
            asked.verb,
            asked.group,
            asked.resource,
            asked.subresource,
            asked.namespace,
            asked.name,
            asked.version,
            field_selector=_fields(asked.field_selector),
        )
    else:
        path = spec.non_resource_attributes
        attributes = Attributes(user, path.verb, path=path.path)
    decision, reason = plane.authorizer.authorize(attributes)
    status.Clear()
    status.allowed = decision is Decision.ALLOW
    if decision is Decision.DENY:
        status.denied = True
    if reason:
        status.reason = reason


def _fields(asked: authorization.FieldSelectorAttributes) -> str:
    """The fields that must have one value, as a field selector; what else is asked of them narrows no answer."""
    if asked.raw_selector:
        return asked.raw_selector
    exact = (r for r in asked.requirements if r.operator == "In" and len(r.values) == 1)
    return ",".join(f"{requirement.key}={escape(requirement.values[0])}" for requirement in exact)


def _user(spec: authorization.SubjectAccessReviewSpec) -> User:
    extra = MappingProxyType({key: tuple(values.items) for key, values in spec.extra.items()})
    return User(spec.user, tuple(spec.groups), spec.uid, extra)


def _question(review: AccessReview) -> list[Cause]:
    spec = review.spec
    resource, path = spec.HasField("resource_attributes"), spec.HasField("non_resource_attributes")
    if resource and path:
        return [_invalid_path(review, "cannot be specified in combination with resourceAttributes")]
    if not resource and not path:
        detail = "exactly one of nonResourceAttributes or resourceAttributes must be specified"
        return [invalid(RESOURCE, None, detail)]
    causes = []
    for name in ("field_selector", "label_selector"):
        if resource and spec.resource_attributes.HasField(name):
            causes += _selector(getattr(spec.resource_attributes, name), name)
    return causes


def _selector(selector: Message, name: str) -> list[Cause]:
    field = f"{RESOURCE}.{name.removesuffix('_selector')}Selector"
    assert isinstance(selector, authorization.FieldSelectorAttributes | authorization.LabelSelectorAttributes)
    if selector.raw_selector and selector.requirements:
        detail = "may not specified at the same time as requirements"
        return [invalid(f"{field}.rawSelector", selector.raw_selector, detail)]
    if not selector.raw_selector and not selector.requirements:
        detail = f"when {field} is specified, requirements or rawSelector is required"
        return [required(f"{field}.requirements", detail)]
    return []


def _subject(review: SubjectReview) -> list[Cause]:
    if review.spec.user or review.spec.groups:
        return []
    return [invalid("spec.user", "", "at least one of user or group must be specified")]


def _bare_metadata(review: AccessReview) -> list[Cause]:
    """Metadata says nothing but, of a local review, the namespace."""
    bare = type(metadata_of(review))()
    bare.CopyFrom(metadata_of(review))
    bare.ClearField("managed_fields")
    local = isinstance(review, authorization.LocalSubjectAccessReview)
    if local:
        bare.ClearField("namespace")
    if not bare.ByteSize():
        return []
    detail = "must be empty except for namespace" if local else "must be empty"
    return [invalid("metadata", metadata_of(review), detail)]


def _invalid_path(review: AccessReview, detail: str) -> Cause:
    # A kube-apiserver quotes its own structure here, whose members have other names than the JSON of the API.
    asked = review.spec.non_resource_attributes
    shown = json.dumps({"Path": asked.path, "Verb": asked.verb}, ensure_ascii=False, separators=(",", ":"))
    return Cause("FieldValueInvalid", f"Invalid value: {shown}: {detail}", PATH)


def _refuse(causes: list[Cause]) -> None:
    """Raises Invalid where there are causes; a review has no name, and a kube-apiserver leaves its kind out as well."""
    if not causes:
        return
    lines = [f"{cause.field}: {cause.message}" for cause in causes]
    text = lines[0] if len(lines) == 1 else f"[{', '.join(lines)}]"
    raise Invalid(f'.{GROUP} "" is invalid: {text}', group=GROUP, causes=causes)
