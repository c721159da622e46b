"""Explain: why somebody may do something or may not, and what admission would make of an object. Nothing is written."""

from dataclasses import dataclass, replace

from pilothouse.api.dynamic.v1 import dynamic_pb2 as dynamic

from ..admission.recording import RecordingChain, Step
from ..authorization.base import Attributes, Decision, permit, require
from ..authorization.nearness import Near, nearest
from ..authorization.union import SYSTEM_MASTERS
from ..errors import ApiError, BadRequest
from ..meta.context import RequestContext
from ..meta.user import User
from .body import Body
from .create import create
from .plane import Plane
from .subresources.creating import create_part
from .update import update

REVIEWS = ("authorization.k8s.io", "v1", "subjectaccessreviews")
# The groups that a user is put into whoever he is: nobody need be allowed to act as their member.
EVERYBODY = frozenset(("system:authenticated", "system:unauthenticated"))


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of `attributes.user`. context and body: of a create or an update that shall run through admission,
    where there is an object."""

    attributes: Attributes
    context: RequestContext | None = None
    body: Body | None = None


async def explain(plane: Plane, asking: RequestContext | None, question: Question) -> dynamic.ExplainResponse:
    """asking: the context of a create of a SubjectAccessReview, which is what it takes to ask about another; None where
    the caller asks about himself, as everybody may. Raises Forbidden, BadRequest."""
    asked = question.attributes
    if asking is not None:
        _require_insight(plane, asking, asked.user, question.body is not None)
    answer = _authorization(plane, asked)
    if answer.allowed and question.body is not None and question.context is not None:
        await _admission(plane, question.context, question.body, answer)
    return answer


def _require_insight(plane: Plane, asking: RequestContext, user: User, as_user: bool) -> None:
    """To know what another may do is a matter of access reviews; to see what becomes of an object is to act as him."""
    permit(plane.authorizer, asking)
    if as_user:
        caller = asking.user
        require(plane.authorizer, Attributes(caller, "impersonate", "", "users", name=user.name))
        for group in user.groups:
            if group in EVERYBODY:
                continue
            require(plane.authorizer, Attributes(caller, "impersonate", "", "groups", name=group))


def _authorization(plane: Plane, asked: Attributes) -> dynamic.ExplainResponse:
    decision, reason = plane.authorizer.authorize(asked)
    allowed = decision is Decision.ALLOW
    near = nearest(plane.grants.candidates(asked.user), asked)
    if allowed and not reason and SYSTEM_MASTERS in asked.user.groups:
        reason = f'members of the group "{SYSTEM_MASTERS}" may do everything'
    answer = dynamic.ExplainResponse(allowed=allowed, reason=reason)
    _, problems = plane.grants.rules_for(asked.user, asked.namespace)
    answer.problems.extend(problems)
    if not allowed:
        answer.nearest.extend(_grant(candidate) for candidate in near)
    elif near and not near[0].lacks:
        answer.granted_by.CopyFrom(_grant(near[0]))
    return answer


def _grant(near: Near) -> dynamic.Grant:
    candidate, rule = near.candidate, near.candidate.rule
    return dynamic.Grant(
        binding=candidate.binding,
        subject=candidate.subject,
        verbs=rule.verbs,
        api_groups=rule.groups,
        resources=rule.resources,
        resource_names=rule.names,
        non_resource_urls=rule.urls,
        lacks=near.lacks,
    )


async def _admission(plane: Plane, context: RequestContext, body: Body, answer: dynamic.ExplainResponse) -> None:
    """Runs the request as a dry run, with a chain that writes down what its plugins do."""
    if context.type.is_review:
        raise BadRequest(f"{context.type.qualified} are not admitted: leave the object out")
    kind = plane.kind(plane.registry.body_of(context.type, context.subresource))
    chain = RecordingChain(plane.admission, kind.codec().to_value)
    recording = replace(plane, admission=chain)
    try:
        if context.verb == "create" and context.subresource:
            await create_part(recording, context, body)
        elif context.verb == "create":
            await create(recording, context, body)
        else:
            await update(recording, context, body)
    except ApiError as error:
        answer.failure = error.message
    answer.admission.extend(_step(step) for step in chain.steps if step.changes or step.notes or step.refusal)


def _step(step: Step) -> dynamic.AdmissionStep:
    return dynamic.AdmissionStep(
        plugin=step.plugin,
        phase=step.phase,
        changes=[dynamic.FieldChange(path=c.path, before=c.before, after=c.after) for c in step.changes],
        notes=step.notes,
        refusal=step.refusal,
    )
