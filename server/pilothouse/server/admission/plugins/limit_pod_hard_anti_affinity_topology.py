"""LimitPodHardAntiAffinityTopology: what a pod must keep away from it keeps off its node, not off a whole zone."""

from pilothouse.api.core.v1.pods_pb2 import Pod

from ..base import AdmissionRequest, rejected
from ..scoped import CREATE_OR_UPDATE, PodPlugin

HOSTNAME = "kubernetes.io/hostname"


class LimitPodHardAntiAffinityTopology(PodPlugin):
    name = "LimitPodHardAntiAffinityTopology"
    operations = CREATE_OR_UPDATE

    async def validate(self, request: AdmissionRequest) -> None:
        pod = request.object
        assert isinstance(pod, Pod)
        for term in pod.spec.affinity.pod_anti_affinity.required_during_scheduling_ignored_during_execution:
            if term.topology_key != HOSTNAME:
                raise rejected(
                    request,
                    f"affinity.PodAntiAffinity.RequiredDuringScheduling has TopologyKey {term.topology_key} but only "
                    f"key {HOSTNAME} is allowed",
                )
