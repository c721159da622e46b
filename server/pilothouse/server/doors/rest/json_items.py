"""The JSON of items, made on first need and kept in a memory bounded by bytes."""

from collections import OrderedDict

from ...meta.resource import ResourceType
from ...verbs.plane import Plane
from ...watchcache.item import Item

# What an entry takes beside its bytes.
_ENTRY_BYTES = 300


class JsonItems:
    """An item is one object at one revision, so what was made of it holds for ever; the ones that nobody asked for
    longest go first. capacity: bytes, of JSON and of the items that are kept alive by it."""

    def __init__(self, plane: Plane, capacity: int = 64 << 20) -> None:
        self._plane = plane
        self._room = capacity
        self._known: OrderedDict[Item, bytes] = OrderedDict()

    def of(self, resource: ResourceType, item: Item) -> bytes:
        """As a list has it: without apiVersion and kind."""
        known = self._known.get(item)
        if known is not None:
            self._known.move_to_end(item)
            return known
        made = self._plane.kind(resource).codec().encode(resource.message.FromString(item.body))
        self._known[item] = made
        self._room -= _size(item, made)
        while self._room < 0:
            self._room += _size(*self._known.popitem(last=False))
        return made


def _size(item: Item, made: bytes) -> int:
    return len(made) + len(item.frame) + _ENTRY_BYTES
