"""ValidatingAdmissionPolicy: refuses what policies refuse, written in CEL by whoever runs the cluster.

The rules and words are those of a kube-apiserver's plugin. CEL is loaded with the first policy that is bound.
"""

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from google.protobuf.message import Message

from ...errors import ApiError, Cause, Forbidden, Invalid, TooLarge
from ...meta.resource import ResourceType
from ..base import AdmissionRequest, Operation, Plugin, rejected
from ..environment import Environment
from ..policies.matching import is_exempt, namespace_of
from ..policies.parameters import Misconfigured, parameter_type, parameters
from ..policies.seen import Seen
from ..policies.source import Binding, Policies

if TYPE_CHECKING:
    from ..policies.validating import CompiledPolicy, Denial

FAILURE = "validation.policy.admission.k8s.io/validation_failure"
"""The annotation of the audit log that tells of failed validations."""

_ERRORS: dict[str, type[ApiError]] = {"Forbidden": Forbidden, "RequestEntityTooLarge": TooLarge}


class ValidatingAdmissionPolicy(Plugin):
    name = "ValidatingAdmissionPolicy"

    def __init__(self, environment: Environment) -> None:
        self._objects = environment.objects
        self._registry = environment.registry
        self._authorizer = environment.authorizer
        self._to_json = environment.to_json
        self._policies: Policies[CompiledPolicy] = Policies(
            environment.registry, environment.follow, "validatingadmissionpolicies", _compile
        )

    def handles(self, resource: ResourceType, subresource: str, operation: Operation) -> bool:
        return not is_exempt(resource)

    async def validate(self, request: AdmissionRequest) -> None:
        if not self._policies:
            return
        first: ApiError | None = None
        for policy, bindings in list(self._policies):
            refused = await self._judge(policy, bindings, request)
            first = first or refused
        if first is not None:
            raise first

    async def _judge(
        self, policy: "CompiledPolicy", bindings: Iterable[Binding], request: AdmissionRequest
    ) -> ApiError | None:
        """The first refusal of a policy; all of them are told to the audit log and as warnings, where bindings want
        that."""
        from ..policies.validating import joined

        try:
            resource = policy.matcher.resource(request, self._registry)
            if resource is None or not await policy.matcher.matches_namespace(request, self._objects):
                return None
            kind = parameter_type(policy.params, self._registry) if policy.params is not None else None
        except (Misconfigured, ApiError) as error:
            text = f"failed to configure policy: {_text(error)}"
            return None if policy.ignores_failure else _refusal(request, policy.name, "", text, "")
        seen = Seen(request, resource, await namespace_of(request, self._objects), self._to_json)
        first: ApiError | None = None
        annotations: list[tuple[str, str]] = []
        for binding in bindings:
            try:
                if not await self._is_bound(binding, request):
                    continue
                given = await self._parameters(kind, binding, request)
            except (Misconfigured, ApiError) as error:
                if not policy.ignores_failure:
                    text = f"failed to configure binding: {_text(error)}"
                    first = first or _refusal(request, policy.name, binding.name, text, "")
                continue
            for params in given:
                decided = policy.decide(seen, params, self._authorizer)
                annotations += decided.annotations
                for denial in decided.denials:
                    refused = _act(request, policy.name, binding, denial)
                    first = first or refused
        for key, value in joined(annotations):
            request.context.annotations[f"{policy.name}/{key}"] = value
        return first

    async def _is_bound(self, binding: Binding, request: AdmissionRequest) -> bool:
        if binding.matcher.resource(request, self._registry) is None:
            return False
        return await binding.matcher.matches_namespace(request, self._objects)

    async def _parameters(
        self, kind: ResourceType | None, binding: Binding, request: AdmissionRequest
    ) -> Sequence[dict[str, Any] | None]:
        """Each object of parameters as JSON; None for a policy without."""
        if kind is None or binding.params is None:
            return (None,)
        found = await parameters(kind, binding.params, request.context.namespace, self._objects)
        return [self._to_json(kind, message) for message in found]


def _compile(message: Message) -> "CompiledPolicy":
    from ..policies.validating import compile_policy

    return compile_policy(message)


def _act(request: AdmissionRequest, policy: str, binding: Binding, denial: "Denial") -> ApiError | None:
    """Does what the binding wants done. Returns the refusal."""
    context = request.context
    if not denial.always:
        if "Warn" in binding.actions:
            context.warnings.append(
                f"Validation failed for ValidatingAdmissionPolicy '{policy}' with binding '{binding.name}': "
                f"{denial.message}"
            )
        if "Audit" in binding.actions:
            failure = {
                "message": denial.message,
                "policy": policy,
                "binding": binding.name,
                "expressionIndex": denial.index,
                "validationActions": list(binding.actions),
            }
            context.annotations[FAILURE] = json.dumps([failure], ensure_ascii=False, separators=(",", ":"))
        if "Deny" not in binding.actions:
            return None
    return _refusal(request, policy, binding.name, denial.message, denial.reason)


def _refusal(request: AdmissionRequest, policy: str, binding: str, message: str, reason: str) -> ApiError:
    bound = f" with binding '{binding}'" if binding else ""
    text = f"ValidatingAdmissionPolicy '{policy}'{bound} denied request: {message}"
    error = rejected(request, text, [Cause("", text)])
    return _ERRORS.get(reason, Invalid)(
        error.message, group=error.group, kind=error.kind, name=error.name, causes=error.causes
    )


def _text(error: Exception) -> str:
    return error.message if isinstance(error, ApiError) else str(error)
