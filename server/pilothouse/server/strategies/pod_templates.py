"""Defaults of a pod's spec that hold wherever it stands: in pods and in the templates of workloads."""

import re

from pilothouse.api.core.v1.pods_pb2 import PodSpec, PodTemplateSpec
from pilothouse.api.core.v1.volumes_pb2 import Volume

_TAG = re.compile(r":([A-Za-z0-9_][A-Za-z0-9_.-]*)$")


def default_pod_spec(spec: PodSpec) -> None:
    """Pull policies from images, volumes without a source, and the older name of the service account."""
    for container in spec.containers:
        if not container.image_pull_policy:
            container.image_pull_policy = pull_policy(container.image)
    for container in spec.init_containers:
        if not container.image_pull_policy:
            container.image_pull_policy = pull_policy(container.image)
    for ephemeral in spec.ephemeral_containers:
        common = ephemeral.ephemeral_container_common
        if not common.image_pull_policy:
            common.image_pull_policy = pull_policy(common.image)
    for volume in spec.volumes:
        _default_volume(volume)
    mirror_service_account(spec)


def default_pod_template(template: PodTemplateSpec) -> None:
    if template.HasField("spec"):
        default_pod_spec(template.spec)


def mirror_service_account(spec: PodSpec) -> None:
    """`serviceAccount` is the older name of `serviceAccountName`: the newer counts where both are set."""
    if not spec.service_account_name:
        if spec.service_account:
            spec.service_account_name = spec.service_account
    elif spec.service_account != spec.service_account_name:
        spec.service_account = spec.service_account_name


def pull_policy(image: str) -> str:
    """Always for the tag latest, or where there is neither tag nor digest; else IfNotPresent."""
    if "@" in image:
        return "IfNotPresent"
    tag = _TAG.search(image)
    return "Always" if tag is None or tag.group(1) == "latest" else "IfNotPresent"


def _default_volume(volume: Volume) -> None:
    source = volume.volume_source
    if not source.ListFields():
        source.empty_dir.SetInParent()
    elif source.HasField("image") and not source.image.pull_policy:
        source.image.pull_policy = pull_policy(source.image.reference)
