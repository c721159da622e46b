"""Structural schemas: the type of every value is told by the schema's core, whatever else narrows it."""

from collections.abc import Iterator

from pilothouse.api.apiextensions.v1.apiextensions_pb2 import JSONSchemaProps

from ...errors import Cause
from ...schema.causes import forbidden, invalid, required

_ROOT, _FIELD, _ITEM = "at the root", "for specified object fields", "for specified array items"
_METADATA = "must not specify anything other than name and generateName, but metadata is implicitly specified"
_INT_OR_STRING = ("integer", "string")
_NESTED = (
    ("type", "type", "must be empty to be structural"),
    ("title", "title", "must be empty to be structural"),
    ("description", "description", "must be empty to be structural"),
    ("default", "default", "must be undefined to be structural"),
    ("nullable", "nullable", "must be false to be structural"),
    ("additional_properties", "additionalProperties", "must be undefined to be structural"),
    (
        "x_kubernetes_preserve_unknown_fields",
        "x-kubernetes-preserve-unknown-fields",
        "must be false to be structural",
    ),
    ("x_kubernetes_embedded_resource", "x-kubernetes-embedded-resource", "must be false to be structural"),
    ("x_kubernetes_int_or_string", "x-kubernetes-int-or-string", "must be false to be structural"),
)


def structural_faults(schema: JSONSchemaProps, path: str) -> list[Cause]:
    return [*_core(schema, _ROOT, path), *_completeness(schema, schema, path, path)]


def _core(schema: JSONSchemaProps, level: str, path: str) -> Iterator[Cause]:
    if schema.type == "array" and not schema.HasField("items"):
        yield required(f"{path}.items", "must be specified")
    if schema.items.HasField("schema"):
        yield from _core(schema.items.schema, _ITEM, f"{path}.items")
    for name in sorted(schema.properties):
        yield from _core(schema.properties[name], _FIELD, f"{path}.properties[{name}]")
    if schema.HasField("additional_properties"):
        if level == _ROOT:
            yield forbidden(f"{path}.additionalProperties", "must not be used at the root")
        if schema.additional_properties.HasField("schema"):
            yield from _core(schema.additional_properties.schema, _FIELD, f"{path}.additionalProperties")
    yield from _type(schema, level, path)
    yield from _extensions(schema, path)
    if level == _ROOT or schema.x_kubernetes_embedded_resource:
        yield from _whole_object(schema, level == _ROOT, path)
    yield from _combined(schema, level == _ROOT, path)


def _type(schema: JSONSchemaProps, level: str, path: str) -> Iterator[Cause]:
    if schema.x_kubernetes_embedded_resource and schema.type != "object":
        detail = "must be object if x-kubernetes-embedded-resource is true"
        yield invalid(f"{path}.type", schema.type, detail) if schema.type else required(f"{path}.type", detail)
    elif not schema.type:
        if not schema.x_kubernetes_int_or_string and not schema.x_kubernetes_preserve_unknown_fields:
            yield required(f"{path}.type", f"must not be empty {level}")
    elif level == _ROOT and schema.type != "object":
        yield invalid(f"{path}.type", schema.type, "must be object at the root")


def _extensions(schema: JSONSchemaProps, path: str) -> Iterator[Cause]:
    if schema.x_kubernetes_int_or_string:
        detail = "must be false if x-kubernetes-int-or-string is true"
        if schema.x_kubernetes_preserve_unknown_fields:
            yield invalid(f"{path}.x-kubernetes-preserve-unknown-fields", True, detail)
        if schema.x_kubernetes_embedded_resource:
            yield invalid(f"{path}.x-kubernetes-embedded-resource", True, detail)
    open_ended = schema.x_kubernetes_preserve_unknown_fields
    if schema.x_kubernetes_embedded_resource and not open_ended and not schema.properties:
        detail = (
            "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields"
        )
        yield required(f"{path}.properties", detail)


def _whole_object(schema: JSONSchemaProps, root: bool, path: str) -> Iterator[Cause]:
    """An object with metadata of its own: what that is, is known."""
    for name in ("kind", "apiVersion"):
        if name in schema.properties and schema.properties[name].type != "string":
            yield invalid(f"{path}.properties[{name}].type", schema.properties[name].type, "must be string")
    if "metadata" not in schema.properties:
        return
    metadata = schema.properties["metadata"]
    if metadata.type != "object":
        yield invalid(f"{path}.properties[metadata].type", metadata.type, "must be object")
    if root:
        said = {descriptor.name for descriptor, _ in metadata.ListFields()} - {"type", "default", "properties"}
        if said or not set(metadata.properties) <= {"name", "generateName"}:
            yield forbidden(f"{path}.properties[metadata]", _METADATA)


def _combined(schema: JSONSchemaProps, root: bool, path: str) -> Iterator[Cause]:
    """What stands in allOf, anyOf, oneOf and not only narrows what the core says."""
    skip_any = schema.x_kubernetes_int_or_string and _is_int_or_string(schema)
    for index, (child, at) in enumerate(_parts(schema, path)):
        if root and "metadata" in child.properties:
            yield forbidden(f"{at}.properties[metadata]", "must not be specified in a nested context")
        if skip_any and ".anyOf[" in at[len(path) :]:
            continue
        # The first of allOf may be the one that says it of an integer or string.
        mixed = not index and schema.x_kubernetes_int_or_string and len(schema.all_of) > 0
        yield from _nested(child, at, mixed and _is_int_or_string(child))


def _parts(schema: JSONSchemaProps, path: str) -> Iterator[tuple[JSONSchemaProps, str]]:
    """What narrows a schema, with the paths."""
    for found, json in ((schema.all_of, "allOf"), (schema.any_of, "anyOf"), (schema.one_of, "oneOf")):
        for index, child in enumerate(found):
            yield child, f"{path}.{json}[{index}]"
    if schema.HasField("not"):
        # "not" is a word of Python's.
        yield getattr(schema, "not"), f"{path}.not"


def _is_int_or_string(schema: JSONSchemaProps) -> bool:
    """Whether anyOf says that a value is an integer or a string, the one way in which it may speak of types."""
    return tuple(child.type for child in schema.any_of) == _INT_OR_STRING and all(
        len(child.ListFields()) == 1 for child in schema.any_of
    )


def _nested(schema: JSONSchemaProps, path: str, skip_any: bool = False) -> Iterator[Cause]:
    for name, json, detail in _NESTED:
        if any(descriptor.name == name for descriptor, _ in schema.ListFields()):
            yield forbidden(f"{path}.{json}", detail)
    if schema.items.HasField("schema"):
        yield from _nested(schema.items.schema, f"{path}.items")
    for name in sorted(schema.properties):
        yield from _nested(schema.properties[name], f"{path}.properties[{name}]")
    for child, at in _parts(schema, path):
        if not (skip_any and ".anyOf[" in at[len(path) :]):
            yield from _nested(child, at)


def _completeness(schema: JSONSchemaProps, core: JSONSchemaProps, at: str, path: str) -> Iterator[Cause]:
    """`schema` at `path` narrows `core` at `at`, which must speak of all that it speaks of."""
    for child, below in _parts(schema, path):
        yield from _spoken_of(child, core, at, below)
    if schema is core:
        yield from _below(core, at)


def _below(core: JSONSchemaProps, at: str) -> Iterator[Cause]:
    if core.items.HasField("schema"):
        yield from _completeness(core.items.schema, core.items.schema, f"{at}.items", f"{at}.items")
    for name in sorted(core.properties):
        found, below = core.properties[name], f"{at}.properties[{name}]"
        yield from _completeness(found, found, below, below)
    if core.additional_properties.HasField("schema"):
        found, below = core.additional_properties.schema, f"{at}.additionalProperties"
        yield from _completeness(found, found, below, below)


def _spoken_of(schema: JSONSchemaProps, core: JSONSchemaProps, at: str, path: str) -> Iterator[Cause]:
    yield from _completeness(schema, core, at, path)
    if schema.items.HasField("schema"):
        if core.items.HasField("schema"):
            yield from _spoken_of(schema.items.schema, core.items.schema, f"{at}.items", f"{path}.items")
        else:
            yield required(f"{at}.items", f"because it is defined in {path}.items")
    for name in sorted(schema.properties):
        member = f"properties[{name}]"
        if name in core.properties:
            found = core.properties[name]
            yield from _spoken_of(schema.properties[name], found, f"{at}.{member}", f"{path}.{member}")
        else:
            yield required(f"{at}.{member}", f"because it is defined in {path}.{member}")
