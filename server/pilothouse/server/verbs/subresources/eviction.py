"""pods/eviction: a pod is deleted where its disruption budget lets it go.

The rules are those of a kube-apiserver's eviction: what is no disruption (a pod that has ended, has not begun, or is
not healthy while enough others are) needs no budget; every other eviction takes one from status.disruptionsAllowed and
is noted in status.disruptedPods, by a compare-and-swap, before the pod is deleted.
"""

from dataclasses import replace
from typing import cast

from google.protobuf.message import Message
from pilothouse.api.core.v1.pods_pb2 import Pod, PodCondition
from pilothouse.api.meta.v1 import meta_pb2 as meta
from pilothouse.api.policy.v1.policy_pb2 import Eviction, PodDisruptionBudget

from ...admission.base import AdmissionRequest, Operation
from ...admission.chain import Chain
from ...errors import BadRequest, Conflict, Unclassified
from ...meta.context import RequestContext
from .. import faults
from ..body import Body
from ..change import change
from ..delete import check_options, delete_named
from ..metadata import place
from ..plane import Plane
from ..reading import stored_item
from .budgets import allows_unhealthy, budgets_of, charge, still_processed
from .stored import copy_of, prepare_stored, set_condition

# How often an eviction is tried anew where something else changed the pod meanwhile.
TRIES = 20
_ENDED = ("Succeeded", "Failed")


async def evict(plane: Plane, context: RequestContext, body: Body) -> None:
    """Raises BadRequest, Forbidden, NotFound, Conflict, TooManyRequests, and Unclassified where several budgets are in
    the way."""
    eviction = _decoded(plane, context, body)
    place(context, eviction)
    request = AdmissionRequest(context, Operation.CREATE, eviction, None, context.name)
    await plane.admission.mutate(request)
    if eviction.metadata.name != context.name:
        raise BadRequest("name in URL does not match name in Eviction object")
    options = eviction.delete_options
    if context.dry_run and not options.dry_run:
        options.dry_run.append("All")
    check_options(options)
    await plane.admission.validate(request)
    # An eviction was admitted: the deletion that it comes to is not looked at again.
    inner = replace(plane, admission=Chain(()))
    context = replace(context, verb="delete", subresource="", dry_run=bool(options.dry_run))
    pod = await _delete_if_no_disruption(inner, context, options)
    if pod is not None:
        await _delete_within_budget(inner, context, options, pod)


def _decoded(plane: Plane, context: RequestContext, body: Body) -> Eviction:
    """An older version of the same form is as good."""
    kind = plane.kind(plane.registry.body_of(context.type, context.subresource))
    try:
        found = body.message(plane, kind, context)
    except BadRequest as error:
        older = replace(kind, type=replace(kind.type, version="v1beta1"))
        try:
            found = body.message(plane, older, context)
        except BadRequest:
            raise error from None
    kind.complete(found)
    return cast(Eviction, found)


async def _delete_if_no_disruption(plane: Plane, context: RequestContext, options: meta.DeleteOptions) -> Pod | None:
    """The pod as it is, where it is not to be deleted regardless of budgets."""
    kind = plane.kind(context.type)
    left = TRIES
    while True:
        item = await stored_item(plane, kind, context.type.key(context.namespace, context.name))
        if item is None:
            raise faults.not_found(context.type, context.name)
        pod = cast(Pod, kind.type.message.FromString(item.body))
        gone = pod.status.phase in _ENDED or pod.metadata.HasField("deletion_timestamp")
        if not gone and pod.status.phase != "Pending":
            return pod
        left -= 1
        try:
            # A pod that has not begun may do so at this moment.
            await _delete(plane, context, options if gone else _exactly(options, pod))
            return None
        except Conflict:
            if options.preconditions.resource_version or not left:
                raise


async def _delete_within_budget(plane: Plane, context: RequestContext, options: meta.DeleteOptions, pod: Pod) -> None:
    budgets = await budgets_of(plane, context, pod)
    if len(budgets) > 1:
        raise Unclassified(
            "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
        )
    if budgets and not _is_ready(pod) and allows_unhealthy(budgets[0]):
        await _delete_unhealthy(plane, context, options, pod, budgets[0])
        return
    if budgets:
        await charge(plane, context, budgets[0].metadata.name, pod.metadata.name)
    await _delete(plane, context, options)


async def _delete_unhealthy(
    plane: Plane, context: RequestContext, options: meta.DeleteOptions, pod: Pod, budget: PodDisruptionBudget
) -> None:
    """It is deleted as it was seen: once it is healthy, the budget counts it."""
    try:
        await _delete(plane, context, _exactly(options, pod))
    except Conflict:
        if options.preconditions.resource_version:
            raise
        raise still_processed(budget.metadata.name) from None


async def _delete(plane: Plane, context: RequestContext, options: meta.DeleteOptions) -> None:
    if not context.dry_run:
        left = await change(plane, context, lambda old: _targeted(plane, context, old, options), prepare_stored)
        if left is None:
            raise faults.not_found(context.type, context.name)
        if options.preconditions.resource_version:
            revision = meta.PartialObjectMetadata.FromString(left).metadata.resource_version
            options = _at(options, revision)
    await delete_named(plane, context, options)


def _targeted(plane: Plane, context: RequestContext, old: Message, options: meta.DeleteOptions) -> Message:
    """The pod, with the condition that tells why it goes. Raises Conflict."""
    pod: Pod = copy_of(old)
    faults.require_preconditions(context.type, pod.metadata, options.preconditions)
    condition = PodCondition(
        type="DisruptionTarget",
        status="True",
        reason="EvictionByEvictionAPI",
        message="Eviction API: evicting",
    )
    set_condition(pod.status, condition, plane.now())
    return pod


def _exactly(options: meta.DeleteOptions, pod: Pod) -> meta.DeleteOptions:
    """The options, for the pod as it is unless they say which."""
    if options.preconditions.resource_version:
        return options
    return _at(options, pod.metadata.resource_version)


def _at(options: meta.DeleteOptions, revision: str) -> meta.DeleteOptions:
    made: meta.DeleteOptions = copy_of(options)
    made.preconditions.resource_version = revision
    return made


def _is_ready(pod: Pod) -> bool:
    return any(c.type == "Ready" and c.status == "True" for c in pod.status.conditions)
