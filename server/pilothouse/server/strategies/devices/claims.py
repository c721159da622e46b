"""ResourceClaims and their templates."""

from pilothouse.api.resource.v1.resource_pb2 import ResourceClaim, ResourceClaimTemplate

from ...errors import Cause
from ...meta.context import RequestContext
from ...schema.causes import duplicate, faulty, forbidden, immutable, required, too_many
from ...schema.checks import label_key
from ...schema.metadata import template_metadata
from ...schema.order import BY_FIELD
from ..base import ALL_METADATA, Strategy
from .requests import claim_faults, default_counts

_CONSUMERS = 256


class ResourceClaims(Strategy[ResourceClaim]):
    kept_with_status = ALL_METADATA
    orders = BY_FIELD

    def default(self, obj: ResourceClaim) -> None:
        default_counts(obj.spec.devices.requests)

    def validate(self, context: RequestContext, obj: ResourceClaim) -> list[Cause]:
        return claim_faults(obj.spec.devices, "spec.devices")

    def validate_update(self, context: RequestContext, obj: ResourceClaim, old: ResourceClaim) -> list[Cause]:
        causes = super().validate_update(context, obj, old)
        kept = old.status.HasField("allocation") and obj.status.HasField("allocation")
        if kept and obj.status.allocation != old.status.allocation:
            causes.append(immutable("status.allocation", obj.status.allocation))
        if context.subresource == "status":
            causes += _consumers(obj, old)
        return causes


def _consumers(obj: ResourceClaim, old: ResourceClaim) -> list[Cause]:
    """Who uses the claim: only what is allocated is used, and what goes away gets no new users."""
    found, path = obj.status.reserved_for, "status.reservedFor"
    causes: list[Cause] = []
    if len(found) > _CONSUMERS:
        causes.append(too_many(path, len(found), _CONSUMERS))
    seen: set[str] = set()
    for index, consumer in enumerate(found):
        at = f"{path}[{index}]"
        for value, json in ((consumer.resource, "resource"), (consumer.name, "name"), (consumer.uid, "uid")):
            if not value:
                causes.append(required(f"{at}.{json}"))
        if consumer.uid and consumer.uid in seen:
            causes.append(duplicate(f"{at}.uid", consumer.uid))
        seen.add(consumer.uid)
    if found and not obj.status.HasField("allocation"):
        causes.append(forbidden(path, "may not be specified when `allocated` is not set"))
    elif found and obj.metadata.HasField("deletion_timestamp"):
        before = {consumer.uid for consumer in old.status.reserved_for}
        if any(consumer.uid not in before for consumer in found):
            while_ = "while `deallocationRequested` or `deletionTimestamp` are set"
            causes.append(forbidden(path, f"new entries may not be added {while_}"))
    return causes


class ResourceClaimTemplates(Strategy[ResourceClaimTemplate]):
    orders = BY_FIELD

    def default(self, obj: ResourceClaimTemplate) -> None:
        default_counts(obj.spec.spec.devices.requests)

    def validate(self, context: RequestContext, obj: ResourceClaimTemplate) -> list[Cause]:
        causes = list(template_metadata("spec.metadata", obj.spec.metadata))
        for name in obj.spec.metadata.finalizers:
            causes += faulty("spec.metadata.finalizers", name, label_key(name))
        return causes + claim_faults(obj.spec.spec.devices, "spec.spec.devices")
