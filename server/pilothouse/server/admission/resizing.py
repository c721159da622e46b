"""ResizePlugin: a plugin that judges how a pod is resized by the node that it runs on."""

from pilothouse.api.core.v1.nodes_pb2 import Node
from pilothouse.api.core.v1.pods_pb2 import Pod

from .base import AdmissionRequest, rejected
from .environment import Environment
from .lookups import find
from .scoped import UPDATE, PodPlugin


class ResizePlugin(PodPlugin):
    operations = UPDATE
    subresources = frozenset({"resize"})

    def __init__(self, environment: Environment) -> None:
        self._objects = environment.objects

    async def _node(self, request: AdmissionRequest, name: str) -> Node:
        """Raises Forbidden where there is none of this name."""
        node = await find(self._objects, "", "nodes", "", name)
        if not isinstance(node, Node):
            raise rejected(request, f'node "{name}" not found')
        return node


def resized(request: AdmissionRequest) -> tuple[Pod, Pod]:
    """The pod as it shall be, and as it is."""
    pod, old = request.object, request.old
    assert isinstance(pod, Pod)
    assert isinstance(old, Pod)
    return pod, old
