"""The conditions of a namespace that is being deleted: what remains in it, and what went wrong.

Types, reasons and wording are those of kube-controller-manager, which people and tools look for.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from pilothouse.api.core.v1.core_pb2 import Namespace

from ..meta.resource import ResourceType


@dataclass(slots=True)
class Remains:
    """What is left of a namespace's content. unknown: kinds whose objects could not be looked at; failures: why objects
    could not be deleted."""

    objects: Counter[ResourceType] = field(default_factory=Counter)
    finalizers: Counter[str] = field(default_factory=Counter)
    unknown: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    @property
    def nothing(self) -> bool:
        return not (self.objects or self.unknown or self.failures)


@dataclass(frozen=True, slots=True)
class _Condition:
    type: str
    status: str
    reason: str
    message: str


def conditions(remains: Remains) -> list[_Condition]:
    """All five, in the order of kube-controller-manager. That of versions that cannot be parsed always holds here: the
    registry knows of none."""
    return [
        _discovery(remains.unknown),
        _Condition(
            "NamespaceDeletionGroupVersionParsingFailure",
            "False",
            "ParsedGroupVersions",
            "All legacy kube types successfully parsed",
        ),
        _deletion(remains.failures),
        _content(remains.objects),
        _held(remains.finalizers),
    ]


def set_conditions(namespace: Namespace, remains: Remains, now: int) -> bool:
    """Writes the conditions into the status of a Namespace; whether that changed it. now: seconds since the epoch."""
    known = {condition.type: condition for condition in namespace.status.conditions}
    changed = False
    for wanted in conditions(remains):
        found = known.get(wanted.type)
        if found is None:
            found = namespace.status.conditions.add(type=wanted.type)
        elif (found.status, found.reason, found.message) == (wanted.status, wanted.reason, wanted.message):
            continue
        found.status, found.reason, found.message = wanted.status, wanted.reason, wanted.message
        found.last_transition_time.Clear()
        found.last_transition_time.seconds = now
        changed = True
    return changed


def _discovery(unknown: Sequence[str]) -> _Condition:
    kind = "NamespaceDeletionDiscoveryFailure"
    if not unknown:
        return _Condition(kind, "False", "ResourcesDiscovered", "All resources successfully discovered")
    text = f"Discovery failed for some groups, {len(unknown)} failing: {_joined(unknown)}"
    return _Condition(kind, "True", "DiscoveryFailed", text)


def _deletion(failures: Sequence[str]) -> _Condition:
    kind = "NamespaceDeletionContentFailure"
    if not failures:
        text = "All content successfully deleted, may be waiting on finalization"
        return _Condition(kind, "False", "ContentDeleted", text)
    text = f"Failed to delete all resource types, {len(failures)} remaining: {_joined(failures)}"
    return _Condition(kind, "True", "ContentDeletionFailed", text)


def _content(objects: Counter[ResourceType]) -> _Condition:
    kind = "NamespaceContentRemaining"
    if not objects:
        return _Condition(kind, "False", "ContentRemoved", "All content successfully removed")
    parts = sorted(f"{t.plural}.{t.group} has {count} resource instances" for t, count in objects.items())
    return _Condition(kind, "True", "SomeResourcesRemain", f"Some resources are remaining: {', '.join(parts)}")


def _held(finalizers: Counter[str]) -> _Condition:
    kind = "NamespaceFinalizersRemaining"
    if not finalizers:
        text = "All content-preserving finalizers finished"
        return _Condition(kind, "False", "ContentHasNoFinalizers", text)
    parts = sorted(f"{name} in {count} resource instances" for name, count in finalizers.items())
    text = f"Some content in the namespace has finalizers remaining: {', '.join(parts)}"
    return _Condition(kind, "True", "SomeFinalizersRemain", text)


def _joined(texts: Sequence[str]) -> str:
    """Several errors as Kubernetes joins them."""
    unique = list(dict.fromkeys(texts))
    return unique[0] if len(unique) == 1 else f"[{', '.join(unique)}]"
