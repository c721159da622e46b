"""PodResizeValidator: a pod that has a node is not resized beyond what the node has to give, nor where nodes cannot.

The rules and words are those of a kube-apiserver's plugin of that name.
"""

from collections.abc import Iterator

from pilothouse.api.core.v1.pods_pb2 import PodSpec

from ...errors import Cause
from ...meta.quantities import quantity
from ...strategies.pod_resources import Amounts, add, amounts, pod_total, requests_of
from ..base import AdmissionRequest, rejected
from ..resizing import ResizePlugin, resized

OS_LABEL = "kubernetes.io/os"
LINUX = "linux"


class PodResizeValidator(ResizePlugin):
    name = "PodResizeValidator"

    async def validate(self, request: AdmissionRequest) -> None:
        pod, old = resized(request)
        name = pod.spec.node_name
        if not name or pod.metadata.generation == old.metadata.generation:
            return
        node = await self._node(request, name)
        system = node.metadata.labels.get(OS_LABEL, LINUX)
        if system != LINUX:
            text = f'pod resize is only supported on linux nodes, node "{name}" is "{system}"'
            raise rejected(request, text, [Cause("UnsupportedPlatform", "")])
        lacking = "; ".join(_lacking(_requests(pod.spec), amounts(node.status.allocatable)))
        if lacking:
            text = f"node didn't have enough allocatable resources: {lacking}"
            raise rejected(request, text, [Cause("NodeCapacity", "")])


def _requests(spec: PodSpec) -> Amounts:
    requests = pod_total(spec, requests_of)
    add(requests, amounts(spec.overhead))
    return requests


def _lacking(requests: Amounts, allocatable: Amounts) -> Iterator[str]:
    """What a pod asks for and the node does not have, cpu in thousandths and memory in bytes."""
    nothing = quantity(0)
    cpu, of_cpu = requests.get("cpu", nothing), allocatable.get("cpu", nothing)
    if cpu > of_cpu:
        yield f"cpu, requested: {cpu.milli_value}, allocatable: {of_cpu.milli_value}"
    memory, of_memory = requests.get("memory", nothing), allocatable.get("memory", nothing)
    if memory > of_memory:
        yield f"memory, requested: {memory.value}, allocatable: {of_memory.value}"
