"""The rules of metadata that all objects share, given what the resource says of its names."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from google.protobuf.message import Message

from ..errors import Cause
from ..meta import names
from ..meta.resource import ResourceType
from .causes import forbidden, immutable, invalid, required, shown, too_long
from .checks import label_key, labels

MAX_ANNOTATIONS = 256 * 1024
"""Bytes that the keys and values of an object's annotations may have together."""

MetadataValidator = Callable[[Message], list[Cause]]


def metadata_validator_for(resource: ResourceType) -> MetadataValidator:
    """The function that finds what is wrong with the metadata of a resource's objects. Their names are set by then,
    from generateName too."""
    rule = names.NAME_RULES[resource.name_rule]
    longest = resource.max_name_length
    namespaced = resource.namespaced
    strict = _knows_finalizers(resource)

    def validate(message: Message) -> list[Cause]:
        metadata = message.metadata  # type: ignore[attr-defined]
        causes: list[Cause] = []
        name = metadata.name
        if not name or metadata.generate_name or longest or rule(name):
            causes.extend(_names(metadata, rule, longest))
        causes.extend(_beside_names(metadata, namespaced))
        if strict and metadata.finalizers:
            causes.extend(_unqualified(metadata.finalizers))
        return causes

    return validate


def metadata_causes(metadata: Any, namespaced: bool) -> list[Cause]:
    """What is wrong with the metadata of an object of a kind of which nothing is known."""
    return [*_names(metadata, names.path_segment, 0), *_beside_names(metadata, namespaced)]


def _beside_names(metadata: Any, namespaced: bool) -> list[Cause]:
    causes: list[Cause] = [*_namespace(metadata.namespace, namespaced)]
    if metadata.generation < 0:
        causes.append(invalid("metadata.generation", metadata.generation, "must be greater than or equal to 0"))
    if metadata.labels:
        causes.extend(labels("metadata.labels", metadata.labels))
    if metadata.annotations:
        causes.extend(_annotations("metadata.annotations", metadata.annotations))
    if metadata.owner_references:
        causes.extend(_owners(metadata.owner_references))
    if metadata.finalizers:
        causes.extend(_finalizers(metadata.finalizers))
    return causes


def _knows_finalizers(resource: ResourceType) -> bool:
    """Whether a kube-apiserver looks at the finalizers of a kind's objects as it does for kinds of its own."""
    if resource.definition:
        return False
    own = resource.message.DESCRIPTOR.full_name.startswith("pilothouse.api.")
    return own and resource.group not in _LENIENT_GROUPS and ".runtime." not in resource.message.DESCRIPTOR.full_name


def template_metadata(field: str, metadata: Any) -> Iterator[Cause]:
    """What is wrong with the metadata of a template: labels and annotations only count there."""
    yield from labels(f"{field}.labels", metadata.labels)
    yield from _annotations(f"{field}.annotations", metadata.annotations)


def identity_causes(metadata: Any, old: Any) -> list[Cause]:
    """What an update says of an object's identity that must not change: another uid, and a new finalizer where the
    object is being deleted."""
    causes = []
    if metadata.uid and metadata.uid != old.uid:
        causes.append(immutable("metadata.uid", metadata.uid))
    added = sorted(set(metadata.finalizers) - set(old.finalizers))
    if added and old.HasField("deletion_timestamp"):
        listed = "[]string{" + ", ".join(map(shown, added)) + "}"
        detail = f"no new finalizers can be added if the object is being deleted, found new finalizers {listed}"
        causes.append(forbidden("metadata.finalizers", detail))
    return causes


# Groups whose objects are looked at like custom ones.
_LENIENT_GROUPS = ("admissionregistration.k8s.io", "apiextensions.k8s.io", "apiregistration.k8s.io")
_STANDARD_FINALIZERS = ("kubernetes", "orphan", "foregroundDeletion")


def _names(metadata: Any, rule: names.NameRule, longest: int) -> Iterator[Cause]:
    name, prefix = metadata.name, metadata.generate_name
    if prefix:
        for fault in names.prefix_faults(rule, prefix):
            yield invalid("metadata.generateName", prefix, fault)
    if not name:
        yield required("metadata.name", "name or generateName is required")
        return
    for fault in rule(name):
        yield invalid("metadata.name", name, fault)
    if longest and len(name) > longest:
        yield invalid("metadata.name", name, names.too_long(longest))


@lru_cache(maxsize=4096)
def _namespace(namespace: str, namespaced: bool) -> tuple[Cause, ...]:
    if not namespaced:
        return (forbidden("metadata.namespace", "not allowed on this type"),) if namespace else ()
    if not namespace:
        return (required("metadata.namespace"),)
    return tuple(invalid("metadata.namespace", namespace, fault) for fault in names.dns1123_label(namespace))


def _annotations(field: str, annotations: Any) -> Iterator[Cause]:
    size = 0
    for key, value in annotations.items():
        size += len(key.encode()) + len(value.encode())
        # Unlike those of labels, keys of annotations are compared without regard to case.
        for fault in label_key(key.lower()):
            yield invalid(field, key, fault)
    if size > MAX_ANNOTATIONS:
        yield too_long(field, MAX_ANNOTATIONS)


def _owners(owners: Any) -> Iterator[Cause]:
    field = "metadata.ownerReferences"
    controllers: list[str] = []
    for owner in owners:
        yield from _owner(field, owner)
        if owner.controller:
            controllers.append(f"{owner.kind}/{owner.name}")
    if len(controllers) > 1:
        detail = (
            'Only one reference can have Controller set to true. Found "true" in references for '
            f"{controllers[0]} and {controllers[1]}"
        )
        yield invalid(field, [_reference(owner) for owner in owners], detail)


def _owner(field: str, owner: Any) -> Iterator[Cause]:
    if not owner.api_version.rpartition("/")[2]:
        yield invalid(f"{field}.apiVersion", owner.api_version, "version must not be empty")
    for member in ("kind", "name", "uid"):
        if not getattr(owner, member):
            yield invalid(f"{field}.{member}", "", "must not be empty")
    if owner.api_version == "v1" and owner.kind == "Event":
        yield invalid(field, _reference(owner), "/v1, Kind=Event is disallowed from being an owner")


def _reference(owner: Any) -> dict[str, object]:
    found: dict[str, object] = {
        "apiVersion": owner.api_version,
        "kind": owner.kind,
        "name": owner.name,
        "uid": owner.uid,
    }
    if owner.HasField("controller"):
        found["controller"] = owner.controller
    if owner.HasField("block_owner_deletion"):
        found["blockOwnerDeletion"] = owner.block_owner_deletion
    return found


def _finalizers(finalizers: Any) -> Iterator[Cause]:
    for finalizer in finalizers:
        for fault in names.label_key(finalizer):
            yield invalid("metadata.finalizers", finalizer, fault)
    if "orphan" in finalizers and "foregroundDeletion" in finalizers:
        detail = "finalizer orphan and finalizer foregroundDeletion cannot be both set"
        yield invalid("metadata.finalizers", list(finalizers), detail)


def _unqualified(finalizers: Any) -> Iterator[Cause]:
    for index, finalizer in enumerate(finalizers):
        if "/" not in finalizer and finalizer not in _STANDARD_FINALIZERS:
            detail = "name is neither a standard finalizer name nor is it fully qualified"
            yield invalid(f"metadata.finalizers[{index}]", finalizer, detail)
