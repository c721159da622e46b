"""The bindings of roles to subjects, made ready to be looked up."""

from dataclasses import dataclass

from pilothouse.api.rbac.v1 import rbac_pb2 as rbac

from .base import quote

GROUP = "rbac.authorization.k8s.io"


@dataclass(frozen=True, slots=True)
class Subject:
    """key: "User <name>" or "Group <name>", a service account by the user name that it has; title: for people."""

    key: str
    title: str


@dataclass(frozen=True, slots=True)
class Binding:
    """A RoleBinding, or with namespace "" a ClusterRoleBinding.

    role: the store key of the role that it grants; subjects: each once; title: for people; missing_role: what to say
    where that role does not exist.
    """

    namespace: str
    role: str
    subjects: tuple[Subject, ...]
    title: str
    missing_role: str


def compile_binding(kind: str, message: rbac.RoleBinding | rbac.ClusterRoleBinding, role: str) -> Binding:
    namespace = message.metadata.namespace
    name = f"{message.metadata.name}/{namespace}" if namespace else message.metadata.name
    reference = message.role_ref
    subjects: dict[str, Subject] = {}
    for subject in message.subjects:
        compiled = _subject(subject, namespace)
        if compiled is not None:
            subjects.setdefault(compiled.key, compiled)
    return Binding(
        namespace,
        role,
        tuple(subjects.values()),
        f"{kind} {quote(name)} of {reference.kind} {quote(reference.name)}",
        f"{reference.kind.lower()}.{GROUP} {quote(reference.name)} not found",
    )


def _subject(subject: rbac.Subject, binding_namespace: str) -> Subject | None:
    """None for what can be nobody: an unknown kind, a kind of another API group, a service account in no namespace."""
    if subject.kind in ("User", "Group") and subject.api_group in ("", GROUP):
        return Subject(f"{subject.kind} {subject.name}", f"{subject.kind} {quote(subject.name)}")
    namespace = subject.namespace or binding_namespace
    if subject.kind == "ServiceAccount" and not subject.api_group and namespace:
        title = f"ServiceAccount {quote(f'{subject.name}/{namespace}')}"
        return Subject(f"User system:serviceaccount:{namespace}:{subject.name}", title)
    return None
