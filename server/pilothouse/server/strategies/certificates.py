"""CertificateSigningRequests: who asks is told by the server, and a request never changes."""

import time

from pilothouse.api.certificates.v1.certificates_pb2 import CertificateSigningRequest

from ..errors import Cause
from ..meta.context import RequestContext
from ..schema.causes import invalid
from .base import Strategy, keep

_DECISIONS = ("Approved", "Denied")


class CertificateSigningRequests(Strategy[CertificateSigningRequest]):
    def prepare_create(self, context: RequestContext, obj: CertificateSigningRequest) -> None:
        super().prepare_create(context, obj)
        spec, user = obj.spec, context.user
        for name in ("username", "uid", "groups", "extra"):
            spec.ClearField(name)
        spec.username = user.name
        if user.uid:
            spec.uid = user.uid
        spec.groups.extend(user.groups)
        for key, values in user.extra.items():
            spec.extra[key].items.extend(values)

    def prepare_update(
        self, context: RequestContext, obj: CertificateSigningRequest, old: CertificateSigningRequest
    ) -> None:
        super().prepare_update(context, obj, old)
        keep(obj, old, ("spec",))
        if context.subresource == "approval":
            keep(obj.status, old.status, ("certificate",))
        elif context.subresource == "status":
            _keep_decisions(obj, old)
        _stamp(obj)

    def validate_update(
        self, context: RequestContext, obj: CertificateSigningRequest, old: CertificateSigningRequest
    ) -> list[Cause]:
        decided = [c.type for c in obj.status.conditions if c.type in _DECISIONS]
        if len(set(decided)) > 1:
            detail = "Approved and Denied conditions are mutually exclusive"
            return [invalid("status.conditions", decided[-1], detail)]
        return []


def _keep_decisions(obj: CertificateSigningRequest, old: CertificateSigningRequest) -> None:
    """Approval and denial go through their own subresource; the status leaves them alone."""
    others = [c for c in obj.status.conditions if c.type not in _DECISIONS]
    kept = [c for c in old.status.conditions if c.type in _DECISIONS]
    merged = [type(c).FromString(c.SerializeToString()) for c in (*kept, *others)]
    obj.status.ClearField("conditions")
    obj.status.conditions.extend(merged)


def _stamp(obj: CertificateSigningRequest) -> None:
    now = int(time.time())
    for condition in obj.status.conditions:
        if not condition.last_update_time.seconds:
            condition.last_update_time.seconds = now
        if not condition.last_transition_time.seconds:
            condition.last_transition_time.seconds = now
