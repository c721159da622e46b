"""What a schema may say at all, at any depth."""

from collections.abc import Iterator

import re2
from pilothouse.api.apiextensions.v1.apiextensions_pb2 import JSONSchemaProps, ValidationRule

from ...errors import Cause
from ...meta.codec import codec_for
from ...schema.causes import forbidden, invalid, not_supported, required

_TYPES = ("array", "boolean", "integer", "number", "object", "string")
_REASONS = ("FieldValueRequired", "FieldValueForbidden", "FieldValueInvalid", "FieldValueDuplicate")
_LIST, _MAP, _KEYS = "x-kubernetes-list-type", "x-kubernetes-map-type", "x-kubernetes-list-map-keys"
_NEVER = (
    ("id", "id"),
    ("additional_items", "additionalItems"),
    ("pattern_properties", "patternProperties"),
    ("definitions", "definitions"),
    ("dependencies", "dependencies"),
    ("ref", "$ref"),
)
_ATOMIC = "must be atomic as item of a list with x-kubernetes-list-type=set"
_OF_KEYS = "this property is in x-kubernetes-list-map-keys, so it"


def schema_faults(schema: JSONSchemaProps, path: str) -> list[Cause]:
    """The faults of a schema and of all below it."""
    causes = [*_never(schema, path), *_here(schema, path)]
    for child, at in children(schema, path):
        causes += schema_faults(child, at)
    causes += _types(schema, path)
    causes += _set_items(schema, path)
    if schema.x_kubernetes_list_map_keys or schema.x_kubernetes_list_type == "map":
        causes += _map_list(schema, path)
    for index, rule in enumerate(schema.x_kubernetes_validations):
        causes += _rule(rule, schema, f"{path}.x-kubernetes-validations[{index}]")
    return causes


def has_rules(schema: JSONSchemaProps) -> bool:
    """Whether anything is said in x-kubernetes-validations, at any depth."""
    return bool(schema.x_kubernetes_validations) or any(has_rules(child) for child, _ in children(schema, ""))


def children(schema: JSONSchemaProps, path: str) -> Iterator[tuple[JSONSchemaProps, str]]:
    """The schemas directly below, with their paths."""
    if schema.additional_properties.HasField("schema"):
        yield schema.additional_properties.schema, f"{path}.additionalProperties"
    for name in sorted(schema.properties):
        yield schema.properties[name], f"{path}.properties[{name}]"
    # "not" is a word of Python's.
    if schema.HasField("not"):
        yield getattr(schema, "not"), f"{path}.not"
    for found, json in ((schema.all_of, "allOf"), (schema.one_of, "oneOf"), (schema.any_of, "anyOf")):
        for index, child in enumerate(found):
            yield child, f"{path}.{json}[{index}]"
    if schema.items.HasField("schema"):
        yield schema.items.schema, f"{path}.items"


def _never(schema: JSONSchemaProps, path: str) -> Iterator[Cause]:
    given = {descriptor.name for descriptor, _ in schema.ListFields()}
    for name, json in _NEVER:
        if name in given:
            yield forbidden(f"{path}.{json}", f"{json} is not supported")
    if schema.type == "null":
        yield forbidden(f"{path}.type", "type cannot be set to null, use nullable as an alternative")
    if schema.items.j_son_schemas:
        yield forbidden(f"{path}.items", "items must be a schema object and not an array")


def _here(schema: JSONSchemaProps, path: str) -> Iterator[Cause]:
    if schema.unique_items:
        detail = "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"
        yield forbidden(f"{path}.uniqueItems", detail)
    additional = schema.additional_properties
    said = schema.HasField("additional_properties") and (additional.HasField("schema") or not additional.allows)
    if said and schema.properties:
        detail = "additionalProperties and properties are mutual exclusive"
        yield forbidden(f"{path}.additionalProperties", detail)
    if schema.pattern and (fault := pattern_fault(schema.pattern)):
        detail = f"must be a valid regular expression, but isn't: {fault}"
        yield invalid(f"{path}.pattern", schema.pattern, detail)


def pattern_fault(pattern: str) -> str:
    """What is wrong with a regular expression, in Go's words where RE2's are the same; "" where nothing is."""
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(pattern, options=options)
    except re2.error as error:
        text = error.args[0] if error.args else error
        said = text.decode(errors="replace") if isinstance(text, bytes) else str(text)
        what, _, part = said.partition(": ")
        # Where the whole expression is at fault, RE2 quotes it too.
        return f"error parsing regexp: {'missing closing )' if what == 'missing )' else what}: `{part or pattern}`"
    return ""


def _types(schema: JSONSchemaProps, path: str) -> Iterator[Cause]:
    if schema.type and schema.type not in (*_TYPES, "null"):
        yield not_supported(f"{path}.type", schema.type, _TYPES)
    name = "x_kubernetes_preserve_unknown_fields"
    if schema.HasField(name) and not schema.x_kubernetes_preserve_unknown_fields:
        yield invalid(f"{path}.x-kubernetes-preserve-unknown-fields", False, "must be true or undefined")
    if schema.HasField("x_kubernetes_map_type"):
        yield from _must_be("object", schema, _MAP, path)
        if schema.x_kubernetes_map_type not in ("atomic", "granular"):
            yield not_supported(f"{path}.{_MAP}", schema.x_kubernetes_map_type, ("atomic", "granular"))
    if schema.HasField("x_kubernetes_list_type"):
        yield from _must_be("array", schema, _LIST, path)
        if schema.type == "array" and schema.x_kubernetes_list_type not in ("atomic", "map", "set"):
            yield not_supported(f"{path}.{_LIST}", schema.x_kubernetes_list_type, ("atomic", "map", "set"))


def _must_be(wanted: str, schema: JSONSchemaProps, because: str, path: str) -> Iterator[Cause]:
    detail = f"must be {wanted} if {because} is specified"
    if not schema.type:
        yield required(f"{path}.type", detail)
    elif schema.type != wanted:
        yield invalid(f"{path}.type", schema.type, detail)


def _set_items(schema: JSONSchemaProps, path: str) -> Iterator[Cause]:
    """Items of a set are compared as a whole."""
    items, at = schema.items.schema, f"{path}.items"
    if schema.x_kubernetes_list_type not in ("set", "map") or not schema.items.HasField("schema"):
        return
    if items.nullable:
        detail = f"cannot be nullable when x-kubernetes-list-type is {schema.x_kubernetes_list_type}"
        yield forbidden(f"{at}.nullable", detail)
    if schema.x_kubernetes_list_type == "map":
        return
    if items.type == "array" and items.x_kubernetes_list_type not in ("", "atomic"):
        yield invalid(f"{at}.{_LIST}", items.x_kubernetes_list_type, _ATOMIC)
    if items.type == "object" and items.x_kubernetes_map_type != "atomic":
        shown = items.x_kubernetes_map_type if items.HasField("x_kubernetes_map_type") else None
        yield invalid(f"{at}.{_MAP}", shown, _ATOMIC)


def _map_list(schema: JSONSchemaProps, path: str) -> Iterator[Cause]:
    """A list whose items are told apart by some of their members."""
    keys, at = list(schema.x_kubernetes_list_map_keys), f"{path}.{_KEYS}"
    if schema.x_kubernetes_list_type != "map":
        detail = f"must be map if {_KEYS} is non-empty"
        if schema.HasField("x_kubernetes_list_type"):
            yield invalid(f"{path}.{_LIST}", schema.x_kubernetes_list_type, detail)
        else:
            yield required(f"{path}.{_LIST}", detail)
        return
    if not keys:
        yield required(at, f"must not be empty if {_LIST} is map")
    if not schema.HasField("items"):
        yield required(f"{path}.items", f"must have a schema if {_LIST} is map")
        return
    items = schema.items.schema
    if items.type != "object":
        yield invalid(f"{path}.items.type", items.type, f"must be object if parent array's {_LIST} is map")
        return
    for index, key in enumerate(keys):
        member = f"{path}.items.properties[{key}]"
        if key in keys[:index]:
            yield invalid(at, keys, "must not contain duplicate entries")
        if key not in items.properties:
            yield invalid(at, keys, "entries must all be names of item properties")
            continue
        found = items.properties[key]
        if found.type in ("array", "object"):
            yield invalid(f"{member}.type", found.type, f"must be a scalar type if parent array's {_LIST} is map")
        if key not in items.required and not found.HasField("default"):
            yield required(f"{member}.default", f"{_OF_KEYS} must have a default or be a required property")
        if found.nullable:
            yield forbidden(f"{member}.nullable", f"{_OF_KEYS} cannot be nullable")


def _rule(found: ValidationRule, schema: JSONSchemaProps, path: str) -> Iterator[Cause]:
    rule, message = found.rule.strip(), found.message.strip()
    if not rule:
        yield required(f"{path}.rule", "rule is not specified")
    if found.message and not message:
        yield invalid(f"{path}.message", found.message, "message must be non-empty if specified")
    elif "\n" in message or "\r" in message:
        yield invalid(f"{path}.message", found.message, "message must not contain line breaks")
    elif ("\n" in rule or "\r" in rule) and not message:
        yield required(f"{path}.message", "message must be specified if rule contains line breaks")
    if found.message_expression and not found.message_expression.strip():
        yield required(f"{path}.messageExpression", "messageExpression must be non-empty if specified")
    if found.HasField("reason") and found.reason not in _REASONS:
        yield not_supported(f"{path}.reason", found.reason, _REASONS)
    if found.field_path and not found.field_path.strip():
        yield invalid(f"{path}.fieldPath", found.field_path, "fieldPath must be non-empty if specified")
    if "\n" in found.field_path or "\r" in found.field_path:
        yield invalid(f"{path}.fieldPath", found.field_path, "fieldPath must not contain line breaks")
    if found.field_path and not _is_path(found.field_path, schema):
        yield invalid(f"{path}.fieldPath", found.field_path, "fieldPath must be a valid path")


def _is_path(path: str, schema: JSONSchemaProps) -> bool:
    from ...cel.rule_paths import normalized

    return normalized(path, codec_for(JSONSchemaProps).to_value(schema)) is not None
