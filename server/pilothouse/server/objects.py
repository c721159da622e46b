"""CachedObjects: what admission reads, from the watch cache and from the store, as messages."""

from collections.abc import Iterable, Mapping
from typing import Any

from google.protobuf.message import Message

from .meta.resource import Registry, ResourceType
from .meta.versions import preference
from .store.base import Put, Refused, Store
from .verbs.plane import Kind, Writer
from .verbs.reading import item_of
from .watchcache.cache import WatchCache
from .watchcache.item import Item

MEMORY = 16 << 20
"""Bytes of protobuf whose messages are kept; a message takes a few times as much."""


class CachedObjects:
    """The Objects of admission. Messages are normalized, carry their resourceVersion, and are shared."""

    def __init__(
        self, registry: Registry, kinds: Mapping[ResourceType, Kind], cache: WatchCache, store: Store, writer: Writer
    ) -> None:
        self._registry = registry
        self._kinds = kinds
        self._cache = cache
        self._store = store
        self._writer = writer
        self._types: dict[tuple[str, str], ResourceType] = {}
        self._generation = -1
        self._messages: dict[str, tuple[Item, Message]] = {}
        self._size = 0

    def get(self, group: str, plural: str, namespace: str, name: str) -> Message | None:
        resource = self._type(group, plural)
        if resource is None:
            return None
        item = self._cache.collection(resource).get(resource.key(namespace, name))
        return None if item is None else self._message(resource, item)

    def list(self, group: str, plural: str, namespace: str = "") -> Iterable[Message]:
        resource = self._type(group, plural)
        if resource is None:
            return ()
        items = self._cache.collection(resource).under(resource.prefix(namespace))
        return (self._message(resource, item) for item in items) if items else ()

    async def read(self, group: str, plural: str, namespace: str, name: str) -> tuple[Message, int] | None:
        resource = self._type(group, plural)
        if resource is None:
            return None
        entry, _ = await self._store.get(resource.key(namespace, name))
        if entry is None:
            return None
        item = item_of(self._kinds[resource], entry)
        return self._decoded(resource, item), item.revision

    async def replace(self, group: str, plural: str, message: Message, revision: int) -> bool:
        """Raises KeyError where the type is not served."""
        resource = self._type(group, plural)
        if resource is None:
            raise KeyError(plural)
        kept: Any = type(message)()
        kept.CopyFrom(message)
        # The revision of an object is that of its key, and no part of what is stored.
        kept.metadata.ClearField("resource_version")
        key = resource.key(kept.metadata.namespace, kept.metadata.name)
        outcome = await self._writer.write((Put(key, self._kinds[resource].form.stored(kept), revision),))
        return not isinstance(outcome, Refused)

    def _type(self, group: str, plural: str) -> ResourceType | None:
        """The type, in its preferred version; None where it is not served."""
        if self._registry.generation != self._generation:
            self._generation = self._registry.generation
            self._types = {}
            for resource in sorted(self._registry, key=lambda r: preference(r.version), reverse=True):
                self._types[resource.group, resource.plural] = resource
        return self._types.get((group, plural))

    def _message(self, resource: ResourceType, item: Item) -> Message:
        known = self._messages.get(item.key)
        if known is not None and known[0] is item:
            return known[1]
        message = self._decoded(resource, item)
        if known is not None:
            self._size -= len(known[0].frame)
        self._messages[item.key] = item, message
        self._size += len(item.frame)
        # What was decoded first goes first; what is still asked for comes back at the next question.
        while self._size > MEMORY:
            self._size -= len(self._messages.pop(next(iter(self._messages)))[0].frame)
        return message

    def _decoded(self, resource: ResourceType, item: Item) -> Message:
        message = resource.message.FromString(item.body)
        self._kinds[resource].normalize(message)
        return message
