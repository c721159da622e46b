"""What became of an owner: it is there, it waits for its dependents to go, it is gone, or nobody can tell."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto

from pilothouse.api.meta.v1 import meta_pb2 as meta

from ...meta.resource import ResourceType
from ...verbs.metadata import FOREGROUND
from ...verbs.plane import Plane
from ...verbs.reading import stored_item
from ..base import metadata_of_item
from .graph import Owner

# As many owners are remembered to be gone as kube-controller-manager remembers.
REMEMBERED = 500


class State(Enum):
    """ALIVE: as far as is known. WAITING: being deleted in the foreground. ABSENT: looked for where the reference says,
    and not there. UNKNOWN: of a kind that is not served, or misplaced: nothing follows from it."""

    ALIVE = auto()
    WAITING = auto()
    ABSENT = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Judgement:
    """The uids of an object's owners, by what became of them; unknown: whether there are some of whom that is not
    known."""

    alive: frozenset[str]
    waiting: frozenset[str]
    absent: frozenset[str]
    unknown: bool


class OwnerStates:
    """Finds out. Owners that are found to be gone are remembered: no uid comes back."""

    def __init__(self, plane: Plane) -> None:
        self._plane = plane
        self._absent: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._epoch = -1

    def reference(self, found: meta.OwnerReference, namespace: str) -> Owner:
        """A reference as the graph holds it; namespace: the dependent's, "" for none."""
        resource = self._type(found)
        if resource is None or (resource.namespaced and not namespace):
            return Owner("", found.uid, found.block_owner_deletion)
        return Owner(resource.key(namespace, found.name), found.uid, found.block_owner_deletion)

    async def judge(self, references: Iterable[meta.OwnerReference], namespace: str) -> Judgement:
        """Raises StoreError, Undecodable where an owner cannot be looked for."""
        found: dict[State, set[str]] = {state: set() for state in State}
        for reference in references:
            found[await self._state(reference, namespace)].add(reference.uid)
        return Judgement(
            frozenset(found[State.ALIVE]),
            frozenset(found[State.WAITING]),
            frozenset(found[State.ABSENT]),
            bool(found[State.UNKNOWN]),
        )

    def _remember(self, absent: tuple[str, str]) -> None:
        self._absent[absent] = None
        if len(self._absent) > REMEMBERED:
            self._absent.popitem(last=False)

    def _type(self, reference: meta.OwnerReference) -> ResourceType | None:
        found = self._plane.registry.by_kind(reference.api_version, reference.kind)
        return None if found is None or found.is_review else found

    async def _state(self, reference: meta.OwnerReference, namespace: str) -> State:
        resource = self._type(reference)
        if resource is None or (resource.namespaced and not namespace):
            return State.UNKNOWN
        if self._epoch != self._plane.cache.epoch:
            # The store may have been replaced by an older one, in which those who were gone are back.
            self._absent.clear()
            self._epoch = self._plane.cache.epoch
        key = resource.key(namespace, reference.name)
        if (key, reference.uid) in self._absent:
            return State.ABSENT
        item = self._plane.cache.collection(resource).get(key)
        metadata = None if item is None else metadata_of_item(item)
        if metadata is None or metadata.uid != reference.uid:
            # The cache may be behind; only the store's word makes an owner absent.
            stored = await stored_item(self._plane, self._plane.kind(resource), key)
            metadata = None if stored is None else metadata_of_item(stored)
            if metadata is None or metadata.uid != reference.uid:
                self._remember((key, reference.uid))
                return State.ABSENT
        if metadata.HasField("deletion_timestamp") and FOREGROUND in metadata.finalizers:
            return State.WAITING
        return State.ALIVE
