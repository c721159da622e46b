"""The policies and bindings of one kind, as the watch cache has them; compiled when a request first needs them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from google.protobuf.message import Message
from pilothouse.api.admissionregistration.v1.admissionregistration_pb2 import MatchResources, ParamRef

from ...authorization.base import Follow
from ...meta.resource import Registry
from .matching import GROUP, Matcher

P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Binding:
    """actions: what becomes of a failed validation; empty for policies that mutate."""

    name: str
    matcher: Matcher
    params: ParamRef | None
    actions: tuple[str, ...] = ()


class Policies(Generic[P]):
    """By name, each with its bindings. Without a binding a policy does nothing."""

    def __init__(self, registry: Registry, follow: Follow, policies: str, make: Callable[[Any], P]) -> None:
        """policies: their plural; bindings are called alike. make: compiles a policy, and may take its time. Raises
        NotFound where the registry lacks the kind."""
        self._make = make
        self._messages: dict[str, Message] = {}
        self._compiled: dict[str, P] = {}
        self._bindings: dict[str, dict[str, Binding]] = {}
        self._policy_of: dict[str, str] = {}
        bindings = policies.replace("policies", "policybindings")
        follow(registry.get(GROUP, "v1", policies), self._on_policy)
        follow(registry.get(GROUP, "v1", bindings), self._on_binding)

    def __bool__(self) -> bool:
        """Whether any policy is bound."""
        return bool(self._bindings) and bool(self._messages)

    def __iter__(self) -> Iterator[tuple[P, list[Binding]]]:
        """Those that are bound, in the order of their names, as are their bindings."""
        for name in sorted(self._bindings.keys() & self._messages.keys()):
            compiled = self._compiled.get(name)
            if compiled is None:
                compiled = self._compiled[name] = self._make(self._messages[name])
            bindings = self._bindings[name]
            yield compiled, [bindings[key] for key in sorted(bindings)]

    def _on_policy(self, key: str, message: Message | None) -> None:
        name = key.rpartition("/")[2]
        self._compiled.pop(name, None)
        if message is None:
            self._messages.pop(name, None)
        else:
            self._messages[name] = message

    def _on_binding(self, key: str, message: Any) -> None:
        name = key.rpartition("/")[2]
        before = self._policy_of.pop(name, None)
        if before is not None:
            bound = self._bindings[before]
            del bound[name]
            if not bound:
                del self._bindings[before]
        if message is None:
            return
        spec = message.spec
        matcher = Matcher(spec.match_resources if spec.HasField("match_resources") else MatchResources())
        params = spec.param_ref if spec.HasField("param_ref") else None
        binding = Binding(name, matcher, params, tuple(getattr(spec, "validation_actions", ())))
        self._bindings.setdefault(spec.policy_name, {})[name] = binding
        self._policy_of[name] = spec.policy_name
