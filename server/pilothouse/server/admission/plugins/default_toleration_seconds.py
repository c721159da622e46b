"""DefaultTolerationSeconds: a pod that says nothing of it stays for five minutes on a node that is lost."""

from pilothouse.api.core.v1.pods_pb2 import Pod

from ..base import AdmissionRequest
from ..scoped import CREATE_OR_UPDATE, PodPlugin

SECONDS = 300
TAINTS = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")


class DefaultTolerationSeconds(PodPlugin):
    name = "DefaultTolerationSeconds"
    operations = CREATE_OR_UPDATE

    async def mutate(self, request: AdmissionRequest) -> None:
        pod = request.object
        assert isinstance(pod, Pod)
        tolerated = {t.key for t in pod.spec.tolerations if t.effect in ("", "NoExecute")}
        if "" in tolerated:
            return
        for taint in TAINTS:
            if taint not in tolerated:
                pod.spec.tolerations.add(key=taint, operator="Exists", effect="NoExecute", toleration_seconds=SECONDS)
