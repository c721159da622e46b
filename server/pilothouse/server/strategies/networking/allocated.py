"""IPAddresses and ServiceCIDRs: who has which address of Services, and from where."""

from pilothouse.api.networking.v1.networking_pb2 import IPAddress, ServiceCIDR

from ...errors import Cause
from ...meta import names
from ...meta.context import RequestContext
from ...schema.causes import faulty, immutable, invalid, required
from ..addresses import canonical_range, is_dual
from ..base import Strategy

_ONE_EACH = "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64"


class IPAddresses(Strategy[IPAddress]):
    def validate(self, context: RequestContext, obj: IPAddress) -> list[Cause]:
        if not obj.spec.HasField("parent_ref"):
            return [required("spec.parentRef")]
        parent, path = obj.spec.parent_ref, "spec.parentRef"
        causes = faulty(f"{path}.group", parent.group, names.dns1123_subdomain(parent.group)) if parent.group else []
        for value, json, needed in (
            (parent.resource, "resource", True),
            (parent.name, "name", True),
            (parent.namespace, "namespace", False),
        ):
            if value:
                causes += faulty(f"{path}.{json}", value, names.path_segment(value))
            elif needed:
                causes.append(required(f"{path}.{json}"))
        return causes


class ServiceCIDRs(Strategy[ServiceCIDR]):
    def validate(self, context: RequestContext, obj: ServiceCIDR) -> list[Cause]:
        ranges, path = list(obj.spec.cidrs), "spec.cidrs"
        if not ranges:
            return [required(path, "at least one CIDR required")]
        if len(ranges) > 2:
            return [invalid(path, ranges, "may only hold up to 2 values")]
        if len(ranges) == 2 and not is_dual(ranges):
            return [invalid(path, ranges, _ONE_EACH)]
        return [cause for i, text in enumerate(ranges) for cause in canonical_range(text, f"{path}[{i}]")]

    def validate_update(self, context: RequestContext, obj: ServiceCIDR, old: ServiceCIDR) -> list[Cause]:
        before, now = list(old.spec.cidrs), list(obj.spec.cidrs)
        # A range of the other family may be added to a single one.
        if len(before) == 1 and len(now) == 2:
            return [] if now[0] == before[0] else [immutable("spec.cidrs[0]", now[0])]
        return [] if before == now else [immutable("spec.cidrs", now)]
