"""A watch cache over a real store, written to below it: as another server would."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from pilothouse.api.dynamic.v1 import dynamic_pb2 as dynamic
from pilothouse.server.kinds import Kinds
from pilothouse.server.meta.declared import registry_from_protos
from pilothouse.server.meta.field_selectors import parse_field_selector
from pilothouse.server.meta.label_selectors import parse_label_selector
from pilothouse.server.meta.resource import Registry, ResourceType
from pilothouse.server.store.base import Committed, Op, Put, Remove, Store
from pilothouse.server.watchcache.audience import ADDED, DELETED, MODIFIED, Audiences, Frame, Scope
from pilothouse.server.watchcache.cache import WatchCache
from pilothouse.server.watchcache.cursor import Cursor

DEADLINE = 10.0
KINDS = {ADDED: "ADDED", MODIFIED: "MODIFIED", DELETED: "DELETED"}


@cache
def registry() -> Registry:
    return registry_from_protos()


@cache
def kinds() -> Kinds:
    return Kinds(registry())


def type_of(plural: str, group: str = "", version: str = "v1") -> ResourceType:
    return registry().get(group, version, plural)


@asynccontextmanager
async def running_cache(store: Store, ring_bytes: int = 8 << 20) -> AsyncIterator[WatchCache]:
    cache = WatchCache(store, ring_bytes)
    cache.serve(kinds().forms)
    try:
        await cache.start()
        yield cache
    finally:
        await cache.close()


def put(
    resource: ResourceType, namespace: str, name: str, labels: Mapping[str, str] | None = None, fill: str = ""
) -> Put:
    """An object that differs from others by its labels and an annotation."""
    message: Any = resource.message()
    message.metadata.name = name
    message.metadata.namespace = namespace
    message.metadata.labels.update(labels or {})
    message.metadata.annotations["fill"] = fill
    return Put(resource.key(namespace, name), kinds()[resource].form.stored(message))


def remove(resource: ResourceType, namespace: str, name: str) -> Remove:
    return Remove(resource.key(namespace, name))


async def write(store: Store, *ops: Op) -> int:
    """One transaction; gives its revision."""
    outcome = await store.transact(ops)
    assert isinstance(outcome, Committed)
    return outcome.revision


async def reached(cache: WatchCache, revision: int) -> None:
    assert await cache.wait_for(revision, DEADLINE)


def scope(resource: ResourceType, namespace: str = "", labels: str = "", fields: str = "") -> Scope:
    kind = kinds()[resource]
    selector = parse_field_selector(fields, kind.selectable)
    return Scope(resource, namespace, parse_label_selector(labels), selector, kind.fields_of)


def cursor(cache: WatchCache, scopes: Sequence[Scope], after: int, heartbeat: float = 0.0) -> Cursor:
    audience = Audiences(cache).find(tuple(scopes))
    return Cursor(cache, audience, after, heartbeat)


@dataclass(frozen=True, slots=True)
class Seen:
    """One event as a watcher sees it."""

    kind: str
    scope: int
    place: str
    revision: int
    fill: str


def seen(frame: Frame, scopes: Sequence[Scope]) -> list[Seen]:
    """The events of a frame, whose revision must be the one that it names."""
    decoded = dynamic.WatchFrame.FromString(frame.data)
    assert decoded.revision == frame.revision
    assert len(decoded.events) == frame.events
    found = []
    for event in decoded.events:
        message: Any = scopes[event.scope].type.message.FromString(event.object)
        metadata = message.metadata
        place = f"{metadata.namespace}/{metadata.name}"
        revision = int(metadata.resource_version)
        found.append(Seen(KINDS[event.type], event.scope, place, revision, metadata.annotations["fill"]))
    return found


async def next_frame(cursor: Cursor) -> Frame:
    """What a cursor gives at once: changes, or an empty frame where there are none."""
    cursor.heartbeat = 1e-9
    async with asyncio.timeout(DEADLINE):
        return await cursor.next()


async def follow(cursor: Cursor, scopes: Sequence[Scope], until: int) -> list[tuple[int, list[Seen]]]:
    """The frames up to `until`, each with the revision that it brings the watcher to. The cursor must have a heartbeat
    where the last change is not one that it shows."""
    frames = []
    async with asyncio.timeout(DEADLINE):
        while cursor.position < until:
            frame = await cursor.next()
            frames.append((frame.revision, seen(frame, scopes)))
    return frames
