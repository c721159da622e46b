"""RequestContext: what the line knows of a request before it has read its object."""

from collections.abc import Callable
from dataclasses import dataclass, field

from .resource import ResourceType
from .user import User


@dataclass(slots=True, eq=False)
class RequestContext:
    """The first argument of every verb. Never written to: what differs is made by replace(). That frozen=True enforces
    this at run time would cost each request two microseconds.

    verb: as RBAC knows it ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection");
    namespace: "" for cluster-scoped resources and for requests across namespaces; name: "" where there is none;
    field_selector: of a list, a watch or a deletecollection, as it came;
    field_manager: who owns what is written, by the request's option or its user agent; applied: whether what is written
    comes from an apply, which has settled that;
    deadline: of the event loop's clock, in seconds, infinity where there is none; warnings: what the caller is told
    beside the answer, annotations: what the audit log tells beside the answer, both added to along the line;
    outcome: who is to hear what became of the write that is being prepared, by settled().
    """

    user: User
    verb: str
    type: ResourceType
    namespace: str = ""
    name: str = ""
    subresource: str = ""
    dry_run: bool = False
    field_manager: str = ""
    field_selector: str = ""
    deadline: float = float("inf")
    request_id: str = ""
    source_address: str = ""
    warnings: list[str] = field(default_factory=list)
    annotations: dict[str, str] = field(default_factory=dict)
    outcome: list[Callable[[int | None], None]] = field(default_factory=list)
    applied: bool = False

    def settled(self, revision: int | None) -> None:
        """Tells the outcome of one try to write, once: the revision that wrote, 0 where nothing was written, None where
        that is not known."""
        waiting = self.outcome.copy()
        self.outcome.clear()
        for tell in waiting:
            tell(revision)
