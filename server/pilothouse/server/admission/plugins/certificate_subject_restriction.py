"""CertificateSubjectRestriction: no certificate makes its holder a member of system:masters."""

from pilothouse.api.certificates.v1.certificates_pb2 import CertificateSigningRequest

from ..base import AdmissionRequest, rejected
from ..scoped import CREATE, ScopedPlugin
from ..signers import API_CLIENT, GROUP, PLURAL, requested_subject

MASTERS = "system:masters"


class CertificateSubjectRestriction(ScopedPlugin):
    name = "CertificateSubjectRestriction"
    resources = frozenset({(GROUP, PLURAL)})
    operations = CREATE

    async def validate(self, request: AdmissionRequest) -> None:
        new = request.object
        assert isinstance(new, CertificateSigningRequest)
        if new.spec.signer_name != API_CLIENT:
            return
        try:
            _, organizations = requested_subject(new)
        except ValueError as error:
            raise rejected(request, f"failed to parse CSR: {error}") from None
        if MASTERS in organizations:
            raise rejected(request, f"use of {API_CLIENT} signer with {MASTERS} group is not allowed")
