"""Signers of certificates: who may act for which, and what a certificate request asks for."""

from cryptography import x509
from cryptography.x509.oid import NameOID
from pilothouse.api.certificates.v1.certificates_pb2 import CertificateSigningRequest

from ..authorization.base import Attributes, Authorizer, Decision
from ..meta.user import User

GROUP, PLURAL = "certificates.k8s.io", "certificatesigningrequests"
API_CLIENT = "kubernetes.io/kube-apiserver-client"
API_CLIENT_KUBELET = "kubernetes.io/kube-apiserver-client-kubelet"
KUBELET_SERVING = "kubernetes.io/kubelet-serving"


def may_act_for(authorizer: Authorizer, user: User, verb: str, signer: str) -> bool:
    """Whether the user has the verb ("approve", "sign") on the signer, or on all signers of its domain."""
    for name in (signer, f"{signer.partition('/')[0]}/*"):
        attributes = Attributes(user, verb, GROUP, "signers", name=name, version="*")
        if authorizer.authorize(attributes)[0] is Decision.ALLOW:
            return True
    return False


def requested_subject(request: CertificateSigningRequest) -> tuple[list[str], list[str]]:
    """The common names and the organizations that the request asks for. Raises ValueError."""
    subject = x509.load_pem_x509_csr(request.spec.request).subject
    names, organizations = (
        [str(attribute.value) for attribute in subject.get_attributes_for_oid(oid)]
        for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME)
    )
    return names, organizations
