"""CertificateSigning: to put a certificate into a request's status, or a condition, takes a right on its signer."""

from pilothouse.api.certificates.v1.certificates_pb2 import CertificateSigningRequest

from ..base import AdmissionRequest, rejected
from ..environment import Environment
from ..scoped import UPDATE, ScopedPlugin
from ..signers import GROUP, PLURAL, may_act_for


class CertificateSigning(ScopedPlugin):
    name = "CertificateSigning"
    resources = frozenset({(GROUP, PLURAL)})
    subresources = frozenset({"status"})
    operations = UPDATE

    def __init__(self, environment: Environment) -> None:
        self._authorizer = environment.authorizer

    async def validate(self, request: AdmissionRequest) -> None:
        new, old = request.object, request.old
        assert isinstance(new, CertificateSigningRequest)
        assert isinstance(old, CertificateSigningRequest)
        same = new.status.certificate == old.status.certificate
        if same and list(new.status.conditions) == list(old.status.conditions):
            return
        signer = old.spec.signer_name
        if not may_act_for(self._authorizer, request.context.user, "sign", signer):
            raise rejected(request, f'user not permitted to sign requests with signerName "{signer}"')
