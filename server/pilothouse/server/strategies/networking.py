"""NetworkPolicies, IngressClasses, ServiceCIDRs."""

from pilothouse.api.networking.v1.networking_pb2 import IngressClass, NetworkPolicy, ServiceCIDR

from ..errors import Cause
from ..meta.context import RequestContext
from ..schema.causes import immutable
from .base import Strategy


class NetworkPolicies(Strategy[NetworkPolicy]):
    def default(self, obj: NetworkPolicy) -> None:
        if not obj.spec.policy_types:
            obj.spec.policy_types.append("Ingress")
            if obj.spec.egress:
                obj.spec.policy_types.append("Egress")


class IngressClasses(Strategy[IngressClass]):
    def default(self, obj: IngressClass) -> None:
        if obj.spec.HasField("parameters") and not obj.spec.parameters.HasField("scope"):
            obj.spec.parameters.scope = "Cluster"


class ServiceCIDRs(Strategy[ServiceCIDR]):
    def validate_update(self, context: RequestContext, obj: ServiceCIDR, old: ServiceCIDR) -> list[Cause]:
        before, now = list(old.spec.cidrs), list(obj.spec.cidrs)
        # A range of the other family may be added to a single one.
        if before == now or (len(before) == 1 and len(now) == 2 and now[0] == before[0]):
            return []
        return [immutable("spec.cidrs", now)]
