"""What the garbage collector does to objects: it deletes them, takes references away, takes finalizers away."""

from collections.abc import Callable, Set
from dataclasses import dataclass

from google.protobuf.message import Message
from pilothouse.api.meta.v1 import meta_pb2 as meta

from ...authorization.base import permit
from ...errors import Conflict
from ...meta.context import RequestContext
from ...meta.resource import ResourceType
from ...meta.user import User
from ...verbs.change import change
from ...verbs.delete import delete
from ...verbs.metadata import metadata_of
from ...verbs.plane import Plane
from ...verbs.reading import stored_item
from ...watchcache.item import Item
from ..base import metadata_of_item

Edit = Callable[[meta.ObjectMeta], None]


@dataclass(frozen=True, slots=True)
class Found:
    """An object as the cache has it."""

    type: ResourceType
    item: Item
    metadata: meta.ObjectMeta


class Actions:
    """Each is for the very object that was found: another of the same name is left alone. Each raises NotFound or
    Conflict where the object is not there, or not as it was, any more."""

    def __init__(self, plane: Plane, account: User) -> None:
        self._plane = plane
        self._account = account

    async def delete(self, found: Found, policy: str) -> None:
        """On the condition that the object is as it was; or that its owners are, where something else of it changed."""
        options = meta.DeleteOptions(propagation_policy=policy)
        options.preconditions.uid = found.metadata.uid
        options.preconditions.resource_version = found.metadata.resource_version
        context = self._context("delete", found)
        try:
            await delete(self._plane, context, options)
        except Conflict:
            stored = await stored_item(self._plane, self._plane.kind(found.type), found.item.key)
            if stored is None or not _same_owners(found.metadata, metadata_of_item(stored)):
                raise
            options.preconditions.ClearField("resource_version")
            await delete(self._plane, context, options)

    async def release(self, found: Found, uids: Set[str]) -> None:
        """Takes away the references to these owners."""

        def edit(metadata: meta.ObjectMeta) -> None:
            kept = [reference for reference in metadata.owner_references if reference.uid not in uids]
            metadata.ClearField("owner_references")
            metadata.owner_references.extend(kept)

        await self._edit(found, edit)

    async def unblock(self, found: Found) -> None:
        """Lets no owner wait for the object."""

        def edit(metadata: meta.ObjectMeta) -> None:
            for reference in metadata.owner_references:
                if reference.block_owner_deletion:
                    reference.block_owner_deletion = False

        await self._edit(found, edit)

    async def remove_finalizer(self, found: Found, finalizer: str) -> None:
        def edit(metadata: meta.ObjectMeta) -> None:
            kept = [other for other in metadata.finalizers if other != finalizer]
            metadata.ClearField("finalizers")
            metadata.finalizers.extend(kept)

        await self._edit(found, edit)

    async def _edit(self, found: Found, edit: Edit) -> None:
        uid = found.metadata.uid

        def edited(old: Message) -> Message:
            if metadata_of(old).uid != uid:
                raise Conflict(f"another object has taken the place of {found.item.key}")
            new = type(old)()
            new.CopyFrom(old)
            edit(metadata_of(new))
            return new

        context = self._context("patch", found)
        permit(self._plane.authorizer, context)
        await change(self._plane, context, edited)

    def _context(self, verb: str, found: Found) -> RequestContext:
        item = found.item
        return RequestContext(self._account, verb, found.type, item.namespace, item.name)


def _same_owners(one: meta.ObjectMeta, other: meta.ObjectMeta) -> bool:
    return one.uid == other.uid and list(one.owner_references) == list(other.owner_references)
