"""Leases: who has a turn, and for how long."""

from pilothouse.api.coordination.v1.coordination_pb2 import Lease

from ..errors import Cause
from ..meta.context import RequestContext
from ..schema.causes import faulty, forbidden, invalid
from ..schema.checks import label_key
from ..schema.order import BY_FIELD
from .base import Strategy


class Leases(Strategy[Lease]):
    orders = BY_FIELD

    def validate(self, context: RequestContext, obj: Lease) -> list[Cause]:
        spec = obj.spec
        causes: list[Cause] = []
        if spec.HasField("lease_duration_seconds") and spec.lease_duration_seconds <= 0:
            causes.append(invalid("spec.leaseDurationSeconds", spec.lease_duration_seconds, "must be greater than 0"))
        if spec.HasField("strategy"):
            causes += faulty("spec.strategy", spec.strategy, label_key(spec.strategy))
        if spec.preferred_holder and not spec.strategy:
            causes.append(forbidden("spec.preferredHolder", "may only be specified when `strategy` is defined"))
        return causes
