"""What a claim's volume is filled with: dataSource, and dataSourceRef, which may say more."""

from pilothouse.api.core.v1.references_pb2 import TypedLocalObjectReference, TypedObjectReference
from pilothouse.api.core.v1.volumes_pb2 import PersistentVolumeClaimSpec

from ...errors import Cause
from ...meta import names
from ...schema.causes import faulty, invalid, required

_KNOWN = (("", "PersistentVolumeClaim"), ("snapshot.storage.k8s.io", "VolumeSnapshot"))


def take_back_unknown(spec: PersistentVolumeClaimSpec, old: PersistentVolumeClaimSpec | None) -> None:
    """Takes out a dataSource that is neither a claim nor a snapshot, as servers did before there was dataSourceRef."""
    if old is not None and (old.HasField("data_source") or old.HasField("data_source_ref")):
        return
    source = spec.data_source
    if spec.HasField("data_source") and (source.api_group, source.kind) not in _KNOWN:
        spec.ClearField("data_source")
    # No server fills volumes across namespaces unless it is told to.
    if spec.data_source_ref.namespace:
        spec.ClearField("data_source_ref")


def mirror_data_source(spec: PersistentVolumeClaimSpec) -> None:
    """dataSource and dataSourceRef say the same unless the reference crosses namespaces."""
    if spec.HasField("data_source") == spec.HasField("data_source_ref"):
        return
    if spec.HasField("data_source"):
        _copy(spec.data_source, spec.data_source_ref)
    elif not spec.data_source_ref.HasField("namespace"):
        _copy(spec.data_source_ref, spec.data_source)


def _copy(
    source: TypedLocalObjectReference | TypedObjectReference, target: TypedLocalObjectReference | TypedObjectReference
) -> None:
    target.SetInParent()
    for name in ("api_group", "kind", "name"):
        if source.HasField(name):
            setattr(target, name, getattr(source, name))


def data_source_faults(spec: PersistentVolumeClaimSpec, path: str) -> list[Cause]:
    causes: list[Cause] = []
    if spec.HasField("data_source"):
        causes += _reference(spec.data_source, f"{path}.dataSource")
    if not spec.HasField("data_source_ref"):
        return causes
    reference = spec.data_source_ref
    causes += _reference(reference, f"{path}.dataSourceRef")
    if reference.namespace:
        space = reference.namespace
        causes += faulty(f"{path}.dataSourceRef.namespace", space, names.dns1123_label(space))
        if spec.HasField("data_source"):
            detail = "may not be specified when dataSourceRef.namespace is specified"
            causes.append(invalid(path, f"{path}.dataSource", detail))
    elif not spec.HasField("data_source") or _said(spec.data_source) != _said(reference):
        causes.append(invalid(path, f"{path}.dataSource", "must match dataSourceRef"))
    return causes


def _said(reference: TypedLocalObjectReference | TypedObjectReference) -> tuple[str, str, str]:
    return (reference.api_group, reference.kind, reference.name)


def _reference(reference: TypedLocalObjectReference | TypedObjectReference, path: str) -> list[Cause]:
    causes = [required(f"{path}.{json}") for json in ("name", "kind") if not getattr(reference, json)]
    if reference.api_group:
        group = reference.api_group
        causes += faulty(f"{path}.apiGroup", group, names.dns1123_subdomain(group))
    elif reference.kind != "PersistentVolumeClaim":
        detail = "must be 'PersistentVolumeClaim' when referencing the default apiGroup"
        causes.append(invalid(path, reference.kind, detail))
    return causes
