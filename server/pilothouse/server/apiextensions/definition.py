"""What of a CustomResourceDefinition is served: its versions as ResourceTypes, and the schema of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from pilothouse.api.apiextensions.v1.apiextensions_pb2 import (
    CustomResourceColumnDefinition,
    CustomResourceDefinition,
    CustomResourceDefinitionVersion,
    CustomResourceSubresourceScale,
    JSONSchemaProps,
)
from pilothouse.api.dynamic.v1.dynamic_pb2 import CustomObject

from ..meta.codec import codec_for
from ..meta.resource import REGISTRY_PREFIX, ResourceType, Storage, Subresource
from ..schema.structural.nodes import JsonObject, Node, compile_schema
from ..schema.structural.validation import Validator

if TYPE_CHECKING:
    from ..cel.rules import Rules

NAMES_ACCEPTED, ESTABLISHED, TERMINATING = "NamesAccepted", "Established", "Terminating"
FINALIZER = "customresourcecleanup.apiextensions.k8s.io"
_VERBS = frozenset(("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"))
_PART_VERBS = frozenset(("get", "patch", "update"))
_SELECTABLE = ("metadata.name", "metadata.namespace")
_OPEN: JsonObject = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}


@dataclass(eq=False)
class CustomVersion:
    """One version of a definition. What is made of its schema is made when it is first needed: many are never."""

    name: str
    storage: bool
    found: CustomResourceDefinitionVersion
    keeps_unknown: bool
    status: bool = field(init=False)

    def __post_init__(self) -> None:
        self.status = self.found.subresources.HasField("status")

    @cached_property
    def schema(self) -> JsonObject:
        """As JSON; one that takes everything where there is none."""
        if not self.found.schema.HasField("open_apiv3_schema"):
            return _OPEN
        return codec_for(JSONSchemaProps).to_value(self.found.schema.open_apiv3_schema)

    @cached_property
    def root(self) -> Node:
        return compile_schema(self.schema, root=True)

    @cached_property
    def validator(self) -> Validator:
        return Validator(self.schema)

    @cached_property
    def rules(self) -> "Rules":
        """What x-kubernetes-validations say."""
        # The language takes its time to load, and few definitions need it.
        from ..cel.rules import compile_rules

        return compile_rules(self.schema)

    @property
    def scale(self) -> CustomResourceSubresourceScale | None:
        parts = self.found.subresources
        return parts.scale if parts.HasField("scale") else None

    @property
    def columns(self) -> Sequence[CustomResourceColumnDefinition]:
        return self.found.additional_printer_columns


@dataclass(eq=False)
class Definition:
    """A definition as it is served. versions: all of them by name, those too that are only stored; types: of those that
    are served; webhook: whether versions are converted by a webhook; fingerprint: what all of it was made from."""

    name: str
    versions: Mapping[str, CustomVersion]
    stored: CustomVersion
    types: Mapping[str, ResourceType]
    webhook: bool
    fingerprint: bytes
    terminating: bool = False


def is_true(crd: CustomResourceDefinition, condition: str) -> bool:
    """Whether a definition has a condition, and it holds."""
    return any(c.type == condition and c.status == "True" for c in crd.status.conditions)


def prefix_of(crd: CustomResourceDefinition) -> str:
    """Where its objects are stored."""
    return f"{REGISTRY_PREFIX}{crd.spec.group}/{crd.spec.names.plural}/"


def fingerprint_of(crd: CustomResourceDefinition) -> bytes:
    """What is served of a definition, as bytes to compare."""
    return crd.spec.SerializeToString(deterministic=True) + crd.status.accepted_names.SerializeToString(
        deterministic=True
    )


def define(crd: CustomResourceDefinition) -> Definition | None:
    """What of a definition can be served; None where no version is stored."""
    spec = crd.spec
    versions = {
        version.name: CustomVersion(version.name, version.storage, version, spec.preserve_unknown_fields)
        for version in spec.versions
    }
    stored = next((version for version in versions.values() if version.storage), None)
    if stored is None:
        return None
    names = crd.status.accepted_names
    storage = Storage(prefix_of(crd), f"{spec.group}/{stored.name}", names.kind, True, False, CustomObject)
    types = {v.name: _resource_type(crd, v, storage) for v in versions.values() if v.found.served}
    return Definition(
        name=crd.metadata.name,
        versions=versions,
        stored=stored,
        types=types,
        webhook=spec.conversion.strategy == "Webhook",
        fingerprint=fingerprint_of(crd),
    )


def _resource_type(crd: CustomResourceDefinition, version: CustomVersion, storage: Storage) -> ResourceType:
    names = crd.status.accepted_names
    found = version.found
    parts = [Subresource("status", "", _PART_VERBS)] if version.status else []
    if version.scale is not None:
        parts.append(Subresource("scale", "autoscaling/v1 Scale", _PART_VERBS))
    warning = ""
    if found.deprecated:
        warning = found.deprecation_warning or f"{crd.spec.group}/{version.name} {names.kind} is deprecated"
    return ResourceType(
        group=crd.spec.group,
        version=version.name,
        kind=names.kind,
        plural=names.plural,
        singular=names.singular,
        namespaced=crd.spec.scope == "Namespaced",
        message=CustomObject,
        service="",
        storage=storage,
        verbs=_VERBS,
        subresources=tuple(parts),
        short_names=tuple(names.short_names),
        categories=tuple(names.categories),
        selectable_fields=_selectable(crd, found),
        conditional_update=True,
        create_on_update=False,
        delete_returns_object=False,
        orphans_by_default=False,
        initial_generation=1,
        generation_raised_by=("*",),
        name_rule="dns1123subdomain",
        max_name_length=0,
        deprecation=warning,
        list_kind=names.list_kind or f"{names.kind}List",
        definition=crd.metadata.name,
    )


def _selectable(crd: CustomResourceDefinition, version: CustomResourceDefinitionVersion) -> tuple[str, ...]:
    always = _SELECTABLE if crd.spec.scope == "Namespaced" else _SELECTABLE[:1]
    return (*always, *(field.json_path.removeprefix(".") for field in version.selectable_fields))
