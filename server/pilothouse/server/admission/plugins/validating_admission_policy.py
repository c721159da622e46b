"""ValidatingAdmissionPolicy: refuses what policies refuse, written in CEL by whoever runs the cluster.

The rules and words are those of a kube-apiserver's plugin. CEL is loaded with the first policy that is bound.
"""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

from google.protobuf.message import Message

from ...errors import ApiError, Cause, Forbidden, Invalid, TooLarge
from ...meta.resource import ResourceType
from ..base import AdmissionRequest, Operation, Plugin, rejected
from ..environment import Environment
from ..policies.invoking import Invoker, Match, Unusable
from ..policies.matching import is_exempt
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
        self._invoker = Invoker(environment)
        self._authorizer = environment.authorizer
        self._forms = environment.forms
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
            try:
                match = await self._invoker.match(policy, request)
            except Unusable as error:
                refused = None if policy.ignores_failure else _refusal(request, policy.name, "", str(error), "")
            else:
                refused = await self._judge(policy, bindings, request, match) if match is not None else None
            first = first or refused
        if first is not None:
            raise first

    async def _judge(
        self, policy: "CompiledPolicy", bindings: Iterable[Binding], request: AdmissionRequest, match: Match
    ) -> ApiError | None:
        """The first refusal of a policy; all of them are told to the audit log and as warnings, where bindings want
        that."""
        from ..policies.validating import joined

        seen = Seen(request, match.resource, match.namespace, self._forms)
        first: ApiError | None = None
        annotations: list[tuple[str, str]] = []
        for binding in bindings:
            try:
                given = await self._invoker.parameters(match, binding, request)
            except Unusable as error:
                if not policy.ignores_failure:
                    first = first or _refusal(request, policy.name, binding.name, str(error), "")
                continue
            for params in given:
                decided = policy.decide(seen, params, self._authorizer)
                if request.notes is not None:
                    told = "; ".join(denial.message for denial in decided.denials) or "nothing against it"
                    request.notes.append(f"policy {policy.name}, binding {binding.name}: {told}")
                annotations += decided.annotations
                for denial in decided.denials:
                    refused = _act(request, policy.name, binding, denial)
                    first = first or refused
        for key, value in joined(annotations):
            request.context.annotations[f"{policy.name}/{key}"] = value
        return first


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
