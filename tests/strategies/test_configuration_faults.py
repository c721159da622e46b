"""What is wrong with objects that configure the server: webhooks, policies, priorities, signing requests, devices."""

from base64 import b64encode
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from tests.support.objects import faults, update_faults

ADMISSION = "admissionregistration.k8s.io/v1"
FLOW = "flowcontrol.apiserver.k8s.io/v1"
DEVICES = "resource.k8s.io/v1"


def made(api_version: str, kind: str, **members: Any) -> dict[str, Any]:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": "press"}, **members}


def rule(**members: Any) -> dict[str, Any]:
    return {"operations": ["CREATE"], "apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"], **members}


def hook(**members: Any) -> dict[str, Any]:
    own = {
        "name": "a.example.test",
        "sideEffects": "None",
        "admissionReviewVersions": ["v1"],
        "clientConfig": {"url": "https://hook.example.test/x"},
        "rules": [rule()],
    }
    return made(ADMISSION, "ValidatingWebhookConfiguration", webhooks=[{**own, **members}])


def served(**service: Any) -> dict[str, Any]:
    return hook(clientConfig={"service": {"name": "s", "namespace": "n", **service}})


def policy(**spec: Any) -> dict[str, Any]:
    own = {"matchConstraints": {"resourceRules": [rule()]}, "validations": [{"expression": "true"}]}
    return made(ADMISSION, "ValidatingAdmissionPolicy", spec={**own, **spec})


def bound(**spec: Any) -> dict[str, Any]:
    own = {"policyName": "p", "validationActions": ["Deny"]}
    return made(ADMISSION, "ValidatingAdmissionPolicyBinding", spec={**own, **spec})


def flow(**rules: Any) -> dict[str, Any]:
    own: dict[str, Any] = {
        "subjects": [{"kind": "User", "user": {"name": "u"}}],
        "nonResourceRules": [{"verbs": ["get"], "nonResourceURLs": ["/healthz"]}],
    }
    spec = {"priorityLevelConfiguration": {"name": "l"}, "rules": [{**own, **rules}]}
    return made(FLOW, "FlowSchema", spec=spec)


def level(**queuing: Any) -> dict[str, Any]:
    limited = {"limitResponse": {"type": "Queue", "queuing": queuing}}
    return made(FLOW, "PriorityLevelConfiguration", spec={"type": "Limited", "limited": limited})


def request(pem: bytes | None = None, **spec: Any) -> dict[str, Any]:
    own: dict[str, Any] = {"signerName": "a.test/s", "usages": ["client auth"]}
    own["request"] = b64encode(pem or _signing_request()).decode()
    return made("certificates.k8s.io/v1", "CertificateSigningRequest", spec={**own, **spec})


def _signing_request() -> bytes:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "press")])
    key = ec.generate_private_key(ec.SECP256R1())
    found = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    return found.public_bytes(Encoding.PEM)


def decided(*conditions: tuple[str, str]) -> dict[str, Any]:
    return {**request(), "status": {"conditions": [{"type": kind, "status": status} for kind, status in conditions]}}


def claim(*requests: dict[str, Any], **devices: Any) -> dict[str, Any]:
    return made(DEVICES, "ResourceClaim", spec={"devices": {"requests": list(requests), **devices}})


def api(**spec: Any) -> dict[str, Any]:
    own = {"group": "a.test", "version": "v1", "groupPriorityMinimum": 100, "versionPriority": 100}
    value = made("apiregistration.k8s.io/v1", "APIService", spec={**own, **spec})
    return {**value, "metadata": {"name": "v1.a.test"}}


H = "webhooks[0]"
URL = f"{H}.clientConfig.url"
PATH = f"{H}.clientConfig.service.path"
ONE = {"name": "r", "exactly": {"deviceClassName": "c"}}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (hook(), []),
        (hook(name="a"), [(f"{H}.name", "at least three segments")]),
        (hook(timeoutSeconds=0), [(f"{H}.timeoutSeconds", "between 1 and 30 seconds")]),
        (hook(admissionReviewVersions=[]), [(f"{H}.admissionReviewVersions", "must specify one of v1, v1beta1")]),
        (hook(clientConfig={}), [(f"{H}.clientConfig", "exactly one of url or service")]),
        (hook(clientConfig={"url": "https://u@a.test/x#y"}), [(URL, "user information"), (URL, "fragments")]),
        (served(path="/a/b"), []),
        (served(path="a/b"), [(PATH, "must start with a '/'"), (PATH, "segment[0] may not be empty")]),
        (served(name=""), [(f"{H}.clientConfig.service.name", "service name is required")]),
        (hook(rules=[rule(resources=["pods/*", "pods/status"])]), [(f"{H}.rules[0].resources[1]", "if 'pods/*'")]),
        (hook(rules=[rule(resources=["*", "pods"])]), [(f"{H}.rules[0].resources", "without subresources")]),
        (hook(rules=[rule(apiVersions=[])]), [(f"{H}.rules[0].apiVersions", "Required value")]),
        (
            hook(matchConditions=[{"name": "a", "expression": "true"}, {"name": "a", "expression": " "}]),
            [
                (f"{H}.matchConditions[1].expression", "Required value"),
                (f"{H}.matchConditions[1].name", "Duplicate value"),
            ],
        ),
        (policy(), []),
        (policy(matchConstraints={}), [("spec.matchConstraints.resourceRules", "Required value")]),
        (policy(variables=[{"name": "in", "expression": "1"}]), [("spec.variables[0].name", "not a valid CEL")]),
        (
            policy(validations=[{"expression": "true", "message": "a\nb"}]),
            [("spec.validations[0].message", "must not contain line breaks")],
        ),
        (policy(paramKind={"apiVersion": "a/b/c", "kind": "K"}), [("spec.paramKind.apiVersion", "GroupVersion")]),
        (bound(), []),
        (bound(validationActions=[]), [("spec.validationActions", "Required value")]),
        (bound(paramRef={"parameterNotFoundAction": "Deny"}), [("spec.paramRef", "one of name or selector")]),
        (
            made(ADMISSION, "MutatingAdmissionPolicyBinding", spec={"policyName": "p q"}),
            [("spec.policyName", "subdomain")],
        ),
        (flow(), []),
        (flow(subjects=[]), [("spec.rules[0].subjects", "at least one value")]),
        (flow(subjects=[{"kind": "Group"}]), [("spec.rules[0].subjects[0].group", "is required when")]),
        (
            flow(nonResourceRules=[{"verbs": ["*", "get"], "nonResourceURLs": ["/a/*/b"]}]),
            [
                ("spec.rules[0].nonResourceRules[0].verbs", "if '*' is present"),
                ("spec.rules[0].nonResourceRules[0].nonResourceURLs[0]", "suffix matching"),
            ],
        ),
        (level(), []),
        (level(queues=4, handSize=8), [("spec.limited.limitResponse.queuing.handSize", "queues (4)")]),
        (level(queues=1000000, handSize=8), [("spec.limited.limitResponse.queuing.handSize", "entropy bits")]),
        (request(), []),
        (request(b"nothing"), [("spec.request", "PEM block type")]),
        (
            request(b"-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n"),
            [("spec.request", "cannot be read")],
        ),
        (request(signerName="a/s"), [("spec.signerName", "at least two segments")]),
        (request(usages=[]), [("spec.usages", "usages is required")]),
        (request(expirationSeconds=599), [("spec.expirationSeconds", "less than 600 seconds")]),
        (claim(ONE), []),
        (claim(ONE, ONE), [("spec.devices.requests[1].name", "Duplicate value")]),
        (
            claim(ONE, constraints=[{"requests": ["x"], "matchAttribute": "a.test/b"}]),
            [
                ("spec.devices.constraints[0].requests[0]", "must be the name of a request"),
            ],
        ),
        (claim(ONE, config=[{}]), [("spec.devices.config[0].opaque", "Required value")]),
        (
            claim({"name": "r", "exactly": {"deviceClassName": "c", "selectors": [{}]}}),
            [("spec.devices.requests[0].exactly.selectors[0].cel", "Required value")],
        ),
        (
            made(DEVICES, "ResourceSlice", spec={"driver": "a.test", "pool": {"name": "p", "resourceSliceCount": 1}}),
            [("spec", "exactly one of `nodeName`")],
        ),
        (api(), []),
        (api(groupPriorityMinimum=0), [("spec.groupPriorityMinimum", "must be positive")]),
        (api(insecureSkipTLSVerify=True), [("spec.insecureSkipTLSVerify", "local APIServices")]),
        (api(service={"name": "s"}), [("spec.service.namespace", "Required value")]),
    ],
)
def test_faults(value: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    found = [(field, message) for _, field, message in faults(value)]
    assert [field for field, _ in found] == [field for field, _ in expected]
    for (_, message), (_, text) in zip(found, expected, strict=True):
        assert text in message


@pytest.mark.parametrize(
    ("conditions", "fields"),
    [
        ((("Approved", "True"),), []),
        ((("Approved", "False"),), ["status.conditions[0].status"]),
        ((("Approved", "True"), ("Denied", "True")), ["status.conditions"]),
        ((("Approved", "True"), ("Approved", "True")), ["status.conditions[1].type"]),
    ],
)
def test_decisions_on_requests(conditions: tuple[tuple[str, str], ...], fields: list[str]) -> None:
    found = update_faults(decided(*conditions), request(), "approval")
    assert [field for _, field, _ in found] == fields
