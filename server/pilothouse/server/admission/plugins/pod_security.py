"""PodSecurity: pods keep to the Pod Security Standard that their namespace asks for by its labels.

A breach of the enforced standard is refused; of the warned one a warning is given, for workloads by their pod template
too; of the audited one the audit log is told. The rules and words are those of Kubernetes' PodSecurity plugin.
"""

from collections.abc import Callable, Mapping
from time import monotonic
from typing import Any, cast

from pilothouse.api.core.v1.core_pb2 import Namespace
from pilothouse.api.core.v1.pods_pb2 import Pod, PodSpec
from pilothouse.api.meta.v1.meta_pb2 import ObjectMeta

from ...errors import Invalid
from ...meta.resource import ResourceType
from ..base import AdmissionRequest, Objects, Operation, Plugin, rejected
from .pod_security_checks import AnyContainer, containers_of
from .pod_security_policy import PREFIX, PRIVILEGED, PodSecurityConfig, Policy, Standard, policy_of
from .pod_security_standards import faults_of

# A namespace whose enforced level is raised has its pods looked at: so many, and for so many seconds.
_PODS_AT_MOST = 3000
_SECONDS = 1.0
_WRITES = (Operation.CREATE, Operation.UPDATE)


def _own(found: Any) -> tuple[ObjectMeta, PodSpec]:
    return found.metadata, found.spec


def _template(found: Any) -> tuple[ObjectMeta, PodSpec]:
    return found.spec.template.metadata, found.spec.template.spec


def _job_template(found: Any) -> tuple[ObjectMeta, PodSpec]:
    return _template(found.spec.job_template)


def _pod_template(found: Any) -> tuple[ObjectMeta, PodSpec]:
    return found.template.metadata, found.template.spec


_TEMPLATES: Mapping[tuple[str, str], Callable[[Any], tuple[ObjectMeta, PodSpec]]] = {
    ("", "podtemplates"): _pod_template,
    ("", "replicationcontrollers"): _template,
    ("apps", "daemonsets"): _template,
    ("apps", "deployments"): _template,
    ("apps", "replicasets"): _template,
    ("apps", "statefulsets"): _template,
    ("batch", "cronjobs"): _job_template,
    ("batch", "jobs"): _template,
}


class PodSecurity(Plugin):
    name = "PodSecurity"

    def __init__(self, objects: Objects, config: PodSecurityConfig | None = None) -> None:
        self._objects = objects
        self._config = config or PodSecurityConfig()

    def handles(self, resource: ResourceType, subresource: str, operation: Operation) -> bool:
        if operation not in _WRITES:
            return False
        kind = (resource.group, resource.plural)
        if kind == ("", "pods"):
            return subresource in ("", "ephemeralcontainers", "resize")
        return not subresource and (kind == ("", "namespaces") or kind in _TEMPLATES)

    async def validate(self, request: AdmissionRequest) -> None:
        resource = request.context.type
        if resource.plural == "namespaces":
            self._check_namespace(request)
            return
        if self._is_exempt(request):
            return
        namespace = cast(Namespace | None, self._objects.get("", "namespaces", "", request.context.namespace))
        labels = namespace.metadata.labels if namespace is not None else {}
        policy, causes = policy_of(labels, self._config.defaults)
        if causes:
            text = "; ".join(f"{cause.field}: {cause.message}" for cause in causes)
            request.context.annotations[f"{PREFIX}error"] = f"Failed to parse policy: {text}"
        if resource.plural == "pods":
            old = cast(Pod | None, request.old)
            if policy.restricts and (old is None or _significant(cast(Pod, request.object), old)):
                self._check(request, policy, *_own(request.object), enforce=True)
        else:
            template = _TEMPLATES[resource.group, resource.plural]
            self._check(request, policy, *template(request.object), enforce=False)

    def _is_exempt(self, request: AdmissionRequest) -> bool:
        config, context = self._config, request.context
        why = ""
        if context.namespace in config.exempt_namespaces:
            why = "namespace"
        elif context.user.name in config.exempt_users:
            why = "user"
        if why:
            context.annotations[f"{PREFIX}exempt"] = why
        return bool(why)

    def _check(
        self, request: AdmissionRequest, policy: Policy, metadata: ObjectMeta, spec: PodSpec, *, enforce: bool
    ) -> None:
        wanted = (policy.enforce, policy.audit, policy.warn) if enforce else (policy.audit, policy.warn)
        if all(standard.level == PRIVILEGED for standard in wanted):
            return
        context = request.context
        if spec.runtime_class_name in self._config.exempt_runtime_classes:
            context.annotations[f"{PREFIX}exempt"] = "runtimeClass"
            return
        texts = {standard: _told(standard, metadata, spec) for standard in wanted}
        if enforce:
            context.annotations[f"{PREFIX}enforce-policy"] = str(policy.enforce)
        if texts[policy.audit]:
            context.annotations[f"{PREFIX}audit-violations"] = f"would violate {texts[policy.audit]}"
        if enforce and texts[policy.enforce]:
            raise rejected(request, f"violates {texts[policy.enforce]}")
        if texts[policy.warn]:
            _warn(request, f"would violate {texts[policy.warn]}")

    def _check_namespace(self, request: AdmissionRequest) -> None:
        """The labels of a new namespace must be good; those of an old one only where they changed."""
        namespace = cast(Namespace, request.object)
        policy, causes = policy_of(namespace.metadata.labels, self._config.defaults)
        before, known = Policy(), list(causes)
        if request.old is not None:
            before, known = policy_of(cast(Namespace, request.old).metadata.labels, self._config.defaults)
        if causes and (request.old is None or causes != known):
            texts = [f"{cause.field}: {cause.message}" for cause in causes]
            text = texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
            message = f'Namespace "{request.name}" is invalid: {text}'
            raise Invalid(message, kind="Namespace", name=request.name, causes=causes)
        new, old = policy.enforce, before.enforce
        relaxed = new.minor == old.minor and new.stricter <= old.stricter
        if request.old is None or new == old or new.level == PRIVILEGED or relaxed:
            return
        if request.name not in self._config.exempt_namespaces:
            for warning in self._breaches(request.name, new):
                _warn(request, warning)

    def _breaches(self, namespace: str, standard: Standard) -> list[str]:
        """Which pods that are there already break a standard, those with the same faults together."""
        found: dict[str, list[str]] = {}
        deadline = monotonic() + _SECONDS
        pods = cast(list[Pod], list(self._objects.list("", "pods", namespace)))
        checked = 0
        for pod in pods[:_PODS_AT_MOST]:
            checked += 1
            if pod.spec.runtime_class_name in self._config.exempt_runtime_classes:
                continue
            reasons = ", ".join(reason for reason, _ in faults_of(standard, pod.metadata, pod.spec))
            if reasons:
                found.setdefault(reasons, []).append(pod.metadata.name)
            if monotonic() > deadline:
                break
        warnings = []
        if checked < len(pods):
            which = f"the first {checked} of {len(pods)} existing pods"
            warnings.append(f"new PodSecurity enforce level only checked against {which}")
        if found:
            level = f'violate the new PodSecurity enforce level "{standard}"'
            warnings.append(f'existing pods in namespace "{namespace}" {level}')
        return warnings + sorted(f"{_together(names)}: {reasons}" for reasons, names in found.items())


def _together(names: list[str]) -> str:
    others = len(names) - 1
    if not others:
        return names[0]
    return f"{min(names)} (and {others} other {'pod' if others == 1 else 'pods'})"


def _told(standard: Standard, metadata: ObjectMeta, spec: PodSpec) -> str:
    faults = faults_of(standard, metadata, spec)
    if not faults:
        return ""
    details = ", ".join(f"{reason} ({detail})" if detail else reason for reason, detail in faults)
    return f'PodSecurity "{standard}": {details}'


def _warn(request: AdmissionRequest, text: str) -> None:
    # A request that is prepared anew warns once.
    if text not in request.context.warnings:
        request.context.warnings.append(text)


def _significant(pod: Pod, old: Pod) -> bool:
    """Whether an update changes anything that a check looks at: of what can change that is containers' images, and
    ephemeral containers that are new."""
    before = {c.name: c for c in containers_of(old.spec)}
    now = containers_of(pod.spec)
    return (
        len(now) != len(before) or any(_changed(c, before.get(c.name)) for c in now) or _seccomp(pod) != _seccomp(old)
    )


def _changed(container: AnyContainer, before: AnyContainer | None) -> bool:
    return before is None or container.image != before.image


def _seccomp(pod: Pod) -> dict[str, str]:
    return {k: v for k, v in pod.metadata.annotations.items() if "seccomp.security.alpha.kubernetes.io/" in k}
