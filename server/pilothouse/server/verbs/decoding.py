"""From a JSON value to a message, by the apiVersion and kind that it carries itself.

The rules and words are those of a kube-apiserver's decoder: what is left out of apiVersion and kind is taken from the
resource, another version of the same object is refused, and so is an object of another kind, after what is wrong with
it by its own kind.
"""

import json

from google.protobuf.message import Message

from ..errors import BadRequest
from ..meta.resource import ResourceType
from ..meta.scalars import JsonValue, found
from .plane import Kind, Plane

# What a kube-apiserver names in such messages: its registry of kinds.
_SCHEME = "pkg/api/legacyscheme/scheme.go:30"


class NoTypeMeta(BadRequest):
    """apiVersion or kind cannot be read: what the object is, is not known."""


class WrongVersion(BadRequest):
    """The object is of the resource, but in another version than the request's."""


def type_meta(resource: ResourceType, value: dict[str, JsonValue]) -> tuple[str, str]:
    """apiVersion and kind, those of the resource where they are left out. Raises NoTypeMeta."""
    given: list[str] = []
    for name in ("apiVersion", "kind"):
        text = value.get(name) or ""
        if not isinstance(text, str):
            wrong = f"json: cannot unmarshal {found(text)} into Go struct field .{name} of type string"
            raise NoTypeMeta(f"couldn't get version/kind; json parse error: {wrong}")
        given.append(text)
    if given[0].count("/") > 1:
        raise NoTypeMeta(f"unexpected GroupVersion string: {given[0]}")
    if resource.definition:
        if not given[1]:
            raise NoTypeMeta(f"Object 'Kind' is missing in '{json.dumps(value, ensure_ascii=False)}'")
        return given[0], given[1]
    return given[0] or resource.api_version, given[1] or resource.kind


def read_object(plane: Plane, kind: Kind, value: dict[str, JsonValue], problems: list[str] | None) -> Message:
    """An object of the kind. What strict decoding refuses is added to `problems` where these are given. Raises
    NoTypeMeta, WrongVersion, BadRequest."""
    resource = kind.type
    given = type_meta(resource, value)
    if resource.definition:
        if given[0] != resource.api_version:
            raise _wrong_version(resource, given[0])
        # An object of another kind is told so by validation.
        return kind.codec().from_value(value, problems)
    if given == (resource.api_version, resource.kind):
        return kind.codec().from_value(value, problems)
    other = plane.registry.by_kind(*given)
    if other is not None:
        plane.kind(other).codec().from_value(value)
    raise refusal(resource, given, other)


def refusal(resource: ResourceType, given: tuple[str, str], other: ResourceType | None) -> BadRequest:
    """other: what an object of the apiVersion and kind `given` is, None where nobody knows."""
    if other is None:
        return BadRequest(f'no kind "{given[1]}" is registered for version "{given[0]}" in scheme "{_SCHEME}"')
    if other.storage is resource.storage:
        return _wrong_version(resource, given[0])
    return BadRequest(
        f"converting ({other.version}.{other.kind}) to ({_family(resource)}.{resource.kind}): unknown conversion"
    )


def _wrong_version(resource: ResourceType, given: str) -> WrongVersion:
    return WrongVersion(
        f"the API version in the data ({given}) does not match the expected API version ({resource.api_version})"
    )


def _family(resource: ResourceType) -> str:
    """The name that stands for a group in packages: "core", "apps", "rbac"."""
    package: str = resource.message.DESCRIPTOR.file.package
    return package.split(".")[-2]
