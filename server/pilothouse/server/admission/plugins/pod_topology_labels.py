"""PodTopologyLabels: a pod that is bound to a node bears its zone and region; a Binding brings them to the pod."""

from pilothouse.api.core.v1.nodes_pb2 import Node
from pilothouse.api.core.v1.pods_pb2 import Binding, Pod

from ..base import AdmissionRequest
from ..environment import Environment
from ..lookups import find
from ..scoped import CREATE, PodPlugin

LABELS = ("topology.kubernetes.io/zone", "topology.kubernetes.io/region")


class PodTopologyLabels(PodPlugin):
    name = "PodTopologyLabels"
    operations = CREATE
    subresources = frozenset({"", "binding"})

    def __init__(self, environment: Environment) -> None:
        self._objects = environment.objects

    async def mutate(self, request: AdmissionRequest) -> None:
        bound = request.object
        assert isinstance(bound, Pod | Binding)
        name = _node_of(bound)
        node = await find(self._objects, "", "nodes", "", name) if name else None
        if not isinstance(node, Node):
            return
        for label in LABELS:
            if label in node.metadata.labels:
                bound.metadata.labels[label] = node.metadata.labels[label]


def _node_of(bound: Pod | Binding) -> str:
    if isinstance(bound, Pod):
        return bound.spec.node_name
    return bound.target.name if bound.target.kind == "Node" else ""
