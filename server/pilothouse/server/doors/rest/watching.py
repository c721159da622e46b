"""Watches: frames of events, written as they come, until the time is over or something ends them."""

import random
from collections.abc import AsyncIterator

from aiohttp.web_response import StreamResponse
from google.protobuf.message import Message
from pilothouse.api.meta.v1 import meta_pb2 as meta

from ...errors import ApiError, BadRequest, Expired, Timeout
from ...meta.context import RequestContext
from ...meta.continuation import MalformedVersion
from ...verbs.faults import api_error
from ...verbs.plane import Plane
from ...verbs.queries import begins_with_all
from ...verbs.watch import open_watch
from ...watchcache.audience import Frame
from .encoders import StreamEncoder
from .exchange import Exchange, send_events
from .offers import Encoders
from .options import list_options
from .status import status_of

# Where a watch does not say how long it wants to last, so that not all come back at once.
SHORTEST_SECONDS, LONGEST_SECONDS = 1800, 3600
BOOKMARK_SECONDS = 60.0
INITIAL_EVENTS_END = "k8s.io/initial-events-end"


class Watches:
    """Answers to watches."""

    def __init__(self, plane: Plane, encoders: Encoders) -> None:
        self._plane = plane
        self._encoders = encoders

    async def answer(self, exchange: Exchange) -> StreamResponse:
        """What is wrong with the request is raised; that its revision is out of reach is told as an event, for that is
        where clients look for it."""
        assert exchange.target is not None
        encoder = self._encoders.streaming(exchange.accept, exchange.query, exchange.target.type)
        options = list_options(exchange.query)
        context = exchange.context()
        if exchange.target.watch and context.name:
            _narrow(options, context.name)
        if not options.timeout_seconds:
            options.timeout_seconds = random.randint(SHORTEST_SECONDS, LONGEST_SECONDS)
        heartbeat = BOOKMARK_SECONDS if options.allow_watch_bookmarks else 0.0
        fault: ApiError | None = None
        frames: AsyncIterator[Frame] | None = None
        try:
            frames = await open_watch(self._plane, context, options, heartbeat, encoder, ahead=True)
        except MalformedVersion as error:
            raise error.unclassified() from None
        except (Expired, Timeout) as error:
            fault = error
        encoder.check()
        response = StreamResponse(headers=exchange.headers(encoder.stream_type))
        await response.prepare(exchange.raw)
        exchange.begun(exchange)
        if frames is not None:
            fault = await self._send(response, frames, context, options, encoder)
        if fault is not None:
            exchange.fault = fault
            await response.write(encoder.notice("ERROR", encoder.document(status_of(fault), "v1", "Status")))
        await response.write_eof()
        return response

    async def _send(
        self,
        response: StreamResponse,
        frames: AsyncIterator[Frame],
        context: RequestContext,
        options: meta.ListOptions,
        encoder: StreamEncoder,
    ) -> ApiError | None:
        """Returns what the watch ended with, None where its time was over."""
        first = True
        try:
            async for data in self._events(frames, context, options, encoder):
                await send_events(response, encoder.opening(context.type, data) if first else data)
                first = False
        except ConnectionError:
            raise
        except Exception as error:  # noqa: BLE001 (whatever it is, the client is told in the stream)
            return api_error(error)
        return None

    async def _events(
        self, frames: AsyncIterator[Frame], context: RequestContext, options: meta.ListOptions, encoder: StreamEncoder
    ) -> AsyncIterator[bytes]:
        """What is sent of the frames, and the bookmarks between them."""
        beginning = begins_with_all(options)
        async for frame in frames:
            if frame.data and frame.events:
                yield frame.data
            if options.allow_watch_bookmarks and frame.revision and (beginning or not frame.events):
                yield self._bookmark(context, frame.revision, beginning, encoder)
            beginning = beginning and not frame.revision

    def _bookmark(self, context: RequestContext, revision: int, initial_end: bool, encoder: StreamEncoder) -> bytes:
        """An object of the type with nothing but the revision to go on from."""
        message: Message = context.type.message()
        metadata: meta.ObjectMeta = message.metadata  # type: ignore[attr-defined]
        metadata.resource_version = str(revision)
        if initial_end:
            metadata.annotations[INITIAL_EVENTS_END] = "true"
        return encoder.told("BOOKMARK", context.type, message.SerializeToString())


def _narrow(options: meta.ListOptions, name: str) -> None:
    """A watch of one object is one of its type that selects it by name. Raises BadRequest."""
    wanted = f"metadata.name={name}"
    if options.field_selector and options.field_selector != wanted:
        raise BadRequest("fieldSelector metadata.name doesn't match requested name")
    options.field_selector = wanted
