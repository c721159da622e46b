"""Strategy: what one kind needs beyond its schema, and what most kinds need alike.

The order of a write: decode, normalize, the schema's defaults, `default`, mutating admission, stamping of metadata
(name, uid), `prepare_create` or `prepare_update`, validation by the schema, `validate`, and on update
`validate_update`.
"""

from collections.abc import Callable
from typing import Any, ClassVar, Generic, TypeVar

from google.protobuf.message import Message
from pilothouse.api.meta.v1.meta_pb2 import ObjectMeta

from ..errors import Cause
from ..meta.context import RequestContext
from ..meta.resource import ResourceType
from ..schema.immutability import immutability_for
from ..schema.options import descriptor_of, fields_of
from ..schema.order import Orders, in_order
from .pod_warnings import pod_warnings

M = TypeVar("M", bound=Message)
_Differs = Callable[[Any, Any], bool]

ALL_METADATA = (
    "deletion_timestamp",
    "deletion_grace_period_seconds",
    "labels",
    "annotations",
    "owner_references",
    "finalizers",
)
"""What of metadata stays on a write of status where the kind keeps all of it."""


class Strategy(Generic[M]):
    """The rules of one resource type. Objects are normalized messages of the type's own class, changed in place."""

    # Whether default() looks at nothing but the spec, and changes nothing else.
    defaults_spec_alone: ClassVar[bool] = False
    # Whether what a client sends as status when it creates an object is dropped.
    clears_status: ClassVar[bool] = True
    # The members of metadata that a write through the status subresource leaves as they are.
    kept_with_status: ClassVar[tuple[str, ...]] = ()
    # Whether a deletion marks the object even where it goes at once: the answer then shows the marks.
    graceful: ClassVar[bool] = False
    # What is told to who deletes without saying what becomes of dependents.
    deletion_warnings: ClassVar[tuple[str, ...]] = ()
    # Whether the kind looks at the preconditions of a deletion in its own way.
    deletes_by_itself: ClassVar[bool] = False
    # Where the template of what makes pods stands.
    pod_template: ClassVar[tuple[str, ...]] = ()

    # The order in which causes are told, where it is not that in which they were found: see schema/order.py.
    orders: ClassVar[Orders | None] = None

    def __init__(self, type: ResourceType) -> None:
        self.type = type
        self._arrange = None if self.orders is None else in_order(type.message, self.orders)
        self._has_status = type.has_subresource("status") and "status" in type.message.DESCRIPTOR.fields_by_name
        self._main_resets = frozenset({"status"} if self._has_status else ())
        of_status = _status_resets(type.message, self.kept_with_status)
        self._resets = {"status": of_status, "approval": of_status | {"status.certificate"}}
        self._immutable = immutability_for(type.message)
        self._differs = tuple(_differs(type.message, path) for path in type.generation_raised_by)

    def default(self, obj: M) -> None:
        """Fills in the defaults that depend on other fields. Idempotent."""

    def prepare_create(self, context: RequestContext, obj: M) -> None:
        """Brings a new object into its first state: no status but what the server itself gives it."""
        if not self.type.namespaced:
            obj.metadata.ClearField("namespace")  # type: ignore[attr-defined]
        if self._has_status and self.clears_status:
            obj.ClearField("status")

    def prepare_update(self, context: RequestContext, obj: M, old: M) -> None:
        """Takes back what a request may not change: status on a write of the object, all but status on a write of
        status."""
        if context.subresource == "status":
            keep(obj, old, tuple(f.name for f in obj.DESCRIPTOR.fields if f.name not in ("metadata", "status")))
            keep(obj.metadata, old.metadata, self.kept_with_status)  # type: ignore[attr-defined]
        elif self._has_status:
            keep(obj, old, ("status",))

    def reset_fields(self, subresource: str) -> frozenset[str]:
        """What a write through a subresource ("": of the object itself) leaves as it is, by JSON names: who sends it
        there does not own it."""
        return self._resets.get(subresource, self._main_resets)

    def raises_generation(self, obj: M, old: M) -> bool:
        """Whether the change between two objects raises metadata.generation."""
        return any(differs(obj, old) for differs in self._differs)

    def validate(self, context: RequestContext, obj: M) -> list[Cause]:
        """What is wrong with an object, beyond its schema."""
        return []

    def validate_create(self, context: RequestContext, obj: M) -> list[Cause]:
        """What is wrong with a new object alone: one that is there already may be so."""
        return []

    def arranged(self, causes: list[Cause]) -> list[Cause]:
        """What the schema and `validate` found, in the order in which it is told."""
        return causes if self._arrange is None else self._arrange(causes)

    def validate_update(self, context: RequestContext, obj: M, old: M) -> list[Cause]:
        """What is wrong with the change."""
        return self._immutable(obj, old)

    def warnings(self, obj: M, old: M | None) -> list[str]:
        """What is told to who writes a valid object; `old` is None for a new one."""
        if not self.pod_template or (old is not None and not self.raises_generation(obj, old)):
            return []
        template: Any = obj
        path = ""
        for name in self.pod_template:
            path += f"{template.DESCRIPTOR.fields_by_name[name].json_name}."
            template = getattr(template, name)
        return pod_warnings(template.spec, template.metadata, path)

    def grace_seconds(self, obj: M, requested: int | None) -> int:
        """How long the object stays after it was marked as deleted; 0: it goes at once."""
        return 0

    def mark_deleted(self, obj: M) -> None:
        """What else changes when an object is marked as deleted."""

    def holds(self, obj: M) -> bool:
        """Whether something besides metadata.finalizers keeps an object that is marked as deleted."""
        return False


def keep(obj: Any, old: Any, names: tuple[str, ...]) -> None:
    """Makes fields of a message what they are in another of its class."""
    for name in names:
        value = getattr(old, name)
        field = obj.DESCRIPTOR.fields_by_name[name]
        if field.is_repeated:
            obj.ClearField(name)
            copy(getattr(obj, name), value)
        elif not old.HasField(name):
            obj.ClearField(name)
        elif field.message_type is not None:
            getattr(obj, name).CopyFrom(value)
        else:
            setattr(obj, name, value)


def copy(target: Any, source: Any) -> None:
    """Adds to a repeated field or a map what another holds."""
    target.MergeFrom(source)


def _status_resets(message: type[Message], kept: tuple[str, ...]) -> frozenset[str]:
    others = {f.json for f in fields_of(descriptor_of(message))} - {"metadata", "status"}
    if kept == ALL_METADATA:
        return frozenset({*others, "metadata"})
    names = {f.name: f.json for f in fields_of(descriptor_of(ObjectMeta))}
    return frozenset({*others, *(f"metadata.{names[name]}" for name in kept)})


def _differs(message: type[Message], path: str) -> _Differs:
    if path == "*":
        names = [f.name for f in fields_of(descriptor_of(message)) if f.json not in ("metadata", "status")]
        return _any_differs(names)
    descriptor = descriptor_of(message)
    steps: list[str] = []
    for segment in path.split("."):
        field = next(f for f in fields_of(descriptor) if f.json == segment)
        steps.append(field.name)
        descriptor = field.child or descriptor
    return _differs_at(steps)


def _differs_at(names: list[str]) -> _Differs:
    def differs(obj: Any, old: Any) -> bool:
        for name in names:
            obj, old = getattr(obj, name), getattr(old, name)
        return bool(obj != old)

    return differs


def _any_differs(names: list[str]) -> _Differs:
    def differs(obj: Any, old: Any) -> bool:
        return any(getattr(obj, name) != getattr(old, name) for name in names)

    return differs
