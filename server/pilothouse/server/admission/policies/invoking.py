"""Which policies a request is put to, with which bindings and parameters: what plugins of both kinds do alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pilothouse.api.admissionregistration.v1.admissionregistration_pb2 import ParamKind
from pilothouse.api.core.v1.core_pb2 import Namespace

from ...errors import ApiError
from ...meta.resource import ResourceType
from ..base import AdmissionRequest
from ..environment import Environment
from .forms import Json
from .matching import Matcher, namespace_of
from .parameters import Misconfigured, parameter_type, parameters
from .source import Binding


class Policy(Protocol):
    """What all policies have. ignores_failure: whether its failures let requests through."""

    name: str
    matcher: Matcher
    params: ParamKind | None
    ignores_failure: bool


class Unusable(ValueError):
    """A policy or a binding cannot be used for a request. The text says why; binding: its name, "" for the policy."""

    def __init__(self, text: str, binding: str = "") -> None:
        super().__init__(text)
        self.binding = binding


@dataclass(frozen=True, slots=True)
class Match:
    """A request that a policy is about. resource: the type that it is matched as; kind: of the parameters."""

    resource: ResourceType
    kind: ResourceType | None
    namespace: Namespace | None


class Invoker:
    def __init__(self, environment: Environment) -> None:
        self._objects = environment.objects
        self._registry = environment.registry
        self._forms = environment.forms

    async def match(self, policy: Policy, request: AdmissionRequest) -> Match | None:
        """None where the policy is not about the request. Raises Unusable."""
        try:
            resource = policy.matcher.resource(request, self._registry)
            if resource is None or not await policy.matcher.matches_namespace(request, self._objects):
                return None
            kind = parameter_type(policy.params, self._registry) if policy.params is not None else None
        except (Misconfigured, ApiError) as error:
            raise Unusable(f"failed to configure policy: {_text(error)}") from None
        return Match(resource, kind, await namespace_of(request, self._objects))

    async def parameters(self, match: Match, binding: Binding, request: AdmissionRequest) -> Sequence[Json | None]:
        """Each object of parameters to put the request to the policy with; None for a policy without; nothing where the
        binding is not about the request. Raises Unusable."""
        try:
            if binding.matcher.resource(request, self._registry) is None:
                return ()
            if not await binding.matcher.matches_namespace(request, self._objects):
                return ()
            if match.kind is None or binding.params is None:
                return (None,)
            found = await parameters(match.kind, binding.params, request.context.namespace, self._objects)
        except (Misconfigured, ApiError) as error:
            raise Unusable(f"failed to configure binding: {_text(error)}", binding.name) from None
        return [self._forms.to_json(match.kind, message) for message in found]


def _text(error: Exception) -> str:
    return error.message if isinstance(error, ApiError) else str(error)
