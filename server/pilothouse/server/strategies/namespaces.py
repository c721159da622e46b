"""Namespaces: what keeps them, and how they go."""

from pilothouse.api.core.v1.core_pb2 import Namespace

from ..errors import Cause
from ..meta.context import RequestContext
from ..schema.causes import faulty, invalid
from ..schema.checks import label_key
from .base import Strategy, keep

_NAME_LABEL = "kubernetes.io/metadata.name"
_STANDARD = ("kubernetes", "orphan", "foregroundDeletion")


class Namespaces(Strategy[Namespace]):
    deletes_by_itself = True

    def default(self, obj: Namespace) -> None:
        # After generateName the name is known only when the object is prepared.
        if obj.metadata.name:
            obj.metadata.labels[_NAME_LABEL] = obj.metadata.name
        if not obj.status.phase:
            obj.status.phase = "Active"

    def prepare_create(self, context: RequestContext, obj: Namespace) -> None:
        super().prepare_create(context, obj)
        obj.status.phase = "Active"
        if obj.metadata.name:
            obj.metadata.labels[_NAME_LABEL] = obj.metadata.name
        if "kubernetes" not in obj.spec.finalizers:
            obj.spec.finalizers.append("kubernetes")

    def prepare_update(self, context: RequestContext, obj: Namespace, old: Namespace) -> None:
        super().prepare_update(context, obj, old)
        if context.subresource != "finalize":
            keep(obj.spec, old.spec, ("finalizers",))
        obj.metadata.labels[_NAME_LABEL] = old.metadata.name

    def validate(self, context: RequestContext, obj: Namespace) -> list[Cause]:
        causes: list[Cause] = []
        for index, name in enumerate(obj.spec.finalizers):
            at = f"spec.finalizers[{index}]" if context.subresource == "finalize" else "spec.finalizers"
            causes += faulty(at, name, label_key(name))
            if "/" not in name and name not in _STANDARD:
                detail = "name is neither a standard finalizer name nor is it fully qualified"
                causes.append(invalid(at, name, detail))
        return causes

    def validate_update(self, context: RequestContext, obj: Namespace, old: Namespace) -> list[Cause]:
        if context.subresource != "status":
            return []
        phase, doomed = obj.status.phase, obj.metadata.HasField("deletion_timestamp")
        wanted, when = ("Terminating", "not empty") if doomed else ("Active", "empty")
        if phase == wanted:
            return []
        return [invalid("status.Phase", phase, f"may only be '{wanted}' if `deletionTimestamp` is {when}")]

    def mark_deleted(self, obj: Namespace) -> None:
        obj.status.phase = "Terminating"
        # A namespace has no period of grace: it goes when it is empty.
        obj.metadata.ClearField("deletion_grace_period_seconds")

    def holds(self, obj: Namespace) -> bool:
        # What empties the namespace takes its finalizer away when it is done.
        return bool(obj.spec.finalizers)
