"""WatchCache: one ordered feed from the store into collections, and those who wait for it."""

import asyncio
import heapq
import logging
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence

from ..errors import NotFound
from ..meta.resource import REGISTRY_PREFIX, ResourceType
from ..store.base import Batch, Entry, Put, RevisionCompacted, RevisionWentBack, Store, StoreError
from .collection import Collection, OnChange
from .item import StoredForm
from .listing import Listed, list_at, list_below
from .pump import Pump
from .ring import Rings

log = logging.getLogger(__name__)

# How far below the present the feed starts, in revisions: a watcher that comes back after a restart finds its place in
# the rings when it missed fewer than these.
HISTORY_REVISIONS = 5_000
RETRY_SECONDS = 0.5
CATCH_UP_SECONDS = 0.05
# Written to see it come back, where a store cannot tell how far its watch is (etcd before 3.4.31 and 3.5.13).
MARK = f"{REGISTRY_PREFIX}pilothouse.dev/mark"


class WatchCache:
    """Every type's objects as of `revision`, fed by one watch of the store over the whole registry.

    ring_bytes: what all rings may hold together. `epoch` is raised whenever the feed had to start anew; rings and
    revisions of different epochs have nothing to do with each other. `removals` counts the types that went.
    """

    def __init__(self, store: Store, ring_bytes: int) -> None:
        self.revision = 0
        self.epoch = 0
        self.removals = 0
        self.ready = False
        self.pump = Pump()
        self._store = store
        self._rings = Rings(ring_bytes)
        self._collections: dict[ResourceType, Collection] = {}
        self._by_prefix: dict[str, list[Collection]] = {}
        self._filling: Listed | None = None
        self._loading: set[asyncio.Task[None]] = set()
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

    def add(self, resource: ResourceType, form: StoredForm, loaded: Callable[[], None]) -> None:
        """Takes in a type while the feed runs; `loaded` is called when its objects are here, unless it is removed
        before. From a follower, during a fill, that is at once."""
        if self._filling is not None:
            collection = Collection(resource, form, self._filling.revision)
            collection.load(self._filling.under(resource.storage.prefix))
            self._add(collection)
            loaded()
            return
        collection = Collection(resource, form, self.revision)
        collection.hold()
        self._add(collection)
        self._begin(self._load(collection, loaded))

    def renew(self, before: ResourceType, resource: ResourceType, form: StoredForm) -> None:
        """Puts a type in the place of another of the same objects, decoded in another way from now on; those that are
        here follow as soon as they are read. Changes of the past stay known. `before` stands for the same until it is
        removed."""
        collection = self._collections[resource] = self._collections[before]
        collection.type, collection.form = resource, form
        if self._filling is not None:
            collection.redo(self._filling.under(resource.storage.prefix))
        else:
            self._begin(self._redo(collection))

    def remove(self, resource: ResourceType) -> None:
        """Forgets a type. Those who watch it are told that the watch is over."""
        collection = self._collections.pop(resource, None)
        if collection is None:
            return
        if collection.type is resource:
            beside = self._by_prefix[resource.storage.prefix]
            beside.remove(collection)
            if not beside:
                del self._by_prefix[resource.storage.prefix]
            collection.close()
        self.removals += 1
        self.pump.dirty(resource)

    def has(self, types: Iterable[ResourceType]) -> bool:
        """Whether all of these are served still."""
        return all(resource in self._collections for resource in types)

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
        tasks = [task for task in (self._task, self._asking, *self._loading) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.pump.close()
        for collection in self._collections.values():
            collection.close()

    def collection(self, resource: ResourceType) -> Collection:
        """Raises NotFound where the type has been removed."""
        try:
            return self._collections[resource]
        except KeyError:
            raise NotFound(f"the server no longer serves {resource.qualified}/{resource.version}") from None

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
        entries, revision = await list_below(self._store, max(1, self._target - self._history), self._target)
        self.epoch += 1
        self._rings.clear()
        old = self._collections
        self._collections, self._by_prefix = {}, {}
        self._filling = listed = Listed(entries, revision)
        old = {resource: collection for resource, collection in old.items() if collection.type is resource}
        for resource, before in old.items():
            collection = Collection(resource, before.form, revision)
            collection.load(listed.under(resource.storage.prefix))
            self._add(collection)
        # Followers may add and remove types.
        for resource, before in old.items():
            if resource in self._collections:
                self._collections[resource].adopt_followers(before)
            before.close()
        self._filling = None
        self.revision = revision
        self._tell_waiting()
        self.pump.wake_all()
        self._check_ready()

    def _begin(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.create_task(work, name="watch cache load")
        self._loading.add(task)
        task.add_done_callback(self._loading.discard)

    async def _load(self, collection: Collection, loaded: Callable[[], None]) -> None:
        """Lists a collection's objects as of the feed's revision; what changes meanwhile waits, and comes after."""
        resource = collection.type
        while self._collections.get(resource) is collection:
            revision = self.revision
            entries = await self._patiently(revision, resource.storage.prefix)
            if entries is not None and self._collections.get(resource) is collection:
                collection.load(entries)
                for key, value, changed_at in collection.release():
                    if changed_at > revision:
                        self._change(collection, key, value, changed_at)
                break
        # If the feed started anew meanwhile, that has filled the collection.
        if resource in self._collections:
            loaded()

    async def _redo(self, collection: Collection) -> None:
        resource, form = collection.type, collection.form
        while self._collections.get(resource) is collection and collection.form is form:
            entries = await self._patiently(0, resource.storage.prefix)
            if entries is not None:
                collection.redo(entries)
                return

    async def _patiently(self, revision: int, prefix: str) -> Sequence[Entry] | None:
        """The entries, or None, after a while, where the store has none of this revision just now."""
        try:
            return (await list_at(self._store, revision, prefix))[0]
        except RevisionCompacted:
            # The feed goes through old changes yet.
            await asyncio.sleep(CATCH_UP_SECONDS)
        except StoreError as error:
            log.warning("%s is not loaded yet: %s", prefix, error)
            await asyncio.sleep(RETRY_SECONDS)
        return None

    def _add(self, collection: Collection) -> None:
        self._collections[collection.type] = collection
        self._by_prefix.setdefault(collection.type.storage.prefix, []).append(collection)

    def _ingest(self, batch: Batch) -> None:
        for change in batch.changes:
            prefix = _prefix_of(change.key, self._by_prefix)
            for collection in self._by_prefix.get(prefix, ()):
                if collection.held is None:
                    self._change(collection, change.key, change.value, change.revision)
                else:
                    collection.held.append((change.key, change.value, change.revision))
        self.revision = max(self.revision, batch.revision)
        self._tell_waiting()

    def _change(self, collection: Collection, key: str, value: bytes | None, revision: int) -> None:
        event = collection.change(key, value, revision)
        if event is not None:
            self._rings.append(collection.ring, event)
            self.pump.dirty(collection.type)

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
