"""Changes that the server itself makes to an object on behalf of a subresource: no admission, no strategy."""

from typing import Any

from google.protobuf.message import Message
from pilothouse.api.core.v1.pods_pb2 import PodCondition, PodStatus

from ...meta.context import RequestContext
from ...store.base import Put
from ...watchcache.item import Item
from ..change import Changed
from ..metadata import metadata_of
from ..plane import Kind, Plane


async def prepare_stored(
    plane: Plane, kind: Kind, context: RequestContext, item: Item, old: Message, new: Message
) -> Changed:
    """A Prepare that stores the object as it was edited."""
    metadata_of(new).ClearField("resource_version")
    raw = new.SerializeToString(deterministic=True)
    return Changed((Put(item.key, kind.form.stored(new, raw), item.revision),), raw)


def copy_of(message: Message) -> Any:
    """Any: of the same class."""
    made = type(message)()
    made.CopyFrom(message)
    return made


def set_condition(status: PodStatus, wanted: PodCondition, now: float) -> None:
    """Puts a condition in the place of the one of its type. The time of its last transition stays where its status
    does."""
    wanted.last_transition_time.seconds = int(now)
    for condition in status.conditions:
        if condition.type == wanted.type:
            if condition.status == wanted.status:
                wanted.last_transition_time.CopyFrom(condition.last_transition_time)
            condition.CopyFrom(wanted)
            return
    status.conditions.append(wanted)
