"""pods/binding, and the older bindings: a pod is put on a node. A scheduler does so, once for each pod."""

from dataclasses import replace

from google.protobuf.message import Message
from pilothouse.api.core.v1.pods_pb2 import Binding, Pod, PodCondition

from ...admission.base import AdmissionRequest, Operation
from ...errors import BadRequest, Conflict, Unclassified
from ...meta.context import RequestContext
from ...schema.causes import not_supported, required
from ...schema.metadata import metadata_validator_for
from ...watchcache.item import Item
from .. import faults
from ..body import Body
from ..change import Changed, change
from ..metadata import place
from ..names import require_name
from ..plane import Kind, Plane
from .stored import copy_of, prepare_stored, set_condition


async def bind(plane: Plane, context: RequestContext, body: Body) -> None:
    """Raises BadRequest, Forbidden, NotFound, Conflict, Invalid."""
    kind = plane.kind(plane.registry.body_of(context.type, context.subresource))
    binding = body.message(plane, kind, context)
    assert isinstance(binding, Binding)
    kind.complete(binding)
    place(context, binding)
    name = context.name if context.subresource else binding.metadata.name
    request = AdmissionRequest(context, Operation.CREATE, binding, None, name)
    await plane.admission.mutate(request)
    if name != binding.metadata.name:
        raise BadRequest("name in URL does not match name in Binding object")
    _check(binding)
    await plane.admission.validate(request)
    pods = plane.registry.get("", "v1", "pods")
    of_pod = replace(context, type=pods, name=name)
    require_name(of_pod)

    def edit(old: Message) -> Message:
        assert isinstance(old, Pod)
        _require_unbound(of_pod, binding, old)
        return _bound(binding, old, plane.now())

    if await change(plane, of_pod, edit, _prepare_bound) is None:
        raise faults.not_found(pods, name)


def _check(binding: Binding) -> None:
    """A kube-apiserver tells of such faults without a reason, and without causes."""
    causes = []
    if binding.target.kind not in ("", "Node"):
        causes.append(not_supported("target.kind", binding.target.kind, ("Node", "<empty>")))
    if not binding.target.name:
        causes.append(required("target.name"))
    if causes:
        lines = [f"{cause.field}: {cause.message}" for cause in causes]
        raise Unclassified(lines[0] if len(lines) == 1 else f"[{', '.join(lines)}]")


def _require_unbound(context: RequestContext, binding: Binding, pod: Pod) -> None:
    """Raises Conflict where the pod is not the one that is meant, or cannot be bound any more, or not yet."""
    key = context.type.key(context.namespace, context.name)
    wanted, metadata = binding.metadata, pod.metadata
    if wanted.uid and wanted.uid != metadata.uid:
        raise faults.another_uid(context.type, key, context.name, wanted.uid, metadata.uid)
    if wanted.resource_version and wanted.resource_version != metadata.resource_version:
        raise faults.another_revision(
            context.type, key, context.name, wanted.resource_version, metadata.resource_version
        )
    why = ""
    if metadata.HasField("deletion_timestamp"):
        why = f"pod {metadata.name} is being deleted, cannot be assigned to a host"
    elif pod.spec.node_name:
        why = f'pod {metadata.name} is already assigned to node "{pod.spec.node_name}"'
    elif pod.spec.scheduling_gates:
        why = f"pod {metadata.name} has non-empty .spec.schedulingGates"
    if why:
        raise Conflict(
            f'Operation cannot be fulfilled on pods/binding "{context.name}": {why}',
            kind="pods/binding",
            name=context.name,
        )


async def _prepare_bound(
    plane: Plane, kind: Kind, context: RequestContext, item: Item, old: Message, new: Message
) -> Changed:
    """prepare_stored(), for metadata that a client has added to. Raises Invalid."""
    causes = metadata_validator_for(kind.type)(new)
    if causes:
        raise faults.invalid(kind.type, context.name, causes)
    return await prepare_stored(plane, kind, context, item, old, new)


def _bound(binding: Binding, old: Pod, now: float) -> Pod:
    pod: Pod = copy_of(old)
    pod.spec.node_name = binding.target.name
    pod.metadata.annotations.update(binding.metadata.annotations)
    pod.metadata.labels.update(binding.metadata.labels)
    # Where it was thought to go is of no interest any more.
    pod.status.ClearField("nominated_node_name")
    set_condition(pod.status, PodCondition(type="PodScheduled", status="True"), now)
    return pod
