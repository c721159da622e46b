"""MutatingAdmissionPolicy: changes objects as policies say, written in CEL by whoever runs the cluster.

The rules and words are those of a kube-apiserver's plugin. CEL is loaded with the first policy that is bound.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from google.protobuf.message import Message

from ...conversion import to_served, to_stored
from ...errors import ApiError, Cause, Forbidden
from ...meta.resource import ResourceType
from ..base import AdmissionRequest, Operation, Plugin, rejected
from ..environment import Environment
from ..lookups import metadata_of
from ..policies.forms import Json
from ..policies.invoking import Invoker, Match, Unusable
from ..policies.matching import is_exempt
from ..policies.seen import Seen
from ..policies.source import Binding, Policies

if TYPE_CHECKING:
    from ..policies.mutating import CompiledMutation

_OPERATIONS = (Operation.CREATE, Operation.UPDATE)


class MutatingAdmissionPolicy(Plugin):
    name = "MutatingAdmissionPolicy"

    def __init__(self, environment: Environment) -> None:
        self._invoker = Invoker(environment)
        self._authorizer = environment.authorizer
        self._forms = environment.forms
        self._policies: Policies[CompiledMutation] = Policies(
            environment.registry, environment.follow, "mutatingadmissionpolicies", _compile
        )

    def handles(self, resource: ResourceType, subresource: str, operation: Operation) -> bool:
        return operation in _OPERATIONS and not is_exempt(resource)

    async def mutate(self, request: AdmissionRequest) -> None:
        # Bodies of subresources that are of another kind are left as they are.
        if not self._policies or type(request.object) is not request.context.type.message:
            return
        policies = list(self._policies)
        changed = [await self._run(policy, bindings, request) for policy, bindings in policies]
        for index, (policy, bindings) in enumerate(policies):
            if policy.again and any(changed[index + 1 :]):
                await self._run(policy, bindings, request)

    async def _run(self, policy: "CompiledMutation", bindings: Iterable[Binding], request: AdmissionRequest) -> bool:
        """Whether the policy changed the object. Raises Forbidden."""
        from ..policies.expressions import Failed

        changed = False
        try:
            match = await self._invoker.match(policy, request)
        except Unusable as error:
            _fail(request, policy, "", error)
            return False
        for binding in bindings if match is not None else ():
            assert match is not None
            try:
                for params in await self._invoker.parameters(match, binding, request):
                    made = self._mutate(policy, request, match, params)
                    changed |= made
                    if request.notes is not None:
                        told = "changed it" if made else "changed nothing"
                        request.notes.append(f"policy {policy.name}, binding {binding.name}: {told}")
            except (Unusable, Failed) as error:
                _fail(request, policy, binding.name, error)
        return changed

    def _mutate(self, policy: "CompiledMutation", request: AdmissionRequest, match: Match, params: Json | None) -> bool:
        """Raises Failed."""
        from ..policies.expressions import Failed

        changed = False
        seen = Seen(request, match.resource, match.namespace, self._forms)
        if not policy.matches(seen, params, self._authorizer):
            return False
        for index in range(policy.steps):
            made = policy.mutate(index, seen, params, self._authorizer, self._forms.shape(match.resource))
            if made == seen.object:
                continue
            try:
                self._write(request, match.resource, made)
            except ApiError as error:
                raise Failed(error.message) from None
            changed = True
            seen = Seen(request, match.resource, match.namespace, self._forms)
        return changed

    def _write(self, request: AdmissionRequest, resource: ResourceType, made: Json) -> None:
        """Makes the object what a policy made of it; where it is, stays. Raises BadRequest."""
        own, message = request.context.type, self._forms.from_json(resource, made)
        if resource is not own:
            for convert in (to_stored(resource), to_served(own)):
                message = message if convert is None else convert(message)
        assert request.object is not None
        before: Any = metadata_of(request.object)
        after: Any = metadata_of(message)
        kept = ("namespace",) if request.operation is Operation.CREATE else ("namespace", "name", "uid")
        for name in kept:
            if before.HasField(name):
                setattr(after, name, getattr(before, name))
            else:
                after.ClearField(name)
        request.object.CopyFrom(message)


def _compile(message: Message) -> "CompiledMutation":
    from ..policies.mutating import compile_policy

    return compile_policy(message)


def _fail(request: AdmissionRequest, policy: "CompiledMutation", binding: str, error: ValueError) -> None:
    """Raises Forbidden, where the policy wants that."""
    if policy.ignores_failure:
        return
    bound = f"'{policy.name}' with binding '{binding}'" if binding else f'"{policy.name}"'
    text = f"policy {bound} denied request: {error}"
    refused = rejected(request, text)
    raise Forbidden(text, group=refused.group, kind=refused.kind, name=refused.name, causes=(Cause("", text),))
