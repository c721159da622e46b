"""What a pod or a volume refers to by name: the objects that whoever runs it must be able to read.

Source: the visits of pods and volumes by which a kube-apiserver finds Secrets and ConfigMaps (core/v1 API reference).
"""

from collections.abc import Iterator
from itertools import chain

from pilothouse.api.core.v1.pods_pb2 import Container, EphemeralContainerCommon, Pod, PodSpec
from pilothouse.api.core.v1.volumes_pb2 import PersistentVolume

MIRROR_ANNOTATION = "kubernetes.io/config.mirror"
"""Marks a pod that a node runs from a file of its own, and shows to the server."""

_POD_SECRET_REFERENCES = (
    ("flex_volume", "secret_ref"),
    ("cephfs", "secret_ref"),
    ("cinder", "secret_ref"),
    ("rbd", "secret_ref"),
    ("scale_io", "secret_ref"),
    ("iscsi", "secret_ref"),
    ("storageos", "secret_ref"),
    ("csi", "node_publish_secret_ref"),
)
# What only the controllers of a volume's driver use is left out: a node has no need of it.
_VOLUME_SECRET_REFERENCES = (
    *_POD_SECRET_REFERENCES,
    ("csi", "node_stage_secret_ref"),
    ("csi", "node_expand_secret_ref"),
)


def is_mirror(pod: Pod) -> bool:
    return MIRROR_ANNOTATION in pod.metadata.annotations


def secrets_of(spec: PodSpec) -> Iterator[str]:
    """The name of each Secret that a pod uses, "" where a reference names none."""
    for reference in spec.image_pull_secrets:
        yield reference.name
    for container in _containers(spec):
        for source in container.env_from:
            if source.HasField("secret_ref"):
                yield source.secret_ref.local_object_reference.name
        for variable in container.env:
            if variable.HasField("value_from") and variable.value_from.HasField("secret_key_ref"):
                yield variable.value_from.secret_key_ref.local_object_reference.name
    for volume in spec.volumes:
        given = volume.volume_source
        if given.HasField("secret"):
            yield given.secret.secret_name
        elif given.HasField("projected"):
            for part in given.projected.sources:
                if part.HasField("secret"):
                    yield part.secret.local_object_reference.name
        elif given.azure_file.secret_name:
            yield given.azure_file.secret_name
        else:
            for source_name, reference_name in _POD_SECRET_REFERENCES:
                if given.HasField(source_name) and getattr(given, source_name).HasField(reference_name):
                    yield getattr(getattr(given, source_name), reference_name).name


def config_maps_of(spec: PodSpec) -> Iterator[str]:
    """The name of each ConfigMap that a pod uses, "" where a reference names none."""
    for container in _containers(spec):
        for source in container.env_from:
            if source.HasField("config_map_ref"):
                yield source.config_map_ref.local_object_reference.name
        for variable in container.env:
            if variable.HasField("value_from") and variable.value_from.HasField("config_map_key_ref"):
                yield variable.value_from.config_map_key_ref.local_object_reference.name
    for volume in spec.volumes:
        given = volume.volume_source
        if given.HasField("config_map"):
            yield given.config_map.local_object_reference.name
        for part in given.projected.sources if given.HasField("projected") else ():
            if part.HasField("config_map"):
                yield part.config_map.local_object_reference.name


def volume_claims_of(pod: Pod) -> Iterator[str]:
    """The name of each PersistentVolumeClaim that a pod mounts, those that are made for it alone among them."""
    for volume in pod.spec.volumes:
        given = volume.volume_source
        if given.HasField("persistent_volume_claim"):
            yield given.persistent_volume_claim.claim_name
        elif given.HasField("ephemeral"):
            yield f"{pod.metadata.name}-{volume.name}"


def resource_claims_of(pod: Pod) -> Iterator[str]:
    """The name of each ResourceClaim of a pod that is known: one from a template has a name only once it is made."""
    made = {status.name: status.resource_claim_name for status in pod.status.resource_claim_statuses}
    for claim in pod.spec.resource_claims:
        if claim.resource_claim_name:
            yield claim.resource_claim_name
        elif claim.resource_claim_template_name:
            yield made.get(claim.name, "")
    if pod.status.HasField("extended_resource_claim_status"):
        yield pod.status.extended_resource_claim_status.resource_claim_name


def volume_secrets_of(volume: PersistentVolume) -> Iterator[tuple[str, str]]:
    """Namespace and name of each Secret that a node needs in order to mount the volume. Where a reference names no
    namespace it is the claim's."""
    given, own = volume.spec.persistent_volume_source, volume.spec.claim_ref.namespace
    if given.HasField("azure_file"):
        yield given.azure_file.secret_namespace or own, given.azure_file.secret_name
    for source_name, reference_name in _VOLUME_SECRET_REFERENCES:
        if given.HasField(source_name):
            source = getattr(given, source_name)
            if source.HasField(reference_name):
                reference = getattr(source, reference_name)
                yield reference.namespace or own, reference.name


def _containers(spec: PodSpec) -> Iterator[Container | EphemeralContainerCommon]:
    ephemeral = (container.ephemeral_container_common for container in spec.ephemeral_containers)
    return chain(spec.init_containers, spec.containers, ephemeral)
