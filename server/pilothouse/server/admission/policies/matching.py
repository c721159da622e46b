"""Which requests a policy, a binding or a webhook is about: MatchResources, compiled.

As in k8s.io/apiserver/pkg/admission/plugin/policy/matching.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from google.protobuf.message import Message
from pilothouse.api.admissionregistration.v1.admissionregistration_pb2 import MatchResources, NamedRuleWithOperations
from pilothouse.api.core.v1.core_pb2 import Namespace
from pilothouse.api.meta.v1.meta_pb2 import LabelSelector

from ...errors import NotFound
from ...meta.codec import codec_for
from ...meta.label_selectors import from_label_selector
from ...meta.resource import Registry, ResourceType
from ...meta.selectors import Selector
from ..base import AdmissionRequest, Objects, Operation
from ..lookups import find, metadata_of

GROUP = "admissionregistration.k8s.io"
EXEMPT = frozenset(
    (
        "validatingwebhookconfigurations",
        "mutatingwebhookconfigurations",
        "validatingadmissionpolicies",
        "validatingadmissionpolicybindings",
        "mutatingadmissionpolicies",
        "mutatingadmissionpolicybindings",
    )
)
"""What no policy sees, so that a policy that refuses everything can be taken away."""


def is_exempt(resource: ResourceType) -> bool:
    return resource.group == GROUP and resource.plural in EXEMPT


class _Rule(NamedTuple):
    names: frozenset[str]
    operations: frozenset[str]
    groups: frozenset[str]
    versions: frozenset[str]
    resources: frozenset[tuple[str, str]]
    scope: str

    def matches(self, request: AdmissionRequest, resource: ResourceType) -> bool:
        """resource: what the request is taken to be for: its own type, or one that is the same in another version."""
        if self.names and request.name not in self.names:
            return False
        return (
            _among(self.operations, request.operation.value)
            and _among(self.groups, resource.group)
            and _among(self.versions, resource.version)
            and self._is_resource(resource.plural, request.context.subresource)
            and self._is_in_scope(request, resource)
        )

    def _is_resource(self, plural: str, subresource: str) -> bool:
        return any(name in ("*", plural) and (part == subresource or part == "*") for name, part in self.resources)

    def _is_in_scope(self, request: AdmissionRequest, resource: ResourceType) -> bool:
        inside = resource.plural != "namespaces" and bool(request.context.namespace)
        return self.scope in ("", "*") or (self.scope == "Namespaced") == inside


def _among(wanted: frozenset[str], given: str) -> bool:
    return "*" in wanted or given in wanted


class Matcher:
    """One MatchResources, compiled."""

    def __init__(self, found: MatchResources) -> None:
        self._rules = tuple(map(_rule, found.resource_rules))
        self._excluded = tuple(map(_rule, found.exclude_resource_rules))
        self._namespaces = _selector(found.namespace_selector)
        self._objects = _selector(found.object_selector)
        self._exact = found.match_policy == "Exact"
        # What rules say of a type is remembered where they name no objects, until types come or go.
        self._by_name = any(rule.names for rule in (*self._rules, *self._excluded))
        self._known: dict[tuple[ResourceType, str, Operation, bool], ResourceType | None] = {}
        self._generation = -1

    def resource(self, request: AdmissionRequest, registry: Registry) -> ResourceType | None:
        """The type that the request is matched as, by rules and labels of the object; None where it is not."""
        if not self._objects.empty and not any(self._objects.matches(labels) for labels in _labels_of(request)):
            return None
        if self._by_name:
            return self._matched(request, registry)
        if registry.generation != self._generation:
            self._generation = registry.generation
            self._known.clear()
        context = request.context
        key = (context.type, context.subresource, request.operation, bool(context.namespace))
        if key not in self._known:
            self._known[key] = self._matched(request, registry)
        return self._known[key]

    def _matched(self, request: AdmissionRequest, registry: Registry) -> ResourceType | None:
        if self._found(self._excluded, request, registry) is not None:
            return None
        return self._found(self._rules, request, registry) if self._rules else request.context.type

    async def matches_namespace(self, request: AdmissionRequest, objects: Objects) -> bool:
        """Raises NotFound where there is no such namespace."""
        if self._namespaces.empty:
            return True
        context = request.context
        if not context.type.group and context.type.plural == "namespaces":
            found = request.object if isinstance(request.object, Namespace) else request.old
            return isinstance(found, Namespace) and self._namespaces.matches(found.metadata.labels)
        if not context.namespace:
            return True
        namespace = await namespace_of(request, objects)
        if namespace is None:
            raise NotFound(f'namespaces "{context.namespace}" not found', kind="namespaces", name=context.namespace)
        return self._namespaces.matches(namespace.metadata.labels)

    def _found(self, rules: Iterable[_Rule], request: AdmissionRequest, registry: Registry) -> ResourceType | None:
        own = request.context.type
        if any(rule.matches(request, own) for rule in rules):
            return own
        if self._exact:
            return None
        for rule in rules:
            for other in equivalents(own, registry):
                if rule.matches(request, other):
                    return other
        return None


def equivalents(resource: ResourceType, registry: Registry) -> list[ResourceType]:
    """The other versions of a resource."""
    return [other for other in registry if other is not resource and other.storage.prefix == resource.storage.prefix]


async def namespace_of(request: AdmissionRequest, objects: Objects) -> Namespace | None:
    """The namespace that the object of the request is in; None for objects in none, and for namespaces."""
    context = request.context
    if not context.namespace or (not context.type.group and context.type.plural == "namespaces"):
        return None
    found = await find(objects, "", "namespaces", "", context.namespace)
    return found if isinstance(found, Namespace) else None


def _labels_of(request: AdmissionRequest) -> list[Mapping[str, str]]:
    """Of the object as it shall be and as it is."""
    return [_labels(message) for message in (request.object, request.old) if message is not None]


def _labels(message: Message) -> Mapping[str, str]:
    return metadata_of(message).labels if "metadata" in message.DESCRIPTOR.fields_by_name else {}


def _rule(found: NamedRuleWithOperations) -> _Rule:
    rule = found.rule_with_operations.rule
    resources = frozenset((plural, part) for plural, _, part in (text.partition("/") for text in rule.resources))
    return _Rule(
        frozenset(found.resource_names),
        frozenset(found.rule_with_operations.operations),
        frozenset(rule.api_groups),
        frozenset(rule.api_versions),
        resources,
        rule.scope,
    )


def _selector(found: LabelSelector) -> Selector:
    return from_label_selector(codec_for(LabelSelector).to_value(found))
