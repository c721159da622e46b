"""Who may do what, and what is asked before things are done: roles, admission, certificates."""

from collections.abc import Iterable, Mapping
from typing import Any

from pilothouse.api.admissionregistration.v1 import admissionregistration_pb2 as admission
from pilothouse.api.certificates.v1 import certificates_pb2 as certificates
from pilothouse.api.meta.v1 import meta_pb2 as meta
from pilothouse.api.rbac.v1 import rbac_pb2 as rbac

from ....meta.durations import duration
from ....meta.tables import Cells, Column
from .base import AGE, CREATED, NAME, Shown
from .cells import NONE, UNSET, age, created

ANY_NAMESPACE = "*"


def _binding(it: rbac.ClusterRoleBinding | rbac.RoleBinding, now: float) -> Cells:
    accounts = [f"{s.namespace}/{s.name}" for s in it.subjects if s.kind == "ServiceAccount"]
    return [
        it.metadata.name,
        f"{it.role_ref.kind}/{it.role_ref.name}",
        age(it, now),
        ", ".join(_named(it.subjects, "User")),
        ", ".join(_named(it.subjects, "Group")),
        ", ".join(accounts),
    ]


def _named(subjects: Iterable[rbac.Subject], kind: str) -> list[str]:
    return [subject.name for subject in subjects if subject.kind == kind]


def _request(it: certificates.CertificateSigningRequest, now: float) -> Cells:
    spec = it.spec
    return [
        it.metadata.name,
        age(it, now),
        spec.signer_name or NONE,
        spec.username,
        duration(spec.expiration_seconds) if spec.HasField("expiration_seconds") else NONE,
        _request_condition(it),
    ]


def _request_condition(it: certificates.CertificateSigningRequest) -> str:
    kinds = {condition.type for condition in it.status.conditions}
    word = "Denied" if "Denied" in kinds else "Approved" if "Approved" in kinds else "Pending"
    return word + ",Failed" * ("Failed" in kinds) + ",Issued" * bool(it.status.certificate)


def _param_kind(spec: admission.MutatingAdmissionPolicySpec | admission.ValidatingAdmissionPolicySpec) -> str:
    given = spec.param_kind
    return f"{given.api_version}/{given.kind}" if spec.HasField("param_kind") else UNSET


def _policy_binding(
    it: admission.MutatingAdmissionPolicyBinding | admission.ValidatingAdmissionPolicyBinding, now: float
) -> Cells:
    given, parameters = it.spec.param_ref, UNSET
    if given.name:
        # Whether the parameters are in a namespace is not to be seen from here.
        parameters = f"{given.namespace or ANY_NAMESPACE}/{given.name}"
    elif given.HasField("selector"):
        parameters = _go_selector(given.selector)
    return [it.metadata.name, it.spec.policy_name, parameters, age(it, now)]


def _go_selector(selector: meta.LabelSelector) -> str:
    """As Go shows the struct: this is what clients have always been given."""
    labels = "".join(f"{key}: {selector.match_labels[key]}," for key in sorted(selector.match_labels))
    expressions = "".join(
        f"LabelSelectorRequirement{{Key:{e.key},Operator:{e.operator},Values:[{' '.join(e.values)}],}},"
        for e in selector.match_expressions
    )
    return (
        f"&LabelSelector{{MatchLabels:map[string]string{{{labels}}},"
        f"MatchExpressions:[]LabelSelectorRequirement{{{expressions}}},}}"
    )


ROLE: Shown[Any] = Shown((NAME, CREATED), lambda it, now: [it.metadata.name, created(it)])
BINDING = Shown(
    (
        NAME,
        Column("Role", "Role that is granted."),
        AGE,
        Column("Users", "Users that the role is granted to.", priority=1),
        Column("Groups", "Groups that the role is granted to.", priority=1),
        Column("ServiceAccounts", "Service accounts that the role is granted to.", priority=1),
    ),
    _binding,
)
WEBHOOKS: Shown[Any] = Shown(
    (NAME, Column("Webhooks", "How many webhooks are called.", "integer"), AGE),
    lambda it, now: [it.metadata.name, len(it.webhooks), age(it, now)],
)
PARAM_KIND = Column("ParamKind", "Kind of the objects that hold the policy's parameters.")
POLICY_BINDING = Shown(
    (
        NAME,
        Column("PolicyName", "Policy that is put to use."),
        Column("ParamRef", "Objects that hold the parameters."),
        AGE,
    ),
    _policy_binding,
)

SHOWN: Mapping[str, Shown[Any]] = {
    "CertificateSigningRequest": Shown(
        (
            NAME,
            AGE,
            Column("SignerName", "Who is to sign."),
            Column("Requestor", "Who asks."),
            Column("RequestedDuration", "How long the certificate should be good for."),
            Column("Condition", "What has become of the request."),
        ),
        _request,
    ),
    "ClusterRole": ROLE,
    "ClusterRoleBinding": BINDING,
    "MutatingAdmissionPolicy": Shown(
        (NAME, Column("Mutations", "How many changes the policy makes.", "integer"), PARAM_KIND, AGE),
        lambda it, now: [it.metadata.name, len(it.spec.mutations), _param_kind(it.spec), age(it, now)],
    ),
    "MutatingAdmissionPolicyBinding": POLICY_BINDING,
    "MutatingWebhookConfiguration": WEBHOOKS,
    "Role": ROLE,
    "RoleBinding": BINDING,
    "ValidatingAdmissionPolicy": Shown(
        (NAME, Column("Validations", "How many rules the policy has.", "integer"), PARAM_KIND, AGE),
        lambda it, now: [it.metadata.name, len(it.spec.validations), _param_kind(it.spec), age(it, now)],
    ),
    "ValidatingAdmissionPolicyBinding": POLICY_BINDING,
    "ValidatingWebhookConfiguration": WEBHOOKS,
}
