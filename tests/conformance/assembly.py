"""A Plane of real parts on a store of its own, as a server has it that has run for a while."""

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from pilothouse.server.admission.chain import Chain
from pilothouse.server.authorization.rbac import Rbac
from pilothouse.server.authorization.union import Union
from pilothouse.server.furniture import lay_down
from pilothouse.server.kinds import Kinds
from pilothouse.server.meta.resource import registry_from_protos
from pilothouse.server.store.base import Put
from pilothouse.server.store.batching import Batcher
from pilothouse.server.store.sqlite import SqliteStore
from pilothouse.server.verbs.plane import Plane
from pilothouse.server.watchcache.audience import Audiences
from pilothouse.server.watchcache.cache import WatchCache

RING_BYTES = 64 << 20


@asynccontextmanager
async def open_plane(directory: Path) -> AsyncIterator[Plane]:
    """The store is a file in `directory`. Its first revisions are compacted, so that some are too old to be asked
    for."""
    async with AsyncExitStack() as stack:
        store = SqliteStore(directory / "cases.db")
        stack.push_async_callback(store.close)
        for _ in range(3):
            await store.transact([Put("/registry/early", b"")])
        await store.compact(await store.revision())
        batcher = Batcher(store, True)
        stack.push_async_callback(batcher.close)
        registry = registry_from_protos()
        kinds = Kinds(registry)
        cache = WatchCache(store, RING_BYTES)
        cache.serve(kinds.forms)
        plane = Plane(
            registry=registry,
            kinds=kinds,
            store=store,
            writer=batcher,
            cache=cache,
            audiences=Audiences(cache),
            authorizer=Union(Rbac(registry, cache.follow)),
            admission=Chain(()),
            now=time.time,
            event_ttl=3600,
        )
        await cache.start()
        stack.push_async_callback(cache.close)
        await lay_down(plane)
        yield plane
