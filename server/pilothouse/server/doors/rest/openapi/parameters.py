"""The parameters of operations: those of paths, and the options that are given in the query."""

from collections.abc import Mapping, Sequence

from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message
from pilothouse.api.meta.v1 import meta_pb2 as meta

from ....meta.members import json_form, members
from .comments import comment
from .names import descriptor_of
from .schemas import SCALARS, Json

_LIST: tuple[str, ...] = (
    "allowWatchBookmarks",
    "continue",
    "fieldSelector",
    "labelSelector",
    "limit",
    "resourceVersion",
    "resourceVersionMatch",
    "sendInitialEvents",
    "timeoutSeconds",
)
_WRITE = ("dryRun", "fieldManager", "fieldValidation")
_DELETE = (
    "dryRun",
    "gracePeriodSeconds",
    "ignoreStoreReadErrorWithClusterBreakingPotential",
    "orphanDependents",
    "propagationPolicy",
)
# The options of each verb: the message that holds them, and which of them it takes.
_OPTIONS: Mapping[str, Sequence[tuple[type[Message], Sequence[str]]]] = {
    "list": [(meta.ListOptions, (*_LIST, "watch"))],
    "create": [(meta.CreateOptions, _WRITE)],
    "update": [(meta.UpdateOptions, _WRITE)],
    "patch": [(meta.PatchOptions, (*_WRITE, "force"))],
    "delete": [(meta.DeleteOptions, _DELETE)],
    "deletecollection": [
        (meta.DeleteOptions, _DELETE),
        (meta.ListOptions, [name for name in _LIST if name != "allowWatchBookmarks"]),
    ],
}


def of_verb(verb: str) -> list[Json]:
    """The options that a verb takes in the query, `pretty` left out."""
    taken = _OPTIONS.get(verb, ())
    found = {name: _query(descriptor_of(options), name) for options, names in taken for name in names}
    return [found[name] for name in sorted(found)]


def of_message(options: Descriptor) -> list[Json]:
    """Every field of options that are given in the query alone, those of exec and logs for example."""
    return [_query(options, name) for name in sorted(members(options))]


def of_path(resource_kind: str, names: Sequence[str]) -> list[Json]:
    """names: of the parts of a path that are left open: "name", "namespace", "path"; `pretty` comes with them."""
    said = {
        "name": f"name of the {resource_kind}",
        "namespace": "object name and auth scope, such as for teams and projects",
        "path": "path to the resource",
    }
    return [
        {"name": name, "in": "path", "description": said[name], "required": True, "schema": _unique("string")}
        for name in names
    ]


def pretty() -> Json:
    text = "If 'true', the answer is set out for people to read. Browsers and curl get it so anyway."
    return {"name": "pretty", "in": "query", "description": text, "schema": _unique("string")}


def _query(options: Descriptor, name: str) -> Json:
    member = members(options)[name]
    found: Json = {"name": name, "in": "query"}
    if text := comment(options, member.field.name):
        found["description"] = text
    child = member.child
    kind = str(SCALARS[member.field.type]["type"]) if child is None or not json_form(child) else "string"
    return {**found, "schema": _unique(kind)}


def _unique(kind: str) -> Json:
    return {"type": kind, "uniqueItems": True}
