"""ResourceType and Registry: what the server serves. Most of it is declared in .proto files (`declared.py`)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from google.protobuf.message import Message

from ..errors import NotFound

REGISTRY_PREFIX = "/registry/"


@dataclass(frozen=True, slots=True)
class Subresource:
    """A part of an object that is read and written by itself; `body` is "apiVersion Kind" where it is another kind.
    method: how methods of the typed service name it."""

    name: str
    body: str
    verbs: frozenset[str]
    method: str = ""

    @property
    def leads_elsewhere(self) -> bool:
        """Whether it is nothing of the object's, but a way to another server: a log, a stream, a proxy."""
        return self.name == "log" or self.body.endswith("Options")


@dataclass(frozen=True, slots=True)
class Storage:
    """One identity at rest, shared by the resource types that serve it.

    prefix: of its keys, with both slashes ("/registry/services/specs/"), "" for what is never stored (reviews);
    api_version and kind: of the stored envelope; json: values are JSON; expires: objects go by themselves; message:
    what is stored decodes into it.
    """

    prefix: str
    api_version: str
    kind: str
    json: bool
    expires: bool
    message: type[Message]


@dataclass(frozen=True, slots=True, eq=False)
class ResourceType:
    """One served resource: frozen data, no hooks. Compared and hashed by identity. `service`: the full name of its
    typed gRPC service, "" where it has none; `definition`: the name of the CustomResourceDefinition that it comes from,
    "" for what the server has by itself."""

    group: str
    version: str
    kind: str
    plural: str
    singular: str
    namespaced: bool
    message: type[Message]
    service: str
    storage: Storage
    verbs: frozenset[str]
    subresources: tuple[Subresource, ...]
    short_names: tuple[str, ...]
    categories: tuple[str, ...]
    selectable_fields: tuple[str, ...]
    conditional_update: bool
    create_on_update: bool
    delete_returns_object: bool
    orphans_by_default: bool
    initial_generation: int
    generation_raised_by: tuple[str, ...]
    name_rule: str
    max_name_length: int
    deprecation: str
    list_kind: str
    definition: str = ""

    @property
    def api_version(self) -> str:
        """As in an object: "v1", "apps/v1"."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def qualified(self) -> str:
        """The plural with its group, as messages name it: "pods", "deployments.apps"."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def qualified_kind(self) -> str:
        """The kind with its group, as messages name it: "Pod", "Deployment.apps"."""
        return f"{self.kind}.{self.group}" if self.group else self.kind

    @property
    def is_review(self) -> bool:
        """Whether it is never stored: to create one is to ask, and the answer is the object itself."""
        return not self.storage.prefix

    @property
    def warnings(self) -> tuple[str, ...]:
        """What every request for it is told beside the answer."""
        if self.definition:
            return (self.deprecation,) if self.deprecation else ()
        return (f"{self.api_version} {self.kind} {self.deprecation}",) if self.deprecation else ()

    def has_subresource(self, name: str) -> bool:
        return any(s.name == name for s in self.subresources)

    def subresource(self, name: str) -> Subresource | None:
        """None where there is no such part."""
        return next((s for s in self.subresources if s.name == name), None)

    def key(self, namespace: str, name: str) -> str:
        """The object's key in the store; with name "" the prefix of a namespace's keys."""
        return f"{self.storage.prefix}{namespace}/{name}" if self.namespaced else self.storage.prefix + name

    def prefix(self, namespace: str) -> str:
        """The prefix of the keys of a namespace's objects, or of all ("")."""
        return f"{self.storage.prefix}{namespace}/" if namespace and self.namespaced else self.storage.prefix


class Registry:
    """(group, version, plural) -> ResourceType. Types can come and go while the server runs; `generation` counts that.

    To iterate yields the types whose objects are stored; `reviews` are those whose objects never are. Bodies are kinds
    that are no resources, and travel through subresources only: a Scale, an Eviction.
    """

    def __init__(self) -> None:
        self._types: dict[tuple[str, str, str], ResourceType] = {}
        self._kinds: dict[tuple[str, str], ResourceType] = {}
        self._bodies: dict[tuple[str, str], ResourceType] = {}
        self._followers: list[Callable[[], None]] = []
        self.generation = 0

    def add(self, resource: ResourceType) -> None:
        """Serves `resource` from now on. Raises ValueError where its place is taken."""
        place = (resource.group, resource.version, resource.plural)
        if place in self._types:
            raise ValueError(f"{resource.qualified}/{resource.version} is served already")
        self._types[place] = resource
        self._kinds[resource.api_version, resource.kind] = resource
        self._count_change()

    def remove(self, resource: ResourceType) -> None:
        """Serves `resource` no longer. Raises KeyError where it was not served."""
        del self._types[resource.group, resource.version, resource.plural]
        del self._kinds[resource.api_version, resource.kind]
        self._count_change()

    def follow(self, on_change: Callable[[], None]) -> None:
        """Calls on_change after each change of `generation`. It must not raise."""
        self._followers.append(on_change)

    def unfollow(self, on_change: Callable[[], None]) -> None:
        """Raises ValueError where it did not follow."""
        self._followers.remove(on_change)

    def _count_change(self) -> None:
        self.generation += 1
        for follower in self._followers:
            follower()

    def get(self, group: str, version: str, plural: str) -> ResourceType:
        """Raises NotFound."""
        found = self._types.get((group, version, plural))
        if found is None:
            name = "/".join(p for p in (group, version, plural) if p)
            raise NotFound(f"the server could not find the requested resource: it serves no {name}")
        return found

    def by_kind(self, api_version: str, kind: str) -> ResourceType | None:
        """The type whose objects carry this apiVersion and kind."""
        return self._kinds.get((api_version, kind))

    def add_body(self, body: ResourceType) -> None:
        """Knows `body` as the kind of what travels through subresources."""
        self._bodies[body.api_version, body.kind] = body

    def body(self, api_version: str, kind: str) -> ResourceType | None:
        """The kind, be it that of a resource or one that travels through subresources only."""
        return self._bodies.get((api_version, kind)) or self._kinds.get((api_version, kind))

    def body_of(self, resource: ResourceType, subresource: str) -> ResourceType:
        """What travels through a subresource: the type itself, or the other kind that it has. Raises NotFound."""
        part = resource.subresource(subresource)
        if part is None or not part.body:
            return resource
        api_version, _, kind = part.body.partition(" ")
        found = self.body(api_version, kind)
        if found is None:
            raise NotFound(f"the server knows no {part.body}")
        return found

    def __iter__(self) -> Iterator[ResourceType]:
        return iter([resource for resource in self._types.values() if not resource.is_review])

    @property
    def reviews(self) -> tuple[ResourceType, ...]:
        return tuple(resource for resource in self._types.values() if resource.is_review)
