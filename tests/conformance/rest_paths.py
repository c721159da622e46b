"""What a request to a Kubernetes API server's REST interface asks: its path taken apart, and its options."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from pilothouse.server.meta.resource import Registry, ResourceType

from tests.conformance.transport import Request

_VERBS = {"POST": "create", "PUT": "update", "PATCH": "patch"}


@dataclass(frozen=True, slots=True)
class Target:
    """What a path names. type is None where the registry does not have it."""

    type: ResourceType | None
    plural: str
    namespace: str
    name: str
    subresource: str


def target_of(registry: Registry, request: Request) -> Target | None:
    """None for a path that is not one of a resource."""
    segments = [unquote(s) for s in urlsplit(request.path).path.strip("/").split("/")]
    if segments[:1] == ["api"] and len(segments) > 2:
        (group, version), rest = ("", segments[1]), segments[2:]
    elif segments[:1] == ["apis"] and len(segments) > 3:
        (group, version), rest = (segments[1], segments[2]), segments[3:]
    else:
        return None
    namespace = ""
    if rest[0] == "namespaces" and len(rest) > 2 and rest[2] not in ("status", "finalize"):
        namespace, rest = rest[1], rest[2:]
    plural, name, subresource = (*rest, "", "", "")[:3]
    types = {(t.group, t.version, t.plural): t for t in (*registry, *registry.reviews)}
    return Target(types.get((group, version, plural)), plural, namespace, name, subresource)


def query_of(request: Request) -> Mapping[str, list[str]]:
    """The values of each parameter."""
    return parse_qs(urlsplit(request.path).query, keep_blank_values=True)


def verb_of(request: Request, target: Target) -> str:
    """The verb as RBAC knows it; "" for a method that the path does not take."""
    if request.method == "GET":
        watches = query_of(request).get("watch", [""])[0] in ("1", "true")
        return "get" if target.name else "watch" if watches else "list"
    if request.method == "DELETE":
        return "delete" if target.name else "deletecollection"
    verb = _VERBS.get(request.method, "")
    return verb if (verb == "create") != bool(target.name) else ""
