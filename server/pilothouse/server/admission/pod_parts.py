"""What the specification of a pod is made of and refers to."""

from collections.abc import Iterator

from pilothouse.api.core.v1.pods_pb2 import Container, EphemeralContainerCommon, PodSpec

from ..authorization.references import config_maps_of, secrets_of


def all_containers(spec: PodSpec) -> Iterator[tuple[str, Container | EphemeralContainerCommon]]:
    """Each container with its JSON path under spec, in the order of a kube-apiserver's visits."""
    for index, container in enumerate(spec.init_containers):
        yield f"initContainers[{index}]", container
    for index, container in enumerate(spec.containers):
        yield f"containers[{index}]", container
    for index, ephemeral in enumerate(spec.ephemeral_containers):
        yield f"ephemeralContainers[{index}]", ephemeral.ephemeral_container_common


def uses_secrets(spec: PodSpec) -> bool:
    """Whether anything in a pod refers to a Secret."""
    return any(True for _ in secrets_of(spec))


def uses_config_maps(spec: PodSpec) -> bool:
    """Whether anything in a pod refers to a ConfigMap."""
    return any(True for _ in config_maps_of(spec))


def has_projection(spec: PodSpec, name: str) -> bool:
    """Whether a projected volume has a source of this field name ("service_account_token")."""
    return any(part.HasField(name) for volume in spec.volumes for part in volume.volume_source.projected.sources)
