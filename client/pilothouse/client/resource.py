"""The verbs on one resource, the same for typed and dynamic."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import orjson
from google.protobuf.message import Message
from pilothouse.api.autoscaling.v1.autoscaling_pb2 import Scale
from pilothouse.api.core.v1.pods_pb2 import Binding
from pilothouse.api.dynamic.v1 import dynamic_pb2
from pilothouse.api.meta.v1 import meta_pb2, requests_pb2
from pilothouse.api.policy.v1.policy_pb2 import Eviction

from .channel import Connection
from .watch import HEARTBEAT_SECONDS, Source, Watch
from .wire import Wire

T = TypeVar("T")
M = TypeVar("M", bound=Message)
ALL_NAMESPACES = ""
PAGE_SIZE = 500

PatchType = requests_pb2.PatchType
Patch = dict[str, Any] | list[Any] | bytes


@dataclass(frozen=True, slots=True)
class ListPage(Generic[T]):
    """A page of objects as of `resource_version`; `continue_token` asks for the next, "" on the last; `remaining`
    counts what follows, None when unknown."""

    items: list[T]
    resource_version: str
    continue_token: str
    remaining: int | None


class Resource(Generic[T]):
    """The objects of one resource. `namespace` of a call: None is the object's own, then the configuration's;
    ALL_NAMESPACES lists and watches all. Every verb raises ApiError. Options are the API's own messages."""

    def __init__(self, connection: Connection, wire: Wire[T], default_namespace: str) -> None:
        self._connection = connection
        self._wire = wire
        self._default_namespace = default_namespace

    async def get(self, name: str, *, namespace: str | None = None, subresource: str = "") -> T:
        """The object; `subresource` ("status") asks for it by another right."""
        answer = await self._call("Get", namespace=self._namespace(namespace), name=name, subresource=subresource)
        return self._wire.decode(answer)

    async def list(
        self,
        *,
        namespace: str | None = None,
        label_selector: str = "",
        field_selector: str = "",
        page_size: int = PAGE_SIZE,
    ) -> AsyncIterator[T]:
        """Every object, page by page, all as of one revision."""
        options = meta_pb2.ListOptions(label_selector=label_selector, field_selector=field_selector, limit=page_size)
        while True:
            page = await self.list_page(options, namespace=namespace)
            for item in page.items:
                yield item
            if not page.continue_token:
                return
            setattr(options, "continue", page.continue_token)  # a keyword of Python

    async def list_page(
        self, options: meta_pb2.ListOptions | None = None, *, namespace: str | None = None
    ) -> ListPage[T]:
        """One page: options.limit objects, or as many as fit into about 3 MiB."""
        answer = await self._call("List", namespace=self._namespace(namespace), options=options)
        meta: meta_pb2.ListMeta = answer.metadata
        return ListPage(
            items=self._wire.items(answer),
            resource_version=meta.resource_version,
            continue_token=getattr(meta, "continue"),
            remaining=meta.remaining_item_count if meta.HasField("remaining_item_count") else None,
        )

    async def create(self, obj: T, *, namespace: str | None = None, options: meta_pb2.CreateOptions | None = None) -> T:
        return await self._write("Create", obj, namespace, options)

    async def update(
        self,
        obj: T,
        *,
        namespace: str | None = None,
        subresource: str = "",
        options: meta_pb2.UpdateOptions | None = None,
    ) -> T:
        """Replaces the object, or what of it a subresource ("status", "approval", "resize") writes; raises Conflict
        where its resourceVersion is not the current one."""
        method, more = self._wire.part("Update", subresource) if subresource else ("Update", {})
        return await self._write(method, obj, namespace, options, **more)

    async def update_status(
        self, obj: T, *, namespace: str | None = None, options: meta_pb2.UpdateOptions | None = None
    ) -> T:
        """Replaces the object's status alone."""
        return await self.update(obj, namespace=namespace, subresource="status", options=options)

    async def get_scale(self, name: str, *, namespace: str | None = None) -> Scale:
        """How many replicas a workload has."""
        return await self._part("Get", "scale", Scale, namespace=self._namespace(namespace), name=name)

    async def update_scale(
        self, scale: Scale, *, namespace: str | None = None, options: meta_pb2.UpdateOptions | None = None
    ) -> Scale:
        """Sets how many replicas the workload of that name is to have; a Scale with a resourceVersion raises Conflict
        where that is not the current one."""
        namespace = self._namespace(namespace or scale.metadata.namespace or None)
        return await self._write_part("Update", "scale", scale, Scale, namespace=namespace, options=options)

    async def bind(
        self, binding: Binding, *, namespace: str | None = None, options: meta_pb2.CreateOptions | None = None
    ) -> None:
        """Puts the pod of that name on a node. Raises Conflict where it is on one."""
        namespace = self._namespace(namespace or binding.metadata.namespace or None)
        await self._write_part("Create", "binding", binding, meta_pb2.Status, namespace=namespace, options=options)

    async def evict(
        self, name: str, *, namespace: str | None = None, options: meta_pb2.DeleteOptions | None = None
    ) -> None:
        """Deletes a pod as far as its disruption budgets let it go; raises TooManyRequests where they do not."""
        eviction = Eviction(metadata={"name": name})
        if options is not None:
            eviction.delete_options.CopyFrom(options)
        await self._write_part("Create", "eviction", eviction, meta_pb2.Status, namespace=self._namespace(namespace))

    async def patch(
        self,
        name: str,
        patch: Patch,
        type: PatchType = PatchType.MERGE_PATCH,
        *,
        namespace: str | None = None,
        subresource: str = "",
        options: meta_pb2.PatchOptions | None = None,
    ) -> T:
        answer = await self._call(
            "Patch",
            namespace=self._namespace(namespace),
            name=name,
            type=type,
            patch=patch if isinstance(patch, bytes) else orjson.dumps(patch),
            subresource=subresource,
            options=options,
        )
        return self._wire.decode(answer)

    async def apply(
        self,
        obj: T,
        *,
        field_manager: str,
        force: bool = False,
        namespace: str | None = None,
        subresource: str = "",
        dry_run: bool = False,
    ) -> T:
        """Merges into the object, or a part of it ("status"), what is set in `obj`, or makes one of it; what it said
        before and says no more goes. Of a message a plain zero is not set. Raises Conflict where others own with
        another value what it sets, unless `force` takes that over."""
        method, more = self._wire.part("Apply", subresource) if subresource else ("Apply", {})
        options = meta_pb2.PatchOptions(field_manager=field_manager, dry_run=["All"] if dry_run else [])
        if force:
            options.force = True
        return await self._write(method, obj, namespace, options, **more)

    async def delete(
        self, name: str, *, namespace: str | None = None, options: meta_pb2.DeleteOptions | None = None
    ) -> T:
        """Answers with the object as deleted, or as marked for deletion."""
        answer = await self._call("Delete", namespace=self._namespace(namespace), name=name, options=options)
        return self._wire.decode(answer)

    async def delete_collection(
        self,
        *,
        namespace: str | None = None,
        list_options: meta_pb2.ListOptions | None = None,
        options: meta_pb2.DeleteOptions | None = None,
    ) -> int:
        """Deletes what the list options select, and answers with how many objects that was."""
        namespace = self._namespace(namespace)
        answer = await self._call("DeleteCollection", namespace=namespace, list_options=list_options, options=options)
        return int(answer.deleted)

    def watch(
        self,
        *,
        namespace: str | None = None,
        label_selector: str = "",
        field_selector: str = "",
        resource_version: str = "",
        known: Iterable[T] | None = None,
        heartbeat_seconds: int = HEARTBEAT_SECONDS,
    ) -> Watch[T]:
        """The changes after `resource_version`; without one the objects that exist come first, as ADDED. `known` are
        the objects as of `resource_version`, such as a list's: with them the watch survives Expired."""
        wire, connection = self._wire, self._connection
        method, namespace = wire.methods["Watch"], self._namespace(namespace)

        def request(revision: str) -> Message:
            fields = wire.watch_fields(namespace, label_selector, field_selector, revision)
            return self._request("Watch", heartbeat_seconds=heartbeat_seconds, **fields)

        source = Source(
            connection=connection,
            open=lambda revision: connection.stream(method, request(revision)),
            decode=wire.changed,
            identity=wire.identity,
            families=(0,),
            what=wire.what,
        )
        existing = None if known is None else [(0, obj) for obj in known]
        return Watch(source, resource_version, existing, heartbeat_seconds)

    async def _write(self, verb: str, obj: T, namespace: str | None, options: Message | None, **fields: object) -> T:
        if namespace is None:
            namespace = self._wire.identity(obj).namespace or None
        if options is not None:  # the dynamic service has one message for the options of both writes
            fields["options"] = {field.name: value for field, value in options.ListFields()}
        answer = await self._call(verb, namespace=self._namespace(namespace), object=self._wire.encode(obj), **fields)
        return self._wire.decode(answer)

    async def _write_part(self, verb: str, part: str, written: Message, kind: type[M], **fields: object) -> M:
        """Writes what a subresource takes, which is not of the resource's own kind."""
        options = fields.pop("options", None)
        if isinstance(options, Message):
            fields["options"] = {field.name: value for field, value in options.ListFields()}
        return await self._part(verb, part, kind, object=self._wire.part_field(written), **fields)

    async def _part(self, verb: str, part: str, kind: type[M], **fields: object) -> M:
        method, more = self._wire.part(verb, part)
        # The dynamic service's own encoding is that of the resource's objects.
        more |= {"encoding": dynamic_pb2.PROTOBUF} if "subresource" in more else {}
        return self._wire.part_of(await self._call(method, **fields, **more), kind)

    def _namespace(self, named: str | None) -> str:
        if not self._wire.namespaced:
            return ""
        return self._default_namespace if named is None else named

    async def _call(self, verb: str, **fields: object) -> Any:
        """Any: an answer of the verb's own class, known at run time only."""
        request = self._request(verb, **fields)
        return await self._connection.unary(self._wire.methods[verb], request)

    def _request(self, verb: str, **fields: object) -> Message:
        try:
            method = self._wire.methods[verb]
        except KeyError:
            raise TypeError(f"{self._wire.what} does not offer {verb}") from None
        known = method.request.DESCRIPTOR.fields_by_name
        constants = {k: v for k, v in self._wire.constants.items() if k in known}
        return method.request(**{**constants, **fields})
