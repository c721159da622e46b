"""certificatesigningrequests/approval and status, and namespaces/finalize."""

from base64 import b64encode
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from pilothouse.server.errors import Forbidden, Invalid, MethodNotSupported, NotFound
from pilothouse.server.verbs.patch import PatchType

from tests.support.plane import Requests
from tests.verbs.subresources.conftest import Orchard, user

GROUP = "certificates.k8s.io"
STAMP = "orchard.test/stamp"


def asked(*organizations: str) -> str:
    names = [x509.NameAttribute(NameOID.COMMON_NAME, "ann")]
    names += [x509.NameAttribute(NameOID.ORGANIZATION_NAME, name) for name in organizations]
    made = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(names))
    pem = made.sign(ec.generate_private_key(ec.SECP256R1()), SHA256()).public_bytes(Encoding.PEM)
    return b64encode(pem).decode()


async def request_of(orchard: Orchard, signer: str = STAMP, *organizations: str) -> Requests:
    requests = orchard("certificatesigningrequests", GROUP)
    spec = {"request": asked(*organizations), "signerName": signer, "usages": ["client auth"]}
    await requests.create({"metadata": {"name": "ann"}, "spec": spec})
    return requests


def decided(kind: str = "Approved", **more: Any) -> dict[str, Any]:
    return {"status": {"conditions": [{"type": kind, "status": "True", "reason": "Asked", **more}]}}


async def decide(orchard: Orchard, document: Any, part: str = "approval") -> Any:
    return await orchard.patch(orchard("certificatesigningrequests", GROUP), "ann", part, document)


async def grant(orchard: Orchard, name: str, *rules: dict[str, Any]) -> Orchard:
    rbac = "rbac.authorization.k8s.io"
    await orchard("clusterroles", rbac).create({"metadata": {"name": name}, "rules": list(rules)})
    await orchard("clusterrolebindings", rbac).create(
        {
            "metadata": {"name": name},
            "roleRef": {"apiGroup": rbac, "kind": "ClusterRole", "name": name},
            "subjects": [{"apiGroup": rbac, "kind": "User", "name": name}],
        }
    )
    assert await orchard.plane.cache.wait_for(await orchard.plane.store.revision(), 3.0)
    return orchard.acting(user(name))


def rule(resource: str, *verbs: str, **more: Any) -> dict[str, Any]:
    return {"apiGroups": [GROUP], "resources": [resource], "verbs": list(verbs), **more}


async def test_a_request_is_approved_and_stays_so(orchard: Orchard) -> None:
    requests = await request_of(orchard)
    approved = await decide(orchard, {**decided(), "spec": {"username": "mallory"}})
    condition = approved.status.conditions[0]
    assert (condition.type, condition.reason, approved.spec.username) == ("Approved", "Asked", "admin")
    assert condition.last_update_time.seconds == condition.last_transition_time.seconds > 0
    assert await orchard.get(requests, "ann", "approval") == approved
    both = {"status": {"conditions": [*decided()["status"]["conditions"], *decided("Denied")["status"]["conditions"]]}}
    with pytest.raises(Invalid, match="Approved and Denied conditions are mutually exclusive"):
        await decide(orchard, both)
    with pytest.raises(Invalid, match='updates may not remove a condition of type "Approved"'):
        await orchard.patch(requests, "ann", "approval", {"status": {"conditions": []}}, PatchType.MERGE)


async def test_an_approval_issues_no_certificate(orchard: Orchard) -> None:
    await request_of(orchard)
    document = decided()
    document["status"]["certificate"] = b64encode(b"mine").decode()
    assert (await decide(orchard, document)).status.certificate == b""


async def test_a_status_decides_nothing(orchard: Orchard) -> None:
    requests = await request_of(orchard)
    with pytest.raises(Invalid, match='updates may not add a condition of type "Approved"'):
        await decide(orchard, decided(), "status")
    approved = await decide(orchard, decided())
    reworded = await decide(orchard, decided(reason="Mine"), "status")
    assert reworded.status.conditions[0] == approved.status.conditions[0]
    with pytest.raises(Invalid, match='updates may not remove a condition of type "Approved"'):
        await orchard.patch(requests, "ann", "status", {"status": {"conditions": None}}, PatchType.MERGE)
    with pytest.raises(Invalid, match=r"status.certificate: Invalid value: \"<certificate data>\""):
        await decide(orchard, {"status": {"certificate": b64encode(b"none").decode()}}, "status")


async def test_whoever_approves_needs_a_right_on_the_signer(orchard: Orchard) -> None:
    await request_of(orchard)
    clerk = await grant(orchard, "clerk", rule("certificatesigningrequests/approval", "patch", "get"))
    with pytest.raises(Forbidden, match=r'user not permitted to approve requests with signerName "orchard.test/stamp"'):
        await decide(clerk, decided())
    with pytest.raises(Forbidden, match="certificatesigningrequests/status"):
        await decide(clerk, decided("Failed"), "status")
    signers = rule("signers", "approve", resourceNames=["orchard.test/*"])
    judge = await grant(orchard, "judge", rule("certificatesigningrequests/approval", "patch"), signers)
    assert (await decide(judge, decided())).status.conditions[0].type == "Approved"


async def test_whoever_signs_needs_a_right_on_the_signer(orchard: Orchard) -> None:
    await request_of(orchard)
    signer = await grant(orchard, "signer", rule("certificatesigningrequests/status", "patch"))
    with pytest.raises(Forbidden, match=r'user not permitted to sign requests with signerName "orchard.test/stamp"'):
        await decide(signer, decided("Failed"), "status")


async def test_nobody_asks_to_be_a_master(orchard: Orchard) -> None:
    with pytest.raises(Forbidden, match="system:masters group is not allowed"):
        await request_of(orchard, "kubernetes.io/kube-apiserver-client", "system:masters")


async def test_a_namespace_is_finalized(orchard: Orchard) -> None:
    namespaces = orchard("namespaces")
    await namespaces.create({"metadata": {"name": "fallow"}})
    held = {"metadata": {"name": "fallow"}, "spec": {"finalizers": ["kubernetes", "example.test/hay"]}}
    made = await orchard.update(namespaces, "fallow", "finalize", held)
    assert list(made.spec.finalizers) == ["kubernetes", "example.test/hay"]
    with pytest.raises(Invalid, match=r"spec.finalizers\[0\]: Invalid value: \"hay\""):
        await orchard.update(namespaces, "fallow", "finalize", {**held, "spec": {"finalizers": ["hay"]}})
    same = await namespaces.update({"metadata": {"name": "fallow"}, "spec": {"finalizers": []}})
    assert list(same.spec.finalizers) == ["kubernetes", "example.test/hay"]
    await namespaces.delete("fallow")
    await orchard.update(namespaces, "fallow", "finalize", {**held, "spec": {"finalizers": ["kubernetes"]}})
    assert (await namespaces.get("fallow")).status.phase == "Terminating"
    await orchard.update(namespaces, "fallow", "finalize", {"metadata": {"name": "fallow"}})
    with pytest.raises(NotFound):
        await namespaces.get("fallow")


async def test_to_finalize_takes_its_own_right_and_its_own_verb(orchard: Orchard) -> None:
    keeper = await grant(
        orchard, "keeper", {"apiGroups": [""], "resources": ["namespaces"], "verbs": ["get", "update", "patch"]}
    )
    body = {"metadata": {"name": "orchard"}}
    with pytest.raises(Forbidden, match="namespaces/finalize"):
        await keeper.update(keeper("namespaces"), "orchard", "finalize", body)
    for attempt in (
        orchard.patch(orchard("namespaces"), "orchard", "finalize", {}),
        orchard.get(orchard("namespaces"), "orchard", "finalize"),
    ):
        with pytest.raises(MethodNotSupported):
            await attempt
