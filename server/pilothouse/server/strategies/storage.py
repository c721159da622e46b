"""VolumeAttachments and CSINodes."""

from pilothouse.api.storage.v1.storage_pb2 import CSINode, VolumeAttachment

from ..errors import Cause
from ..meta.context import RequestContext
from ..schema.causes import invalid, required
from .base import ALL_METADATA, Strategy


class VolumeAttachments(Strategy[VolumeAttachment]):
    kept_with_status = ALL_METADATA

    def validate(self, context: RequestContext, obj: VolumeAttachment) -> list[Cause]:
        source = obj.spec.source
        if source.HasField("inline_volume_spec") != source.HasField("persistent_volume_name"):
            return []
        detail = "must specify exactly one of inlineVolumeSpec and persistentVolumeName"
        return [required("spec.source", detail)]


class CSINodes(Strategy[CSINode]):
    def validate_update(self, context: RequestContext, obj: CSINode, old: CSINode) -> list[Cause]:
        before = {driver.name: driver for driver in old.spec.drivers}
        causes: list[Cause] = []
        for driver in obj.spec.drivers:
            known = before.get(driver.name)
            if known is None:
                continue
            same = driver.node_id == known.node_id and list(driver.topology_keys) == list(known.topology_keys)
            if not same:
                causes.append(invalid("spec.drivers", driver, "field is immutable"))
        return causes
