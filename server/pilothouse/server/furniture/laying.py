"""Objects laid down: created where they are missing, mended where they are not as they should be.

Servers that start together may all try: what one finds done by another is left.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import orjson
from google.protobuf.message import Message
from pilothouse.api.meta.v1 import meta_pb2 as meta

from ..authorization.bootstrap import JsonObject
from ..errors import AlreadyExists, ApiError, Conflict, NotFound
from ..meta.context import RequestContext
from ..meta.strict import parse_object
from ..meta.user import User
from ..verbs.body import Body, Encoding
from ..verbs.create import create
from ..verbs.delete import delete
from ..verbs.plane import Plane
from ..verbs.update import update
from ..watchcache.item import Item

log = logging.getLogger(__name__)

SERVER = User("system:apiserver", ("system:masters", "system:authenticated"))


class MustBeRecreated(Exception):
    """What is wrong with an object cannot be changed."""


# From an object as it is, and as it would be laid down, to what is to be written; None where nothing is to be done.
# The first may be written to. May raise MustBeRecreated.
Mend = Callable[[Any, Any], Message | None]


def leave(existing: Message, default: Message) -> None:
    """Mends nothing: an object that exists is its users' own."""


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """value: the object as it is laid down, as JSON; subresource: of what is mended, nothing is created through it."""

    value: JsonObject
    mend: Mend = leave
    subresource: str = ""


class Layer:
    """Lays pieces down, and remembers which of them were found in order."""

    def __init__(self, plane: Plane) -> None:
        self._plane = plane
        # By key and subresource, so that it does not grow with pieces that are made anew each time.
        self._in_order: dict[tuple[str, str], tuple[Piece, Item]] = {}

    async def lay(self, pieces: Iterable[Piece]) -> int:
        """How many pieces there was something to do about. What is refused is told to the operator, and not tried again
        before the next call. Raises StoreError."""
        tasks = [self._tried(piece, task) for piece in pieces if (task := self._task(piece)) is not None]
        await asyncio.gather(*tasks)
        return len(tasks)

    async def _tried(self, piece: Piece, task: Coroutine[object, object, None]) -> None:
        try:
            await task
        except ApiError as error:
            value: Any = piece.value
            log.warning("a default object is refused: %s %s: %s", value["kind"], value["metadata"]["name"], error)

    def _task(self, piece: Piece) -> Coroutine[object, object, None] | None:
        value = piece.value
        resource = self._plane.registry.by_kind(str(value["apiVersion"]), str(value["kind"]))
        metadata = value["metadata"]
        assert resource is not None
        assert isinstance(metadata, dict)
        context = RequestContext(
            SERVER, "update", resource, metadata.get("namespace", ""), metadata["name"], piece.subresource
        )
        item = self._plane.cache.collection(resource).get(resource.key(context.namespace, context.name))
        if item is None:
            return None if piece.subresource else self._create(context, orjson.dumps(value))
        if self._in_order.get((item.key, piece.subresource)) == (piece, item):
            return None
        return self._mend(piece, context, item)

    def _mend(self, piece: Piece, context: RequestContext, item: Item) -> Coroutine[object, object, None] | None:
        if piece.mend is leave:
            return None
        kind = self._plane.kind(context.type)
        existing = kind.type.message.FromString(item.body)
        default = kind.codec().from_value(parse_object(orjson.dumps(piece.value)))
        for message in (existing, default):
            kind.complete(message)
        try:
            wanted = piece.mend(existing, default)
        except MustBeRecreated:
            return self._recreate(context, orjson.dumps(piece.value))
        if wanted is None:
            self._in_order[item.key, piece.subresource] = piece, item
            return None
        return self._update(context, wanted.SerializeToString())

    async def _recreate(self, context: RequestContext, data: bytes) -> None:
        with suppress(NotFound):
            await delete(self._plane, replace(context, verb="delete"), meta.DeleteOptions())
        await self._create(context, data)

    async def _update(self, context: RequestContext, data: bytes) -> None:
        try:
            await update(self._plane, context, Body(data))
        except (Conflict, NotFound):
            log.debug("another server was first", extra={"resource": context.type.qualified})

    async def _create(self, context: RequestContext, data: bytes) -> None:
        try:
            await create(self._plane, replace(context, verb="create", name=""), Body(data, Encoding.JSON))
        except AlreadyExists:
            log.debug("another server was first", extra={"resource": context.type.qualified})
