"""CertificateSigningRequests: who asks is told by the server, and a request never changes."""

import time
from base64 import b64encode

from pilothouse.api.certificates.v1.certificates_pb2 import (
    CertificateSigningRequest,
    CertificateSigningRequestCondition,
)

from ...errors import Cause
from ...meta.context import RequestContext
from ...schema.causes import duplicate, forbidden, invalid, not_supported, required
from ..base import Strategy, keep
from ..domains import signer_name
from .pem import certificate_fault, request_fault

_DECISIONS = ("Approved", "Denied")
_FINAL = (*_DECISIONS, "Failed")
_STATES = ("False", "True", "Unknown")
_SHORTEST = 600
_LEGACY_SIGNER = "kubernetes.io/legacy-unknown"


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
        if context.subresource == "approval":
            keep(obj, old, ("spec",))
            keep(obj.status, old.status, ("certificate",))
        else:
            super().prepare_update(context, obj, old)
            keep(obj, old, ("spec",))
        if context.subresource == "status":
            _keep_decisions(obj, old)
        _stamp(obj, old)

    def validate_create(self, context: RequestContext, obj: CertificateSigningRequest) -> list[Cause]:
        # What is asked for never changes, so that it is looked at once.
        spec = obj.spec
        fault = request_fault(spec.request)
        causes = [invalid("spec.request", _encoded(spec.request), fault)] if fault else []
        if not spec.usages:
            causes.append(required("spec.usages", "usages is required"))
        for index, usage in enumerate(spec.usages):
            if usage in spec.usages[:index]:
                causes.append(duplicate(f"spec.usages[{index}]", usage))
        if spec.signer_name == _LEGACY_SIGNER:
            detail = "the legacy signerName is not allowed via this API version"
            causes.append(invalid("spec.signerName", spec.signer_name, detail))
        else:
            causes += signer_name(spec.signer_name, "spec.signerName")
        if spec.HasField("expiration_seconds") and spec.expiration_seconds < _SHORTEST:
            detail = f"may not specify a duration less than {_SHORTEST} seconds (10 minutes)"
            causes.append(invalid("spec.expirationSeconds", spec.expiration_seconds, detail))
        return causes

    def validate_update(
        self, context: RequestContext, obj: CertificateSigningRequest, old: CertificateSigningRequest
    ) -> list[Cause]:
        if obj.status == old.status:
            return []
        path = "status.conditions"
        causes = _conditions(obj, path)
        for kind in _FINAL:
            if _count(obj, kind) < _count(old, kind):
                causes.append(forbidden(path, f'updates may not remove a condition of type "{kind}"'))
        for kind in _DECISIONS if context.subresource == "status" else ():
            if _count(obj, kind) > _count(old, kind):
                causes.append(forbidden(path, f'updates may not add a condition of type "{kind}"'))
        now, before = obj.status.certificate, old.status.certificate
        if now != before and before:
            causes.append(forbidden("status.certificate", "updates may not modify existing certificate content"))
        elif now != before:
            fault = certificate_fault(now)
            if fault:
                causes.append(invalid("status.certificate", "<certificate data>", fault))
        return causes


def _encoded(data: bytes) -> str:
    return b64encode(data).decode()


def _count(obj: CertificateSigningRequest, kind: str) -> int:
    return sum(condition.type == kind for condition in obj.status.conditions)


def _conditions(obj: CertificateSigningRequest, path: str) -> list[Cause]:
    causes: list[Cause] = []
    seen: set[str] = set()
    for index, condition in enumerate(obj.status.conditions):
        at = f"{path}[{index}]"
        causes += _condition(condition, at)
        if condition.type in seen:
            causes.append(duplicate(f"{at}.type", condition.type))
        seen.add(condition.type)
    decided = [condition.type for condition in obj.status.conditions if condition.type in _DECISIONS]
    if len(set(decided)) > 1:
        causes.append(invalid(path, decided[-1], "Approved and Denied conditions are mutually exclusive"))
    return causes


def _condition(condition: CertificateSigningRequestCondition, path: str) -> list[Cause]:
    causes = [] if condition.type else [required(f"{path}.type")]
    allowed = ("True",) if condition.type in _FINAL else _STATES
    if not condition.status:
        causes.append(required(f"{path}.status"))
    elif condition.status not in allowed:
        causes.append(not_supported(f"{path}.status", condition.status, allowed))
    return causes


def _keep_decisions(obj: CertificateSigningRequest, old: CertificateSigningRequest) -> None:
    """Approval and denial go through their own subresource; a write of the status does not alter what they say."""
    for kind in _DECISIONS:
        now = [condition for condition in obj.status.conditions if condition.type == kind]
        then = [condition for condition in old.status.conditions if condition.type == kind]
        if len(now) == len(then):
            for condition, before in zip(now, then, strict=True):
                condition.CopyFrom(before)


def _stamp(obj: CertificateSigningRequest, old: CertificateSigningRequest) -> None:
    now = int(time.time())
    since = {(c.type, c.status): c.last_transition_time.seconds for c in old.status.conditions}
    for condition in obj.status.conditions:
        if not condition.last_update_time.seconds:
            condition.last_update_time.seconds = now
        if not condition.last_transition_time.seconds:
            condition.last_transition_time.seconds = since.get((condition.type, condition.status)) or now
