"""PolicyParameters: a policy, and its binding, look at objects that their writers may read.

What an expression makes of its parameters is told to whoever the policy refuses: else who may write policies could read
everything. The rules are those of a kube-apiserver's strategies for policies and bindings. The plugin is built in.
"""

from typing import Any, ClassVar

from google.protobuf.message import Message
from pilothouse.api.admissionregistration.v1.admissionregistration_pb2 import ParamKind

from ...authorization.base import Attributes, Authorizer, Decision, quote
from ...authorization.union import SYSTEM_MASTERS
from ...errors import Cause, Invalid
from ...meta.resource import Registry, ResourceType
from ...schema.causes import forbidden
from ..base import AdmissionRequest, Objects, Operation, Plugin

GROUP = "admissionregistration.k8s.io"
POLICIES = frozenset(("validatingadmissionpolicies", "mutatingadmissionpolicies"))
BINDINGS = frozenset(("validatingadmissionpolicybindings", "mutatingadmissionpolicybindings"))


class PolicyParameters(Plugin):
    name: ClassVar[str] = "PolicyParameters"

    def __init__(self, authorizer: Authorizer, registry: Registry, objects: Objects) -> None:
        self._authorizer = authorizer
        self._registry = registry
        self._objects = objects

    def handles(self, resource: ResourceType, subresource: str, operation: Operation) -> bool:
        known = resource.group == GROUP and resource.plural in POLICIES | BINDINGS
        return known and not subresource and operation in (Operation.CREATE, Operation.UPDATE)

    async def validate(self, request: AdmissionRequest) -> None:
        if SYSTEM_MASTERS in request.context.user.groups:
            return
        new: Any = request.object
        old: Any = request.old
        if request.context.type.plural in POLICIES:
            if new.spec.HasField("param_kind") and (old is None or new.spec.param_kind != old.spec.param_kind):
                self._check_policy(request, new.spec.param_kind)
        elif new.spec.HasField("param_ref") and (
            old is None or (new.spec.param_ref, new.spec.policy_name) != (old.spec.param_ref, old.spec.policy_name)
        ):
            await self._check_binding(request, new)

    def _check_policy(self, request: AdmissionRequest, kind: ParamKind) -> None:
        """Any binding may choose any object of the kind."""
        if not self._may_read(request, "get", kind, "*", "*"):
            what = f"kind={kind.kind}, apiVersion={kind.api_version}"
            raise _refused(request, "spec.paramKind", f"on all objects of the referenced paramKind ({what})", "get")

    async def _check_binding(self, request: AdmissionRequest, new: Any) -> None:
        reference, plural = new.spec.param_ref, request.context.type.plural.replace("policybindings", "policies")
        found = await self._objects.read(GROUP, plural, "", new.spec.policy_name) if new.spec.policy_name else None
        verb = "get" if reference.name else "list"
        if not self._may_read(request, verb, _kind_of(found), reference.namespace, reference.name):
            raise _refused(request, "spec.paramRef", "on the object referenced by paramRef", verb)

    def _may_read(
        self, request: AdmissionRequest, verb: str, kind: ParamKind | None, namespace: str, name: str
    ) -> bool:
        """kind: None where it is not known, which takes the right to read every kind."""
        resource = self._registry.by_kind(kind.api_version, kind.kind) if kind is not None else None
        group, plural, version = (resource.group, resource.plural, resource.version) if resource else ("*", "*", "*")
        asked = Attributes(request.context.user, verb, group, plural, "", namespace, name, version)
        return self._authorizer.authorize(asked)[0] is Decision.ALLOW


def _kind_of(found: tuple[Message, int] | None) -> ParamKind | None:
    """What a policy says of its parameters."""
    if found is None:
        return None
    policy: Any = found[0]
    kind: ParamKind | None = policy.spec.param_kind if policy.spec.HasField("param_kind") else None
    return kind


def _refused(request: AdmissionRequest, field: str, what: str, verb: str) -> Invalid:
    resource = request.context.type
    cause: Cause = forbidden(field, f'user {quote(request.context.user.name)} must have "{verb}" permission {what}')
    message = f'{resource.kind}.{GROUP} "{request.name}" is invalid: {cause.field}: {cause.message}'
    return Invalid(message, group=GROUP, kind=resource.kind, name=request.name, causes=(cause,))
