"""Dynamic resource allocation: claims, their templates, slices."""

import time
from collections.abc import Iterable

from pilothouse.api.resource.v1.resource_pb2 import DeviceRequest, ResourceClaim, ResourceClaimTemplate, ResourceSlice

from ..errors import Cause
from ..meta.context import RequestContext
from ..schema.causes import immutable
from .base import ALL_METADATA, Strategy


class ResourceClaims(Strategy[ResourceClaim]):
    kept_with_status = ALL_METADATA

    def default(self, obj: ResourceClaim) -> None:
        _default_counts(obj.spec.devices.requests)

    def validate_update(self, context: RequestContext, obj: ResourceClaim, old: ResourceClaim) -> list[Cause]:
        causes = super().validate_update(context, obj, old)
        kept = old.status.HasField("allocation") and obj.status.HasField("allocation")
        if kept and obj.status.allocation != old.status.allocation:
            causes.append(immutable("status.allocation", obj.status.allocation))
        return causes


class ResourceClaimTemplates(Strategy[ResourceClaimTemplate]):
    def default(self, obj: ResourceClaimTemplate) -> None:
        _default_counts(obj.spec.spec.devices.requests)


class ResourceSlices(Strategy[ResourceSlice]):
    def default(self, obj: ResourceSlice) -> None:
        for device in obj.spec.devices:
            for taint in device.taints:
                if not taint.HasField("time_added"):
                    taint.time_added.seconds = int(time.time())


def _default_counts(requests: Iterable[DeviceRequest]) -> None:
    for request in requests:
        if request.HasField("exactly") and request.exactly.allocation_mode == "ExactCount":
            request.exactly.count = request.exactly.count or 1
        for choice in request.first_available:
            if choice.allocation_mode == "ExactCount":
                choice.count = choice.count or 1
