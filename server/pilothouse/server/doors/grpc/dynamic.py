"""The dynamic service: every kind by name, watches over many kinds, transactions, and what is served."""

from bisect import bisect_right
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Any

from pilothouse.api.dynamic.v1 import dynamic_pb2 as dynamic
from pilothouse.api.meta.v1 import requests_pb2 as requests

from ...authentication.user import impersonated
from ...authorization.base import Attributes
from ...errors import BadRequest, MethodNotSupported, NotFound
from ...meta.codec import codec_for
from ...meta.context import RequestContext
from ...meta.continuation import parse_resource_version
from ...meta.resource import ResourceType
from ...meta.strict import parse_object
from ...meta.user import User
from ...meta.wire import framed
from ...verbs import apply, create, delete, delete_collection, discover, get, patch, update, watch
from ...verbs import explain as explaining
from ...verbs import list as listing
from ...verbs.apply import Configuration, Document, Sparse
from ...verbs.body import Body, Encoding
from ...verbs.plane import Plane
from ...verbs.subresources.creating import create_part, is_created
from ...verbs.subresources.parts import viewed
from ...verbs.transact import Operation, transact
from ...watchcache.item import Item
from .calls import Call, Calls, Handler, Method, dry_run_and_manager, parse, peek
from .typed import apply_context, encode_list, field_validation, heartbeat_of, patch_type

SERVICE = "pilothouse.api.dynamic.v1.Resources"
# Each of them looks at every event of its type, and at all that exists where that is asked for: of those in one place,
# fewer are taken.
SCOPES_AT_MOST, SCOPES_IN_ONE_PLACE = 512, 64


def dynamic_handlers(plane: Plane, calls: Calls, heartbeat: float) -> Mapping[str, Handler]:
    """A handler for each method of the dynamic service, by its path."""
    service = _Resources(plane, heartbeat)
    methods = {
        "Get": service.get,
        "List": service.list,
        "Create": service.create,
        "Update": service.update,
        "Patch": service.patch,
        "Apply": service.apply,
        "Delete": service.delete,
        "DeleteCollection": service.delete_collection,
        "Transact": service.transact,
        "Discover": service.discover,
        "Explain": service.explain,
    }
    handlers = {}
    for name, function in methods.items():
        called = Method(f"/{SERVICE}/{name}", name.lower(), "", "*")
        handlers[called.path] = calls.unary(called, function)
    called = Method(f"/{SERVICE}/Watch", "watch", "", "*")
    handlers[called.path] = calls.stream(called, service.watch)
    return handlers


class _Resources:
    def __init__(self, plane: Plane, heartbeat: float) -> None:
        self._plane = plane
        self._heartbeat = heartbeat

    async def get(self, call: Call, data: bytes) -> bytes:
        request = parse(dynamic.GetRequest, data)
        resource = self._type(request, "get")
        context = call.context("get", resource, request.namespace, request.name, request.subresource)
        item = await get.get(self._plane, context, request.options.resource_version)
        body = viewed(self._plane, context, item) if request.subresource else item.body
        return self._object(request, self._shown(context), body)

    async def list(self, call: Call, data: bytes) -> bytes:
        request = parse(dynamic.ListRequest, data)
        resource = self._type(request, "list")
        context = call.context("list", resource, request.namespace)
        page = await listing.list_(self._plane, context, request.options)
        if not _in_json(request, resource):
            return encode_list(page)
        items = [framed(self._json(resource, item.body)) for item in page.items]
        # JSON is longer than what the page was measured by.
        while len(items) > 1 and (fits := _fitting(items)) < len(items):
            room = sum(len(item.frame) for item in page.items[:fits])
            page = await listing.list_(self._plane, context, request.options, room)
            items = [framed(self._json(resource, item.body)) for item in page.items]
        head = encode_list(listing.Listing(page.revision, (), page.continue_token, page.remaining))
        return b"".join((head, *items, b"\x18\x02"))

    async def watch(self, call: Call, data: bytes) -> AsyncIterator[bytes]:
        request = parse(dynamic.WatchRequest, data)
        if not request.scopes:
            raise BadRequest("scopes is required: what shall be watched?")
        if len(request.scopes) > SCOPES_AT_MOST:
            raise BadRequest(f"a watch takes {SCOPES_AT_MOST} scopes at most, not {len(request.scopes)}")
        scopes = []
        places: Counter[tuple[ResourceType, str]] = Counter()
        for scope in request.scopes:
            context = call.context("watch", self._type(scope, "watch"), scope.namespace)
            scopes.append((context, scope.label_selector, scope.field_selector))
            places[context.type, context.namespace] += 1
        if max(places.values()) > SCOPES_IN_ONE_PLACE:
            raise BadRequest(f"a watch takes {SCOPES_IN_ONE_PLACE} scopes of one resource in one namespace at most")
        revision = parse_resource_version(request.resource_version)
        wanted = request.send_initial_events if request.HasField("send_initial_events") else not revision
        start = watch.Start(revision, wanted, not request.resource_version)
        pace = watch.Pace(heartbeat_of(request, self._heartbeat), float(request.timeout_seconds))
        encode = self._framed_json if request.encoding == dynamic.JSON else None
        if request.encoding == dynamic.ENCODING_UNSPECIFIED and any(c.type.definition for c, _, _ in scopes):
            encode = self._framed
        async for frame in watch.watch_many(self._plane, scopes, start, pace, encode):
            yield frame.data

    async def create(self, call: Call, data: bytes) -> bytes:
        request = parse(dynamic.WriteRequest, data)
        resource = self._type(request, "create")
        if is_created(resource, request.subresource):
            return await self._create_part(call, request)
        context, body = self._write(call, "create", request)
        return self._object(request, resource, await create.create(self._plane, context, body))

    async def _create_part(self, call: Call, request: Any) -> bytes:
        context, body = self._write(call, "create", request)
        if request.subresource:
            json = _in_json(request, context.type)
            context = replace(context, name=request.name or (_json_place if json else _place)(request.object)[0])
            call.contexts[-1] = context
        message, api_version, kind = await create_part(self._plane, context, body)
        answer = dynamic.Object(resource=request.resource, encoding=dynamic.PROTOBUF)
        if request.encoding == dynamic.JSON:
            answer.encoding, answer.object = dynamic.JSON, codec_for(type(message)).encode(message, api_version, kind)
        else:
            answer.object = message.SerializeToString()
        return answer.SerializeToString()

    async def update(self, call: Call, data: bytes) -> bytes:
        request = parse(dynamic.WriteRequest, data)
        context, body = self._write(call, "update", request)
        updated = await update.update(self._plane, context, body)
        return self._object(request, self._shown(context), updated.body)

    async def patch(self, call: Call, data: bytes) -> bytes:
        request = parse(dynamic.PatchRequest, data)
        resource = self._type(request, "patch")
        context = call.context("patch", resource, request.namespace, request.name, request.subresource, request.options)
        kind, validation = patch_type(request.type), field_validation(request.options)
        patched = await patch.patch(self._plane, context, kind, request.patch, validation)
        return self._object(request, self._shown(context), patched)

    async def apply(self, call: Call, data: bytes) -> bytes:
        request = parse(dynamic.ApplyRequest, data)
        resource, options = self._type(request, "patch"), request.options
        json = _in_json(request, resource)
        name, namespace = _json_place(request.object) if json else _place(request.object)
        place = request.namespace or namespace, name, request.subresource
        context = apply_context(call, resource, *place, options)
        validation = field_validation(options)
        configuration: Configuration = Sparse(request.object, options.force)
        if json:
            configuration = Document(request.object, options.force, validation)
        applied = await apply.apply(self._plane, context, configuration)
        return self._object(request, self._shown(context), applied.body)

    async def delete(self, call: Call, data: bytes) -> bytes:
        request = parse(dynamic.DeleteRequest, data)
        resource = self._type(request, "delete")
        context = call.context("delete", resource, request.namespace, request.name, options=request.options)
        deleted = await delete.delete(self._plane, context, request.options)
        return self._object(request, resource, deleted.body)

    async def delete_collection(self, call: Call, data: bytes) -> bytes:
        request = parse(dynamic.DeleteCollectionRequest, data)
        resource = self._type(request, "deletecollection")
        context = call.context("deletecollection", resource, request.namespace, options=request.options)
        deleted = await delete_collection.delete_collection(self._plane, context, request.list_options, request.options)
        return requests.DeleteCollectionResponse(deleted=len(deleted.items)).SerializeToString()

    async def transact(self, call: Call, data: bytes) -> bytes:
        request = parse(dynamic.TransactRequest, data)
        dry_run, _ = dry_run_and_manager(request)
        operations = [self._operation(call, operation) for operation in request.operations]
        revision, bodies = await transact(self._plane, operations, dry_run)
        response = dynamic.TransactResponse(revision=revision)
        for wanted, operation, body in zip(request.operations, operations, bodies, strict=True):
            write = getattr(wanted, wanted.WhichOneof("write"))
            shown = self._shown(operation.context)
            response.objects.append(dynamic.Object.FromString(self._object(write, shown, body)))
        return response.SerializeToString()

    async def discover(self, call: Call, data: bytes) -> bytes:
        parse(dynamic.DiscoverRequest, data)
        return discover.discover(self._plane).SerializeToString()

    async def explain(self, call: Call, data: bytes) -> bytes:
        request = parse(dynamic.ExplainRequest, data)
        question, asking = self._question(call, request), None
        if question.attributes.user != call.user:
            asking = call.context("create", self._plane.registry.get(*explaining.REVIEWS), "")
        return (await explaining.explain(self._plane, asking, question)).SerializeToString()

    def _question(self, call: Call, request: dynamic.ExplainRequest) -> explaining.Question:
        """Raises BadRequest, NotFound."""
        if not request.verb or bool(request.path) == request.HasField("resource"):
            raise BadRequest("verb is required, and either resource or path: what may be done with what?")
        user = impersonated(request.user, request.groups) if request.user else call.user
        if request.path:
            return explaining.Question(Attributes(user, request.verb, path=request.path))
        if not request.object:
            return explaining.Question(self._asked(user, request))
        if request.verb not in ("create", "update"):
            raise BadRequest("an object goes with the verb create or update")
        resource = self._type(request, request.verb)
        json = _in_json(request, resource)
        named, namespace = _json_place(request.object) if json else _place(request.object)
        context = RequestContext(
            user=user,
            verb=request.verb,
            type=resource,
            namespace=request.namespace or namespace,
            name=request.name or named if request.verb == "update" or request.subresource else "",
            subresource=request.subresource,
            dry_run=True,
            deadline=call.deadline,
            request_id=call.request_id,
            source_address=call.source_address,
            warnings=call.warnings,
        )
        body = Body(request.object, Encoding.JSON if json else Encoding.PROTOBUF)
        return explaining.Question(Attributes.of(context), context, body)

    def _asked(self, user: User, request: dynamic.ExplainRequest) -> Attributes:
        """What the request itself would ask; rules may speak of what is not served here, and so may questions."""
        name, subresource = request.resource, request.subresource
        try:
            resource = self._plane.registry.get(name.group, name.version, name.resource)
        except NotFound:
            return Attributes(
                user, request.verb, name.group, name.resource, subresource, request.namespace, request.name
            )
        namespace = request.namespace if resource.namespaced else ""
        return Attributes.of(RequestContext(user, request.verb, resource, namespace, request.name, subresource))

    def _type(self, request: Any, verb: str) -> ResourceType:
        """Raises BadRequest, NotFound, MethodNotSupported."""
        name = request.resource
        if not name.version or not name.resource:
            raise BadRequest("resource is required, by its group, version and plural")
        resource = self._plane.registry.get(name.group, name.version, name.resource)
        if verb not in resource.verbs:
            raise MethodNotSupported(f"{resource.qualified} does not support the verb {verb}")
        return resource

    def _write(self, call: Call, verb: str, request: Any) -> tuple[RequestContext, Body]:
        resource = self._type(request, verb)
        json = _in_json(request, resource)
        name, namespace = _json_place(request.object) if json else _place(request.object)
        if verb == "create":
            # As in Kubernetes, who may create is not asked about a name.
            name = ""
        context = call.context(
            verb, resource, request.namespace or namespace, name, request.subresource, request.options
        )
        validation = field_validation(request.options)
        return context, Body(request.object, Encoding.JSON if json else Encoding.PROTOBUF, validation)

    def _operation(self, call: Call, operation: Any) -> Operation:
        which = operation.WhichOneof("write")
        if which is None:
            raise BadRequest("an operation must be a create, an update or a delete")
        write = getattr(operation, which)
        if which == "delete":
            context = call.context("delete", self._type(write, which), write.namespace, write.name)
            return Operation("delete", context, options=write.options)
        context, body = self._write(call, which, write)
        if which == "create" and is_created(context.type, context.subresource):
            # Else who may create pods/eviction could create pods.
            raise MethodNotSupported(f"{context.type.qualified}/{context.subresource}: a transaction creates none")
        return Operation(which, context, body)

    def _shown(self, context: RequestContext) -> ResourceType:
        """The kind of what a request is answered with."""
        return self._plane.registry.body_of(context.type, context.subresource)

    def _object(self, request: Any, resource: ResourceType, body: bytes) -> bytes:
        answer = dynamic.Object(resource=request.resource, object=body, encoding=dynamic.PROTOBUF)
        if _in_json(request, resource):
            answer.object, answer.encoding = self._json(resource, body), dynamic.JSON
        return answer.SerializeToString()

    def _json(self, resource: ResourceType, body: bytes) -> bytes:
        codec = self._plane.kind(resource).codec()
        return codec.encode(resource.message.FromString(body), resource.api_version, resource.kind)

    def _framed_json(self, resource: ResourceType, item: Item) -> bytes:
        return framed(self._json(resource, item.body))

    def _framed(self, resource: ResourceType, item: Item) -> bytes:
        """Each object in the encoding that its resource has by itself."""
        return self._framed_json(resource, item) if resource.definition else item.frame


def _in_json(request: Any, resource: ResourceType) -> bool:
    """Whether objects of this resource travel as JSON."""
    encoding = request.encoding
    return bool(encoding == dynamic.JSON or (resource.definition and encoding == dynamic.ENCODING_UNSPECIFIED))


def _fitting(items: Sequence[bytes]) -> int:
    """How many of them make a page, one at least."""
    return max(1, bisect_right(list(accumulate(map(len, items))), listing.PAGE_BYTES))


def _place(data: bytes) -> tuple[str, str]:
    metadata = peek(data)
    return metadata.name, metadata.namespace


def _json_place(data: bytes) -> tuple[str, str]:
    """The name and namespace in an object's JSON, "" for what is not there or no string. Raises BadRequest."""
    metadata = parse_object(data).get("metadata")
    if not isinstance(metadata, dict):
        return "", ""
    name, namespace = metadata.get("name"), metadata.get("namespace")
    return name if isinstance(name, str) else "", namespace if isinstance(namespace, str) else ""
