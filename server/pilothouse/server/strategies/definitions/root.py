"""The schema of a whole custom object."""

from pilothouse.api.apiextensions.v1.apiextensions_pb2 import JSONSchemaProps

from ...errors import Cause
from ...meta.codec import codec_for
from ...schema.causes import forbidden, invalid
from .defaults import default_faults
from .schemas import has_rules, schema_faults
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
    found = schema_faults(schema, path)
    structural = structural_faults(schema, path)
    causes += found + structural
    if structural:
        return causes
    causes += _rules(schema, path, found)
    # What cannot be compiled cannot judge a default.
    return causes if found else causes + default_faults(schema, path)


def _rules(schema: JSONSchemaProps, path: str, found: list[Cause]) -> list[Cause]:
    """The faults of rules, but not of those whose schema is wrong itself. Expressions are loaded when there is one."""
    if not has_rules(schema):
        return []
    from ...cel.rule_checks import rule_faults

    faulty = [cause.field for cause in found]

    def is_sound(at: str) -> bool:
        return not any(field == at or field.startswith((f"{at}.", f"{at}[")) for field in faulty)

    return rule_faults(codec_for(JSONSchemaProps).to_value(schema), path, is_sound)


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
