"""WatchCache: one ordered feed from the store into collections, and those who wait for it."""

import asyncio
import heapq
import logging
from collections.abc import Mapping, Sequence

from ..meta.resource import REGISTRY_PREFIX, ResourceType
from ..store.base import Batch, Entry, Put, RevisionCompacted, RevisionWentBack, Store, StoreError
from .collection import Collection, OnChange
from .item import StoredForm
from .pump import Pump
from .ring import Rings

log = logging.getLogger(__name__)

# How far below the present the feed starts, in revisions: a watcher that comes back after a restart finds its place in
# the rings when it missed fewer than these.
HISTORY_REVISIONS = 5_000
RETRY_SECONDS = 0.5
# Written to see it come back, where a store cannot tell how far its watch is (etcd before 3.4.31 and 3.5.13).
MARK = f"{REGISTRY_PREFIX}pilothouse.dev/mark"


class WatchCache:
    """Every type's objects as of `revision`, fed by one watch of the store over the whole registry.

    ring_bytes: what all rings may hold together. `epoch` is raised whenever the feed had to start anew; rings and
    revisions of different epochs have nothing to do with each other.
    """

    def __init__(self, store: Store, ring_bytes: int) -> None:
        self.revision = 0
        self.epoch = 0
        self.ready = False
        self.pump = Pump()
        self._store = store
        self._rings = Rings(ring_bytes)
        self._collections: dict[ResourceType, Collection] = {}
        self._by_prefix: dict[str, list[Collection]] = {}
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._waits = 0
        self._abandoned = 0
        self._asked = False
        self._asking: asyncio.Task[None] | None = None
        self._target = 0
        self._history = HISTORY_REVISIONS
        self._first_fill = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def serve(self, types: Mapping[ResourceType, StoredForm]) -> None:
        """Says which types there are, and how their values are decoded. Called once, before start()."""
        for resource, form in types.items():
            self._add(Collection(resource, form, 0))

    async def start(self) -> None:
        """Starts the feed; returns when the cache has caught up with the store."""
        self.pump.start()
        self._task = asyncio.create_task(self._run(), name="watch cache feed")
        filled = asyncio.create_task(self._first_fill.wait())
        await asyncio.wait((self._task, filled), return_when=asyncio.FIRST_COMPLETED)
        if not filled.done():
            filled.cancel()
            self._task.result()

    async def close(self) -> None:
        """Stops the feed, and ends every cursor's wait."""
        tasks = [task for task in (self._task, self._asking) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.pump.close()
        for collection in self._collections.values():
            collection.close()

    def collection(self, resource: ResourceType) -> Collection:
        return self._collections[resource]

    def follow(self, resource: ResourceType, on_change: OnChange) -> None:
        """Collection.follow, by type."""
        self._collections[resource].follow(on_change)

    def unfollow(self, resource: ResourceType, on_change: OnChange) -> None:
        """Collection.unfollow, by type; nothing where the type is no longer served."""
        collection = self._collections.get(resource)
        if collection is not None:
            collection.unfollow(on_change)

    def sizes(self) -> Mapping[str, int]:
        """Objects by type, and the bytes that the rings hold ("rings")."""
        return {c.type.qualified: len(c) for c in self._collections.values()} | {"rings": self._rings.size}

    async def wait_for(self, revision: int, patience: float) -> bool:
        """Whether the cache has reached `revision` after at most `patience` seconds."""
        if self.revision >= revision:
            return True
        reached = asyncio.get_running_loop().create_future()
        self._waits += 1
        heapq.heappush(self._waiting, (revision, self._waits, reached))
        try:
            async with asyncio.timeout(patience):
                await reached
        except TimeoutError:
            self._abandon()
            return self.revision >= revision
        except asyncio.CancelledError:
            self._abandon()
            raise
        return True

    def ask_progress(self) -> None:
        """Has the feed told how far it is, without new changes too. One question is under way at a time, and none ends
        with whoever asked it."""
        self._asked = True
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask(), name="watch progress")

    async def _ask(self) -> None:
        while self._asked:
            self._asked = False
            try:
                if not await self._store.request_progress():
                    # A store that cannot tell shows it: what is written now comes after all that was written before.
                    await self._store.transact((Put(MARK, b""),))
            except StoreError as error:
                log.debug("the store was not asked how far its watch is: %s", error)

    def _abandon(self) -> None:
        """Counts one who waits no longer; when these are the most, they are cleared away."""
        self._abandoned += 1
        if self._abandoned * 2 > len(self._waiting):
            self._waiting = [waiting for waiting in self._waiting if not waiting[2].done()]
            heapq.heapify(self._waiting)
            self._abandoned = 0

    async def _run(self) -> None:
        while True:
            try:
                await self._fill()
                await self._feed()
                return
            except (RevisionCompacted, RevisionWentBack) as error:
                log.warning("the watch cache starts anew: %s", error)
                self._history = 0
            except StoreError as error:
                self.ready = False
                log.warning("the watch cache waits for the store: %s", error)
                await asyncio.sleep(RETRY_SECONDS)
            except Exception:  # a dead feed would leave every watcher waiting without a word
                self.ready = False
                log.exception("the watch cache starts anew")
                self._history = 0
                await asyncio.sleep(RETRY_SECONDS)
            self.ready = False

    async def _feed(self) -> None:
        """Follows the store until it closes."""
        nudge = asyncio.create_task(self._nudge(), name="watch progress at the start")
        try:
            async for batch in self._store.watch(REGISTRY_PREFIX, self.revision):
                self._ingest(batch)
                if not self.ready:
                    self._check_ready()
        finally:
            nudge.cancel()

    async def _nudge(self) -> None:
        while not self.ready:
            self.ask_progress()
            await asyncio.sleep(0.05)

    async def _fill(self) -> None:
        """Loads every object as of a revision below the present, so that the watch from there fills the rings."""
        self._target = await self._store.revision()
        entries, revision = await self._list_below(max(1, self._target - self._history))
        self.epoch += 1
        self._rings.clear()
        old = self._collections
        self._collections, self._by_prefix = {}, {}
        by_prefix = self._group(entries, [c.type.storage.prefix for c in old.values()])
        for resource, before in old.items():
            collection = Collection(resource, before.form, revision)
            collection.load(by_prefix.get(resource.storage.prefix, ()))
            collection.adopt_followers(before)
            before.close()
            self._add(collection)
        self.revision = revision
        self._tell_waiting()
        self.pump.wake_all()
        self._check_ready()

    async def _list_below(self, revision: int) -> tuple[Sequence[Entry], int]:
        """All entries at `revision`, or at the oldest that is still kept."""
        if 0 < revision < self._target:
            try:
                return await self._list_at(revision)
            except RevisionCompacted as error:
                if revision < error.oldest < self._target:
                    try:
                        return await self._list_at(error.oldest)
                    except RevisionCompacted:
                        log.info("the store compacts just now; the rings start empty")
        return await self._list_at(0)

    async def _list_at(self, revision: int) -> tuple[Sequence[Entry], int]:
        entries: list[Entry] = []
        page = await self._store.list(REGISTRY_PREFIX, limit=5_000, revision=revision)
        entries.extend(page.entries)
        while page.more:
            after = page.entries[-1].key + "\0"
            page = await self._store.list(REGISTRY_PREFIX, 5_000, after, revision or page.revision)
            entries.extend(page.entries)
        return entries, revision or page.revision

    @staticmethod
    def _group(entries: Sequence[Entry], prefixes: Sequence[str]) -> Mapping[str, list[Entry]]:
        groups: dict[str, list[Entry]] = {prefix: [] for prefix in prefixes}
        for entry in entries:
            prefix = _prefix_of(entry.key, groups)
            if prefix:
                groups[prefix].append(entry)
        return groups

    def _add(self, collection: Collection) -> None:
        self._collections[collection.type] = collection
        self._by_prefix.setdefault(collection.type.storage.prefix, []).append(collection)

    def _ingest(self, batch: Batch) -> None:
        for change in batch.changes:
            prefix = _prefix_of(change.key, self._by_prefix)
            for collection in self._by_prefix.get(prefix, ()):
                event = collection.change(change.key, change.value, change.revision)
                if event is not None:
                    self._rings.append(collection.ring, event)
                    self.pump.dirty(collection.type)
        self.revision = max(self.revision, batch.revision)
        self._tell_waiting()

    def _tell_waiting(self) -> None:
        while self._waiting and self._waiting[0][0] <= self.revision:
            reached = heapq.heappop(self._waiting)[2]
            if reached.done():
                self._abandoned -= 1
            else:
                reached.set_result(None)

    def _check_ready(self) -> None:
        if self.revision >= self._target:
            self.ready = True
            self._first_fill.set()
            # Should the feed start anew while others read from it, it must not show them the past again.
            self._history = 0


def _prefix_of(key: str, known: Mapping[str, object]) -> str:
    """The storage prefix that `key` lies under, of one segment or two ("/registry/services/specs/"); "" for none."""
    end = key.find("/", len(REGISTRY_PREFIX)) + 1
    if key[:end] in known:
        return key[:end]
    end = key.find("/", end) + 1 if end else 0
    return key[:end] if key[:end] in known else ""
