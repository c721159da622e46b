"""TaintNodesByCondition: a new node takes no pods until somebody has seen that it is ready."""

from pilothouse.api.core.v1.nodes_pb2 import Node

from ..base import AdmissionRequest
from ..scoped import CREATE, ScopedPlugin

NOT_READY = "node.kubernetes.io/not-ready"


class TaintNodesByCondition(ScopedPlugin):
    name = "TaintNodesByCondition"
    resources = frozenset({("", "nodes")})
    operations = CREATE

    async def mutate(self, request: AdmissionRequest) -> None:
        node = request.object
        assert isinstance(node, Node)
        if all(taint.key != NOT_READY or taint.effect != "NoSchedule" for taint in node.spec.taints):
            node.spec.taints.add(key=NOT_READY, effect="NoSchedule")
