"""DenyServiceExternalIPs: no Service claims addresses that somebody else's traffic goes to; those that it has it may
keep or give up."""

from pilothouse.api.core.v1.networking_pb2 import Service

from ..base import AdmissionRequest, rejected
from ..scoped import CREATE_OR_UPDATE, ScopedPlugin


class DenyServiceExternalIPs(ScopedPlugin):
    name = "DenyServiceExternalIPs"
    resources = frozenset({("", "services")})
    subresources = frozenset({"", "status"})
    operations = CREATE_OR_UPDATE

    async def validate(self, request: AdmissionRequest) -> None:
        service, old = request.object, request.old
        assert isinstance(service, Service)
        had = old.spec.external_ips if isinstance(old, Service) else ()
        if not set(service.spec.external_ips) <= set(had):
            raise rejected(request, "Use of external IPs is denied by admission control")
