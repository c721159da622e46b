"""ExtendedResourceToleration: a pod that asks for a special resource tolerates the taint that keeps others off its
nodes."""

from pilothouse.api.core.v1.pods_pb2 import Pod
from pilothouse.api.core.v1.references_pb2 import Toleration

from ...strategies.resource_names import is_extended
from ..base import AdmissionRequest
from ..scoped import CREATE_OR_UPDATE, PodPlugin


class ExtendedResourceToleration(PodPlugin):
    name = "ExtendedResourceToleration"
    operations = CREATE_OR_UPDATE

    async def mutate(self, request: AdmissionRequest) -> None:
        pod = request.object
        assert isinstance(pod, Pod)
        containers = (*pod.spec.containers, *pod.spec.init_containers)
        wanted = {name for c in containers for name in c.resources.requests if is_extended(name)}
        for name in sorted(wanted):
            _tolerate(pod, Toleration(key=name, operator="Exists"))


def _tolerate(pod: Pod, wanted: Toleration) -> None:
    for toleration in pod.spec.tolerations:
        if (toleration.key, toleration.operator) == (wanted.key, wanted.operator) and not (
            toleration.effect or toleration.value
        ):
            toleration.CopyFrom(wanted)
            return
    pod.spec.tolerations.append(wanted)
