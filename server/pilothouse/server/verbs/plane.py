"""The Plane: everything that a verb works with, bundled once."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from google.protobuf.message import Message

from ..admission.chain import Chain
from ..apiextensions.scale import CustomScaling
from ..apiextensions.serving import Serving
from ..authentication.bearer import BearerTokens
from ..authentication.issuing import TokenIssuer
from ..authorization.base import Authorizer
from ..authorization.rbac import Candidate
from ..authorization.rules import Rule
from ..errors import Cause, NotFound
from ..fields.walking import Walker
from ..meta.codec import Codec
from ..meta.resource import Registry, ResourceType
from ..meta.tables import Printer
from ..meta.user import User
from ..store.base import Op, Outcome, Store
from ..strategies.base import Strategy
from ..watchcache.audience import Audiences
from ..watchcache.cache import WatchCache
from ..watchcache.item import Item
from .written import Written


class Writer(Protocol):
    """Where writes and questions for the store's revision queue, to travel together."""

    async def write(self, ops: Sequence[Op], patient: bool = False) -> Outcome:
        """patient: nobody waits for it."""
        ...

    async def revision(self) -> int:
        """A revision that the store had at or after the moment of the call."""
        ...


class Form(Protocol):
    """A type's objects at rest."""

    def served(self, key: str, value: bytes) -> tuple[bytes, Message]: ...

    def stored(self, message: Message, raw: bytes = b"") -> bytes:
        """The value that `message`, an object of the type, is stored as; `raw` is its protobuf, where it is at hand."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """What is compiled once for one resource type. normalize: zeros that mean absence are cleared; complete: normalizes
    and defaults; check: what is wrong by metadata and schema; walker: who owns which field; printer: makes the rows of
    its tables, where the type brings its own."""

    type: ResourceType
    strategy: Strategy[Message]
    form: Form
    normalize: Callable[[Message], None]
    complete: Callable[[Message], None]
    check: Callable[[Message], list[Cause]]
    selectable: frozenset[str]
    fields_of: Callable[[Item], Mapping[str, str]]
    codec: Callable[[], Codec[Message]]
    walker: Walker
    printer: Printer | None = None
    scaling: CustomScaling | None = None


class Grants(Protocol):
    """What RBAC grants, beyond yes and no."""

    def rules_for(self, user: User, namespace: str) -> tuple[list[Rule], list[str]]:
        """Every rule of the user in the namespace, the cluster's among them, and what could not be resolved."""
        ...

    def candidates(self, user: User) -> Iterator[Candidate]:
        """Every rule that a binding grants to the user, wherever, the cluster's first."""
        ...


@dataclass(frozen=True, slots=True)
class Plane:
    """now: seconds since the epoch; event_ttl: seconds that an expiring object lives; issuer: makes tokens
    of service accounts, None where the server has no key to sign them with."""

    registry: Registry
    kinds: Mapping[ResourceType, Kind]
    store: Store
    writer: Writer
    cache: WatchCache
    audiences: Audiences
    authorizer: Authorizer
    admission: Chain
    now: Callable[[], float]
    event_ttl: int
    grants: Grants
    definitions: Serving
    tokens: BearerTokens = field(default_factory=BearerTokens)
    issuer: TokenIssuer | None = None
    written: Written = field(default_factory=Written)

    def kind(self, resource: ResourceType) -> Kind:
        """Raises NotFound where the type is no longer served."""
        try:
            return self.kinds[resource]
        except KeyError:
            raise NotFound(f"the server no longer serves {resource.qualified}") from None
