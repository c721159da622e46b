"""PersistentVolumes and PersistentVolumeClaims."""

import time

from pilothouse.api.core.v1.volumes_pb2 import PersistentVolume, PersistentVolumeClaim, PersistentVolumeClaimSpec

from ..errors import Cause
from ..meta.context import RequestContext
from ..schema.causes import forbidden, immutable, required
from .base import Strategy, keep

_CLAIM_FIXED = (
    "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"
)
_BETA_CLASS = "volume.beta.kubernetes.io/storage-class"


class PersistentVolumes(Strategy[PersistentVolume]):
    def default(self, obj: PersistentVolume) -> None:
        if not obj.status.phase:
            obj.status.phase = "Pending"
        if not obj.spec.persistent_volume_reclaim_policy:
            obj.spec.persistent_volume_reclaim_policy = "Retain"
        if not obj.spec.HasField("volume_mode"):
            obj.spec.volume_mode = "Filesystem"

    def prepare_create(self, context: RequestContext, obj: PersistentVolume) -> None:
        super().prepare_create(context, obj)
        obj.status.phase = "Pending"
        obj.status.last_phase_transition_time.seconds = int(time.time())

    def prepare_update(self, context: RequestContext, obj: PersistentVolume, old: PersistentVolume) -> None:
        super().prepare_update(context, obj, old)
        stamped = obj.status.last_phase_transition_time != old.status.last_phase_transition_time
        if context.subresource == "status" and obj.status.phase != old.status.phase and not stamped:
            obj.status.last_phase_transition_time.Clear()
            obj.status.last_phase_transition_time.seconds = int(time.time())

    def validate_update(self, context: RequestContext, obj: PersistentVolume, old: PersistentVolume) -> list[Cause]:
        causes: list[Cause] = []
        source = type(old.spec.persistent_volume_source)()
        source.CopyFrom(old.spec.persistent_volume_source)
        expand = obj.spec.persistent_volume_source.csi.controller_expand_secret_ref
        if source.HasField("csi") and not source.csi.HasField("controller_expand_secret_ref") and expand.ListFields():
            source.csi.controller_expand_secret_ref.CopyFrom(expand)
        if obj.spec.persistent_volume_source != source:
            detail = "spec.persistentvolumesource is immutable after creation"
            causes.append(forbidden("spec.persistentvolumesource", detail))
        if obj.spec.volume_mode != old.spec.volume_mode:
            causes.append(immutable("spec.volumeMode", obj.spec.volume_mode))
        if old.spec.HasField("node_affinity") and obj.spec.node_affinity != old.spec.node_affinity:
            causes.append(immutable("spec.nodeAffinity", obj.spec.node_affinity))
        return causes


class PersistentVolumeClaims(Strategy[PersistentVolumeClaim]):
    def default(self, obj: PersistentVolumeClaim) -> None:
        if not obj.status.phase:
            obj.status.phase = "Pending"

    def prepare_create(self, context: RequestContext, obj: PersistentVolumeClaim) -> None:
        super().prepare_create(context, obj)
        obj.status.phase = "Pending"
        mirror_data_source(obj.spec)

    def prepare_update(self, context: RequestContext, obj: PersistentVolumeClaim, old: PersistentVolumeClaim) -> None:
        super().prepare_update(context, obj, old)
        mirror_data_source(obj.spec)

    def validate(self, context: RequestContext, obj: PersistentVolumeClaim) -> list[Cause]:
        causes: list[Cause] = []
        modes = list(obj.spec.access_modes)
        if not modes:
            causes.append(required("spec.accessModes", "at least 1 access mode is required"))
        if "ReadWriteOncePod" in modes and len(modes) > 1:
            causes.append(forbidden("spec.accessModes", "may not use ReadWriteOncePod with other access modes"))
        if "storage" not in obj.spec.resources.requests:
            causes.append(required("spec.resources[storage]"))
        return causes

    def validate_update(
        self, context: RequestContext, obj: PersistentVolumeClaim, old: PersistentVolumeClaim
    ) -> list[Cause]:
        if context.subresource == "status":
            return []
        wanted = PersistentVolumeClaimSpec()
        wanted.CopyFrom(old.spec)
        if not old.spec.volume_name:
            keep(wanted, obj.spec, ("volume_name",))
        if not old.spec.HasField("storage_class_name"):
            keep(wanted, obj.spec, ("storage_class_name",))
        if old.status.phase == "Bound":
            keep(wanted, obj.spec, ("volume_attributes_class_name",))
            keep(wanted.resources, obj.spec.resources, ("requests",))
        causes = [] if obj.spec == wanted else [forbidden("spec", _CLAIM_FIXED)]
        if old.metadata.annotations.get(_BETA_CLASS) != obj.metadata.annotations.get(_BETA_CLASS):
            field = f"metadata.annotations[{_BETA_CLASS}]"
            causes.append(immutable(field, obj.metadata.annotations.get(_BETA_CLASS)))
        return causes


def mirror_data_source(spec: PersistentVolumeClaimSpec) -> None:
    """dataSource and dataSourceRef say the same unless the reference crosses namespaces."""
    if spec.HasField("data_source") and not spec.HasField("data_source_ref"):
        reference, source = spec.data_source_ref, spec.data_source
        reference.SetInParent()
    elif spec.HasField("data_source_ref") and not spec.HasField("data_source"):
        if spec.data_source_ref.HasField("namespace"):
            return
        spec.data_source.SetInParent()
        for name in ("api_group", "kind", "name"):
            if spec.data_source_ref.HasField(name):
                setattr(spec.data_source, name, getattr(spec.data_source_ref, name))
        return
    else:
        return
    for name in ("api_group", "kind", "name"):
        if source.HasField(name):
            setattr(reference, name, getattr(source, name))
