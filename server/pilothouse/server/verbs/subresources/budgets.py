"""PodDisruptionBudgets, as an eviction reads and charges them."""

from collections.abc import Mapping
from typing import cast

from google.protobuf.message import Message
from pilothouse.api.core.v1.pods_pb2 import Pod
from pilothouse.api.meta.v1 import meta_pb2 as meta
from pilothouse.api.policy.v1.policy_pb2 import PodDisruptionBudget

from ...errors import BadRequest, Cause, Conflict, Forbidden, Timeout, TooManyRequests
from ...meta.context import RequestContext
from ...meta.label_selectors import from_label_selector
from ..change import change
from ..list import page_of
from ..plane import Plane
from .stored import copy_of, prepare_stored

# How often a budget is charged anew where others charge it too, and how many evictions it may wait to see the end of.
TRIES = 20
DISRUPTED_AT_MOST = 2000
RETRY_SECONDS = 10
_VIOLATION = "Cannot evict pod as it would violate the pod's disruption budget."


async def budgets_of(plane: Plane, context: RequestContext, pod: Pod) -> list[PodDisruptionBudget]:
    """The budgets that protect a pod, as of now. One without a selector protects nothing, one with an empty selector
    all pods of its namespace, one whose selector cannot be read nothing."""
    page = await page_of(plane, _about(plane, context, ""), meta.ListOptions(), 1 << 62)
    found = [PodDisruptionBudget.FromString(item.body) for item in page.items]
    return [budget for budget in found if _protects(budget, pod.metadata.labels)]


def allows_unhealthy(budget: PodDisruptionBudget) -> bool:
    """Whether a pod that is not healthy may go without being counted."""
    if budget.spec.unhealthy_pod_eviction_policy == "AlwaysAllow":
        return True
    status = budget.status
    return status.current_healthy >= status.desired_healthy > 0


async def charge(plane: Plane, context: RequestContext, budget: str, pod: str) -> None:
    """Takes one disruption from the budget; of a dry run it is looked at alone. Raises TooManyRequests, Forbidden,
    Timeout."""
    about = _about(plane, context, budget)

    def edit(old: Message) -> Message:
        return _charged(cast(PodDisruptionBudget, old), pod, int(plane.now()))

    for _ in range(TRIES):
        try:
            # A budget that is gone protects nothing.
            await change(plane, about, edit, prepare_stored)
            return
        except Conflict:
            continue
    raise Timeout(
        f'Timeout: couldn\'t update PodDisruptionBudget "{budget}" due to conflicts', retry_after=RETRY_SECONDS
    )


def still_processed(budget: str) -> TooManyRequests:
    """The error for a budget whose numbers are not known yet."""
    text = f"The disruption budget {budget} is still being processed by the server."
    return TooManyRequests(_VIOLATION, causes=(Cause("DisruptionBudget", text),), retry_after=RETRY_SECONDS)


def _about(plane: Plane, context: RequestContext, name: str) -> RequestContext:
    budgets = plane.registry.get("policy", "v1", "poddisruptionbudgets")
    return RequestContext(context.user, "list", budgets, context.namespace, name, dry_run=context.dry_run)


def _protects(budget: PodDisruptionBudget, labels: Mapping[str, str]) -> bool:
    if not budget.spec.HasField("selector"):
        return False
    selector = budget.spec.selector
    expressions = [{"key": e.key, "operator": e.operator, "values": list(e.values)} for e in selector.match_expressions]
    try:
        found = from_label_selector({"matchLabels": dict(selector.match_labels), "matchExpressions": expressions})
    except BadRequest:
        return False
    return found.matches(labels)


def _charged(old: PodDisruptionBudget, pod: str, now: int) -> PodDisruptionBudget:
    """Raises TooManyRequests, Forbidden."""
    name, status = old.metadata.name, old.status
    if status.observed_generation < old.metadata.generation:
        raise still_processed(name)
    if status.disruptions_allowed < 0:
        raise _forbidden(name, "pdb disruptions allowed is negative")
    if len(status.disrupted_pods) > DISRUPTED_AT_MOST:
        raise _forbidden(name, "DisruptedPods map too big - too many evictions not confirmed by PDB controller")
    if not status.disruptions_allowed:
        text = (
            f"The disruption budget {name} needs {status.desired_healthy} healthy pods and has "
            f"{status.current_healthy} currently"
        )
        raise TooManyRequests(_VIOLATION, causes=(Cause("DisruptionBudget", text),))
    budget: PodDisruptionBudget = copy_of(old)
    budget.status.disruptions_allowed -= 1
    if not budget.status.disruptions_allowed:
        _exhausted(budget, now)
    budget.status.disrupted_pods[pod].seconds = now
    return budget


def _exhausted(budget: PodDisruptionBudget, now: int) -> None:
    status = budget.status
    found = next((c for c in status.conditions if c.type == "DisruptionAllowed"), None)
    condition = found if found is not None else status.conditions.add(type="DisruptionAllowed")
    if condition.status != "False":
        condition.status = "False"
        condition.last_transition_time.Clear()
        condition.last_transition_time.seconds = now
    condition.reason, condition.message = "InsufficientPods", ""
    condition.observed_generation = status.observed_generation


def _forbidden(name: str, why: str) -> Forbidden:
    kind = "poddisruptionbudget"
    return Forbidden(f'{kind}.policy "{name}" is forbidden: {why}', group="policy", kind=kind, name=name)
