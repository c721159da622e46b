"""List: the objects of a type, page by page, as of one revision."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from pilothouse.api.meta.v1 import meta_pb2 as meta

from ..authorization.base import permit
from ..errors import Expired
from ..meta.context import RequestContext
from ..meta.continuation import NEWEST, decode_continue, encode_continue
from ..meta.wire import Undecodable
from ..store.base import Entry, RevisionCompacted, RevisionInFuture
from ..watchcache.audience import Scope
from ..watchcache.collection import Snapshot
from ..watchcache.item import Item
from . import faults
from .plane import Kind, Plane
from .queries import Query, list_query, named
from .reading import cache_is_current, item_of, wait_for_revision

# Stock gRPC clients refuse messages above 4 MiB.
PAGE_BYTES = 3 << 20
STORE_PAGE = 500


@dataclass(frozen=True, slots=True)
class Listing:
    """A page. `remaining` is how many objects follow; None where that is not known: with selectors, from the store."""

    revision: int
    items: Sequence[Item]
    continue_token: str
    remaining: int | None
    joined: Callable[[], bytes] | None = None

    @property
    def frames(self) -> bytes:
        """The items as a list carries them. Whoever lists the same is given the same bytes."""
        return self.joined() if self.joined is not None else b"".join([item.frame for item in self.items])

    @property
    def metadata(self) -> meta.ListMeta:
        """As the list carries it."""
        metadata = meta.ListMeta(resource_version=str(self.revision))
        if self.continue_token:
            setattr(metadata, "continue", self.continue_token)
            if self.remaining is not None:
                metadata.remaining_item_count = self.remaining
        return metadata


async def list_(
    plane: Plane, context: RequestContext, options: meta.ListOptions, page_bytes: int = PAGE_BYTES
) -> Listing:
    """A page of objects. Raises Forbidden, BadRequest, Invalid, Expired, Timeout."""
    permit(plane.authorizer, named(plane.kind(context.type), context, options.field_selector))
    return await page_of(plane, context, options, page_bytes)


async def page_of(
    plane: Plane, context: RequestContext, options: meta.ListOptions, page_bytes: int = PAGE_BYTES
) -> Listing:
    """list_() for a caller who is authorized already."""
    kind = plane.kind(context.type)
    query = list_query(kind, context, options)
    if query.token:
        return await _go_on(plane, context, kind, query, page_bytes)
    if query.exact:
        return await _exactly(plane, context, kind, query, page_bytes)
    if query.revision:
        await wait_for_revision(plane, query.revision)
    elif not query.any_revision and not await cache_is_current(plane):
        return await _from_store(plane, context, kind, query, _Place(0, ""), page_bytes)
    collection = plane.cache.collection(kind.type)
    return _from_snapshot(plane, context, collection.snapshot(plane.cache.revision), query, "", page_bytes)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a page starts: the revision (0: the newest) and the key."""

    revision: int
    start: str


async def _go_on(plane: Plane, context: RequestContext, kind: Kind, query: Query, page_bytes: int) -> Listing:
    revision, start = decode_continue(query.token)
    key = kind.type.prefix(context.namespace) + start
    if revision == NEWEST:
        if not await cache_is_current(plane):
            return await _from_store(plane, context, kind, query, _Place(0, key), page_bytes)
        snapshot = plane.cache.collection(kind.type).snapshot(plane.cache.revision)
        return _from_snapshot(plane, context, snapshot, query, key, page_bytes)
    kept = plane.cache.collection(kind.type).at(revision, plane.cache.revision)
    if kept is not None:
        return _from_snapshot(plane, context, kept, query, key, page_bytes)
    try:
        return await _from_store(plane, context, kind, query, _Place(revision, key), page_bytes)
    except RevisionCompacted:
        raise Expired(
            "The provided continue parameter is too old to display a consistent list result. You can start a new list "
            "without the continue parameter, or use the continue token in this response to retrieve the remainder of "
            "the results. Continuing with the provided token results in an inconsistent list - objects that were "
            "created, modified, or deleted between the time the first chunk was returned and now may show up in the "
            "list.",
            continue_token=encode_continue(NEWEST, start),
        ) from None


async def _exactly(plane: Plane, context: RequestContext, kind: Kind, query: Query, page_bytes: int) -> Listing:
    await wait_for_revision(plane, query.revision)
    kept = plane.cache.collection(kind.type).at(query.revision, plane.cache.revision)
    if kept is not None:
        return _from_snapshot(plane, context, kept, query, "", page_bytes)
    try:
        return await _from_store(plane, context, kind, query, _Place(query.revision, ""), page_bytes)
    except RevisionCompacted:
        raise Expired(f"The resourceVersion for the provided list is too old: {query.revision}.") from None


def _from_snapshot(
    plane: Plane, context: RequestContext, snapshot: Snapshot, query: Query, start: str, page_bytes: int
) -> Listing:
    scope = query.scope
    name = scope.fields.exact("metadata.name")
    if name is not None and (scope.namespace or not scope.type.namespaced):
        # One key is all that can match.
        key = scope.type.key(scope.namespace, name)
        begin, end = snapshot.range(key + "\0")
        begin, end = (begin - 1, begin) if begin and snapshot.keys[begin - 1] == key and key >= start else (0, 0)
    else:
        begin, end = snapshot.range(scope.type.prefix(scope.namespace), start)
    _warn_of_broken(context, scope, snapshot)
    if scope.labels.empty and scope.fields.empty:
        stop = snapshot.pages.fit(begin, min(end, begin + query.limit) if query.limit else end, page_bytes)
        items: Sequence[Item] = snapshot.items[begin:stop]
        joined: Callable[[], bytes] | None = partial(snapshot.pages.joined, begin, stop)
        more, remaining = stop < end, end - stop
    else:
        items, stop = _select(scope, snapshot.items, begin, end, query.limit, page_bytes)
        joined = None
        more, remaining = stop < end, None
    token = ""
    if more:
        plane.cache.collection(scope.type).keep(snapshot)
        token = encode_continue(
            snapshot.revision, snapshot.keys[stop].removeprefix(scope.type.prefix(context.namespace))
        )
    return Listing(snapshot.revision, items, token, remaining if more else None, joined)


def _select(
    scope: Scope, items: Sequence[Item], begin: int, end: int, limit: int, page_bytes: int
) -> tuple[Sequence[Item], int]:
    """The matching items of a page, and where the next page would start (`end`: nowhere)."""
    found: list[Item] = []
    size = 0
    for at in range(begin, end):
        item = items[at]
        if not scope.matches(item):
            continue
        size += len(item.frame)
        if found and (size > page_bytes or (limit and len(found) == limit)):
            return found, at
        found.append(item)
    return found, end


async def _from_store(
    plane: Plane, context: RequestContext, kind: Kind, query: Query, place: _Place, page_bytes: int
) -> Listing:
    """As _from_snapshot, decoding what the store has. Raises RevisionCompacted."""
    scope, found, size = query.scope, list[Item](), 0
    prefix, key, revision = scope.type.prefix(scope.namespace), place.start, place.revision
    while True:
        try:
            page = await plane.store.list(prefix, STORE_PAGE, max(key, prefix), revision)
        except RevisionInFuture as error:
            raise faults.revision_too_large(revision, error.current) from None
        revision = revision or page.revision
        for item in _decoded(kind, context, page.entries):
            if not scope.matches(item):
                continue
            size += len(item.frame)
            if found and (size > page_bytes or (query.limit and len(found) == query.limit)):
                token = encode_continue(revision, item.key.removeprefix(scope.type.prefix(context.namespace)))
                return Listing(revision, found, token, None)
            found.append(item)
        if not page.more:
            return Listing(revision, found, "", None)
        key = page.entries[-1].key + "\0"


def _decoded(kind: Kind, context: RequestContext, entries: Sequence[Entry]) -> Iterator[Item]:
    for entry in entries:
        try:
            yield item_of(kind, entry)
        except Undecodable as error:
            context.warnings.append(str(error))


def _warn_of_broken(context: RequestContext, scope: Scope, snapshot: Snapshot) -> None:
    prefix = scope.type.prefix(scope.namespace)
    context.warnings.extend(text for key, text in snapshot.broken.items() if key.startswith(prefix))
