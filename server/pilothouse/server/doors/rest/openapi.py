"""OpenAPI v3: for each group and version a document of its paths and operations, with the parameters that they take.

Clients find out from it which options a server knows; kubectl leaves checking fields to the server once it has seen the
parameter `fieldValidation`. Bodies are objects here; what is in them is not described.
"""

from collections.abc import Iterator, Mapping, Sequence

import orjson

from ...errors import NotFound
from ...meta.resource import Registry, ResourceType, Subresource
from ...verbs.patch import PatchType
from .discovery import Document
from .negotiation import JSON, KNOWN
from .paths import UNKNOWN

Json = dict[str, object]

# How clients name what a verb does.
_ACTIONS = {"deletecollection": "deletecollection", "create": "post", "update": "put"}
_METHODS = {
    "get": "get",
    "list": "get",
    "create": "post",
    "update": "put",
    "patch": "patch",
    "delete": "delete",
    "deletecollection": "delete",
}
_WRITE = {"dryRun": "string", "fieldManager": "string", "fieldValidation": "string"}
_LIST = {
    "allowWatchBookmarks": "boolean",
    "continue": "string",
    "fieldSelector": "string",
    "labelSelector": "string",
    "limit": "integer",
    "resourceVersion": "string",
    "resourceVersionMatch": "string",
    "sendInitialEvents": "boolean",
    "timeoutSeconds": "integer",
    "watch": "boolean",
}
_DELETE = {
    "dryRun": "string",
    "gracePeriodSeconds": "integer",
    "orphanDependents": "boolean",
    "propagationPolicy": "string",
}
_PARAMETERS: Mapping[str, Mapping[str, str]] = {
    "get": {"resourceVersion": "string"},
    "list": _LIST,
    "create": _WRITE,
    "update": _WRITE,
    "patch": {**_WRITE, "force": "boolean"},
    "delete": _DELETE,
    "deletecollection": {**_LIST, **_DELETE},
}
_OBJECT_SCHEMA: Json = {"schema": {"type": "object"}}


class OpenApi:
    """Documents by path, made when first asked for and forgotten when a type comes or goes."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._known: dict[str, Document] = {}
        self._types: dict[str, list[ResourceType]] = {}
        self._generation = -1

    def index(self) -> bytes:
        """Where the document of each group and version is; its hash is part of the address."""
        self._catch_up()
        paths = {
            name: {"serverRelativeURL": f"/openapi/v3/{name}?hash={self.document(name).digest}"}
            for name in sorted(self._types)
        }
        return orjson.dumps({"paths": paths})

    def document(self, name: str) -> Document:
        """name: "api/v1", "apis/apps/v1". Raises NotFound."""
        self._catch_up()
        found = self._known.get(name)
        if found is None:
            if name not in self._types:
                raise NotFound(UNKNOWN)
            data = orjson.dumps(_document(name, self._types[name]))
            found = self._known[name] = Document.of(data, JSON)
        return found

    def _catch_up(self) -> None:
        if self._generation == self._registry.generation:
            return
        self._known.clear()
        types: dict[str, list[ResourceType]] = {}
        for resource in (*self._registry, *self._registry.reviews):
            base = "apis" if resource.group else "api"
            types.setdefault(f"{base}/{resource.api_version}", []).append(resource)
        self._types = types
        self._generation = self._registry.generation


def _document(name: str, resources: Sequence[ResourceType]) -> Json:
    paths: Json = {}
    for resource in sorted(resources, key=lambda r: r.plural):
        paths.update(_paths(f"/{name}", resource))
    info = {"title": "Pilothouse", "version": "1.36"}
    return {"openapi": "3.0.0", "info": info, "paths": paths, "components": {"schemas": {}}}


def _paths(base: str, resource: ResourceType) -> Iterator[tuple[str, Json]]:
    """Each path of a resource, with its operations."""
    collection = (
        f"{base}/namespaces/{{namespace}}/{resource.plural}" if resource.namespaced else f"{base}/{resource.plural}"
    )
    own = {"group": resource.group, "version": resource.version, "kind": resource.kind}
    if resource.namespaced and "list" in resource.verbs:
        yield f"{base}/{resource.plural}", _item(own, ("list",))
    yield collection, _item(own, [v for v in ("list", "create", "deletecollection") if v in resource.verbs])
    named = [v for v in ("get", "update", "patch", "delete") if v in resource.verbs]
    if named:
        yield f"{collection}/{{name}}", _item(own, named)
    for part in sorted(resource.subresources, key=lambda s: s.name):
        yield f"{collection}/{{name}}/{part.name}", _item(_kind_of(part, own), sorted(part.verbs))


def _kind_of(part: Subresource, own: Mapping[str, str]) -> Mapping[str, str]:
    if not part.body:
        return own
    api_version, _, kind = part.body.partition(" ")
    group, _, version = api_version.rpartition("/")
    return {"group": group, "version": version, "kind": kind}


def _item(kind: Mapping[str, str], verbs: Sequence[str]) -> Json:
    return {_METHODS[verb]: _operation(kind, verb) for verb in verbs}


def _operation(kind: Mapping[str, str], verb: str) -> Json:
    parameters = [
        {"name": name, "in": "query", "schema": {"type": form, "uniqueItems": True}}
        for name, form in sorted(_PARAMETERS[verb].items())
    ]
    operation: Json = {
        "x-kubernetes-action": _ACTIONS.get(verb, verb),
        "x-kubernetes-group-version-kind": kind,
        "parameters": [*parameters, {"name": "pretty", "in": "query", "schema": {"type": "string"}}],
        "responses": {
            "200": {"description": "OK", "content": dict.fromkeys(KNOWN, _OBJECT_SCHEMA)},
            "401": {"description": "Unauthorized"},
        },
    }
    if verb == "patch":
        operation["requestBody"] = {"content": {patch.value: _OBJECT_SCHEMA for patch in PatchType}, "required": True}
    elif verb in ("create", "update"):
        operation["requestBody"] = {"content": {JSON: _OBJECT_SCHEMA}, "required": True}
    return operation
