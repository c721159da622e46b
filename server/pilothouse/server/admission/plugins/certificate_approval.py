"""CertificateApproval: to approve or deny a request takes a right on its signer, beside that on the subresource."""

from pilothouse.api.certificates.v1.certificates_pb2 import CertificateSigningRequest

from ..base import AdmissionRequest, rejected
from ..environment import Environment
from ..scoped import UPDATE, ScopedPlugin
from ..signers import GROUP, PLURAL, may_act_for


class CertificateApproval(ScopedPlugin):
    name = "CertificateApproval"
    resources = frozenset({(GROUP, PLURAL)})
    subresources = frozenset({"approval"})
    operations = UPDATE

    def __init__(self, environment: Environment) -> None:
        self._authorizer = environment.authorizer

    async def validate(self, request: AdmissionRequest) -> None:
        # The signer of the object as it is: the caller's copy may name another.
        old = request.old
        assert isinstance(old, CertificateSigningRequest)
        signer = old.spec.signer_name
        if not may_act_for(self._authorizer, request.context.user, "approve", signer):
            raise rejected(request, f'user not permitted to approve requests with signerName "{signer}"')
