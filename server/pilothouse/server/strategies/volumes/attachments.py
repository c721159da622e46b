"""VolumeAttachments: a volume at a node."""

from pilothouse.api.storage.v1.storage_pb2 import VolumeAttachment, VolumeError

from ...errors import Cause
from ...meta import names
from ...meta.context import RequestContext
from ...schema.causes import faulty, forbidden, invalid, required, too_long
from ..base import ALL_METADATA, Strategy
from ..domains import driver_name
from .modes import mode_faults
from .persistent import volume_faults

_ONE = "must specify exactly one of inlineVolumeSpec and persistentVolumeName"
_MESSAGE = 1024
_METADATA = 256 * 1024


class VolumeAttachments(Strategy[VolumeAttachment]):
    kept_with_status = ALL_METADATA

    def validate(self, context: RequestContext, obj: VolumeAttachment) -> list[Cause]:
        spec, path = obj.spec, "spec.source"
        causes = driver_name(spec.attacher, "spec.attacher")
        inline, named = spec.source.HasField("inline_volume_spec"), spec.source.HasField("persistent_volume_name")
        if inline and named:
            causes.append(forbidden(path, _ONE))
        elif not inline and not named:
            causes.append(required(path, _ONE))
        elif inline:
            at = f"{path}.inlineVolumeSpec"
            causes += mode_faults(spec.source.inline_volume_spec.access_modes, f"{at}.accessModes")
            causes += volume_faults(spec.source.inline_volume_spec, "", at)
        elif not spec.source.persistent_volume_name:
            causes.append(required(f"{path}.persistentVolumeName", "must specify non empty persistentVolumeName"))
        else:
            name = spec.source.persistent_volume_name
            causes += faulty(f"{path}.persistentVolumeName", name, names.dns1123_subdomain(name))
        if spec.node_name:
            causes += faulty("spec.nodeName", spec.node_name, names.dns1123_subdomain(spec.node_name))
        return causes + _status(obj)


def _status(obj: VolumeAttachment) -> list[Cause]:
    causes: list[Cause] = []
    found = obj.status.attachment_metadata
    if sum(len(key.encode()) + len(value.encode()) for key, value in found.items()) > _METADATA:
        causes.append(too_long("status.attachmentMetadata", _METADATA))
    for name, json in (("attach_error", "attachError"), ("detach_error", "detachError")):
        if obj.status.HasField(name):
            causes += _error(getattr(obj.status, name), f"status.{json}")
    return causes


def _error(error: VolumeError, path: str) -> list[Cause]:
    causes = [too_long(f"{path}.message", _MESSAGE)] if len(error.message) > _MESSAGE else []
    if error.error_code < 0:
        causes.append(invalid(f"{path}.errorCode", error.error_code, "must be greater than or equal to 0"))
    return causes
