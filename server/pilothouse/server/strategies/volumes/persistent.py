"""PersistentVolumes."""

import posixpath
import time

from pilothouse.api.core.v1.references_pb2 import NodeSelector
from pilothouse.api.core.v1.volumes_pb2 import PersistentVolume, PersistentVolumeSpec, VolumeNodeAffinity

from ...errors import Cause
from ...meta import names
from ...meta.context import RequestContext
from ...schema.causes import faulty, forbidden, immutable, not_supported, required
from ..base import Strategy
from ..pods.affinity import node_selector
from .modes import mode_faults
from .quantities import negative, not_positive
from .sources import source_faults

# Labels of nodes that were renamed: a volume may follow.
_RENAMED = {
    "beta.kubernetes.io/arch": "kubernetes.io/arch",
    "beta.kubernetes.io/instance-type": "node.kubernetes.io/instance-type",
    "beta.kubernetes.io/os": "kubernetes.io/os",
    "failure-domain.beta.kubernetes.io/region": "topology.kubernetes.io/region",
    "failure-domain.beta.kubernetes.io/zone": "topology.kubernetes.io/zone",
}


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

    def validate(self, context: RequestContext, obj: PersistentVolume) -> list[Cause]:
        spec = obj.spec
        causes = [] if spec.access_modes else [required("spec.accessModes")]
        causes += mode_faults(spec.access_modes, "spec.accessModes")
        causes += _capacity(spec)
        causes += volume_faults(spec, obj.metadata.name, "spec")
        if spec.persistent_volume_source.local.ListFields() and not spec.HasField("node_affinity"):
            causes.append(required("spec.nodeAffinity", "Local volume requires node affinity"))
        path = spec.persistent_volume_source.host_path.path
        if path and posixpath.normpath(path) == "/" and spec.persistent_volume_reclaim_policy == "Recycle":
            detail = "may not be 'recycle' for a hostPath mount of '/'"
            causes.append(forbidden("spec.persistentVolumeReclaimPolicy", detail))
        if spec.storage_class_name:
            name = spec.storage_class_name
            causes += faulty("spec.storageClassName", name, names.dns1123_subdomain(name))
        return causes + _attributes(spec)

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
        if old.spec.HasField("node_affinity") and not _same_nodes(obj.spec.node_affinity, old.spec.node_affinity):
            causes.append(immutable("spec.nodeAffinity", obj.spec.node_affinity))
        name = "volume_attributes_class_name"
        if old.spec.HasField(name) and not obj.spec.HasField(name):
            causes.append(forbidden("spec.volumeAttributesClassName", "update from non-nil value to nil is forbidden"))
        return causes


def volume_faults(spec: PersistentVolumeSpec, volume: str, path: str) -> list[Cause]:
    """What is wrong with the source of a volume and with the nodes that reach it."""
    causes: list[Cause] = []
    if spec.HasField("node_affinity"):
        at = f"{path}.nodeAffinity.required"
        if spec.node_affinity.HasField("required"):
            node_selector(spec.node_affinity.required, at, causes)
        else:
            causes.append(required(at, "must specify required node constraints"))
    return causes + source_faults(spec.persistent_volume_source, volume, path)


def _capacity(spec: PersistentVolumeSpec) -> list[Cause]:
    path = "spec.capacity"
    if not spec.capacity:
        return [required(path), not_supported(path, None, ("storage",))]
    causes: list[Cause] = []
    if "storage" not in spec.capacity or len(spec.capacity) > 1:
        shown = {name: spec.capacity[name].string for name in sorted(spec.capacity)}
        causes.append(not_supported(path, shown, ("storage",)))
    for name in sorted(spec.capacity):
        at = f"{path}[{name}]"
        causes += negative(spec.capacity[name], at) + not_positive(spec.capacity[name], at)
    return causes


def _attributes(spec: PersistentVolumeSpec) -> list[Cause]:
    if not spec.HasField("volume_attributes_class_name"):
        return []
    causes: list[Cause] = []
    if not spec.persistent_volume_source.HasField("csi"):
        causes.append(required("spec.csi", "has to be specified when using volumeAttributesClassName"))
    name, path = spec.volume_attributes_class_name, "spec.volumeAttributesClassName"
    if not name:
        return [*causes, required(path, "an empty string is disallowed")]
    return causes + faulty(path, name, names.dns1123_subdomain(name))


def _same_nodes(now: VolumeNodeAffinity, before: VolumeNodeAffinity) -> bool:
    """Whether the nodes are the same, be it under the new names of their labels."""
    if now == before:
        return True
    renamed = VolumeNodeAffinity()
    renamed.CopyFrom(now)
    was = VolumeNodeAffinity()
    was.CopyFrom(before)
    _rename(renamed.required, was.required)
    return renamed == was


def _rename(now: NodeSelector, before: NodeSelector) -> None:
    """Gives the labels of `before` the new names that `now` has for them."""
    for term, old in zip(now.node_selector_terms, before.node_selector_terms, strict=False):
        for wanted, had in zip(term.match_expressions, old.match_expressions, strict=False):
            if _RENAMED.get(had.key) == wanted.key:
                had.key = wanted.key
