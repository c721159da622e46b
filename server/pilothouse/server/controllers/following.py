"""Following: a controller's view of the cache, which ends when its run does."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from google.protobuf.message import Message

from ..meta.resource import REGISTRY_PREFIX, ResourceType
from ..verbs.plane import Plane
from ..watchcache.item import Item

OnChange = Callable[[str, Message | None], None]
OnAnyChange = Callable[[ResourceType, str, Message | None], None]
EVENT_GROUPS = ("", "events.k8s.io")


@contextmanager
def following(
    plane: Plane, *pairs: tuple[ResourceType, OnChange], changes: Sequence[tuple[ResourceType, OnChange]] = ()
) -> Iterator[None]:
    """Calls each on_change for the objects of its type that there are, and for every change, until left; those of
    `changes` for changes alone: a large kind need not be decoded as a whole."""
    followed: list[tuple[ResourceType, OnChange]] = []
    try:
        for resource, on_change in changes:
            plane.cache.collection(resource).follow_changes(on_change)
            followed.append((resource, on_change))
        for resource, on_change in pairs:
            plane.cache.follow(resource, on_change)
            followed.append((resource, on_change))
        yield
    finally:
        for resource, on_change in followed:
            plane.cache.unfollow(resource, on_change)


class EveryKind:
    """All stored kinds but events, each under one of its types, those that come and go while the server runs too."""

    def __init__(
        self, plane: Plane, on_change: OnAnyChange, on_kinds: Callable[[], None], namespaced: bool = False
    ) -> None:
        """on_change: told of changes alone, from sync() to close(); on_kinds: told meanwhile when sync() has something
        to do; namespaced: only kinds that live in namespaces."""
        self._plane = plane
        self._on_change = on_change
        self._on_kinds = on_kinds
        self._namespaced = namespaced
        self._followers: dict[str, tuple[ResourceType, OnChange]] = {}
        self._open = False
        self._generation = -1

    def sync(self) -> list[tuple[ResourceType, Sequence[Item]]]:
        """Follows the kinds that are new since the last call, and gives them with what there is of each."""
        registry, cache = self._plane.registry, self._plane.cache
        if not self._open:
            self._open = True
            registry.follow(self._on_kinds)
        if registry.generation == self._generation:
            return []
        self._generation = registry.generation
        for prefix in [p for p, (resource, _) in self._followers.items() if not self._is_served(resource)]:
            cache.unfollow(*self._followers.pop(prefix))
        found = []
        for prefix, resource in {r.storage.prefix: r for r in registry if self._is_wanted(r)}.items():
            if prefix not in self._followers:
                follower = self._follower(resource)
                found.append((resource, cache.collection(resource).follow_changes(follower)))
                self._followers[prefix] = resource, follower
        return found

    def close(self) -> None:
        """Follows nothing any more."""
        if not self._open:
            return
        self._open = False
        self._plane.registry.unfollow(self._on_kinds)
        for resource, follower in self._followers.values():
            self._plane.cache.unfollow(resource, follower)
        self._followers.clear()
        self._generation = -1

    @property
    def types(self) -> list[ResourceType]:
        """What is followed."""
        return [resource for resource, _ in self._followers.values()]

    def type_of(self, key: str) -> ResourceType | None:
        """The type whose object lies under a key; None where its kind is not followed."""
        end = key.find("/", len(REGISTRY_PREFIX)) + 1
        found = self._followers.get(key[:end])
        if found is None:
            found = self._followers.get(key[: key.find("/", end) + 1])
        return None if found is None else found[0]

    def _is_wanted(self, resource: ResourceType) -> bool:
        if resource.plural == "events" and resource.group in EVENT_GROUPS:
            return False
        return resource.namespaced or not self._namespaced

    def _is_served(self, resource: ResourceType) -> bool:
        return any(other is resource for other in self._plane.registry)

    def _follower(self, resource: ResourceType) -> OnChange:
        def follow(key: str, message: Message | None) -> None:
            self._on_change(resource, key, message)

        return follow
