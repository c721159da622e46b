"""NodeDeclaredFeatureValidator: a pod that has a node is resized in ways that not every node knows only where its own
node declares them.

Source: the Kubernetes documentation, "Node Declared Features"; the words are those of a kube-apiserver's plugin.
"""

from collections.abc import Iterator

from pilothouse.api.core.v1.pods_pb2 import Container, PodSpec

from ..base import AdmissionRequest, rejected
from ..resizing import ResizePlugin, resized

OF_PODS = "InPlacePodLevelResourcesVerticalScaling"
OF_INIT_CONTAINERS = "InPlacePodVerticalScalingInitContainers"


class NodeDeclaredFeatureValidator(ResizePlugin):
    """No other update than a resize changes what features are about."""

    name = "NodeDeclaredFeatureValidator"

    async def validate(self, request: AdmissionRequest) -> None:
        pod, old = resized(request)
        name = pod.spec.node_name
        required = list(_required(pod.spec, old.spec)) if name else []
        if not required:
            return
        node = await self._node(request, name)
        lacking = ", ".join(feature for feature in required if feature not in node.status.declared_features)
        if lacking:
            raise rejected(request, f'pod update requires features {lacking} which are not available on node "{name}"')


def _required(spec: PodSpec, old: PodSpec) -> Iterator[str]:
    if spec.resources != old.resources:
        yield OF_PODS
    if _plain_init(spec) != _plain_init(old):
        yield OF_INIT_CONTAINERS


def _plain_init(spec: PodSpec) -> list[bytes]:
    """What the containers ask for that run to their end before the others begin."""
    plain: list[Container] = [c for c in spec.init_containers if c.restart_policy != "Always"]
    return [container.resources.SerializeToString(deterministic=True) for container in plain]
