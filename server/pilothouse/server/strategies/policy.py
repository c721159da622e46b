"""PodDisruptionBudgets."""

from pilothouse.api.policy.v1.policy_pb2 import PodDisruptionBudget

from ..errors import Cause
from ..meta.context import RequestContext
from ..schema.causes import invalid
from .base import Strategy
from .percentages import amount_faults, share_faults


class PodDisruptionBudgets(Strategy[PodDisruptionBudget]):
    def validate(self, context: RequestContext, obj: PodDisruptionBudget) -> list[Cause]:
        spec = obj.spec
        causes: list[Cause] = []
        if spec.HasField("min_available") and spec.HasField("max_unavailable"):
            detail = "minAvailable and maxUnavailable cannot be both set"
            causes.append(invalid("spec", spec, detail))
        for name, json in (("min_available", "minAvailable"), ("max_unavailable", "maxUnavailable")):
            if spec.HasField(name):
                amount = getattr(spec, name)
                causes.extend(amount_faults(amount, f"spec.{json}"))
                causes.extend(share_faults(amount, f"spec.{json}"))
        return causes
