"""The paths of a resource and their operations, in the form of version 3. Names of operations are those that the
clients generated for Kubernetes are built on."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from google.protobuf.descriptor import Descriptor
from pilothouse.api.core.v1 import pods_pb2 as pods
from pilothouse.api.meta.v1 import meta_pb2 as meta

from ....meta.resource import ResourceType, Subresource
from ....verbs.patch import PatchType
from ..negotiation import JSON, KNOWN, PROTOBUF, YAML
from ..resources import APPLY
from .names import descriptor_of, group_words, schema_name, tag
from .parameters import of_message, of_path, of_verb, pretty
from .schemas import GVK, PATCH, Json, kind_of, ref

STREAMS = (JSON, f"{JSON};stream=watch", PROTOBUF, f"{PROTOBUF};stream=watch", YAML)
CONNECT = ("delete", "get", "head", "options", "patch", "post", "put")
_METHODS = {
    "get": "get",
    "list": "get",
    "watch": "get",
    "watchlist": "get",
    "create": "post",
    "update": "put",
    "patch": "patch",
    "delete": "delete",
    "deletecollection": "delete",
}
# How clients name what a verb does, and the word that begins the name of the operation.
_ACTIONS = {"create": "post", "update": "put"}
_WORDS = {
    "get": "read",
    "list": "list",
    "watch": "watch",
    "watchlist": "watch",
    "create": "create",
    "update": "replace",
    "patch": "patch",
    "delete": "delete",
    "deletecollection": "delete",
}
_CODES = {"create": ("200", "201", "202"), "update": ("200", "201"), "patch": ("200", "201"), "delete": ("200", "202")}
_SAID = {"200": "OK", "201": "Created", "202": "Accepted", "401": "Unauthorized"}
_STATUS = schema_name(descriptor_of(meta.Status))
_DELETE_OPTIONS = schema_name(descriptor_of(meta.DeleteOptions))
_WATCH_EVENT = schema_name(descriptor_of(meta.WatchEvent))


@dataclass(frozen=True, slots=True)
class Described:
    """A resource and the names of what it is described by. schema, listing: of its objects' and their lists' schemas;
    body: the message of a subresource's body, by "apiVersion Kind", None where no such message is known."""

    type: ResourceType
    schema: str
    listing: str
    body: Callable[[str], Descriptor | None]


@dataclass(frozen=True, slots=True)
class _Place:
    """One path. words: of the kind in names of operations, with "Namespaced" before it and what follows it."""

    described: Described
    path: str
    before: str
    after: str
    parameters: Sequence[str]


def paths_of(described: Described) -> Iterator[tuple[str, Json]]:
    """Each path of a resource, with its operations."""
    resource = described.type
    base = f"/apis/{resource.api_version}" if resource.group else f"/api/{resource.version}"
    before = "Namespaced" if resource.namespaced else ""
    scope = ("namespace",) if resource.namespaced else ()
    middle = "namespaces/{namespace}/" if resource.namespaced else ""
    collection = f"{base}/{middle}{resource.plural}"
    if resource.namespaced and resource.verbs & {"list", "create"}:
        verbs = ["list"] if "list" in resource.verbs else []
        everywhere = _Place(described, f"{base}/{resource.plural}", "", "ForAllNamespaces", ())
        if verbs:
            yield everywhere.path, _item(everywhere, verbs)
    whole = _Place(described, collection, before, "", scope)
    yield collection, _item(whole, [v for v in ("list", "create", "deletecollection") if v in resource.verbs])
    one = _Place(described, f"{collection}/{{name}}", before, "", ("name", *scope))
    if named := [v for v in ("get", "update", "patch", "delete") if v in resource.verbs]:
        yield one.path, _item(one, named)
    for part in sorted(resource.subresources, key=lambda s: s.name):
        yield from _subresource(one, part)
    if "watch" in resource.verbs:
        yield from _watches(described, base, middle, before, scope)


def document_path(path: str, name: str, tagged: str, kind: str) -> tuple[str, Json]:
    """A path that is read for a document of no resource. kind: the name of its schema."""
    types = KNOWN if kind.startswith("io.k8s.apimachinery.pkg.apis") else (JSON,)
    return path, {
        "get": {
            "operationId": name,
            "tags": [tagged],
            "description": "get what is there",
            "responses": _responses(("200",), kind, types),
        }
    }


def _watches(
    described: Described, base: str, middle: str, before: str, scope: Sequence[str]
) -> Iterator[tuple[str, Json]]:
    """The old paths that watch, which stand beside those that are asked to."""
    plural = described.type.plural
    if described.type.namespaced:
        everywhere = _Place(described, f"{base}/watch/{plural}", "", "ListForAllNamespaces", ())
        yield everywhere.path, _item(everywhere, ["watchlist"])
    collection = f"{base}/watch/{middle}{plural}"
    yield collection, _item(_Place(described, collection, before, "List", scope), ["watchlist"])
    one = f"{collection}/{{name}}"
    yield one, _item(_Place(described, one, before, "", ("name", *scope)), ["watch"])


def _subresource(one: _Place, part: Subresource) -> Iterator[tuple[str, Json]]:
    described = one.described
    word = "".join(piece[:1].upper() + piece[1:] for piece in part.name.split("-"))
    path = f"{one.path}/{part.name}"
    body = described.body(part.body) if part.body else None
    place = _Place(described, path, one.before, word, one.parameters)
    if body is not None and body.name.endswith("Options"):
        yield path, _connections(place, part, body)
        if part.name == "proxy":
            deeper = _Place(described, f"{path}/{{path}}", one.before, f"{word}WithPath", (*one.parameters, "path"))
            yield deeper.path, _connections(deeper, part, body)
        return
    if part.name == "log":
        operation = _operation(place, "get", "", described.type)
        operation["parameters"] = of_message(descriptor_of(pods.PodLogOptions))
        operation["responses"] = _responses(("200",), "", ("text/plain", *KNOWN))
        yield path, {"get": operation, "parameters": [*of_path(described.type.kind, one.parameters), pretty()]}
        return
    schema = schema_name(body) if body is not None else described.schema
    kind = part.body.partition(" ")[2] or described.type.kind
    item: Json = {}
    for verb in sorted(part.verbs, key=list(_METHODS).index):
        operation = _operation(place, verb, schema, described.type)
        if part.body:
            api_version = part.body.partition(" ")[0]
            group, _, version = api_version.rpartition("/")
            operation[GVK] = {"group": group, "kind": kind, "version": version}
        item[_METHODS[verb]] = operation
    yield path, {**item, "parameters": [*of_path(kind, one.parameters), pretty()]}


def _connections(place: _Place, part: Subresource, options: Descriptor) -> Json:
    """The operations of a subresource that is spoken to by any method."""
    resource = place.described.type
    methods = CONNECT if part.name == "proxy" else ("get", "post")
    item: Json = {}
    for method in methods:
        word = f"connect{group_words(resource.group)}{resource.version.capitalize()}{method.capitalize()}"
        item[method] = {
            "operationId": f"{word}{place.before}{resource.kind}{place.after}",
            "tags": [tag(resource.group, resource.version)],
            "description": f"connect {method.upper()} requests to {part.name} of {resource.kind}",
            "x-kubernetes-action": "connect",
            GVK: {"group": "", "kind": options.name, "version": "v1"},
            "responses": _responses(("200",), "", ("*/*",)),
        }
    return {**item, "parameters": [*of_path(options.name, place.parameters), *of_message(options)]}


def _item(place: _Place, verbs: Sequence[str]) -> Json:
    described = place.described
    item: Json = {}
    for verb in verbs:
        schema = described.listing if verb == "list" else described.schema
        item[_METHODS[verb]] = _operation(place, verb, schema, described.type)
    parameters = of_path(described.type.kind, place.parameters)
    if any(verb.startswith("watch") for verb in verbs):
        parameters += of_verb("list")
    return {**item, "parameters": [*parameters, pretty()]}


def _operation(place: _Place, verb: str, schema: str, resource: ResourceType) -> Json:
    collection = "Collection" if verb == "deletecollection" else ""
    word = f"{_WORDS[verb]}{group_words(resource.group)}{resource.version.capitalize()}{collection}"
    types = STREAMS if verb in ("list", "watch", "watchlist") else KNOWN
    answer = _WATCH_EVENT if verb.startswith("watch") else _answer_of(verb, resource, schema)
    operation: Json = {
        "operationId": f"{word}{place.before}{resource.kind}{place.after}",
        "tags": [tag(resource.group, resource.version)],
        "description": _description(verb, resource, place),
        "x-kubernetes-action": _ACTIONS.get(verb, verb),
        GVK: kind_of(resource, resource.kind),
        "responses": _responses(_CODES.get(verb, ("200",)), answer, types),
    }
    if verb.startswith("watch"):
        operation["deprecated"] = True
        return operation
    if parameters := of_verb(verb):
        operation["parameters"] = parameters
    if verb == "patch":
        # How to merge lists is said by messages alone.
        left_out = PatchType.STRATEGIC_MERGE if place.described.type.definition else None
        forms = [APPLY, *(kind.value for kind in PatchType if kind is not left_out)]
        operation["requestBody"] = _body(forms, PATCH, True)
    elif verb in ("create", "update"):
        operation["requestBody"] = _body(["*/*"], schema, True)
    elif verb in ("delete", "deletecollection"):
        operation["requestBody"] = _body(["*/*"], _DELETE_OPTIONS, False)
    return operation


def _answer_of(verb: str, resource: ResourceType, schema: str) -> str:
    if verb == "deletecollection" or (verb == "delete" and not resource.delete_returns_object):
        return _STATUS
    return schema


def _description(verb: str, resource: ResourceType, place: _Place) -> str:
    what = (
        f"{place.after.lower()} of a {resource.kind}" if place.after and "name" in place.parameters else resource.kind
    )
    return {
        "get": f"read the {what}",
        "list": f"list objects of kind {resource.kind}, or watch them",
        "watch": f"watch one {resource.kind}. Deprecated: list with 'watch' and a fieldSelector for its name",
        "watchlist": f"watch objects of kind {resource.kind}. Deprecated: list with 'watch'",
        "create": f"create a {what}",
        "update": f"replace the {what}",
        "patch": f"change a part of the {what}",
        "delete": f"delete a {what}",
        "deletecollection": f"delete objects of kind {resource.kind}",
    }[verb]


def _body(types: Sequence[str], schema: str, required: bool) -> Json:
    body: Json = {"content": {kind: {"schema": ref(schema)} for kind in types}}
    return {**body, "required": True} if required else body


def _responses(codes: Sequence[str], schema: str, types: Sequence[str]) -> Mapping[str, Json]:
    content = {kind: {"schema": ref(schema) if schema else {"type": "string"}} for kind in types}
    found: dict[str, Json] = {code: {"description": _SAID[code], "content": content} for code in codes}
    found["401"] = {"description": _SAID["401"]}
    return found
