"""CustomResourceDefinitions as objects. What they define is the business of the package of that name."""

from pilothouse.api.apiextensions.v1.apiextensions_pb2 import CustomResourceDefinition

from ..errors import Cause
from ..meta.context import RequestContext
from ..schema.causes import immutable
from .base import ALL_METADATA, Strategy


class CustomResourceDefinitions(Strategy[CustomResourceDefinition]):
    kept_with_status = ALL_METADATA

    def default(self, obj: CustomResourceDefinition) -> None:
        names = obj.spec.names
        if not names.singular:
            names.singular = names.kind.lower()
        if not names.list_kind and names.kind:
            names.list_kind = f"{names.kind}List"
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
        return causes


def _record_storage(obj: CustomResourceDefinition) -> None:
    """Notes the version that objects are stored in from now on."""
    for version in obj.spec.versions:
        if version.storage and version.name not in obj.status.stored_versions:
            obj.status.stored_versions.append(version.name)
