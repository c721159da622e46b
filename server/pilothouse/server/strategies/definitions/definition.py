"""CustomResourceDefinitions: names, versions, which of them is stored."""

from urllib.parse import urlsplit

from pilothouse.api.apiextensions.v1.apiextensions_pb2 import CustomResourceDefinition
from pilothouse.api.meta.v1.meta_pb2 import Time

from ...errors import Cause
from ...meta import names
from ...meta.context import RequestContext
from ...schema.causes import immutable, invalid, required
from ..base import ALL_METADATA, Strategy
from .conversion import conversion_faults
from .naming import naming_faults
from .versions import version_faults

_CLEANUP = "customresourcecleanup.apiextensions.k8s.io"
_APPROVAL = "api-approved.kubernetes.io"
_SEE = "see https://github.com/kubernetes/enhancements/pull/1111"
_PROTECTED = ("k8s.io", "kubernetes.io")
_PRESERVE = "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead"


class CustomResourceDefinitions(Strategy[CustomResourceDefinition]):
    kept_with_status = ALL_METADATA

    def default(self, obj: CustomResourceDefinition) -> None:
        found = obj.spec.names
        if not found.singular:
            found.singular = found.kind.lower()
        if not found.list_kind and found.kind:
            found.list_kind = f"{found.kind}List"
        if not obj.status.stored_versions:
            _record_storage(obj)

    def prepare_create(self, context: RequestContext, obj: CustomResourceDefinition) -> None:
        super().prepare_create(context, obj)
        _record_storage(obj)

    def prepare_update(
        self, context: RequestContext, obj: CustomResourceDefinition, old: CustomResourceDefinition
    ) -> None:
        super().prepare_update(context, obj, old)
        if context.subresource != "status":
            _record_storage(obj)

    def holds(self, obj: CustomResourceDefinition) -> bool:
        # The objects go first: the mark of deletion brings the finalizer.
        return not obj.metadata.HasField("deletion_timestamp")

    def mark_deleted(self, obj: CustomResourceDefinition) -> None:
        obj.metadata.ClearField("deletion_grace_period_seconds")
        # A kube-apiserver marks a definition in a way of its own, which does not count as a change.
        obj.metadata.generation -= 1
        if _CLEANUP not in obj.metadata.finalizers:
            obj.metadata.finalizers.append(_CLEANUP)
        found = next((c for c in obj.status.conditions if c.type == "Terminating"), None)
        if found is None:
            found = obj.status.conditions.add(type="Terminating")
        if found.status != "True":
            found.last_transition_time.CopyFrom(Time(seconds=obj.metadata.deletion_timestamp.seconds))
        found.status, found.reason = "True", "InstanceDeletionPending"
        found.message = "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon"

    def validate(self, context: RequestContext, obj: CustomResourceDefinition) -> list[Cause]:
        if context.subresource == "status":
            return _stored(obj)
        spec = obj.spec
        causes: list[Cause] = []
        if obj.metadata.name != f"{spec.names.plural}.{spec.group}":
            causes.append(invalid("metadata.name", obj.metadata.name, 'must be spec.names.plural+"."+spec.group'))
        faults = names.dns1123_subdomain(spec.group)
        if spec.group and faults:
            causes.append(invalid("spec.group", spec.group, ",".join(faults)))
        elif spec.group and "." not in spec.group:
            causes.append(invalid("spec.group", spec.group, "should be a domain with at least one dot"))
        causes += version_faults(obj)
        causes += naming_faults(spec.names, "spec.names")
        causes += conversion_faults(spec.conversion, "spec.conversion")
        return causes + _stored(obj)

    def validate_create(self, context: RequestContext, obj: CustomResourceDefinition) -> list[Cause]:
        causes = _approval(obj)
        if obj.spec.preserve_unknown_fields:
            causes.append(invalid("spec.preserveUnknownFields", True, _PRESERVE))
        return causes

    def validate_update(
        self, context: RequestContext, obj: CustomResourceDefinition, old: CustomResourceDefinition
    ) -> list[Cause]:
        causes: list[Cause] = []
        if obj.spec.group != old.spec.group:
            causes.append(immutable("spec.group", obj.spec.group))
        if obj.spec.names.plural != old.spec.names.plural:
            causes.append(immutable("spec.names.plural", obj.spec.names.plural))
        if any(c.type == "Established" and c.status == "True" for c in old.status.conditions):
            if obj.spec.scope != old.spec.scope:
                causes.append(immutable("spec.scope", obj.spec.scope))
            if obj.spec.names.kind != old.spec.names.kind:
                causes.append(immutable("spec.names.kind", obj.spec.names.kind))
        if obj.spec.preserve_unknown_fields and not old.spec.preserve_unknown_fields:
            causes.append(invalid("spec.preserveUnknownFields", True, _PRESERVE))
        if obj.metadata.annotations.get(_APPROVAL) != old.metadata.annotations.get(_APPROVAL):
            causes += _approval(obj)
        return causes


def _record_storage(obj: CustomResourceDefinition) -> None:
    """Notes the version that objects are stored in from now on."""
    for version in obj.spec.versions:
        if version.storage and version.name not in obj.status.stored_versions:
            obj.status.stored_versions.append(version.name)


def _stored(obj: CustomResourceDefinition) -> list[Cause]:
    """Objects may still be stored in every version that was ever the one to store in."""
    found, path = list(obj.status.stored_versions), "status.storedVersions"
    known = {version.name for version in obj.spec.versions}
    causes = [] if found else [invalid(path, [], "must have at least one stored version")]
    causes += [
        invalid(f"{path}[{index}]", name, "must appear in spec.versions")
        for index, name in enumerate(found)
        if name not in known
    ]
    for version in obj.spec.versions:
        if version.storage and version.name not in found:
            causes.append(invalid(path, found, f"must have the storage version {version.name}"))
    return causes


def _approval(obj: CustomResourceDefinition) -> list[Cause]:
    """Groups of the Kubernetes project take definitions that it approved."""
    group, path = obj.spec.group, f"metadata.annotations[{_APPROVAL}]"
    if group not in _PROTECTED and not group.endswith((".k8s.io", ".kubernetes.io")):
        return []
    text = obj.metadata.annotations.get(_APPROVAL, "")
    needed = f'protected groups must have approval annotation "{_APPROVAL}"'
    if not text:
        return [required(path, f"{needed}, {_SEE}")]
    if text.startswith("unapproved"):
        return []
    try:
        parts = urlsplit(text)
        approved = bool(parts.scheme and parts.netloc)
    except ValueError:
        approved = False
    detail = f'{needed} with either a URL or a reason starting with "unapproved", {_SEE}'
    return [] if approved else [invalid(path, text, detail)]
