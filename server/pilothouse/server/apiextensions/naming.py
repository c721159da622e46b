"""Names and conditions of definitions: what a kube-apiserver's controllers for them write.

The reasons and messages are those of its naming, establishing, approval-policy and non-structural-schema controllers.
"""

import json
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from pilothouse.api.apiextensions.v1.apiextensions_pb2 import (
    CustomResourceDefinition,
    CustomResourceDefinitionCondition,
)

from ..meta.resource import ResourceType
from ..strategies.definitions.structural import structural_faults
from .definition import ESTABLISHED, NAMES_ACCEPTED, is_true

CONFORMANT, NON_STRUCTURAL = "KubernetesAPIApprovalPolicyConformant", "NonStructuralSchema"
_APPROVAL = "api-approved.kubernetes.io"
_SEE = "see https://github.com/kubernetes/enhancements/pull/1111"
_PROTECTED = ("k8s.io", "kubernetes.io")


class Taken:
    """The names that are in use in a group: by other definitions, and by what the server has itself."""

    def __init__(self, group: str, others: Iterable[CustomResourceDefinition], served: Iterable[ResourceType]) -> None:
        self.resources: set[str] = set()
        self.kinds: set[str] = set()
        for other in others:
            if other.spec.group == group:
                names = other.status.accepted_names
                self.resources.update((names.plural, names.singular, *names.short_names))
                self.kinds.update((names.kind, names.list_kind))
        for resource in served:
            if resource.group == group and not resource.definition:
                self.resources.update((resource.plural, resource.singular, *resource.short_names))
                self.kinds.update((resource.kind, resource.list_kind))


def accept_names(crd: CustomResourceDefinition, taken: Taken, now: int) -> None:
    """Brings, in place, the accepted names and the conditions NamesAccepted and Established in line with the names that
    are asked for. now: seconds since the epoch."""
    asked, accepted = crd.spec.names, crd.status.accepted_names
    if asked == accepted and is_true(crd, NAMES_ACCEPTED):
        return
    reason = message = ""
    for name, conflict, used in (
        ("plural", "PluralConflict", taken.resources),
        ("singular", "SingularConflict", taken.resources),
        ("short_names", "ShortNamesConflict", taken.resources),
        ("kind", "KindConflict", taken.kinds),
        ("list_kind", "ListKindConflict", taken.kinds),
    ):
        faults = _conflicts(getattr(asked, name), getattr(accepted, name), used)
        if faults:
            reason, message = conflict, faults[0] if len(faults) == 1 else f"[{', '.join(faults)}]"
        elif name == "short_names":
            del accepted.short_names[:]
            accepted.short_names.extend(asked.short_names)
        else:
            setattr(accepted, name, getattr(asked, name))
    del accepted.categories[:]
    accepted.categories.extend(asked.categories)
    if reason:
        set_condition(crd, NAMES_ACCEPTED, "False", reason, message, now)
    else:
        set_condition(crd, NAMES_ACCEPTED, "True", "NoConflicts", "no conflicts found", now)
    if is_true(crd, ESTABLISHED):
        return
    if reason:
        set_condition(crd, ESTABLISHED, "False", "NotAccepted", "not all names are accepted", now)
    else:
        set_condition(crd, ESTABLISHED, "False", "Installing", "the initial names have been accepted", now)


def establish(crd: CustomResourceDefinition, now: int) -> None:
    """Says, in place, that the definition is served, once and for all."""
    if is_true(crd, NAMES_ACCEPTED) and not is_true(crd, ESTABLISHED):
        text = "the initial names have been accepted"
        set_condition(crd, ESTABLISHED, "True", "InitialNamesAccepted", text, now)


def judge_approval(crd: CustomResourceDefinition, now: int) -> None:
    """Says, in place, whether a definition in a group of the Kubernetes project was approved."""
    group = crd.spec.group
    if group not in _PROTECTED and not group.endswith((".k8s.io", ".kubernetes.io")):
        return
    text = crd.metadata.annotations.get(_APPROVAL, "")
    needed = f'protected groups must have approval annotation "{_APPROVAL}"'
    if not text:
        set_condition(crd, CONFORMANT, "False", "MissingAnnotation", f"{needed}, {_SEE}", now)
    elif text.startswith("unapproved"):
        set_condition(crd, CONFORMANT, "False", "UnapprovedAnnotation", f"not approved: {json.dumps(text)}", now)
    elif _is_url(text):
        set_condition(crd, CONFORMANT, "True", "ApprovedAnnotation", f"approved in {text}", now)
    else:
        detail = f'{needed} with either a URL or a reason starting with "unapproved", {_SEE}'
        set_condition(crd, CONFORMANT, "False", "InvalidAnnotation", detail, now)


def judge_schemas(crd: CustomResourceDefinition, now: int) -> None:
    """Says, in place, where a definition that was stored long ago has a schema that is not structural."""
    if not crd.spec.preserve_unknown_fields and not any(c.type == NON_STRUCTURAL for c in crd.status.conditions):
        # Those of today are judged when they are written.
        return
    faults: list[str] = []
    for index, version in enumerate(crd.spec.versions):
        if version.schema.HasField("open_apiv3_schema"):
            path = f"spec.versions[{index}].schema.openAPIV3Schema"
            causes = structural_faults(version.schema.open_apiv3_schema, path)
            faults += [f"{cause.field}: {cause.message}" for cause in causes]
    if faults:
        message = faults[0] if len(faults) == 1 else f"[{', '.join(faults)}]"
        set_condition(crd, NON_STRUCTURAL, "True", "Violations", message, now)
        return
    kept = [condition for condition in crd.status.conditions if condition.type != NON_STRUCTURAL]
    if len(kept) < len(crd.status.conditions):
        del crd.status.conditions[:]
        crd.status.conditions.extend(kept)


def set_condition(crd: CustomResourceDefinition, type: str, status: str, reason: str, message: str, now: int) -> None:
    """Sets a condition in place; its time is that of the last change of its status."""
    found = next((c for c in crd.status.conditions if c.type == type), None)
    if found is None:
        found = crd.status.conditions.add()
        found.type = type
    if found.status != status:
        _stamp(found, now)
    found.status, found.reason, found.message = status, reason, message


def _stamp(condition: CustomResourceDefinitionCondition, now: int) -> None:
    condition.last_transition_time.Clear()
    condition.last_transition_time.seconds = now


def _conflicts(asked: str | Sequence[str], accepted: str | Sequence[str], used: set[str]) -> list[str]:
    """What is wrong with a name, or with some: another has it."""
    if isinstance(asked, str):
        return [f"{json.dumps(asked)} is already in use"] if asked != accepted and asked in used else []
    return [f"{json.dumps(name)} is already in use" for name in asked if name not in accepted and name in used]


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return bool(parts.scheme and parts.netloc)
