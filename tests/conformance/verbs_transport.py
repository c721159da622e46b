"""The verbs of this process behind the shape of HTTP: paths, queries and bodies in, JSON out.

Only as much of a REST interface as it takes to try the verbs: what is content negotiation, discovery, tables, or a
resource that there is no verb for is told by `lacks`, one condition each.
"""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, replace
from pathlib import Path

from pilothouse.api.dynamic.v1 import dynamic_pb2 as dynamic
from pilothouse.api.meta.v1 import meta_pb2 as meta
from pilothouse.server.authentication.user import authenticated
from pilothouse.server.errors import (
    AlreadyExists,
    ApiError,
    Conflict,
    Expired,
    Forbidden,
    Invalid,
    MethodNotSupported,
    NotFound,
)
from pilothouse.server.meta.codec import codec_for
from pilothouse.server.meta.context import RequestContext
from pilothouse.server.meta.resource import ResourceType
from pilothouse.server.meta.user import User
from pilothouse.server.verbs import create, delete, delete_collection, get, patch, update, watch
from pilothouse.server.verbs import list as listing
from pilothouse.server.verbs.body import Body, Encoding, FieldValidation
from pilothouse.server.verbs.faults import api_error
from pilothouse.server.verbs.options import forbid_force, write_options
from pilothouse.server.verbs.patch import PatchType
from pilothouse.server.verbs.plane import Plane

from tests.conformance.assembly import seasoned_plane
from tests.conformance.cases import Json
from tests.conformance.rest_options import delete_options, list_options
from tests.conformance.rest_paths import Target, query_of, target_of, verb_of
from tests.conformance.transport import Request, Response

# As the holder of a client certificate is known.
CERTIFICATE = {"authentication.kubernetes.io/credential-id": (f"X509SHA256={'0a' * 32}",)}
USERS = {
    "admin": User("admin", ("system:masters", "system:authenticated"), extra=CERTIFICATE),
    "nobody": User("nobody", ("system:authenticated",), extra=CERTIFICATE),
    "node": User("system:node:n1", ("system:nodes", "system:authenticated"), extra=CERTIFICATE),
    "anonymous": User("system:anonymous", ("system:unauthenticated",)),
}
EVENT_TYPES = {1: "ADDED", 2: "MODIFIED", 3: "DELETED"}
PATCH_TYPES = {kind.value: kind for kind in PatchType}


class VerbsTransport:
    """A Transport to the verbs of one plane."""

    def __init__(self, plane: Plane) -> None:
        self._plane = plane

    def lacks(self, request: Request) -> str:
        accept, content = request.headers.get("accept", ""), request.headers.get("content-type", "")
        target = target_of(self._plane.registry, request)
        conditions = (
            ("as=" in accept, "tables and partial objects"),
            ("json" not in accept, "other content types than JSON"),
            ("authorization" in request.headers, "bearer tokens"),
            ("apply" in content, "server-side apply"),
            (request.method == "PATCH" and content not in PATCH_TYPES, "other content types than JSON"),
            (request.method in ("POST", "PUT") and content not in ("application/json", ""), "other content types"),
            ("impersonate-group" in request.headers and "impersonate-user" not in request.headers, "impersonation"),
            (target is None, "paths of no resource"),
        )
        for holds, what in conditions:
            if holds:
                return what
        return self._missing(request, target) if target is not None else ""

    def _missing(self, request: Request, target: Target) -> str:
        if target.type is None:
            group = request.path.split("/")[2]
            review = group.endswith(("authorization.k8s.io", "authentication.k8s.io"))
            return "reviews and tokens" if review else "types the registry lacks"
        if target.subresource not in ("", "status"):
            return f"subresource {target.subresource}"
        return "" if verb_of(request, target) in target.type.verbs else "methods refused by path"

    async def compact(self) -> None:
        await self._plane.store.compact(await self._plane.store.revision())

    async def send(self, request: Request) -> Response:
        target = target_of(self._plane.registry, request)
        assert target is not None
        assert target.type is not None
        warnings = list(target.type.warnings)
        try:
            code, body = await self._answer(request, target, target.type, warnings)
        except Exception as error:  # noqa: BLE001 (the outermost frame of a request)
            return _refusal(api_error(error), warnings)
        return Response(code, body, _warned(warnings))

    async def _answer(
        self, request: Request, target: Target, resource: ResourceType, warnings: list[str]
    ) -> tuple[int, bytes]:
        verb = verb_of(request, target)
        context = RequestContext(
            user=_user(request),
            verb=verb,
            type=resource,
            namespace=target.namespace,
            name=target.name,
            subresource=target.subresource,
            warnings=warnings,
        )
        return await getattr(self, f"_{verb}")(request, context)  # type: ignore[no-any-return]

    async def _get(self, request: Request, context: RequestContext) -> tuple[int, bytes]:
        item = await get.get(self._plane, context, list_options(request).resource_version)
        return 200, self._object(context, item.body)

    async def _list(self, request: Request, context: RequestContext) -> tuple[int, bytes]:
        page = await listing.list_(self._plane, context, list_options(request))
        return 200, self._page(context, page)

    async def _watch(self, request: Request, context: RequestContext) -> tuple[int, bytes]:
        options, lines = list_options(request), list[dict[str, Json]]()
        frames = watch.watch(self._plane, context, options, 0)
        try:
            async for data in frames:
                frame = dynamic.WatchFrame.FromString(data.data)
                lines += ({"type": EVENT_TYPES[e.type], "object": self._value(context, e.object)} for e in frame.events)
                if frame.initial_events_end and options.allow_watch_bookmarks and options.send_initial_events:
                    lines.append({"type": "BOOKMARK", "object": _bookmark(context.type, frame.revision)})
        except Expired as error:
            lines.append({"type": "ERROR", "object": status_of(error)})
        return 200, b"\n".join(json.dumps(line).encode() for line in lines)

    async def _create(self, request: Request, context: RequestContext) -> tuple[int, bytes]:
        context, validation = _with_options("CreateOptions", request, context)
        body = Body(request.body, Encoding.JSON, validation)
        return 201, self._object(context, await create.create(self._plane, context, body))

    async def _update(self, request: Request, context: RequestContext) -> tuple[int, bytes]:
        context, validation = _with_options("UpdateOptions", request, context)
        updated = await update.update(self._plane, context, Body(request.body, Encoding.JSON, validation))
        return 201 if updated.created else 200, self._object(context, updated.body)

    async def _patch(self, request: Request, context: RequestContext) -> tuple[int, bytes]:
        context, validation = _with_options("PatchOptions", request, context)
        kind = PATCH_TYPES[request.headers["content-type"]]
        return 200, self._object(context, await patch.patch(self._plane, context, kind, request.body, validation))

    async def _delete(self, request: Request, context: RequestContext) -> tuple[int, bytes]:
        options = delete_options(request)
        context = replace(context, dry_run=bool(options.dry_run))
        deleted = await delete.delete(self._plane, context, options)
        if not deleted.removed or context.type.delete_returns_object:
            cascading = options.HasField("orphan_dependents") and not options.orphan_dependents
            return 202 if cascading and not deleted.removed else 200, self._object(context, deleted.body)
        return 200, json.dumps(_success(context, meta.PartialObjectMetadata.FromString(deleted.body))).encode()

    async def _deletecollection(self, request: Request, context: RequestContext) -> tuple[int, bytes]:
        options = delete_options(request)
        context = replace(context, dry_run=bool(options.dry_run))
        page = await delete_collection.delete_collection(self._plane, context, list_options(request), options)
        return 200, self._page(context, page)

    def _value(self, context: RequestContext, body: bytes) -> dict[str, Json]:
        resource = context.type
        message = resource.message.FromString(body)
        return self._plane.kind(resource).codec().to_value(message, resource.api_version, resource.kind)

    def _object(self, context: RequestContext, body: bytes) -> bytes:
        return json.dumps(self._value(context, body)).encode()

    def _page(self, context: RequestContext, page: listing.Listing) -> bytes:
        metadata: dict[str, Json] = {"resourceVersion": str(page.revision)}
        if page.continue_token:
            metadata["continue"] = page.continue_token
        if page.remaining is not None:
            metadata["remainingItemCount"] = page.remaining
        resource = context.type
        codec = self._plane.kind(resource).codec()
        items = [codec.to_value(resource.message.FromString(item.body)) for item in page.items]
        head = {"kind": f"{resource.kind}List", "apiVersion": resource.api_version, "metadata": metadata}
        return json.dumps({**head, "items": items}).encode()


def _user(request: Request) -> User:
    """Who asks, or whom an administrator asks as: impersonation itself is a door's business."""
    headers = request.headers
    if "impersonate-user" not in headers:
        return USERS[request.user]
    groups = [headers["impersonate-group"]] if "impersonate-group" in headers else []
    prefix = "impersonate-extra-"
    extra = {name.removeprefix(prefix): (value,) for name, value in headers.items() if name.startswith(prefix)}
    return authenticated(headers["impersonate-user"], groups, uid=headers.get("impersonate-uid", ""), extra=extra)


def _with_options(kind: str, request: Request, context: RequestContext) -> tuple[RequestContext, FieldValidation]:
    query = query_of(request)
    dry_run, manager, validation = (query.get(name, []) for name in ("dryRun", "fieldManager", "fieldValidation"))
    options = write_options(kind, dry_run, "".join(manager), "".join(validation), FieldValidation.WARN)
    if "force" in query:
        forbid_force()
    context = replace(context, dry_run=options.dry_run, field_manager=options.field_manager)
    return context, options.field_validation


def _bookmark(resource: ResourceType, revision: int) -> dict[str, Json]:
    metadata = {"resourceVersion": str(revision), "annotations": {"k8s.io/initial-events-end": "true"}}
    value = codec_for(resource.message).to_value(resource.message(), resource.api_version, resource.kind)
    return {**value, "metadata": metadata}


def _success(context: RequestContext, was: meta.PartialObjectMetadata) -> dict[str, Json]:
    details = {"name": was.metadata.name, "kind": context.type.plural, "uid": was.metadata.uid}
    if context.type.group:
        details["group"] = context.type.group
    return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details}


def status_of(error: ApiError) -> dict[str, Json]:
    """The error as a Kubernetes Status in JSON."""
    causes = [{k: v for k, v in asdict(cause).items() if v} for cause in error.causes]
    known = {
        "name": error.name,
        "group": error.group,
        "kind": error.kind,
        "uid": error.uid,
        "causes": causes,
        "retryAfterSeconds": error.retry_after,
    }
    details = {key: value for key, value in known.items() if value}
    always = isinstance(error, Invalid | NotFound | Forbidden | Conflict | AlreadyExists | MethodNotSupported)
    status = {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {"continue": error.continue_token} if error.continue_token else {},
        "status": "Failure",
        "message": error.message,
        "reason": error.reason,
        "code": error.code,
    }
    return {**status, "details": details} if details or always else status


def _refusal(error: ApiError, warnings: Sequence[str]) -> Response:
    headers = _warned(warnings)
    if error.retry_after:
        headers["Retry-After"] = [str(error.retry_after)]
    return Response(error.code, json.dumps(status_of(error)).encode(), headers)


def _warned(warnings: Sequence[str]) -> dict[str, list[str]]:
    return {"Warning": [f"299 - {json.dumps(w)}" for w in dict.fromkeys(warnings)]} if warnings else {}


@asynccontextmanager
async def verbs_transport(directory: Path) -> AsyncIterator[VerbsTransport]:
    """A transport to verbs assembled for it alone, on a store in `directory`."""
    async with seasoned_plane(directory) as plane:
        yield VerbsTransport(plane)
