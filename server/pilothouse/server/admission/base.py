"""What an admission plugin is given, what it may read, and how it refuses."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import ClassVar, Protocol

from google.protobuf.message import Message

from ..errors import Cause, Forbidden
from ..meta.context import RequestContext
from ..meta.resource import ResourceType
from ..store.base import Op


class Operation(Enum):
    """What a request does, as webhooks and policies name it."""

    CREATE = "CREATE"
    UPDATE = "UPDATE"
    DELETE = "DELETE"
    CONNECT = "CONNECT"


@dataclass(slots=True)
class AdmissionRequest:
    """One request on its way through the chain.

    object: as it shall be, defaulted; mutate() changes it in place; None for a DELETE. old: as it is; None for a
    CREATE.
    name: of the object, "" for a create whose name is still to be generated. together: operations that are written in
    one transaction with the object's own (an address that is claimed with a Service); those of a DELETE only where the
    object goes, not where it is only marked. Who must hear whether the object was written joins context.outcome. notes:
    how plugins come to their decisions (the arithmetic of a quota); None where nobody asks.
    """

    context: RequestContext
    operation: Operation
    object: Message | None
    old: Message | None
    name: str
    together: list[Op] = field(default_factory=list)
    notes: list[str] | None = None


class Objects(Protocol):
    """What plugins read. Messages are shared: never change one."""

    def get(self, group: str, plural: str, namespace: str, name: str) -> Message | None:
        """The object as the watch cache has it, in the type's preferred version; it may be some milliseconds old."""
        ...

    def list(self, group: str, plural: str, namespace: str = "") -> Iterable[Message]:
        """The objects of a namespace ("": of all) as the watch cache has them, in the order of their keys; each is
        decoded when it is reached."""
        ...

    async def read(self, group: str, plural: str, namespace: str, name: str) -> tuple[Message, int] | None:
        """The object as the store has it now, and its revision."""
        ...

    async def replace(self, group: str, plural: str, message: Message, revision: int) -> bool:
        """Writes the object where it still stands at `revision`; whether it did. Nothing else of the line is run: for
        what a plugin keeps in an object's status."""
        ...


class Plugin:
    """The base of all plugins: handles nothing, changes nothing, refuses nothing.

    A plugin is made once and serves many requests at a time. Its refusals are ApiErrors, most often `rejected()`.
    """

    name: ClassVar[str]
    # Whether mutate() and validate() are the plugin's own: what does nothing is not asked.
    mutates: ClassVar[bool] = False
    validates: ClassVar[bool] = False

    def __init_subclass__(cls) -> None:
        cls.mutates = cls.mutate is not Plugin.mutate
        cls.validates = cls.validate is not Plugin.validate

    def handles(self, resource: ResourceType, subresource: str, operation: Operation) -> bool:
        """Whether the plugin has anything to do with such requests; asked once for each combination."""
        return False

    async def mutate(self, request: AdmissionRequest) -> None:
        """Changes request.object in place, with values that are complete: they are not defaulted again. Raises
        ApiError."""

    async def validate(self, request: AdmissionRequest) -> None:
        """Raises ApiError where the request, as all plugins left it, is not to be. Not called for what is refused
        before; what it takes note of is taken note of only outside of dry runs."""


def rejected(request: AdmissionRequest, reason: str, causes: Iterable[Cause] = ()) -> Forbidden:
    """The error of a refused request: `pods "a" is forbidden: <reason>`."""
    resource = request.context.type
    name = f' "{request.name}"' if request.name else f' "{_unknown_name(request)}"'
    return Forbidden(
        f"{resource.qualified}{name} is forbidden: {reason}",
        group=resource.group,
        kind=resource.plural,
        name=request.name,
        causes=tuple(causes),
    )


def _unknown_name(request: AdmissionRequest) -> str:
    """What stands for the name of an object whose name is still to be generated."""
    prefix = getattr(getattr(request.object, "metadata", None), "generate_name", "")
    return str(prefix) or "Unknown"
