"""Kinds that no message describes: custom resources, by the schema in their definition."""

from collections.abc import Callable, Mapping

from pilothouse.api.meta.v1 import meta_pb2 as meta

from ....meta.resource import ResourceType
from .names import custom_schema_name, descriptor_of, schema_name
from .schemas import GVK, TYPE_META, Json, kind_of, ref

Describe = Callable[[ResourceType], Mapping[str, object] | None]
"""The schema of a type's objects as plain JSON, as `openAPIV3Schema` has it; None for a type that its message
describes. Asked once for each type, on a thread of its own: the answer may not change while the type is served."""


def custom_schemas(resource: ResourceType, schema: Mapping[str, object]) -> dict[str, Json]:
    """The schemas of the objects and of their lists, by name. What every object has is added to what is given."""
    name, listing = custom_schema_name(resource, resource.kind), custom_schema_name(resource, resource.list_kind)
    given = schema.get("properties")
    metadata: Json = {
        "description": f"Metadata of the {resource.kind}, such as its name and labels.",
        "allOf": [ref(schema_name(descriptor_of(meta.ObjectMeta)))],
    }
    properties = {**(given if isinstance(given, Mapping) else {}), **TYPE_META, "metadata": metadata}
    items: Json = {"description": f"The {resource.plural} of the list.", "type": "array", "items": ref(name)}
    about: Json = {
        "description": "Metadata of the list, such as its resource version.",
        "allOf": [ref(schema_name(descriptor_of(meta.ListMeta)))],
    }
    return {
        name: {"type": "object", **schema, "properties": properties, GVK: [kind_of(resource, resource.kind)]},
        listing: {
            "description": f"A list of {resource.plural}.",
            "type": "object",
            "required": ["items"],
            "properties": {**TYPE_META, "items": items, "metadata": about},
            GVK: [kind_of(resource, resource.list_kind)],
        },
    }
