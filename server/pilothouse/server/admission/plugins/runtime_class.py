"""RuntimeClass: a pod gets the overhead, the node selector and the tolerations of its runtime class."""

from google.protobuf.message import Message
from pilothouse.api.core.v1.pods_pb2 import Pod
from pilothouse.api.node.v1.node_pb2 import RuntimeClass as Class

from ...meta.quantities import QuantityError, parse_quantity
from ..base import AdmissionRequest, rejected
from ..environment import Environment
from ..lookups import find
from ..scoped import CREATE, PodPlugin
from ..tolerations import merged, replace_tolerations

_DIFFERS = "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead"
_UNFOUNDED = "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead"


class RuntimeClass(PodPlugin):
    name = "RuntimeClass"
    operations = CREATE

    def __init__(self, environment: Environment) -> None:
        self._objects = environment.objects

    async def mutate(self, request: AdmissionRequest) -> None:
        pod = request.object
        assert isinstance(pod, Pod)
        found = await self._class_of(request, pod)
        if found is None:
            return
        if found.HasField("overhead"):
            if pod.spec.overhead and not _equal(pod.spec.overhead, found.overhead.pod_fixed):
                raise rejected(request, _DIFFERS)
            pod.spec.ClearField("overhead")
            for name, amount in found.overhead.pod_fixed.items():
                pod.spec.overhead[name].CopyFrom(amount)
        if found.HasField("scheduling"):
            _schedule(request, pod, found)

    async def validate(self, request: AdmissionRequest) -> None:
        pod = request.object
        assert isinstance(pod, Pod)
        found = await self._class_of(request, pod)
        if found is not None and found.HasField("overhead"):
            if not _equal(pod.spec.overhead, found.overhead.pod_fixed):
                raise rejected(request, _DIFFERS)
        elif pod.spec.overhead:
            raise rejected(request, _UNFOUNDED)

    async def _class_of(self, request: AdmissionRequest, pod: Pod) -> Class | None:
        name = pod.spec.runtime_class_name
        if not pod.spec.HasField("runtime_class_name"):
            return None
        found: Message | None = await find(self._objects, "node.k8s.io", "runtimeclasses", "", name)
        if not isinstance(found, Class):
            raise rejected(request, f'pod rejected: RuntimeClass "{name}" not found')
        return found


def _schedule(request: AdmissionRequest, pod: Pod, found: Class) -> None:
    selector = pod.spec.node_selector
    for key, value in found.scheduling.node_selector.items():
        if key in selector and selector[key] != value:
            raise rejected(
                request,
                f"conflict: runtimeClass.scheduling.nodeSelector[{key}] = {value}; "
                f"pod.spec.nodeSelector[{key}] = {selector[key]}",
            )
        selector[key] = value
    if found.scheduling.tolerations:
        replace_tolerations(pod.spec, merged(pod.spec.tolerations, found.scheduling.tolerations))


def _equal(one, other) -> bool:  # type: ignore[no-untyped-def]  # maps of quantities have no name of their own
    try:
        return {k: parse_quantity(v.string) for k, v in one.items()} == {
            k: parse_quantity(v.string) for k, v in other.items()
        }
    except QuantityError:
        # The schema refuses it a moment later, and says why.
        return True
