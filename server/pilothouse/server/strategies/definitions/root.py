"""The schema of a whole custom object."""

from pilothouse.api.apiextensions.v1.apiextensions_pb2 import JSONSchemaProps

from ...errors import Cause
from ...schema.causes import forbidden, invalid
from .schemas import schema_faults
from .structural import structural_faults

_OBJECT_ONLY = 'only "object" is allowed as the type at the root of the schema if the status subresource is enabled'
_ALLOWED = {
    "description": "Description",
    "type": "Type",
    "format": "Format",
    "title": "Title",
    "maximum": "Maximum",
    "exclusive_maximum": "ExclusiveMaximum",
    "minimum": "Minimum",
    "exclusive_minimum": "ExclusiveMinimum",
    "max_length": "MaxLength",
    "min_length": "MinLength",
    "pattern": "Pattern",
    "max_items": "MaxItems",
    "min_items": "MinItems",
    "unique_items": "UniqueItems",
    "multiple_of": "MultipleOf",
    "required": "Required",
    "items": "Items",
    "properties": "Properties",
    "external_docs": "ExternalDocs",
    "example": "Example",
    "x_kubernetes_preserve_unknown_fields": "XPreserveUnknownFields",
    "x_kubernetes_validations": "XValidations",
}
"""What may stand at the root where status is validated by itself, and what a kube-apiserver calls it."""


def root_faults(schema: JSONSchemaProps, with_status: bool, path: str) -> list[Cause]:
    causes: list[Cause] = []
    if with_status:
        causes += _status(schema, path)
    if schema.nullable:
        causes.append(forbidden(f"{path}.nullable", "nullable cannot be true at the root"))
    return causes + schema_faults(schema, path) + structural_faults(schema, path)


def _status(schema: JSONSchemaProps, path: str) -> list[Cause]:
    for descriptor, _ in schema.ListFields():
        if descriptor.name == "type" and schema.type != "object":
            return [invalid(f"{path}.type", schema.type, _OBJECT_ONLY)]
        if descriptor.name not in _ALLOWED:
            listed = " ".join(_ALLOWED.values())
            where = "at the root of the schema if the status subresource is enabled"
            detail = f"only [{listed}] fields are allowed {where}"
            return [invalid(path, schema, detail)]
    return []
