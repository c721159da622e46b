"""What a path names, and which verb a method means there."""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

from ...authorization.base import Attributes
from ...errors import MethodNotSupported, NotFound
from ...meta.resource import Registry, ResourceType
from ...meta.user import User

UNKNOWN = "the server could not find the requested resource"
NOT_ALLOWED = "the server does not allow this method on the requested resource"
# They stand where a resource in a namespace would, and are parts of the namespace itself.
_PARTS_OF_NAMESPACES = ("status", "finalize")

_OBJECT_METHODS = {"GET": "get", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}
_SUBRESOURCE_METHODS = {**_OBJECT_METHODS, "POST": "create"}


class PageNotFound(NotFound):
    """Nothing is served at or below such a path: the answer is a text, not a Status."""


class NotAllowed(MethodNotSupported):
    """allow: the methods that the path takes, as in the header of that name."""

    def __init__(self, allow: str) -> None:
        super().__init__(NOT_ALLOWED)
        self.allow = allow


class Named(NamedTuple):
    """What a path of a resource says, whether or not anything is served there. watch: by the old prefix `watch/`;
    parts: how many there are from the plural on."""

    group: str
    version: str
    plural: str
    namespace: str = ""
    name: str = ""
    subresource: str = ""
    watch: bool = False
    parts: int = 1


@dataclass(frozen=True, slots=True)
class Target:
    """What a path of a resource names. watch: by the old prefix `watch/`; bare: whether it ends with what it names, and
    nothing of a proxied path follows."""

    type: ResourceType
    namespace: str
    name: str
    subresource: str
    watch: bool
    bare: bool = True


def segments_of(path: str) -> list[str]:
    """The parts between slashes, each decoded by itself, so that an encoded slash stays in its part. Raises
    PageNotFound where one is empty or steps aside."""
    parts = path[1:].split("/")
    if parts[-1] == "" and len(parts) > 1:
        parts.pop()
    if "%" in path:
        parts = [unquote(part) for part in parts]
    if any(part in ("", ".", "..") for part in parts) and path != "/":
        raise PageNotFound("404 page not found")
    return parts


def is_resource_path(parts: list[str]) -> bool:
    """Whether something below a version of a group is meant."""
    return (parts[0] == "api" and len(parts) > 2) or (parts[0] == "apis" and len(parts) > 3)


def named_by(parts: list[str]) -> Named:
    """What a path of a resource says."""
    if parts[0] == "api":
        group, version, rest = "", parts[1], parts[2:]
    else:
        group, version, rest = parts[1], parts[2], parts[3:]
    watch = rest[0] == "watch" and len(rest) > 1
    if watch:
        rest = rest[1:]
    namespace = ""
    if rest[0] == "namespaces" and len(rest) > 2 and rest[2] not in _PARTS_OF_NAMESPACES:
        namespace, rest = rest[1], rest[2:]
    name, subresource = (*rest[1:3], "", "")[:2]
    return Named(group, version, rest[0], namespace, name, subresource, watch, len(rest))


def target_of(registry: Registry, named: Named) -> Target:
    """What is served there. Raises NotFound, PageNotFound."""
    try:
        resource = registry.get(named.group, named.version, named.plural)
    except NotFound:
        raise nothing_at(registry, named.group) from None
    namespace, name, subresource = named.namespace, named.name, named.subresource
    misplaced = bool(namespace) != (resource.namespaced and (bool(namespace) or bool(name)))
    bare = named.parts <= 3
    if (
        misplaced
        or not (bare or subresource == "proxy")
        or (subresource and (named.watch or not resource.has_subresource(subresource)))
    ):
        raise NotFound(UNKNOWN)
    return Target(resource, namespace, name, subresource, named.watch, bare)


def attributes_of(user: User, method: str, named: Named, watch: bool) -> Attributes:
    """What a request asks to be allowed, where nothing is served that could take it: who may not ask is told that."""
    verb = _SUBRESOURCE_METHODS.get(method, method.lower())
    if not named.name:
        verb = {"get": "watch" if watch or named.watch else "list", "delete": "deletecollection"}.get(verb, verb)
    namespace, name = named.namespace, named.name
    return Attributes(user, verb, named.group, named.plural, named.subresource, namespace, name, named.version)


def nothing_at(registry: Registry, group: str) -> NotFound:
    """The error for a path of this group that names nothing: in groups of the server's own it says more."""
    served = (*registry, *registry.reviews)
    known = any(resource.group == group and not resource.definition for resource in served)
    return NotFound(UNKNOWN) if known else PageNotFound("404 page not found")


def verb_of(method: str, target: Target, watch: bool) -> str:
    """The verb as RBAC knows it. Raises NotAllowed."""
    methods = _methods(target.type, bool(target.namespace), bool(target.name), target.subresource)
    verb = methods.get(method)
    if verb is None:
        raise NotAllowed(", ".join(methods))
    if method == "GET" and (target.watch or (watch and verb == "list")):
        if "watch" not in target.type.verbs:
            raise NotAllowed(", ".join(methods))
        return "watch"
    return verb


@lru_cache(maxsize=2048)
def _methods(resource: ResourceType, in_namespace: bool, named: bool, subresource: str) -> dict[str, str]:
    """The methods that a path takes, and their verbs."""
    if subresource:
        verbs = next(s.verbs for s in resource.subresources if s.name == subresource)
        return {method: verb for method, verb in _SUBRESOURCE_METHODS.items() if verb in verbs}
    if named:
        return {method: verb for method, verb in _OBJECT_METHODS.items() if verb in resource.verbs}
    methods = {"GET": "list"}
    if in_namespace or not resource.namespaced:
        methods |= {"POST": "create", "DELETE": "deletecollection"}
    return {method: verb for method, verb in methods.items() if verb in resource.verbs}
