"""Serving: types come, change and go with the definitions that the watch cache shows.

What is served follows the store alone: a server that starts anew, and every other server and worker on the same store,
comes to the same types, whoever wrote the definitions.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from typing import Protocol

from google.protobuf.message import Message
from pilothouse.api.apiextensions.v1.apiextensions_pb2 import CustomResourceDefinition

from ..meta.resource import Registry, ResourceType
from ..schema.structural.nodes import JsonObject
from ..watchcache.cache import WatchCache
from .definition import (
    ESTABLISHED,
    NAMES_ACCEPTED,
    TERMINATING,
    CustomVersion,
    Definition,
    define,
    fingerprint_of,
    is_true,
    prefix_of,
)
from .stored import CustomForm

log = logging.getLogger(__name__)

# How long those who watch a type that is gone may still read what became of its objects.
LINGER_SECONDS = 0.5
PATIENCE_SECONDS = 3.0


class Compiled(Protocol):
    """Where what the line needs of a type is kept."""

    def serve(self, resource: ResourceType, definition: Definition, version: CustomVersion, form: CustomForm) -> None:
        """Takes in a custom type, in place of what it was."""
        ...

    def forget(self, resource: ResourceType) -> None: ...


class _Served:
    """One definition on its way. waiting: types whose objects are not here yet; published: those in the registry."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.waiting: set[ResourceType] = set()
        self.published: set[ResourceType] = set()


class Serving:
    """Follows the definitions; adds and removes types. Objects are read once the names are accepted, and the types are
    served once the definition is established and all of its objects are here."""

    def __init__(self, registry: Registry, cache: WatchCache, compiled: Compiled) -> None:
        self._registry = registry
        self._cache = cache
        self._compiled = compiled
        self._served: dict[str, _Served] = {}
        self._crds: dict[str, CustomResourceDefinition] = {}
        self._built_in = {resource.storage.prefix for resource in registry}
        self._places = {(resource.group, resource.plural) for resource in registry}
        self._listeners: list[Callable[[str], None]] = []
        # Set, and made anew, whenever the objects of a type are here.
        self._loads = asyncio.Event()
        cache.follow(registry.get("apiextensions.k8s.io", "v1", "customresourcedefinitions"), self._changed)

    def listen(self, listener: Callable[[str], None]) -> None:
        """Has `listener` called with the name of each definition of which something changed: itself, or whether its
        objects are here."""
        self._listeners.append(listener)

    def is_ready(self, name: str) -> bool:
        """Whether the objects of a definition are here, so that its types can be served."""
        served = self._served.get(name)
        return served is not None and not served.waiting

    async def settled(self, group: str) -> None:
        """Returns when all that is established in a group is served, or after a while."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                while any(self._is_awaited(name) for name in self._served if name.partition(".")[2] == group):
                    await self._loads.wait()

    def _wake(self) -> None:
        """Lets those look again who wait for objects."""
        self._loads.set()
        self._loads = asyncio.Event()

    def _is_awaited(self, name: str) -> bool:
        return is_true(self._crds[name], ESTABLISHED) and bool(self._served[name].waiting)

    def definitions(self) -> list[CustomResourceDefinition]:
        """All definitions, in the order of their names; never to be changed."""
        return [self._crds[name] for name in sorted(self._crds)]

    def get(self, name: str) -> CustomResourceDefinition | None:
        return self._crds.get(name)

    def types_of(self, name: str) -> list[ResourceType]:
        """The types of a definition that are served."""
        served = self._served.get(name)
        return sorted(served.published, key=lambda resource: resource.version) if served is not None else []

    def version_of(self, resource: ResourceType) -> CustomVersion | None:
        """The version of a definition that a type is of; None for what is no custom type, or is not served any more."""
        served = self._served.get(resource.definition)
        return served.definition.versions.get(resource.version) if served is not None else None

    def schema_of(self, resource: ResourceType) -> JsonObject | None:
        """The schema of a custom type's objects, as it stands in the definition; None for other types."""
        version = self.version_of(resource)
        return version.schema if version is not None else None

    def is_built_in(self, group: str, plural: str) -> bool:
        """Whether the server has such a resource by itself."""
        return (group, plural) in self._places

    def _changed(self, key: str, message: Message | None) -> None:
        name = key.rpartition("/")[2]
        if message is None:
            self._crds.pop(name, None)
            self._withdraw(name)
        else:
            assert isinstance(message, CustomResourceDefinition)
            self._crds[name] = message
            try:
                self._follow(name, message)
            except Exception:  # one definition, whatever is wrong with it, never stops the feed
                log.exception("the definition %s cannot be served", name)
                self._withdraw(name)
        for listener in self._listeners:
            listener(name)

    def _follow(self, name: str, crd: CustomResourceDefinition) -> None:
        """Brings what is served in line with a definition."""
        if not self._can_be_served(crd):
            self._withdraw(name)
            return
        served = self._served.get(name)
        if served is None or served.definition.fingerprint != fingerprint_of(crd):
            definition = define(crd)
            if definition is None:
                self._withdraw(name)
                return
            if served is None:
                served = self._served[name] = _Served(definition)
                self._add(name, served, definition.types.values())
            else:
                self._change(name, served, definition)
        served.definition.terminating = is_true(crd, TERMINATING)
        if is_true(crd, ESTABLISHED):
            self._publish(served)

    def _can_be_served(self, crd: CustomResourceDefinition) -> bool:
        names = crd.status.accepted_names
        prefix = prefix_of(crd)
        return (
            (is_true(crd, NAMES_ACCEPTED) or is_true(crd, ESTABLISHED))
            and bool(names.plural and names.kind)
            and names.plural == crd.spec.names.plural
            and not self.is_built_in(crd.spec.group, names.plural)
            and not any(prefix.startswith(own) or own.startswith(prefix) for own in self._built_in)
        )

    def _change(self, name: str, served: _Served, definition: Definition) -> None:
        """Puts types in the place of those that a definition had. Their objects are here already."""
        before, served.definition = served.definition, definition
        added, gone = [], list(before.types.values())
        for resource in definition.types.values():
            old = before.types.get(resource.version)
            if (
                old is None
                or old in served.waiting
                or (old.namespaced, old.kind) != (resource.namespaced, resource.kind)
            ):
                added.append(resource)
                continue
            self._cache.renew(old, resource, self._compile(definition, resource))
            if old in served.published:
                self._replace(served, old, resource)
        self._retire(served, gone)
        self._add(name, served, added)

    def _replace(self, served: _Served, old: ResourceType, resource: ResourceType) -> None:
        served.published.remove(old)
        served.published.add(resource)
        self._registry.remove(old)
        self._registry.add(resource)

    def _add(self, name: str, served: _Served, types: Iterable[ResourceType]) -> None:
        """Begins to read the objects of types."""
        added = tuple(types)
        served.waiting.update(added)
        for resource in added:
            loaded = partial(self._loaded, name, served, resource)
            self._cache.add(resource, self._compile(served.definition, resource), loaded)

    def _compile(self, definition: Definition, resource: ResourceType) -> CustomForm:
        version = definition.versions[resource.version]
        form = CustomForm(definition, version, resource)
        self._compiled.serve(resource, definition, version, form)
        return form

    def _loaded(self, name: str, served: _Served, resource: ResourceType) -> None:
        served.waiting.discard(resource)
        self._wake()
        crd = self._crds.get(name)
        if served.waiting or crd is None or self._served.get(name) is not served:
            return
        if is_true(crd, ESTABLISHED):
            self._publish(served)
        for listener in self._listeners:
            listener(name)

    def _publish(self, served: _Served) -> None:
        for resource in served.definition.types.values():
            if resource not in served.published and resource not in served.waiting:
                served.published.add(resource)
                self._registry.add(resource)

    def _withdraw(self, name: str) -> None:
        """Serves a definition no longer."""
        served = self._served.pop(name, None)
        if served is not None:
            self._retire(served, list(served.definition.types.values()))

    def _retire(self, served: _Served, gone: Sequence[ResourceType]) -> None:
        """Takes types out of service. Requests that are under way may end; who watches reads of the last changes."""
        for resource in gone:
            served.waiting.discard(resource)
            if resource in served.published:
                served.published.remove(resource)
                self._registry.remove(resource)
        self._wake()
        if gone:
            asyncio.get_running_loop().call_later(LINGER_SECONDS, self._forget, gone)

    def _forget(self, gone: Sequence[ResourceType]) -> None:
        for resource in gone:
            self._cache.remove(resource)
            self._compiled.forget(resource)
