"""Documents put together: what is in the document of a group version, and what in the one of everything."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from google.protobuf.descriptor import Descriptor
from pilothouse.api.meta.v1 import meta_pb2 as meta

from ....meta.resource import ResourceType
from .custom import Describe, custom_schemas
from .messages import body_of, group_versions, list_of, own_kinds
from .names import custom_schema_name, descriptor_of, group_words, schema_name, tag
from .operations import Described, document_path, paths_of
from .schemas import GVK, INFO, PATCH, WITHOUT_MESSAGE, Json, reached, schema_of
from .swagger import path_item_2, schema_2

TITLE, VERSION = "Pilothouse", "v1.36.2"
# What a server can be asked to do with any object, in any group version.
_OF_EVERYTHING: Sequence[Descriptor] = (descriptor_of(meta.DeleteOptions), descriptor_of(meta.WatchEvent))
_BEARER = "BearerToken"
_SECURITY: list[Json] = [{_BEARER: []}]
_SCHEMES: Json = {
    _BEARER: {"description": "Bearer token", "type": "apiKey", "name": "authorization", "in": "header"},
}


@dataclass(slots=True)
class Part:
    """paths and schemas of one document, in the form of version 3."""

    paths: dict[str, Json] = field(default_factory=dict)
    schemas: dict[str, Json] = field(default_factory=dict)


def part_of(types: Sequence[ResourceType], describe: Describe) -> Part:
    """Of one group version."""
    part = Part()
    roots: set[Descriptor] = {descriptor_of(meta.Status), descriptor_of(meta.APIResourceList), *_OF_EVERYTHING}
    for resource in sorted(types, key=lambda r: r.plural):
        described, needed = _described(part, resource, describe)
        roots |= needed
        part.paths.update(paths_of(described))
    group, version = types[0].group, types[0].version
    base = f"/apis/{group}/{version}/" if group else f"/api/{version}/"
    name = f"get{group_words(group)}{version.capitalize()}APIResources"
    path, item = document_path(base, name, tag(group, version), schema_name(descriptor_of(meta.APIResourceList)))
    part.paths[path] = item
    part.schemas[PATCH] = WITHOUT_MESSAGE[PATCH]
    _add_schemas(part, roots)
    return part


def plain_part(name: str) -> Part:
    """Of a path of no resource: "api", "apis", "apis/apps", "version"."""
    part = Part()
    first, _, group = name.partition("/")
    if name == "version":
        part.paths.update([document_path("/version/", "getCodeVersion", name, INFO)])
        part.schemas[INFO] = WITHOUT_MESSAGE[INFO]
        return part
    tagged = tag(group) if group or first == "api" else first
    if group:
        message, operation = descriptor_of(meta.APIGroup), f"get{group_words(group)}APIGroup"
    elif first == "api":
        message, operation = descriptor_of(meta.APIVersions), "getCoreAPIVersions"
    else:
        message, operation = descriptor_of(meta.APIGroupList), "getAPIVersions"
    part.paths.update([document_path(f"/{name}/", operation, tagged, schema_name(message))])
    _add_schemas(part, {message})
    return part


def document_3(part: Part) -> Json:
    """The document of one part."""
    return {
        "openapi": "3.0.0",
        "info": {"title": TITLE, "version": VERSION},
        "paths": dict(sorted(part.paths.items())),
        "components": {"schemas": dict(sorted(part.schemas.items())), "securitySchemes": _SCHEMES},
        "security": _SECURITY,
    }


def document_2(parts: Iterable[Part]) -> Json:
    """One of everything."""
    shared: dict[str, Json] = {}
    paths: dict[str, Json] = {}
    schemas: dict[str, Json] = {}
    for part in parts:
        for path, item in part.paths.items():
            paths[path] = path_item_2(item, shared)
        for name, schema in part.schemas.items():
            if name not in schemas:
                schemas[name] = schema_2(schema)
    return {
        "swagger": "2.0",
        "info": {"title": TITLE, "version": VERSION},
        "paths": dict(sorted(paths.items())),
        "definitions": dict(sorted(schemas.items())),
        "parameters": dict(sorted(shared.items())),
        "security": _SECURITY,
        "securityDefinitions": _SCHEMES,
    }


def _described(part: Part, resource: ResourceType, describe: Describe) -> tuple[Described, set[Descriptor]]:
    """How a resource is described, and the messages that this needs; of a custom one the schemas go into the part."""
    bodies = {body for s in resource.subresources if s.body and (body := body_of(s.body)) is not None}
    needed = {body for body in bodies if not body.name.endswith("Options")}
    schema = describe(resource)
    if schema is not None:
        part.schemas.update(custom_schemas(resource, schema))
        name, listing = (custom_schema_name(resource, kind) for kind in (resource.kind, resource.list_kind))
        needed |= {descriptor_of(meta.ObjectMeta), descriptor_of(meta.ListMeta)}
        return Described(resource, name, listing, body_of), needed
    own = descriptor_of(resource.message)
    listed = list_of(resource) or own
    return Described(resource, schema_name(own), schema_name(listed), body_of), needed | {own, listed}


def _add_schemas(part: Part, roots: Iterable[Descriptor]) -> None:
    for descriptor in reached(roots):
        schema = schema_of(descriptor)
        if descriptor in _OF_EVERYTHING:
            schema[GVK] = [{"group": g, "kind": descriptor.name, "version": v} for g, v in group_versions()]
        elif kinds := own_kinds(descriptor):
            schema[GVK] = kinds
        part.schemas[schema_name(descriptor)] = schema
