"""What the specification of a pod is made of and refers to."""

from collections.abc import Iterator

from pilothouse.api.core.v1.pods_pb2 import Container, EphemeralContainerCommon, Pod, PodSpec
from pilothouse.api.core.v1.volumes_pb2 import VolumeSource

MIRROR_ANNOTATION = "kubernetes.io/config.mirror"
"""Marks a pod that a node runs from a file of its own, and shows to the server."""

_VOLUME_SECRET_REFERENCES = ("secret_ref", "node_publish_secret_ref")


def all_containers(spec: PodSpec) -> Iterator[tuple[str, Container | EphemeralContainerCommon]]:
    """Each container with its JSON path under spec, in the order of a kube-apiserver's visits."""
    for index, container in enumerate(spec.init_containers):
        yield f"initContainers[{index}]", container
    for index, container in enumerate(spec.containers):
        yield f"containers[{index}]", container
    for index, ephemeral in enumerate(spec.ephemeral_containers):
        yield f"ephemeralContainers[{index}]", ephemeral.ephemeral_container_common


def is_mirror(pod: Pod) -> bool:
    return MIRROR_ANNOTATION in pod.metadata.annotations


def uses_secrets(spec: PodSpec) -> bool:
    """Whether anything in a pod refers to a Secret."""
    if spec.image_pull_secrets:
        return True
    for _, container in all_containers(spec):
        if any(source.HasField("secret_ref") for source in container.env_from):
            return True
        if any(variable.value_from.HasField("secret_key_ref") for variable in container.env):
            return True
    return any(_volume_uses_secrets(volume.volume_source) for volume in spec.volumes)


def _volume_uses_secrets(source: VolumeSource) -> bool:
    for field, value in source.ListFields():
        if field.name == "secret":
            return True
        if field.name == "projected":
            if any(part.HasField("secret") for part in value.sources):
                return True
            continue
        fields = value.DESCRIPTOR.fields_by_name
        if "secret_name" in fields and value.secret_name:
            return True
        if any(name in fields and value.HasField(name) for name in _VOLUME_SECRET_REFERENCES):
            return True
    return False


def uses_config_maps(spec: PodSpec) -> bool:
    """Whether anything in a pod refers to a ConfigMap."""
    for _, container in all_containers(spec):
        if any(source.HasField("config_map_ref") for source in container.env_from):
            return True
        if any(variable.value_from.HasField("config_map_key_ref") for variable in container.env):
            return True
    sources = [volume.volume_source for volume in spec.volumes]
    return any(s.HasField("config_map") or any(p.HasField("config_map") for p in s.projected.sources) for s in sources)


def has_projection(spec: PodSpec, name: str) -> bool:
    """Whether a projected volume has a source of this field name ("service_account_token")."""
    return any(part.HasField(name) for volume in spec.volumes for part in volume.volume_source.projected.sources)
