"""PersistentVolumeClaims."""

from pilothouse.api.core.v1.volumes_pb2 import PersistentVolumeClaim, PersistentVolumeClaimSpec

from ...errors import Cause
from ...meta import names
from ...meta.context import RequestContext
from ...schema.causes import faulty, forbidden, immutable, required
from ...schema.order import BY_FIELD
from ..base import Strategy, keep
from .data_sources import data_source_faults, mirror_data_source, take_back_unknown
from .modes import mode_faults
from .quantities import amount, negatives, not_positive

_FIXED = "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"
_BETA_CLASS = "volume.beta.kubernetes.io/storage-class"
_ATTRIBUTES = "volume_attributes_class_name"


class PersistentVolumeClaims(Strategy[PersistentVolumeClaim]):
    orders = BY_FIELD

    def default(self, obj: PersistentVolumeClaim) -> None:
        if not obj.status.phase:
            obj.status.phase = "Pending"

    def prepare_create(self, context: RequestContext, obj: PersistentVolumeClaim) -> None:
        super().prepare_create(context, obj)
        obj.status.phase = "Pending"
        take_back_unknown(obj.spec, None)
        mirror_data_source(obj.spec)

    def prepare_update(self, context: RequestContext, obj: PersistentVolumeClaim, old: PersistentVolumeClaim) -> None:
        super().prepare_update(context, obj, old)
        take_back_unknown(obj.spec, old.spec)
        mirror_data_source(obj.spec)

    def validate(self, context: RequestContext, obj: PersistentVolumeClaim) -> list[Cause]:
        return claim_faults(obj.spec, "spec")

    def validate_update(
        self, context: RequestContext, obj: PersistentVolumeClaim, old: PersistentVolumeClaim
    ) -> list[Cause]:
        if context.subresource == "status":
            causes = negatives(obj.status.capacity, "status.capacity")
            return causes + negatives(obj.status.allocated_resources, "status.allocatedResources")
        causes = [] if obj.spec == _wanted(obj, old) else [forbidden("spec", _FIXED)]
        if old.metadata.annotations.get(_BETA_CLASS, "") != obj.metadata.annotations.get(_BETA_CLASS, ""):
            field = f"metadata.annotations.{_BETA_CLASS}"
            if not _upgraded(obj, old):
                causes.append(immutable(field, obj.metadata.annotations.get(_BETA_CLASS, "")))
        causes += _shrunk(obj, old)
        if obj.spec.volume_mode != old.spec.volume_mode:
            causes.append(immutable("spec.volumeMode", obj.spec.volume_mode))
        if old.spec.HasField(_ATTRIBUTES) and not obj.spec.HasField(_ATTRIBUTES):
            causes.append(forbidden("spec.volumeAttributesClassName", "update from non-nil value to nil is forbidden"))
        return causes


def claim_faults(spec: PersistentVolumeClaimSpec, path: str) -> list[Cause]:
    """What is wrong with what is claimed."""
    causes: list[Cause] = []
    if not spec.access_modes:
        causes.append(required(f"{path}.accessModes", "at least 1 access mode is required"))
    causes += mode_faults(spec.access_modes, f"{path}.accessModes")
    if "storage" not in spec.resources.requests:
        causes.append(required(f"{path}.resources[storage]"))
    else:
        causes += not_positive(spec.resources.requests["storage"], f"{path}.resources[storage]")
    for name, json in (
        (spec.storage_class_name, "storageClassName"),
        (spec.volume_attributes_class_name, "volumeAttributesClassName"),
    ):
        if name:
            causes += faulty(f"{path}.{json}", name, names.dns1123_subdomain(name))
    return causes + data_source_faults(spec, path)


def _wanted(obj: PersistentVolumeClaim, old: PersistentVolumeClaim) -> PersistentVolumeClaimSpec:
    """The old spec with what may change as it is now."""
    wanted = PersistentVolumeClaimSpec()
    wanted.CopyFrom(old.spec)
    if not old.spec.volume_name:
        keep(wanted, obj.spec, ("volume_name",))
    unclassed = not old.spec.HasField("storage_class_name") and _BETA_CLASS not in old.metadata.annotations
    if _upgraded(obj, old) or (unclassed and obj.spec.storage_class_name):
        keep(wanted, obj.spec, ("storage_class_name",))
    if old.status.phase == "Bound":
        if obj.spec.HasField(_ATTRIBUTES):
            keep(wanted, obj.spec, (_ATTRIBUTES,))
        if "storage" in obj.spec.resources.requests:
            wanted.resources.requests["storage"].CopyFrom(obj.spec.resources.requests["storage"])
    return wanted


def _upgraded(obj: PersistentVolumeClaim, old: PersistentVolumeClaim) -> bool:
    """Whether the class moved from the annotation, where it was of old, to its field."""
    annotated = old.metadata.annotations.get(_BETA_CLASS, "")
    if not annotated or old.spec.HasField("storage_class_name") or not obj.spec.HasField("storage_class_name"):
        return False
    now = obj.metadata.annotations.get(_BETA_CLASS, "")
    return obj.spec.storage_class_name == annotated and now in ("", annotated)


def _shrunk(obj: PersistentVolumeClaim, old: PersistentVolumeClaim) -> list[Cause]:
    """After an expansion that failed a claim may ask for less, yet for more than it has."""
    now, before = obj.spec.resources.requests, old.spec.resources.requests
    had = amount(old.status.capacity["storage"]) if "storage" in old.status.capacity else 0
    wanted = amount(now["storage"]) if "storage" in now else 0
    if "storage" not in before or wanted >= amount(before["storage"]) or wanted > had:
        return []
    return [forbidden("spec.resources.requests.storage", "field can not be less than status.capacity")]
