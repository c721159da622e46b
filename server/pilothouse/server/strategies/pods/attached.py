"""Volumes that stand for storage elsewhere: claims, drivers, and the kinds of disks and file servers of old."""

import re
from collections.abc import Callable
from typing import Any

from pilothouse.api.core.v1.volumes_pb2 import (
    AzureDiskVolumeSource,
    CSIVolumeSource,
    FCVolumeSource,
    FlexVolumeSource,
    FlockerVolumeSource,
    ISCSIVolumeSource,
    NFSVolumeSource,
    QuobyteVolumeSource,
)

from ...errors import Cause
from ...meta import names
from ...schema.causes import invalid, not_supported, required, too_long
from .paths import named

Check = Callable[[Any, str, list[Cause]], None]

_PARTITION = "must be between 0 and 255, inclusive"
_IQN = re.compile(r"iqn\.\d{4}-\d{2}\.([a-zA-Z0-9.-]+)(:[^,;*&$|\s]+)")
_EUI = re.compile(r"eui.[0-9A-Za-z]{16}")
_NAA = re.compile(r"naa.[0-9A-Za-z]{32}")
_INITIATORS = {"iqn": _IQN, "eui": _EUI, "naa": _NAA}
_HOST_AND_PORT = re.compile(r"([^\[\]:]*|\[[^\[\]]*\]):[^\[\]:]*")
_MANAGED_DISK = ("/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}",)
_BLOB = ("https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd",)


def _needs(*members: tuple[str, str]) -> Check:
    """The check that members are set, each given by its name and its JSON name."""

    def check(value: Any, path: str, causes: list[Cause]) -> None:
        for name, json in members:
            if not getattr(value, name):
                causes.append(required(f"{path}.{json}"))

    return check


def _disk(name: str, json: str) -> Check:
    needed = _needs((name, json))

    def check(value: Any, path: str, causes: list[Cause]) -> None:
        needed(value, path, causes)
        if not 0 <= value.partition <= 255:
            causes.append(invalid(f"{path}.partition", value.partition, _PARTITION))

    return check


def _nfs(value: NFSVolumeSource, path: str, causes: list[Cause]) -> None:
    if not value.path:
        causes.append(invalid(f"{path}.path", "", "must be an absolute path"))


def _iscsi(value: ISCSIVolumeSource, path: str, causes: list[Cause]) -> None:
    if value.iqn:
        _initiator(value.iqn, f"{path}.iqn", causes)
    if not 0 <= value.lun <= 255:
        causes.append(invalid(f"{path}.lun", value.lun, _PARTITION))
    if (value.chap_auth_discovery or value.chap_auth_session) and not value.HasField("secret_ref"):
        causes.append(required(f"{path}.secretRef"))
    if value.HasField("initiator_name"):
        _initiator(value.initiator_name, f"{path}.initiatorname", causes)


def _initiator(name: str, path: str, causes: list[Cause]) -> None:
    pattern = _INITIATORS.get(name[:3])
    if pattern is None:
        causes.append(invalid(path, name, "must be valid format starting with iqn, eui, or naa"))
    elif not pattern.fullmatch(name):
        causes.append(invalid(path, name, "must be valid format"))


def _fibre_channel(value: FCVolumeSource, path: str, causes: list[Cause]) -> None:
    if not value.target_wwns and not value.wwids:
        detail = "must specify either targetWWNs or wwids, but not both"
        causes.append(required(f"{path}.targetWWNs", detail))
    if value.target_wwns and value.wwids:
        detail = "targetWWNs and wwids can not be specified simultaneously"
        causes.append(invalid(f"{path}.targetWWNs", list(value.target_wwns), detail))
    if value.target_wwns:
        if not value.HasField("lun"):
            causes.append(required(f"{path}.lun", "lun is required if targetWWNs is specified"))
        elif not 0 <= value.lun <= 255:
            causes.append(invalid(f"{path}.lun", value.lun, _PARTITION))


def _flocker(value: FlockerVolumeSource, path: str, causes: list[Cause]) -> None:
    if not value.dataset_name and not value.dataset_uuid:
        causes.append(required(path, "one of datasetName and datasetUUID is required"))
    if value.dataset_name and value.dataset_uuid:
        detail = "datasetName and datasetUUID can not be specified simultaneously"
        causes.append(invalid(path, "resource", detail))
    if "/" in value.dataset_name:
        causes.append(invalid(f"{path}.datasetName", value.dataset_name, "must not contain '/'"))


def _quobyte(value: QuobyteVolumeSource, path: str, causes: list[Cause]) -> None:
    pairs = "must be a host:port pair or multiple pairs separated by commas"
    if not value.registry:
        causes.append(required(f"{path}.registry", pairs))
    elif len(value.tenant) >= 65:
        causes.append(required(f"{path}.tenant", "must be a UUID and may not exceed a length of 64 characters"))
    else:
        for pair in value.registry.split(","):
            if not _HOST_AND_PORT.fullmatch(pair):
                causes.append(invalid(f"{path}.registry", value.registry, pairs))
    named(value.volume, f"{path}.volume", causes)


def _cinder(value: Any, path: str, causes: list[Cause]) -> None:
    named(value.volume_id, f"{path}.volumeID", causes)
    if value.HasField("secret_ref") and not value.secret_ref.name:
        causes.append(required(f"{path}.secretRef.name"))


def _flex(value: FlexVolumeSource, path: str, causes: list[Cause]) -> None:
    named(value.driver, f"{path}.driver", causes)
    for key in value.options:
        if f".{key.partition('/')[0].lower()}".endswith((".kubernetes.io", ".k8s.io")):
            detail = "kubernetes.io and k8s.io namespaces are reserved"
            causes.append(invalid(f"{path}.options[{key}]", key, detail))


def _azure_disk(value: AzureDiskVolumeSource, path: str, causes: list[Cause]) -> None:
    named(value.disk_name, f"{path}.diskName", causes)
    named(value.disk_uri, f"{path}.diskURI", causes)
    if value.kind == "Managed" and not value.disk_uri.startswith("/subscriptions/"):
        causes.append(not_supported(f"{path}.diskURI", value.disk_uri, _MANAGED_DISK))
    if value.kind != "Managed" and not value.disk_uri.startswith("https://"):
        causes.append(not_supported(f"{path}.diskURI", value.disk_uri, _BLOB))


def _storage_os(value: Any, path: str, causes: list[Cause]) -> None:
    if not value.volume_name:
        causes.append(required(f"{path}.volumeName"))
    else:
        causes.extend(
            invalid(f"{path}.volumeName", value.volume_name, f) for f in names.dns1123_label(value.volume_name)
        )
    if value.volume_namespace:
        space = value.volume_namespace
        causes.extend(invalid(f"{path}.volumeNamespace", space, f) for f in names.dns1123_label(space))
    if value.HasField("secret_ref") and not value.secret_ref.name:
        causes.append(required(f"{path}.secretRef.name"))


def _csi(value: CSIVolumeSource, path: str, causes: list[Cause]) -> None:
    if value.driver:
        driver = value.driver
        if len(driver) > 63:
            causes.append(too_long(f"{path}.driver", 63))
        causes.extend(invalid(f"{path}.driver", driver, f) for f in names.dns1123_subdomain(driver.lower()))
    if value.HasField("node_publish_secret_ref"):
        named(value.node_publish_secret_ref.name, f"{path}.nodePublishSecretRef.name", causes)


ATTACHED: dict[str, Check] = {
    "gce_persistent_disk": _disk("pd_name", "pdName"),
    "aws_elastic_block_store": _disk("volume_id", "volumeID"),
    "nfs": _nfs,
    "iscsi": _iscsi,
    "glusterfs": _needs(("endpoints", "endpoints"), ("path", "path")),
    "flocker": _flocker,
    "rbd": _needs(("monitors", "monitors"), ("image", "image")),
    "cinder": _cinder,
    "cephfs": _needs(("monitors", "monitors")),
    "quobyte": _quobyte,
    "fc": _fibre_channel,
    "flex_volume": _flex,
    "azure_file": _needs(("secret_name", "secretName"), ("share_name", "shareName")),
    "vsphere_volume": _needs(("volume_path", "volumePath")),
    "photon_persistent_disk": _needs(("pd_id", "pdID")),
    "portworx_volume": _needs(("volume_id", "volumeID")),
    "azure_disk": _azure_disk,
    "storageos": _storage_os,
    "scale_io": _needs(("gateway", "gateway"), ("system", "system"), ("volume_name", "volumeName")),
    "csi": _csi,
}
"""Checks by the name of the source's field."""
