"""Where the data of a PersistentVolume is: exactly one source."""

from collections.abc import Callable
from typing import Any

from pilothouse.api.core.v1.references_pb2 import SecretReference
from pilothouse.api.core.v1.volumes_pb2 import CSIPersistentVolumeSource, LocalVolumeSource, PersistentVolumeSource

from ...errors import Cause
from ...meta import names
from ...schema.causes import faulty, forbidden, invalid, required
from ..domains import driver_name
from ..pods.attached import ATTACHED
from ..pods.paths import without_backsteps

# In the order in which a kube-apiserver looks at them: of several, the first counts.
_ORDER = (
    "gce_persistent_disk",
    "aws_elastic_block_store",
    "host_path",
    "glusterfs",
    "flocker",
    "nfs",
    "rbd",
    "quobyte",
    "cephfs",
    "iscsi",
    "cinder",
    "fc",
    "flex_volume",
    "azure_file",
    "vsphere_volume",
    "photon_persistent_disk",
    "portworx_volume",
    "azure_disk",
    "scale_io",
    "local",
    "storageos",
    "csi",
)
_RANK = {name: rank for rank, name in enumerate(_ORDER)}
_INITIATOR = (
    "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is "
    "specified."
)


def source_faults(source: PersistentVolumeSource, volume: str, path: str) -> list[Cause]:
    """`volume` is the name of the volume, "" where it has none of its own."""
    found = sorted(source.ListFields(), key=lambda pair: _RANK[pair[0].name])
    if not found:
        return [required(path, "must specify a volume type")]
    descriptor, value = found[0]
    at = f"{path}.{descriptor.json_name}"
    causes: list[Cause] = []
    own = _OWN.get(descriptor.name)
    if own is not None:
        causes += own(value, at)
    elif descriptor.name in ATTACHED:
        ATTACHED[descriptor.name](value, at, causes)
    if descriptor.name in _SECRETS and value.HasField("secret_ref"):
        causes += _placed(value.secret_ref, f"{at}.secretRef")
    if descriptor.name == "iscsi":
        causes += _iscsi(value, volume, at)
    detail = "may not specify more than 1 volume type"
    return causes + [forbidden(f"{path}.{other.json_name}", detail) for other, _ in found[1:]]


def _host_path(value: Any, path: str) -> list[Cause]:
    causes: list[Cause] = []
    without_backsteps(value.path, f"{path}.path", causes)
    return causes


def _local(value: LocalVolumeSource, path: str) -> list[Cause]:
    if not value.path:
        return [required(f"{path}.path")]
    causes: list[Cause] = []
    without_backsteps(value.path, f"{path}.path", causes)
    return causes


def _glusterfs(value: Any, path: str) -> list[Cause]:
    causes = [required(f"{path}.{json}") for json in ("endpoints", "path") if not getattr(value, json)]
    if value.HasField("endpoints_namespace"):
        space, at = value.endpoints_namespace, f"{path}.endpointsNamespace"
        if not space:
            causes.append(invalid(at, "", "if the endpointnamespace is set, it must be a valid namespace name"))
        else:
            causes += faulty(at, space, names.dns1123_label(space))
    return causes


def _azure_file(value: Any, path: str) -> list[Cause]:
    pairs = (("secret_name", "secretName"), ("share_name", "shareName"))
    causes = [required(f"{path}.{json}") for name, json in pairs if not getattr(value, name)]
    if value.HasField("secret_namespace") and not value.secret_namespace:
        causes.append(required(f"{path}.secretNamespace"))
    return causes


def _iscsi(value: Any, volume: str, path: str) -> list[Cause]:
    if value.HasField("secret_ref") and not value.secret_ref.name:
        return [required(f"{path}.secretRef.name")]
    if value.HasField("initiator_name") and len(f"{volume}:{value.target_portal}") > 64:
        return [invalid(f"{path}.targetportal", value.target_portal, _INITIATOR)]
    return []


def _csi(value: CSIPersistentVolumeSource, path: str) -> list[Cause]:
    causes = driver_name(value.driver, f"{path}.driver")
    for name, json in _CSI_SECRETS:
        if value.HasField(name):
            causes += _secret(getattr(value, name), f"{path}.{json}")
    return causes


def _secret(secret: SecretReference, path: str) -> list[Cause]:
    causes = _placed(secret, path)
    if secret.name:
        causes += faulty(f"{path}.name", secret.name, names.dns1123_subdomain(secret.name))
    if secret.namespace:
        causes += faulty(f"{path}.namespace", secret.namespace, names.dns1123_label(secret.namespace))
    return causes


def _placed(secret: Any, path: str) -> list[Cause]:
    """A secret of a volume is somewhere: the volume itself is in no namespace."""
    return [required(f"{path}.{json}") for json in ("name", "namespace") if not getattr(secret, json)]


_CSI_SECRETS = (
    ("controller_publish_secret_ref", "controllerPublishSecretRef"),
    ("controller_expand_secret_ref", "controllerExpandSecretRef"),
    ("node_publish_secret_ref", "nodePublishSecretRef"),
    ("node_expand_secret_ref", "nodeExpandSecretRef"),
    ("node_stage_secret_ref", "nodeStageSecretRef"),
)


def _cinder(value: Any, path: str) -> list[Cause]:
    return [] if value.volume_id else [required(f"{path}.volumeID")]


def _storage_os(value: Any, path: str) -> list[Cause]:
    if value.volume_name:
        causes = faulty(f"{path}.volumeName", value.volume_name, names.dns1123_label(value.volume_name))
    else:
        causes = [required(f"{path}.volumeName")]
    if value.volume_namespace:
        causes += faulty(f"{path}.volumeNamespace", value.volume_namespace, names.dns1123_label(value.volume_namespace))
    return causes


_SECRETS = ("cinder", "storageos")
_OWN: dict[str, Callable[[Any, str], list[Cause]]] = {
    "host_path": _host_path,
    "local": _local,
    "glusterfs": _glusterfs,
    "azure_file": _azure_file,
    "cinder": _cinder,
    "storageos": _storage_os,
    "csi": _csi,
}
"""What differs from the sources that pods have, by the name of the field."""
