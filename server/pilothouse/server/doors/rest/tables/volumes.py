"""Volumes: claims, what they are bound to, and the classes and drivers behind them."""

from collections.abc import Iterable, Mapping
from typing import Any

from pilothouse.api.core.v1 import volumes_pb2 as core
from pilothouse.api.storage.v1 import storage_pb2 as storage

from ....meta.tables import Cells, Column
from .base import AGE, CREATED, NAME, Shown
from .cells import UNSET, age, amount, created, joined

ACCESS_MODES = {"ReadWriteOnce": "RWO", "ReadOnlyMany": "ROX", "ReadWriteMany": "RWX", "ReadWriteOncePod": "RWOP"}
OLD_CLASS = "volume.beta.kubernetes.io/storage-class"
DEFAULT_CLASS = ("storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class")
ATTRIBUTES = Column("VolumeAttributesClass", "Class of attributes that the volume has.")


def _modes(modes: Iterable[str]) -> str:
    given = set(modes)
    return ",".join(short for mode, short in ACCESS_MODES.items() if mode in given)


def _class(obj: core.PersistentVolume | core.PersistentVolumeClaim) -> str:
    return obj.metadata.annotations.get(OLD_CLASS, obj.spec.storage_class_name)


def _given(spec: core.PersistentVolumeSpec | core.PersistentVolumeClaimSpec) -> tuple[str, str]:
    """The class of attributes and the mode."""
    attributes = spec.volume_attributes_class_name if spec.HasField("volume_attributes_class_name") else UNSET
    return attributes, spec.volume_mode if spec.HasField("volume_mode") else UNSET


def _phase(obj: core.PersistentVolume | core.PersistentVolumeClaim) -> str:
    return "Terminating" if obj.metadata.HasField("deletion_timestamp") else obj.status.phase


def _volume(volume: core.PersistentVolume, now: float) -> Cells:
    spec = volume.spec
    attributes, mode = _given(spec)
    return [
        volume.metadata.name,
        amount(spec.capacity, "storage"),
        _modes(spec.access_modes),
        spec.persistent_volume_reclaim_policy,
        _phase(volume),
        f"{spec.claim_ref.namespace}/{spec.claim_ref.name}" if spec.HasField("claim_ref") else "",
        _class(volume),
        attributes,
        volume.status.reason,
        age(volume, now),
        mode,
    ]


def _claim(claim: core.PersistentVolumeClaim, now: float) -> Cells:
    spec, status = claim.spec, claim.status
    attributes, mode = _given(spec)
    bound = bool(spec.volume_name)
    return [
        claim.metadata.name,
        _phase(claim),
        spec.volume_name,
        amount(status.capacity, "storage") if bound else "",
        _modes(status.access_modes) if bound else "",
        _class(claim),
        attributes,
        age(claim, now),
        mode,
    ]


def _storage_class(it: storage.StorageClass, now: float) -> Cells:
    is_default = any(it.metadata.annotations.get(key) == "true" for key in DEFAULT_CLASS)
    return [
        f"{it.metadata.name} (default)" if is_default else it.metadata.name,
        it.provisioner,
        it.reclaim_policy if it.HasField("reclaim_policy") else "Delete",
        it.volume_binding_mode if it.HasField("volume_binding_mode") else "Immediate",
        it.allow_volume_expansion,
        age(it, now),
    ]


def _driver(driver: storage.CSIDriver, now: float) -> Cells:
    spec = driver.spec
    return [
        driver.metadata.name,
        spec.attach_required if spec.HasField("attach_required") else True,
        spec.pod_info_on_mount,
        spec.storage_capacity,
        ",".join(request.audience for request in spec.token_requests) if spec.token_requests else UNSET,
        spec.requires_republish,
        joined(spec.volume_lifecycle_modes),
        age(driver, now),
    ]


def _attachment(it: storage.VolumeAttachment, now: float) -> Cells:
    spec = it.spec
    volume = spec.source.persistent_volume_name
    return [it.metadata.name, spec.attacher, volume, spec.node_name, it.status.attached, age(it, now)]


SHOWN: Mapping[str, Shown[Any]] = {
    "PersistentVolume": Shown(
        (
            NAME,
            Column("Capacity", "How much the volume holds."),
            Column("Access Modes", "How the volume can be mounted."),
            Column("Reclaim Policy", "What becomes of the volume when its claim is gone."),
            Column("Status", "Whether the volume is available, bound, released or failed."),
            Column("Claim", "Claim that the volume is bound to."),
            Column("StorageClass", "Class of storage that the volume belongs to."),
            ATTRIBUTES,
            Column("Reason", "Why the volume is in its state."),
            AGE,
            Column("VolumeMode", "Whether the volume is a file system or a raw block device.", priority=1),
        ),
        _volume,
    ),
    "PersistentVolumeClaim": Shown(
        (
            NAME,
            Column("Status", "Whether the claim is pending, bound or lost."),
            Column("Volume", "Volume that the claim is bound to."),
            Column("Capacity", "How much the volume holds."),
            Column("Access Modes", "How the volume can be mounted."),
            Column("StorageClass", "Class of storage that the claim asks for."),
            ATTRIBUTES,
            AGE,
            Column("VolumeMode", "Whether a file system or a raw block device is claimed.", priority=1),
        ),
        _claim,
    ),
    "CSIDriver": Shown(
        (
            NAME,
            Column("AttachRequired", "Whether volumes are attached before they are mounted.", "boolean"),
            Column("PodInfoOnMount", "Whether the driver is told of the pod when it mounts.", "boolean"),
            Column("StorageCapacity", "Whether scheduling heeds how much storage there is.", "boolean"),
            Column("TokenRequests", "Audiences of the tokens that the driver gets."),
            Column("RequiresRepublish", "Whether volumes are published again and again.", "boolean"),
            Column("Modes", "Lifecycles that the driver's volumes can have."),
            AGE,
        ),
        _driver,
    ),
    "CSINode": Shown(
        (NAME, Column("Drivers", "How many drivers the node has.", "integer"), AGE),
        lambda it, now: [it.metadata.name, len(it.spec.drivers), age(it, now)],
    ),
    "CSIStorageCapacity": Shown((NAME, CREATED), lambda it, now: [it.metadata.name, created(it)]),
    "StorageClass": Shown(
        (
            NAME,
            Column("Provisioner", "Who makes volumes of the class."),
            Column("ReclaimPolicy", "What becomes of a volume when its claim is gone."),
            Column("VolumeBindingMode", "When claims are bound to volumes."),
            Column("AllowVolumeExpansion", "Whether claims can grow."),
            AGE,
        ),
        _storage_class,
    ),
    "VolumeAttachment": Shown(
        (
            NAME,
            Column("Attacher", "Driver that attaches the volume.", format="name"),
            Column("PV", "Volume that is attached."),
            Column("Node", "Node that it is attached to."),
            Column("Attached", "Whether it is attached yet.", "boolean"),
            AGE,
        ),
        _attachment,
    ),
    "VolumeAttributesClass": Shown(
        (NAME, Column("DriverName", "Driver that the attributes are for."), AGE),
        lambda it, now: [it.metadata.name, it.driver_name, age(it, now)],
    ),
}
