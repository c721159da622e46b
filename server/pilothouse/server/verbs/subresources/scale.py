"""scale: how many replicas a workload has, whatever its kind, as an autoscaling/v1 Scale.

Who scales needs no right on the workload itself: of a Scale only spec.replicas counts. Admission sees the Scale, the
workload's own rules see the workload.
"""

from collections.abc import Sequence
from typing import Any, cast

from google.protobuf.message import Message
from pilothouse.api.autoscaling.v1.autoscaling_pb2 import Scale
from pilothouse.api.dynamic.v1.dynamic_pb2 import CustomObject
from pilothouse.api.meta.v1.meta_pb2 import LabelSelector

from ...admission.base import AdmissionRequest, Operation
from ...errors import Conflict
from ...fields.managers import managers_in, write_managers
from ...fields.scale import REPLICAS, managers_after_scale, managers_of_scale
from ...meta.context import RequestContext
from ...meta.label_selectors import from_label_selector
from ...meta.resource import ResourceType
from ...meta.selectors import Operator, Requirement, Selector
from ...schema.causes import invalid
from ...watchcache.item import Item
from .. import faults
from ..change import Changed, settle_change
from ..metadata import metadata_of, place
from ..owning import Owners, owners_of
from ..plane import Kind, Plane

SCALE_VERSION = "autoscaling/v1"
_SHOWN = ("name", "namespace", "uid", "resource_version")


def scale_of(kind: Kind, workload: Message) -> Scale:
    """The scale of a Deployment, a ReplicaSet, a StatefulSet, a ReplicationController or a custom object."""
    found: Any = workload
    scale, metadata = Scale(), found.metadata
    for name in _SHOWN:
        if metadata.HasField(name):
            setattr(scale.metadata, name, getattr(metadata, name))
    scale.metadata.creation_timestamp.CopyFrom(metadata.creation_timestamp)
    if kind.scaling is not None:
        scale.spec.replicas = kind.scaling.replicas(found) or 0
        scale.status.replicas, scale.status.selector = kind.scaling.status(found)
        return scale
    if found.spec.replicas:
        scale.spec.replicas = found.spec.replicas
    scale.status.replicas = found.status.replicas
    if selector := _selector_text(found.spec):
        scale.status.selector = selector
    return scale


def shown_scale(kind: Kind, workload: Message) -> Scale:
    """scale_of() for who reads it. Raises Internal where a custom object does not say how many replicas it wants."""
    if kind.scaling is not None and kind.scaling.replicas(cast(CustomObject, workload)) is None:
        raise kind.scaling.missing()
    return scale_of(kind, workload)


def owned_scale_of(kind: Kind, workload: Message) -> Scale:
    """The scale with those who own its replicas, which nobody is shown."""
    scale = scale_of(kind, workload)
    owners = managers_of_scale(managers_in(metadata_of(workload)), SCALE_VERSION, _replicas(kind))
    write_managers(scale.metadata, owners)
    return scale


async def prepare_scale(
    plane: Plane, kind: Kind, context: RequestContext, item: Item, old: Message, new: Message
) -> Changed:
    """prepare_change() of a workload whose replicas shall be those of `new`, a Scale. Raises BadRequest, Invalid,
    Forbidden, Conflict."""
    scale = cast(Scale, new)
    place(context, scale)
    body = plane.kind(plane.registry.body_of(context.type, context.subresource))
    body.complete(scale)
    scaled = owners_of(body, context, owned_scale_of(kind, old), scale, plane.now())
    request = AdmissionRequest(context, Operation.UPDATE, scale, scale_of(kind, old), context.name)
    await plane.admission.mutate(request)
    _check(context, body.type, scale, metadata_of(old).uid)
    changed: Any = type(old)()
    changed.CopyFrom(old)
    if kind.scaling is not None:
        kind.scaling.set(changed, scale.spec.replicas)
    else:
        changed.spec.replicas = scale.spec.replicas
    kind.complete(changed)
    request.object = scale_of(kind, changed)
    before = managers_in(metadata_of(old))
    owners = Owners(before, managers_after_scale(before, scaled.after, kind.type.api_version, _replicas(kind)))
    settled = await settle_change(plane, kind, item, (old, changed), request, owners)
    return Changed(settled.ops, scale_of(kind, changed).SerializeToString(deterministic=True))


def _replicas(kind: Kind) -> Sequence[str]:
    """Where a workload has its replicas, as a path of owned fields."""
    return REPLICAS if kind.scaling is None else kind.scaling.field


def _check(context: RequestContext, body: ResourceType, scale: Scale, uid: str) -> None:
    if scale.spec.replicas < 0:
        cause = invalid("spec.replicas", scale.spec.replicas, "must be greater than or equal to 0")
        raise faults.invalid(body, context.name, [cause])
    wanted = scale.metadata.uid
    if wanted and wanted != uid:
        kind = f"{context.type.plural}/scale"
        named = f"{kind}.{context.type.group}" if context.type.group else kind
        raise Conflict(
            f'Operation cannot be fulfilled on {named} "{context.name}": Precondition failed: UID in precondition: '
            f"{wanted}, UID in object meta: {uid}",
            group=context.type.group,
            kind=kind,
            name=context.name,
        )


def _selector_text(spec: Any) -> str:
    """The selector of a workload, as in a list's query."""
    if not isinstance(spec.selector, LabelSelector):
        # A ReplicationController's is a map of labels.
        equal = (Requirement(key, Operator.EQUALS, (spec.selector[key],)) for key in sorted(spec.selector))
        return str(Selector(tuple(equal)))
    if not spec.HasField("selector"):
        return ""
    expressions = [
        {"key": e.key, "operator": e.operator, "values": list(e.values)} for e in spec.selector.match_expressions
    ]
    labels = dict(spec.selector.match_labels)
    return str(from_label_selector({"matchLabels": labels, "matchExpressions": expressions}))
