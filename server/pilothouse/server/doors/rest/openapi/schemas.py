"""The schemas of messages, in the form of version 3, from their options and comments.

The extensions are those that Kubernetes' clients read: list types and their keys, patch strategies, and which kinds a
schema is the body of. Sources: the OpenAPI specification 3.0, and the published schemas of Kubernetes for its own part.
"""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from typing import TypeAlias

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from pilothouse.api import annotations_pb2 as annotations

from ....meta.members import Member, is_resource, json_form, members, option, value_field
from ....meta.resource import ResourceType
from .comments import comment
from .names import META, schema_name

Json: TypeAlias = dict[str, object]

REF = "#/components/schemas/"
GVK = "x-kubernetes-group-version-kind"
PATCH = f"{META}.Patch"
INFO = "io.k8s.apimachinery.pkg.version.Info"
# Documents that say their kind, and are the objects of no resource.
_META_KINDS = ("APIGroup", "APIGroupList", "APIResourceList", "APIVersions", "DeleteOptions", "Status")

TYPE_META: Mapping[str, Json] = {
    "apiVersion": {
        "description": "Version of the schema that the object is written in, GROUP/VERSION or only VERSION for the "
        "core group.",
        "type": "string",
    },
    "kind": {"description": "Kind of the object, in CamelCase. Can not be changed.", "type": "string"},
}
SCALARS: Mapping[int, Json] = {
    FieldDescriptor.TYPE_STRING: {"type": "string"},
    FieldDescriptor.TYPE_BOOL: {"type": "boolean"},
    FieldDescriptor.TYPE_INT32: {"type": "integer", "format": "int32"},
    FieldDescriptor.TYPE_INT64: {"type": "integer", "format": "int64"},
    FieldDescriptor.TYPE_DOUBLE: {"type": "number", "format": "double"},
    FieldDescriptor.TYPE_BYTES: {"type": "string", "format": "byte"},
}
_ZEROS: Mapping[object, object] = {"string": "", "boolean": False, "integer": 0, "number": 0}
_FORMS: Mapping[int, Json] = {
    annotations.TIME: {"type": "string", "format": "date-time"},
    annotations.MICRO_TIME: {"type": "string", "format": "date-time"},
    annotations.DURATION: {"type": "string"},
    annotations.QUANTITY: {"oneOf": [{"type": "string"}, {"type": "number"}]},
    annotations.INT_OR_STRING: {"oneOf": [{"type": "integer"}, {"type": "string"}], "format": "int-or-string"},
    annotations.RAW: {"type": "object"},
    annotations.FIELDS: {"type": "object"},
}
_LISTS = {annotations.ATOMIC: "atomic", annotations.SET: "set", annotations.MAP: "map"}
_INFO = (
    "major",
    "minor",
    "gitVersion",
    "gitCommit",
    "gitTreeState",
    "buildDate",
    "goVersion",
    "compiler",
    "platform",
)
WITHOUT_MESSAGE: Mapping[str, Json] = {
    PATCH: {"description": "A change to an object, in the form that its Content-Type says.", "type": "object"},
    INFO: {
        "description": "The version of the server and how it was built.",
        "type": "object",
        "required": list(_INFO),
        "properties": {name: {"type": "string", "default": ""} for name in _INFO},
    },
}
# A raw value that need not be an object.
_ANYTHING = "JSON"


def schema_of(descriptor: Descriptor) -> Json:
    """The schema of a message. What depends on which types are served (`kinds_of`) is left to the caller."""
    found: Json = {}
    if text := comment(descriptor):
        found["description"] = text
    if form := json_form(descriptor):
        return found if descriptor.name == _ANYTHING else found | _FORMS.get(form, {})
    listed = members(descriptor)
    properties = {name: _member(member) for name, member in sorted(listed.items())}
    if says_its_kind(descriptor):
        properties |= TYPE_META
    found["type"] = "object"
    required = [name for name, member in listed.items() if option(member.field, annotations.required)]
    if required:
        found["required"] = required
    if properties:
        found["properties"] = dict(sorted(properties.items()))
    if option(descriptor, annotations.atomic_type):
        found["x-kubernetes-map-type"] = "atomic"
    return found


@cache
def needs(descriptor: Descriptor) -> frozenset[Descriptor]:
    """The messages whose schemas the message's own refers to."""
    if json_form(descriptor):
        return frozenset()
    found = {member.child for member in members(descriptor).values() if member.child is not None}
    return frozenset(child for child in found if json_form(child) != annotations.STRINGS)


def reached(roots: Iterable[Descriptor]) -> set[Descriptor]:
    """The messages whose schemas are needed to understand those of `roots`, which are among them."""
    found: set[Descriptor] = set()
    waiting = list(roots)
    while waiting:
        descriptor = waiting.pop()
        if descriptor not in found:
            found.add(descriptor)
            waiting += needs(descriptor)
    return found


def says_its_kind(descriptor: Descriptor) -> bool:
    """Whether its objects carry apiVersion and kind."""
    if descriptor.file.package.endswith(".meta.v1"):
        return descriptor.name in _META_KINDS
    return is_resource(descriptor) or _is_list(descriptor) or _is_body(descriptor)


def kind_of(resource: ResourceType, kind: str) -> dict[str, str]:
    return {"group": resource.group, "kind": kind, "version": resource.version}


def ref(name: str) -> Json:
    return {"$ref": REF + name}


def _is_list(descriptor: Descriptor) -> bool:
    items = descriptor.fields_by_name.get("items")
    named = descriptor.name.endswith("List") and "metadata" in descriptor.fields_by_name
    return named and items is not None and items.message_type is not None and is_resource(items.message_type)


def _is_body(descriptor: Descriptor) -> bool:
    """Whether it is what a subresource takes (Scale, Eviction), which has metadata too; so have templates."""
    metadata = descriptor.fields_by_name.get("metadata")
    has = metadata is not None and metadata.message_type is not None and metadata.message_type.name == "ObjectMeta"
    return has and "Template" not in descriptor.name


def _member(member: Member) -> Json:
    """The schema of one member, with what its options say."""
    field = member.field
    found: Json = {}
    assert field.containing_type is not None
    if text := comment(field.containing_type, field.name):
        found["description"] = text
    item = _item(member)
    plain = option(field, annotations.value)
    if member.is_map:
        found |= {"type": "object", "additionalProperties": item}
    elif field.is_repeated:
        found |= {"type": "array", "items": item}
    else:
        _add_single(found, item, plain and (option(field, annotations.always) or "allOf" in item))
    _add_default(found, field)
    _add_enum(found, field)
    return found | _extensions(member)


def _item(member: Member) -> Json:
    """What one value of the member is; objects and scalars have the default that absence means in a list or map."""
    field = value_field(member.field)
    repeated = member.field.is_repeated
    if field.message_type is None:
        scalar = SCALARS[field.type]
        return {**scalar, "default": _ZEROS[scalar["type"]]} if repeated and "format" not in scalar else {**scalar}
    if json_form(field.message_type) == annotations.STRINGS:
        return {"type": "array", "items": {"type": "string", "default": ""}}
    whole: Json = {"allOf": [ref(schema_name(field.message_type))]}
    if repeated and not json_form(field.message_type):
        whole["default"] = {}
    return whole if not repeated or "default" in whole else ref(schema_name(field.message_type))


def _add_single(found: Json, item: Json, always: bool) -> None:
    found.update(item)
    if always:
        if "allOf" not in item:
            found["default"] = _ZEROS.get(item.get("type"))
        elif "default" not in item:
            found["default"] = {}


def _add_default(found: Json, field: FieldDescriptor) -> None:
    text = option(field, annotations.default)
    if not text:
        return
    if value_field(field).type == FieldDescriptor.TYPE_STRING and not field.is_repeated:
        found["default"] = text
    else:
        found["default"] = json.loads(text)


def _add_enum(found: Json, field: FieldDescriptor) -> None:
    if option(field, annotations.open) or not (values := option(field, annotations.enum)):
        return
    target = found.get("items") if field.is_repeated else found
    if isinstance(target, dict):
        target["enum"] = sorted(values)
        if target.get("default") == "" and "" not in values and target is not found:
            del target["default"]


def _extensions(member: Member) -> Json:
    field = member.field
    found: Json = {}
    if kind := _LISTS.get(option(field, annotations.list_type)):
        found["x-kubernetes-list-type"] = kind
    if keys := option(field, annotations.map_keys):
        found["x-kubernetes-list-map-keys"] = list(keys)
    if option(field, annotations.atomic):
        found["x-kubernetes-map-type"] = "atomic"
    if option(field, annotations.granular):
        found["x-kubernetes-map-type"] = "granular"
    if strategy := option(field, annotations.patch_strategy):
        found["x-kubernetes-patch-strategy"] = ",".join(strategy)
    if key := option(field, annotations.patch_merge_key):
        found["x-kubernetes-patch-merge-key"] = key
    return found
