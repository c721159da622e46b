"""SelfSubjectRulesReview: what may the caller do in a namespace?"""

from pilothouse.api.authorization.v1 import authorization_pb2 as authorization

from ...authorization.node import UNLISTED
from ...errors import BadRequest
from ...meta.context import RequestContext
from ...meta.nodes import node_of
from ..plane import Plane


def answer(plane: Plane, context: RequestContext, review: authorization.SelfSubjectRulesReview) -> None:
    """The rules that RBAC grants; what other authorizers allow cannot be listed. Raises BadRequest."""
    namespace = review.spec.namespace
    if not namespace:
        raise BadRequest("no namespace on request")
    rules, problems = plane.grants.rules_for(context.user, namespace)
    review.Clear()
    status = review.status
    for rule in rules:
        if rule.resources:
            status.resource_rules.add(
                verbs=rule.verbs, api_groups=rule.groups, resources=rule.resources, resource_names=rule.names
            )
        if rule.urls:
            status.non_resource_rules.add(verbs=rule.verbs, non_resource_urls=rule.urls)
    if node_of(context.user) is not None:
        status.incomplete = True
        problems.insert(0, UNLISTED)
    if problems:
        status.evaluation_error = problems[0] if len(problems) == 1 else f"[{', '.join(problems)}]"
