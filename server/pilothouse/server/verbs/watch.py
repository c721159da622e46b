"""Watch: the changes of one type, or of many in one stream, from a place in the past or from all that exists."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass

from pilothouse.api.meta.v1 import meta_pb2 as meta

from ..authorization.base import permit
from ..errors import Expired, TooManyRequests, Unauthorized
from ..meta.context import RequestContext
from ..watchcache.audience import Encode, FellBehind, Frame, Framing, Scope, WatchFrames
from ..watchcache.cursor import Closed, Cursor
from .plane import Plane
from .queries import make_scope, named, watch_query
from .reading import NEWER_REVISION_WAIT, cache_is_current, wait_for_revision

# How long a watch that no event wakes may stay unaware of a changed role or an ended certificate.
LOOK_AROUND = 5.0
# How long before its end a watch is told how far it is.
FAREWELL = 2.0


@dataclass(frozen=True, slots=True)
class Start:
    """Where a watch begins. revision 0: at the present; initial: with what exists then; consistent: the present is the
    store's, not merely the cache's; ahead: a revision that is still to come is waited for in the open watch."""

    revision: int
    initial: bool
    consistent: bool
    ahead: bool = False


@dataclass(frozen=True, slots=True)
class Pace:
    """heartbeat: seconds without a frame after which an empty one is sent, 0: never; timeout: seconds after which the
    stream ends by itself, 0: never. Where both are given an empty frame is sent shortly before the end too, so that
    whoever goes on elsewhere has hardly anything to catch up with."""

    heartbeat: float
    timeout: float

    def due(self, open_for: float, quiet_for: float) -> float:
        """Seconds until an empty frame is due, not positive where it should be sent now."""
        if not self.heartbeat:
            return float("inf")
        regular = self.heartbeat - quiet_for
        if regular < self.heartbeat * 0.05:
            regular = 0.0
        farewell = self.timeout - FAREWELL - open_for
        # It was sent if anything was since.
        return min(regular, farewell) if self.timeout > FAREWELL and farewell > -quiet_for else regular


async def watch(
    plane: Plane, context: RequestContext, options: meta.ListOptions, heartbeat: float
) -> AsyncIterator[Frame]:
    """Frames of one type's changes. The first step raises Forbidden, BadRequest, Invalid, Expired or Timeout; later
    ones Expired, Forbidden or Unauthorized."""
    async for frame in await open_watch(plane, context, options, heartbeat):
        yield frame


async def open_watch(
    plane: Plane,
    context: RequestContext,
    options: meta.ListOptions,
    heartbeat: float,
    framing: Framing | None = None,
    ahead: bool = False,
) -> AsyncIterator[Frame]:
    """watch(), for who must know at once that it is open: what is wrong with the request is raised here. ahead: as in
    Start."""
    kind = plane.kind(context.type)
    context = named(kind, context, options.field_selector)
    permit(plane.authorizer, context)
    query = watch_query(kind, context, options)
    start = Start(query.revision, bool(query.initial_events), not options.resource_version, ahead)
    pace = Pace(heartbeat, float(options.timeout_seconds))
    return await watch_scopes(plane, [context], (query.scope,), start, pace, framing)


async def watch_many(
    plane: Plane,
    contexts: Sequence[tuple[RequestContext, str, str]],
    start: Start,
    pace: Pace,
    encode: Encode | None = None,
) -> AsyncIterator[Frame]:
    """Frames of many types' changes in one stream, in the store's order; events carry the index of their scope. Each
    context comes with a label and a field selector."""
    asked = [
        (plane.kind(c.type), named(plane.kind(c.type), c, fields), labels, fields) for c, labels, fields in contexts
    ]
    for _, context, _, _ in asked:
        permit(plane.authorizer, context)
    scopes = tuple(make_scope(*scope) for scope in asked)
    framing = WatchFrames(len(scopes) > 1, encode)
    async for frame in await watch_scopes(plane, [context for _, context, _, _ in asked], scopes, start, pace, framing):
        yield frame


async def watch_scopes(
    plane: Plane,
    contexts: Sequence[RequestContext],
    scopes: tuple[Scope, ...],
    start: Start,
    pace: Pace,
    framing: Framing | None,
) -> AsyncIterator[Frame]:
    """What all watches share: waits until the cache has what the start asks for, and takes a place in it."""
    opened, generation = asyncio.get_running_loop().time(), plane.authorizer.generation
    await _reach(plane, start)
    audience = plane.audiences.find(scopes, framing)
    after = start.revision
    if start.initial or not after:
        after = plane.cache.revision
    initial = audience.initial() if start.initial else iter(())
    return _frames(
        plane, contexts, _Open(Cursor(plane.cache, audience, after, LOOK_AROUND), initial, opened), pace, generation
    )


@dataclass(frozen=True, slots=True)
class _Open:
    """A watch that has its place: the frames to begin with, and when it was opened."""

    cursor: Cursor
    initial: Iterator[Frame]
    at: float


async def _frames(
    plane: Plane, contexts: Sequence[RequestContext], watch: _Open, pace: Pace, generation: int
) -> AsyncIterator[Frame]:
    """From the first frame to the end. generation: of the roles by which the watch was allowed."""
    loop = asyncio.get_running_loop()
    opened = last = watch.at
    cursor, user = watch.cursor, contexts[0].user
    for frame in watch.initial:
        yield frame
    while True:
        valid = user.expires_at - plane.now()
        cursor.heartbeat = min(_patience(pace, loop.time() - opened, loop.time() - last), max(valid, 0.01))
        try:
            frame = await cursor.next()
        except FellBehind as error:
            raise Expired(f"too old resource version: {cursor.position} ({error.oldest})") from None
        except Closed:
            return
        if plane.authorizer.generation != generation:
            generation = plane.authorizer.generation
            for context in contexts:
                permit(plane.authorizer, context)
        now = loop.time()
        if user.expires_at <= plane.now():
            raise Unauthorized("the certificate or token that opened this watch has expired")
        if user.recheck is not None:
            user.recheck()
        if frame.events or pace.due(now - opened, now - last) <= 0:
            last = now
            yield frame
        if pace.timeout and now - opened >= pace.timeout:
            return


def _patience(pace: Pace, open_for: float, quiet_for: float) -> float:
    patience = LOOK_AROUND
    if pace.heartbeat:
        patience = min(patience, max(pace.due(open_for, quiet_for), 0.01))
    if pace.timeout:
        patience = min(patience, max(pace.timeout - open_for, 0.01))
    return patience


async def _reach(plane: Plane, start: Start) -> None:
    if not plane.cache.ready:
        raise TooManyRequests("the server is catching up with its store; try again", retry_after=1)
    if start.consistent:
        await cache_is_current(plane, NEWER_REVISION_WAIT)
    elif start.revision and (start.initial or not start.ahead):
        # A revision that never comes, as of a store that was restored from a backup, must not be waited for in silence.
        await wait_for_revision(plane, start.revision)
