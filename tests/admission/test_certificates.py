"""CertificateApproval, CertificateSigning, CertificateSubjectRestriction, and what nodes ask for."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from pilothouse.api.certificates.v1.certificates_pb2 import CertificateSigningRequest
from pilothouse.server.admission.base import AdmissionRequest, Operation, Plugin
from pilothouse.server.admission.environment import Environment
from pilothouse.server.admission.plugins.certificate_approval import CertificateApproval
from pilothouse.server.admission.plugins.certificate_signing import CertificateSigning
from pilothouse.server.admission.plugins.certificate_subject_restriction import CertificateSubjectRestriction
from pilothouse.server.admission.plugins.node_restriction import NodeRestriction
from pilothouse.server.errors import Forbidden
from pilothouse.server.meta.context import RequestContext
from pilothouse.server.meta.user import User
from pilothouse.server.objects import CachedObjects

from tests.admission.cluster import NODE, Cluster, Granting

CLIENT, SERVING = "kubernetes.io/kube-apiserver-client", "kubernetes.io/kubelet-serving"
STAMP = "orchard.test/stamp"
ANN = User("ann", ("system:authenticated",))


def _asked(signer: str, common_name: str = "ann", *organizations: str) -> CertificateSigningRequest:
    names = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, o) for o in organizations]
    names.append(x509.NameAttribute(NameOID.COMMON_NAME, common_name))
    built = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(names))
    signed = built.sign(ec.generate_private_key(ec.SECP256R1()), SHA256()).public_bytes(Encoding.PEM)
    made = CertificateSigningRequest()
    made.metadata.name = "r"
    made.spec.request, made.spec.signer_name = signed, signer
    return made


class Judge:
    """Shows requests to a plugin, whose authorizer grants some verbs on signers."""

    def __init__(self, cluster: Cluster, plugin: type, *granted: tuple[str, str]) -> None:
        plane = cluster.plane
        objects = CachedObjects(plane.registry, plane.kinds, plane.cache, plane.store, plane.writer)
        authorizer = Granting(*((verb, "signers", name) for verb, name in granted))
        self._plugin: Plugin = plugin(Environment(objects, authorizer, plane.registry, plane.now))
        self._type = cluster.type("certificatesigningrequests.certificates.k8s.io")

    async def __call__(
        self,
        new: CertificateSigningRequest,
        old: CertificateSigningRequest | None = None,
        subresource: str = "",
        user: User = ANN,
    ) -> None:
        operation = Operation.CREATE if old is None else Operation.UPDATE
        context = RequestContext(user, operation.value.lower(), self._type, name="r", subresource=subresource)
        if self._plugin.handles(self._type, subresource, operation):
            request = AdmissionRequest(context, operation, new, old, "r")
            await self._plugin.mutate(request)
            await self._plugin.validate(request)


@pytest.mark.parametrize("granted", [STAMP, "orchard.test/*"])
async def test_approval_takes_a_right_on_the_signer(cluster: Cluster, granted: str) -> None:
    old, new = _asked(STAMP), _asked(STAMP)
    new.status.conditions.add(type="Approved", status="True")
    await Judge(cluster, CertificateApproval, ("approve", granted))(new, old, "approval")
    refused = 'user not permitted to approve requests with signerName "orchard.test/stamp"'
    with pytest.raises(Forbidden, match=refused):
        await Judge(cluster, CertificateApproval, ("sign", granted))(new, old, "approval")
    # The copy in the request names a signer that the user may approve for; the object does not.
    with pytest.raises(Forbidden, match=refused):
        await Judge(cluster, CertificateApproval, ("approve", "orchard.test/other"))(
            _asked("orchard.test/other"), old, "approval"
        )


async def test_signing_takes_a_right_on_the_signer(cluster: Cluster) -> None:
    old, new = _asked(STAMP), _asked(STAMP)
    await Judge(cluster, CertificateSigning)(new, old, "status")
    new.status.certificate = b"PEM"
    await Judge(cluster, CertificateSigning, ("sign", STAMP))(new, old, "status")
    with pytest.raises(Forbidden, match=r'user not permitted to sign requests with signerName "orchard.test/stamp"'):
        await Judge(cluster, CertificateSigning, ("approve", STAMP))(new, old, "status")


async def test_no_certificate_makes_a_master(cluster: Cluster) -> None:
    judge = Judge(cluster, CertificateSubjectRestriction)
    await judge(_asked(CLIENT, "ann", "growers"))
    await judge(_asked(STAMP, "ann", "system:masters"))
    refused = f"use of {CLIENT} signer with system:masters group is not allowed"
    with pytest.raises(Forbidden, match=refused):
        await judge(_asked(CLIENT, "ann", "growers", "system:masters"))
    broken = _asked(CLIENT)
    broken.spec.request = b"-----BEGIN CERTIFICATE REQUEST-----\nx\n-----END CERTIFICATE REQUEST-----\n"
    with pytest.raises(Forbidden, match="failed to parse CSR"):
        await judge(broken)


async def test_a_node_asks_for_certificates_in_its_own_name(cluster: Cluster) -> None:
    judge = Judge(cluster, NodeRestriction)
    await judge(_asked(SERVING, "system:node:shed", "system:nodes"), user=NODE)
    with pytest.raises(Forbidden, match="can only create a node CSR with CN=system:node:shed"):
        await judge(_asked(SERVING, "system:node:barn", "system:nodes"), user=NODE)
