"""The typed services, all of them by one generic servicer: a dictionary of prebuilt handlers, two lookups a call."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from pilothouse.api.meta.v1 import meta_pb2 as meta
from pilothouse.api.meta.v1 import requests_pb2 as requests

from ...errors import BadRequest
from ...meta.context import RequestContext
from ...meta.resource import ResourceType
from ...meta.wire import varint
from ...verbs import apply, create, delete, delete_collection, get, patch, update, watch
from ...verbs import list as listing
from ...verbs.apply import Sparse
from ...verbs.body import Body, FieldValidation
from ...verbs.options import field_validation_of, require_field_manager
from ...verbs.patch import PatchType
from ...verbs.plane import Plane
from ...verbs.subresources.creating import create_part, is_created
from ...verbs.subresources.parts import require_own_form, viewed
from .calls import Call, Calls, Handler, Method, Unary, parse, peek
from .raw import ApplyRequest, CreateRequest, UpdateRequest

PATCH_TYPES = {
    requests.JSON_PATCH: PatchType.JSON,
    requests.MERGE_PATCH: PatchType.MERGE,
    requests.STRATEGIC_MERGE_PATCH: PatchType.STRATEGIC_MERGE,
}


def typed_handlers(plane: Plane, calls: Calls, heartbeat: float) -> Mapping[str, Handler]:
    """A handler for each method of each type's service, by its path."""
    handlers: dict[str, Handler] = {}
    for resource in plane.registry:
        if resource.definition:
            continue
        service = _Service(plane, resource, heartbeat)
        methods: dict[str, tuple[str, Unary]] = {
            "Get": ("get", service.get),
            "List": ("list", service.list),
            "Create": ("create", service.create),
            "Update": ("update", service.update),
            "Patch": ("patch", service.patch),
            "Apply": ("patch", service.apply),
            "Delete": ("delete", service.delete),
        }
        methods |= service.methods_of_parts()
        if "deletecollection" in resource.verbs:
            methods["DeleteCollection"] = ("deletecollection", service.delete_collection)
        for method, (verb, function) in methods.items():
            called = Method(f"/{resource.service}/{method}", verb, resource.group, resource.plural)
            handlers[called.path] = calls.unary(called, function)
        called = Method(f"/{resource.service}/Watch", "watch", resource.group, resource.plural)
        handlers[called.path] = calls.stream(called, service.watch)
    for resource in plane.registry.reviews:
        called = Method(f"/{resource.service}/Create", "create", resource.group, resource.plural)
        service = _Service(plane, resource, heartbeat)
        create = service.create_part if is_created(resource, "") else service.create
        handlers[called.path] = calls.unary(called, create)
    return handlers


class _Service:
    """The methods of one type's service."""

    def __init__(self, plane: Plane, resource: ResourceType, heartbeat: float) -> None:
        self._plane = plane
        self._type = resource
        self._heartbeat = heartbeat

    async def get(self, call: Call, data: bytes) -> bytes:
        request = parse(requests.GetRequest, data)
        context = call.context("get", self._type, request.namespace, request.name, request.subresource)
        if request.subresource:
            require_own_form(self._plane, context)
        return (await get.get(self._plane, context, request.options.resource_version)).body

    async def list(self, call: Call, data: bytes) -> bytes:
        request = parse(requests.ListRequest, data)
        context = call.context("list", self._type, request.namespace)
        page = await listing.list_(self._plane, context, request.options)
        return encode_list(page)

    async def watch(self, call: Call, data: bytes) -> AsyncIterator[bytes]:
        request = parse(requests.WatchRequest, data)
        context = call.context("watch", self._type, request.namespace)
        heartbeat = heartbeat_of(request, self._heartbeat)
        async for frame in watch.watch(self._plane, context, request.options, heartbeat):
            yield frame.data

    async def create(self, call: Call, data: bytes) -> bytes:
        request = parse(CreateRequest, data)
        namespace = request.namespace or peek(request.object).namespace
        context = call.context("create", self._type, namespace, options=request.options)
        return await create.create(self._plane, context, Body(request.object))

    async def update(self, call: Call, data: bytes, subresource: str = "") -> bytes:
        request = parse(UpdateRequest, data)
        metadata = peek(request.object)
        namespace = request.namespace or metadata.namespace
        context = call.context("update", self._type, namespace, metadata.name, subresource, request.options)
        return (await update.update(self._plane, context, Body(request.object))).body

    async def patch(self, call: Call, data: bytes, subresource: str = "") -> bytes:
        request = parse(requests.PatchRequest, data)
        subresource, own = subresource or request.subresource, not subresource
        context = call.context("patch", self._type, request.namespace, request.name, subresource, request.options)
        if subresource and own:
            require_own_form(self._plane, context)
        kind, validation = patch_type(request.type), field_validation(request.options)
        return await patch.patch(self._plane, context, kind, request.patch, validation)

    async def apply(self, call: Call, data: bytes, subresource: str = "") -> bytes:
        request = parse(ApplyRequest, data)
        metadata = peek(request.object)
        namespace = request.namespace or metadata.namespace
        context = apply_context(call, self._type, namespace, metadata.name, subresource, request.options)
        return (await apply.apply(self._plane, context, Sparse(request.object, request.options.force))).body

    def methods_of_parts(self) -> dict[str, tuple[str, Unary]]:
        """What is done with subresources: those of the type's own form are updated here, those of another form have all
        of their verbs."""
        methods: dict[str, tuple[str, Unary]] = {}
        verbs: Mapping[str, Callable[..., Awaitable[bytes]]] = {
            "get": self.get_part,
            "update": self.update,
            "patch": self.patch,
            "create": self.create_part,
        }
        for part in self._type.subresources:
            if part.leads_elsewhere:
                # What only HTTP has.
                continue
            if not part.body and "patch" in part.verbs:
                methods[f"Apply{part.method}"] = ("patch", partial(self.apply, subresource=part.name))
            for verb in part.verbs if part.body else part.verbs & {"update"}:
                methods[f"{verb.capitalize()}{part.method}"] = (verb, partial(verbs[verb], subresource=part.name))
        return methods

    async def get_part(self, call: Call, data: bytes, subresource: str) -> bytes:
        request = parse(requests.GetRequest, data)
        context = call.context("get", self._type, request.namespace, request.name, subresource)
        return viewed(self._plane, context, await get.get(self._plane, context, request.options.resource_version))

    async def create_part(self, call: Call, data: bytes, subresource: str = "") -> bytes:
        request = parse(CreateRequest, data)
        metadata = peek(request.object)
        name = (request.name or metadata.name) if subresource else ""
        context = call.context(
            "create", self._type, request.namespace or metadata.namespace, name, subresource, request.options
        )
        return (await create_part(self._plane, context, Body(request.object))).message.SerializeToString()

    async def delete(self, call: Call, data: bytes) -> bytes:
        request = parse(requests.DeleteRequest, data)
        context = call.context("delete", self._type, request.namespace, request.name, options=request.options)
        return (await delete.delete(self._plane, context, request.options)).body

    async def delete_collection(self, call: Call, data: bytes) -> bytes:
        request = parse(requests.DeleteCollectionRequest, data)
        context = call.context("deletecollection", self._type, request.namespace, options=request.options)
        deleted = await delete_collection.delete_collection(self._plane, context, request.list_options, request.options)
        return requests.DeleteCollectionResponse(deleted=len(deleted.items)).SerializeToString()


def encode_list(page: listing.Listing) -> bytes:
    """A list message of any kind: its metadata, and the items as they are kept."""
    head = page.metadata.SerializeToString()
    return b"".join((b"\n", varint(len(head)), head, page.frames))


def heartbeat_of(request: Any, default: float) -> float:
    """Seconds between heartbeats, as a watch request asks. Raises BadRequest."""
    if not request.HasField("heartbeat_seconds"):
        return default
    if request.heartbeat_seconds < 0:
        raise BadRequest("heartbeat_seconds must not be negative; 0 means no heartbeats")
    return float(request.heartbeat_seconds)


def apply_context(
    call: Call, resource: ResourceType, namespace: str, name: str, subresource: str, options: meta.PatchOptions
) -> RequestContext:
    """Raises BadRequest, and Invalid where nobody says who applies."""
    require_field_manager(options.field_manager)
    return call.context("patch", resource, namespace, name, subresource, options)


def patch_type(number: int) -> PatchType:
    """Raises BadRequest."""
    found = PATCH_TYPES.get(number)  # type: ignore[call-overload]
    if found is None:
        raise BadRequest("type is required: JSON_PATCH, MERGE_PATCH or STRATEGIC_MERGE_PATCH")
    return found  # type: ignore[no-any-return]


def field_validation(options: Any) -> FieldValidation:
    """Strict where nothing is said. Raises Invalid."""
    return field_validation_of(options.DESCRIPTOR.name, options.field_validation, FieldValidation.STRICT)
