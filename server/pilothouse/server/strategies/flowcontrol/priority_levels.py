"""PriorityLevelConfigurations: how many requests run at a time, and how the others wait."""

from pilothouse.api.flowcontrol.v1.flowcontrol_pb2 import (
    ExemptPriorityLevelConfiguration,
    LimitedPriorityLevelConfiguration,
    LimitResponse,
    PriorityLevelConfiguration,
    QueuingConfiguration,
)

from ...errors import Cause
from ...meta.context import RequestContext
from ...schema.causes import forbidden, invalid, not_supported, required
from ..base import ALL_METADATA, Strategy

_QUEUES = 10_000_000
_BITS = 60
_WAITING = "limited.limitResponse.type is"


class PriorityLevelConfigurations(Strategy[PriorityLevelConfiguration]):
    kept_with_status = ALL_METADATA

    def validate(self, context: RequestContext, obj: PriorityLevelConfiguration) -> list[Cause]:
        spec = obj.spec
        causes: list[Cause] = []
        if (obj.metadata.name == "exempt") != (spec.type == "Exempt"):
            # What is no type at all is refused by the schema too.
            detail = "type must be 'Exempt' if and only if `name` is 'exempt'"
            causes.append(invalid("spec.type", spec.type, detail))
        if spec.type == "Exempt":
            if spec.HasField("limited"):
                causes.append(forbidden("spec.limited", "must be nil if the type is not Limited"))
            if spec.HasField("exempt"):
                causes += _shares(spec.exempt, "spec.exempt")
        elif spec.type == "Limited":
            if spec.HasField("exempt"):
                causes.append(forbidden("spec.exempt", "must be nil if the type is Limited"))
            if spec.HasField("limited"):
                causes += _limited(spec.limited, "spec.limited")
            else:
                causes.append(required("spec.limited", "must not be empty when type is Limited"))
        elif not spec.type:
            causes.append(not_supported("spec.type", "", ("Exempt", "Limited")))
        return causes


def _shares(level: ExemptPriorityLevelConfiguration | LimitedPriorityLevelConfiguration, path: str) -> list[Cause]:
    causes: list[Cause] = []
    if level.nominal_concurrency_shares < 0:
        detail = "must be a non-negative integer"
        causes.append(invalid(f"{path}.nominalConcurrencyShares", level.nominal_concurrency_shares, detail))
    if not 0 <= level.lendable_percent <= 100:
        detail = "must be between 0 and 100, inclusive"
        causes.append(invalid(f"{path}.lendablePercent", level.lendable_percent, detail))
    return causes


def _limited(level: LimitedPriorityLevelConfiguration, path: str) -> list[Cause]:
    causes = _response(level.limit_response, f"{path}.limitResponse") + _shares(level, path)
    if level.borrowing_limit_percent < 0:
        detail = "if specified, must be a non-negative integer"
        causes.append(invalid(f"{path}.borrowingLimitPercent", level.borrowing_limit_percent, detail))
    return causes


def _response(response: LimitResponse, path: str) -> list[Cause]:
    at, waiting = f"{path}.queuing", response.HasField("queuing")
    if response.type == "Reject":
        return [forbidden(at, f"must be nil if {_WAITING} not Limited")] if waiting else []
    if response.type == "Queue":
        return _queues(response.queuing, at) if waiting else [required(at, f"must not be empty if {_WAITING} Limited")]
    return [] if response.type else [not_supported(f"{path}.type", "", ("Queue", "Reject"))]


def _queues(queuing: QueuingConfiguration, path: str) -> list[Cause]:
    causes: list[Cause] = []
    if queuing.queue_length_limit <= 0:
        causes.append(invalid(f"{path}.queueLengthLimit", queuing.queue_length_limit, "must be positive"))
    queues, hand = queuing.queues, queuing.hand_size
    if queues <= 0:
        causes.append(invalid(f"{path}.queues", queues, "must be positive"))
    elif queues > _QUEUES:
        causes.append(invalid(f"{path}.queues", queues, f"must not be greater than {_QUEUES}"))
    if hand <= 0:
        causes.append(invalid(f"{path}.handSize", hand, "must be positive"))
    elif hand > queues:
        causes.append(invalid(f"{path}.handSize", hand, f"should not be greater than queues ({queues})"))
    elif _bits(queues, hand) > _BITS:
        detail = f"required entropy bits of deckSize {queues} and handSize {hand} should not be greater than {_BITS}"
        causes.append(invalid(f"{path}.handSize", hand, detail))
    return causes


def _bits(deck: int, hand: int) -> int:
    """How many random bits it takes to deal a hand, card by card; more than enough once it is too many."""
    product = 1
    for dealt in range(hand):
        product *= deck - dealt
        if product.bit_length() > _BITS + 1:
            break
    return (product - 1).bit_length()
