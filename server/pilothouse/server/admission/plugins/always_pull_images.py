"""AlwaysPullImages: images are pulled with the credentials of each pod, so that none is used that its owner may not
pull."""

from collections.abc import Iterator

from pilothouse.api.core.v1.pods_pb2 import Pod

from ...schema.causes import not_supported
from ..base import AdmissionRequest, rejected
from ..pod_parts import all_containers
from ..scoped import CREATE_OR_UPDATE, PodPlugin


class AlwaysPullImages(PodPlugin):
    name = "AlwaysPullImages"
    operations = CREATE_OR_UPDATE
    subresources = frozenset({"", "ephemeralcontainers"})

    async def mutate(self, request: AdmissionRequest) -> None:
        pod = request.object
        assert isinstance(pod, Pod)
        if _brings_no_image(request, pod):
            return
        for _, container in all_containers(pod.spec):
            container.image_pull_policy = "Always"
        for volume in pod.spec.volumes:
            if volume.volume_source.HasField("image"):
                volume.volume_source.image.pull_policy = "Always"

    async def validate(self, request: AdmissionRequest) -> None:
        pod = request.object
        assert isinstance(pod, Pod)
        if _brings_no_image(request, pod):
            return
        for field, policy in _policies(pod):
            if policy != "Always":
                cause = not_supported(field, policy, ("Always",))
                raise rejected(request, f"{cause.field}: {cause.message}")


def _brings_no_image(request: AdmissionRequest, pod: Pod) -> bool:
    """Whether it is an update that uses no image which the pod did not use before."""
    return isinstance(request.old, Pod) and _images(pod) <= _images(request.old)


def _images(pod: Pod) -> set[str]:
    containers = {container.image for _, container in all_containers(pod.spec)}
    sources = [volume.volume_source for volume in pod.spec.volumes]
    return containers | {source.image.reference for source in sources if source.HasField("image")}


def _policies(pod: Pod) -> Iterator[tuple[str, str]]:
    for path, container in all_containers(pod.spec):
        yield f"spec.{path}.imagePullPolicy", container.image_pull_policy
    for index, volume in enumerate(pod.spec.volumes):
        if volume.volume_source.HasField("image"):
            yield f"spec.volumes[{index}].image.pullPolicy", volume.volume_source.image.pull_policy
