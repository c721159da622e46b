"""Requests for resources: each verb with what it takes from the request, and what it answers."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from aiohttp.web_response import StreamResponse
from pilothouse.api.meta.v1 import meta_pb2 as meta

from ...errors import BadRequest, UnsupportedMediaType
from ...meta.context import RequestContext
from ...meta.continuation import MalformedVersion
from ...verbs import apply, create, delete, delete_collection, get, patch, update
from ...verbs import list as listing
from ...verbs.apply import Document
from ...verbs.body import Body, Encoding, FieldValidation
from ...verbs.patch import PatchType
from ...verbs.plane import Plane
from ...verbs.subresources.backends import leads_elsewhere
from ...verbs.subresources.creating import create_part, is_created
from ...verbs.subresources.parts import viewed
from . import backends
from .encoders import Encoder, YamlEncoder, as_yaml
from .exchange import Exchange
from .negotiation import body_encoding, media_type
from .offers import Encoders
from .options import delete_options, first, is_on, list_options, with_apply_options, with_write_options
from .status import NoPatchType, success_of
from .watching import Watches

APPLY = "application/apply-patch+yaml"
PATCH_TYPES = {kind.value: kind for kind in PatchType}
# A list without a limit is whole, however large.
UNBOUNDED = 1 << 62

_NO_PROTOBUF = (
    "the body of the request was in an unknown format - accepted media types include: application/json, "
    "application/yaml"
)

Answer = Callable[[Exchange], Awaitable[StreamResponse]]


class Resources:
    """max_bytes: of a request's body."""

    def __init__(self, plane: Plane, encoders: Encoders, max_bytes: int) -> None:
        self._plane = plane
        self._encoders = encoders
        self._max_bytes = max_bytes
        self._watches = Watches(plane, encoders)
        self._verbs: dict[str, Answer] = {
            "get": self._get,
            "list": self._list,
            "watch": self._watches.answer,
            "create": self._create,
            "update": self._update,
            "patch": self._patch,
            "delete": self._delete,
            "deletecollection": self._delete_collection,
        }

    async def answer(self, exchange: Exchange) -> StreamResponse:
        """Raises ApiError."""
        target = exchange.target
        if target is not None and target.subresource and leads_elsewhere(target.type, target.subresource):
            return await backends.answer(self._plane, exchange)
        return await self._verbs[exchange.verb](exchange)

    async def _get(self, exchange: Exchange) -> StreamResponse:
        encoder = self._encoder(exchange)
        context = exchange.context()
        if is_on(exchange.query, "export"):
            raise BadRequest("the export parameter, deprecated since v1.14, is no longer supported")
        try:
            item = await get.get(self._plane, context, first(exchange.query, "resourceVersion"))
        except MalformedVersion as error:
            raise error.unclassified() from None
        shown = self._plane.registry.body_of(context.type, context.subresource)
        if shown is context.type:
            return exchange.encoded(200, encoder.item(shown, item), encoder)
        return exchange.encoded(200, encoder.object(shown, viewed(self._plane, context, item)), encoder)

    async def _list(self, exchange: Exchange) -> StreamResponse:
        encoder = self._encoder(exchange)
        context = exchange.context()
        page = await listing.list_(self._plane, context, list_options(exchange.query), UNBOUNDED)
        return await _listed(exchange, encoder, page)

    async def _create(self, exchange: Exchange) -> StreamResponse:
        encoder, encoding = self._encoder(exchange), _encoding(exchange)
        context, validation = _write_options("CreateOptions", exchange)
        body = Body(await exchange.body(self._max_bytes), encoding, validation)
        if is_created(context.type, context.subresource):
            answer = await create_part(self._plane, context, body)
            return exchange.encoded(201, encoder.document(*answer), encoder)
        created = await create.create(self._plane, context, body)
        return exchange.encoded(201, encoder.object(context.type, created), encoder)

    async def _update(self, exchange: Exchange) -> StreamResponse:
        encoder, encoding = self._encoder(exchange), _encoding(exchange)
        context, validation = _write_options("UpdateOptions", exchange)
        body = Body(await exchange.body(self._max_bytes), encoding, validation)
        updated = await update.update(self._plane, context, body)
        shown = self._plane.registry.body_of(context.type, context.subresource)
        return exchange.encoded(201 if updated.created else 200, encoder.object(shown, updated.body), encoder)

    async def _patch(self, exchange: Exchange) -> StreamResponse:
        if media_type(exchange.raw.headers.get("Content-Type", "")) == APPLY:
            return await self._apply(exchange)
        encoder = self._encoder(exchange)
        kind = _patch_type(exchange)
        context, validation = _write_options("PatchOptions", exchange)
        document = await exchange.body(self._max_bytes)
        patched = await patch.patch(self._plane, context, kind, document, validation)
        shown = self._plane.registry.body_of(context.type, context.subresource)
        return exchange.encoded(200, encoder.object(shown, patched), encoder)

    async def _apply(self, exchange: Exchange) -> StreamResponse:
        encoder = self._encoder(exchange)
        context, validation, force = with_apply_options(exchange.query, exchange.context())
        configuration = Document(await exchange.body(self._max_bytes), force, validation)
        applied = await apply.apply(self._plane, context, configuration)
        shown = self._plane.registry.body_of(context.type, context.subresource)
        return exchange.encoded(201 if applied.created else 200, encoder.object(shown, applied.body), encoder)

    async def _delete(self, exchange: Exchange) -> StreamResponse:
        encoder = self._encoder(exchange)
        context, options = await self._deletion(exchange)
        deleted = await delete.delete(self._plane, context, options)
        resource = context.type
        if deleted.removed and not resource.delete_returns_object:
            success = success_of(resource, meta.PartialObjectMetadata.FromString(deleted.body))
            return exchange.encoded(200, encoder.document(success, "v1", "Status"), encoder)
        cascading = options.HasField("orphan_dependents") and not options.orphan_dependents
        code = 202 if cascading and not deleted.removed else 200
        return exchange.encoded(code, encoder.object(resource, deleted.body), encoder)

    async def _delete_collection(self, exchange: Exchange) -> StreamResponse:
        encoder = self._encoder(exchange)
        context, options = await self._deletion(exchange)
        wanted = list_options(exchange.query)
        page = await delete_collection.delete_collection(self._plane, context, wanted, options)
        return await _listed(exchange, encoder, page)

    def _encoder(self, exchange: Exchange) -> Encoder:
        """Raises NotAcceptable."""
        assert exchange.target is not None
        target = exchange.target
        if exchange.verb == "create" and (target.subresource or target.type.is_review):
            return self._encoders.telling(exchange.accept)
        shown = self._plane.registry.body_of(target.type, target.subresource)
        return self._encoders.answering(exchange.accept, exchange.query, shown)

    async def _deletion(self, exchange: Exchange) -> tuple[RequestContext, meta.DeleteOptions]:
        context = exchange.context()
        body = await exchange.body(self._max_bytes)
        options = delete_options(exchange.query, body, _encoding(exchange))
        return replace(context, dry_run=bool(options.dry_run)), options


async def _listed(exchange: Exchange, encoder: Encoder, page: listing.Listing) -> StreamResponse:
    assert exchange.target is not None
    resource = exchange.target.type
    if not isinstance(encoder, YamlEncoder):
        return await exchange.pieces(encoder.listing(resource, page), encoder)
    # To write YAML takes a hundred times as long as to join what is there: others must not wait for it.
    data = await asyncio.to_thread(as_yaml, b"".join(encoder.json.listing(resource, page)))
    return await exchange.pieces([data], encoder)


def _write_options(kind: str, exchange: Exchange) -> tuple[RequestContext, FieldValidation]:
    """Raises Invalid."""
    return with_write_options(kind, exchange.query, exchange.context(), exchange.user_agent)


def _encoding(exchange: Exchange) -> Encoding:
    """Raises UnsupportedMediaType."""
    encoding = body_encoding(exchange.raw.headers.get("Content-Type", ""))
    target = exchange.target
    # What is told of a deletion, and a Scale, have messages.
    is_object = exchange.verb in ("create", "update") and target is not None and target.subresource != "scale"
    if encoding is Encoding.ENVELOPE and is_object and target is not None and target.type.definition:
        raise UnsupportedMediaType(_NO_PROTOBUF)
    return encoding


def _patch_type(exchange: Exchange) -> PatchType:
    """Raises UnsupportedMediaType."""
    given = media_type(exchange.raw.headers.get("Content-Type", ""))
    kind = PATCH_TYPES.get(given)
    if kind is None:
        raise NoPatchType
    return kind
