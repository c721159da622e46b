"""Apply: a configuration merged into an object, or into a part of it, or made one; who applies owns what it says.

The rules are those of a kube-apiserver's server-side apply.
"""

from dataclasses import dataclass, replace
from typing import Protocol

from google.protobuf.message import DecodeError, Message

from ..authorization.base import permit
from ..errors import AlreadyExists, BadRequest, Cause, Conflict, Unclassified
from ..fields.elements import shown
from ..fields.last_applied import ANNOTATION, KUBECTL, applied_before, refreshed, without_own
from ..fields.managers import Manager, managers_in, write_managers
from ..fields.ownership import Applied, Conflicts, Misfit, after_apply
from ..fields.sparse import said
from ..fields.walking import Object
from ..meta.bounds import UNSUSPICIOUS_BYTES, check_message, check_value
from ..meta.context import RequestContext
from ..meta.strict import as_object
from ..meta.yaml_syntax import parse_yaml
from . import faults
from .body import FieldValidation
from .change import TRIES, change
from .create import create
from .metadata import metadata_of, place
from .names import require_name
from .options import require_field_manager
from .owning import write_of
from .plane import Kind, Plane
from .subresources.parts import part_of
from .update import Updated, require_same_name


class Configuration(Protocol):
    """What is applied. force: whether it takes over what others own."""

    @property
    def force(self) -> bool: ...

    def read(self, kind: Kind) -> tuple[Object, list[str]]:
        """The configuration, and what to warn of. Raises BadRequest."""
        ...


@dataclass(frozen=True, slots=True)
class Document:
    """A configuration as YAML or JSON."""

    data: bytes
    force: bool = False
    field_validation: FieldValidation = FieldValidation.STRICT

    def read(self, kind: Kind) -> tuple[Object, list[str]]:
        value, repeated = self._value()
        if repeated and self.field_validation is FieldValidation.STRICT:
            lines = "".join(f"\n  {fault}" for fault in repeated)
            raise BadRequest(
                f"error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:{lines}"
            )
        return value, repeated if self.field_validation is FieldValidation.WARN else []

    def _value(self) -> tuple[Object, list[str]]:
        try:
            value, repeated = parse_yaml(self.data)
        except BadRequest as error:
            raise BadRequest(f"error decoding YAML: error converting YAML to JSON: {error.message}") from None
        if len(self.data) > UNSUSPICIOUS_BYTES:
            check_value(value)
        try:
            return ({} if value is None else as_object(value)), repeated
        except BadRequest as error:
            why = f"error unmarshaling JSON: while decoding JSON: {error.message}"
            raise BadRequest(f"error decoding YAML: {why}") from None


@dataclass(frozen=True, slots=True)
class Sparse:
    """A configuration as a message of the kind: what is set in it, a plain zero not being set."""

    data: bytes
    force: bool = False

    def read(self, kind: Kind) -> tuple[Object, list[str]]:
        try:
            message = kind.type.message.FromString(self.data)
        except DecodeError:
            raise BadRequest(f"the object's bytes are no {kind.type.message.DESCRIPTOR.full_name}") from None
        if len(self.data) > UNSUSPICIOUS_BYTES:
            check_message(message)
        kind.normalize(message)
        whole = kind.codec().to_value(message)
        # What is not set in a custom object is not in its JSON either.
        value = whole if kind.type.definition else said(message, whole)
        return {"apiVersion": kind.type.api_version, "kind": kind.type.kind, **value}, []


async def apply(plane: Plane, context: RequestContext, configuration: Configuration) -> Updated:
    """The object as stored. context.verb is "patch"; who creates an object needs the right to create too. Raises
    Forbidden, BadRequest, Invalid, NotFound, Conflict, TooLarge, Unclassified."""
    permit(plane.authorizer, context)
    part = part_of(plane, context)
    require_name(context)
    require_field_manager(context.field_manager)
    value, warnings = configuration.read(part.kind)
    context = replace(context, applied=True)

    def edit(old: Message) -> Message:
        new = _merged(plane, part.kind, context, part.view(old), value, configuration.force)
        require_same_name(context, new)
        return new

    for _ in range(TRIES):
        changed = await change(plane, context, edit, part.prepare)
        if changed is None and context.subresource:
            break
        if changed is not None:
            context.warnings.extend(warnings)
            return Updated(changed)
        try:
            made = await create(plane, replace(context, verb="create"), _New(value))
        except AlreadyExists:
            # Somebody created it since: then it is there to be merged into.
            continue
        context.warnings.extend(warnings)
        return Updated(made, created=True)
    raise faults.not_found(context.type, context.name)


@dataclass(frozen=True, slots=True)
class _New:
    """A Source: the object that a configuration alone makes."""

    value: Object

    def message(self, plane: Plane, kind: Kind, context: RequestContext) -> Message:
        new = _merged(plane, kind, context, None, self.value, False)
        metadata = metadata_of(new)
        if metadata.uid:
            why = f"uid mismatch: the provided object specified uid {metadata.uid}, and no existing object was found"
            raise faults.conflict(kind.type, context.name, why)
        place(context, new)
        if not metadata.name:
            raise BadRequest(
                f"the name of the object ({context.name} based on URL) was undeterminable: name must be provided"
            )
        require_same_name(context, new)
        return new


def _merged(
    plane: Plane, kind: Kind, context: RequestContext, live: Message | None, value: Object, force: bool
) -> Message:
    """The object that an apply makes of a live one, with its managers. live: None for one that is not there. Raises
    BadRequest, Conflict, Unclassified."""
    _require_type(kind, value)
    metadata = value.get("metadata")
    if isinstance(metadata, dict) and metadata.get("managedFields") is not None:
        raise BadRequest("metadata.managedFields must be nil")
    try:
        applied = _applied(plane, kind, context, live, value, force)
    except Misfit as misfit:
        raise Unclassified(f"failed to create typed patch object ({_described(kind, value)}): {misfit}") from None
    except Conflicts as conflicts:
        raise _conflict(conflicts) from None
    if applied.value is None and live is not None:
        new = kind.type.message()
        new.CopyFrom(live)
    else:
        new = kind.codec().from_value(applied.value or {})
    write_managers(metadata_of(new), applied.managed)
    if context.field_manager == KUBECTL:
        annotations = metadata_of(new).annotations
        if annotations.get(ANNOTATION):
            text = refreshed(annotations, value)
            if text is None:
                del annotations[ANNOTATION]
            else:
                annotations[ANNOTATION] = text
    return new


def _applied(
    plane: Plane, kind: Kind, context: RequestContext, live: Message | None, value: Object, force: bool
) -> Applied:
    """Raises Misfit, Conflicts."""
    managed = managers_in(metadata_of(live)) if live is not None else {}
    write = write_of(kind, context, plane.now())
    try:
        return after_apply(kind.walker, managed, write, live, value, force)
    except Conflicts as conflicts:
        if context.field_manager != KUBECTL or live is None:
            raise
        others = without_own(conflicts, applied_before(kind.walker, kind.walker.value(live)))
        if others is not None:
            raise others from None
        return after_apply(kind.walker, managed, write, live, value, True)


def _require_type(kind: Kind, value: Object) -> None:
    """Raises BadRequest unless the configuration says what the request is for."""
    api_version, name = value.get("apiVersion") or "", value.get("kind") or ""
    if (api_version, name) != (kind.type.api_version, kind.type.kind):
        raise BadRequest(f"invalid object type: {_gvk(api_version, name)}")


def _gvk(api_version: object, kind: object) -> str:
    """As Go prints a GroupVersionKind."""
    text = api_version if isinstance(api_version, str) else ""
    group, _, version = text.rpartition("/")
    return f"{group}/{version}, Kind={kind if isinstance(kind, str) else ''}"


def _described(kind: Kind, value: Object) -> str:
    metadata = value.get("metadata")
    said = metadata if isinstance(metadata, dict) else {}
    namespace, name = said.get("namespace") or "", said.get("name") or ""
    group, _, version = kind.type.api_version.rpartition("/")
    type_name = f"{group}/{version}, Kind={kind.type.kind}"
    return f"{namespace}/{name}; {type_name}"


def _conflict(conflicts: Conflicts) -> Conflict:
    """In the words of a kube-apiserver, field by field."""
    found = [(str(manager), "".join(map(shown, path)), manager) for manager, path in conflicts.list()]
    causes = [Cause("FieldManagerConflict", f"conflict with {manager}", field) for manager, field, _ in found]
    if len(found) == 1:
        manager, field, _ = found[0]
        return Conflict(f"Apply failed with 1 conflict: conflict with {manager}: {field}", causes=causes)
    lines: list[str] = []
    last: Manager | None = None
    for manager, field, whose in found:
        if whose != last:
            lines.append(f"conflicts with {manager}:")
            last = whose
        lines.append(f"- {field}")
    text = "\n".join(lines)
    return Conflict(f"Apply failed with {len(found)} conflicts: {text}", causes=causes)
