"""PersistentVolumeClaimResize: claims grow only where their class allows it."""

from pilothouse.api.core.v1.volumes_pb2 import PersistentVolumeClaim
from pilothouse.api.storage.v1.storage_pb2 import StorageClass

from ...meta.quantities import Quantity, QuantityError, parse_quantity
from ..base import AdmissionRequest, rejected
from ..environment import Environment
from ..lookups import find
from ..scoped import UPDATE, ScopedPlugin
from .default_storage_class import BETA_CLASS


class PersistentVolumeClaimResize(ScopedPlugin):
    name = "PersistentVolumeClaimResize"
    resources = frozenset({("", "persistentvolumeclaims")})
    operations = UPDATE

    def __init__(self, environment: Environment) -> None:
        self._objects = environment.objects

    async def validate(self, request: AdmissionRequest) -> None:
        claim, old = request.object, request.old
        assert isinstance(claim, PersistentVolumeClaim)
        assert isinstance(old, PersistentVolumeClaim)
        if _size(claim) <= _size(old):
            return
        if old.status.phase != "Bound":
            raise rejected(request, "Only bound persistent volume claims can be expanded")
        name = _class_name(claim)
        found = await find(self._objects, "storage.k8s.io", "storageclasses", "", name) if name else None
        grows = isinstance(found, StorageClass) and found.allow_volume_expansion
        if not grows or name != _class_name(old):
            raise rejected(
                request,
                "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must "
                "support resize",
            )


def _size(claim: PersistentVolumeClaim) -> Quantity:
    requests = claim.spec.resources.requests
    try:
        return parse_quantity(requests["storage"].string) if "storage" in requests else Quantity(0)
    except QuantityError:
        return Quantity(0)


def _class_name(claim: PersistentVolumeClaim) -> str:
    return claim.metadata.annotations.get(BETA_CLASS) or claim.spec.storage_class_name
