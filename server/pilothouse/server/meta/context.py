"""RequestContext: what the line knows of a request before it has read its object."""

from dataclasses import dataclass, field

from .resource import ResourceType
from .user import User


@dataclass(frozen=True, slots=True)
class RequestContext:
    """The first argument of every verb.

    verb: as RBAC knows it ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection");
    namespace: "" for cluster-scoped resources and for requests across namespaces; name: "" where there is none;
    deadline: of the event loop's clock, in seconds, infinity where there is none; warnings: what the caller is told
    beside the answer, added to along the line.
    """

    user: User
    verb: str
    type: ResourceType
    namespace: str = ""
    name: str = ""
    subresource: str = ""
    dry_run: bool = False
    field_manager: str = ""
    deadline: float = float("inf")
    request_id: str = ""
    source_address: str = ""
    warnings: list[str] = field(default_factory=list)
