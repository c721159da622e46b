"""DefaultStorageClass: a claim that names no class is given the one marked as default."""

from pilothouse.api.core.v1.volumes_pb2 import PersistentVolumeClaim

from ..base import AdmissionRequest
from ..environment import Environment
from ..lookups import annotated_default
from ..scoped import CREATE, ScopedPlugin

BETA_CLASS = "volume.beta.kubernetes.io/storage-class"
DEFAULT = ("storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class")


class DefaultStorageClass(ScopedPlugin):
    name = "DefaultStorageClass"
    resources = frozenset({("", "persistentvolumeclaims")})
    operations = CREATE

    def __init__(self, environment: Environment) -> None:
        self._objects = environment.objects

    async def mutate(self, request: AdmissionRequest) -> None:
        claim = request.object
        assert isinstance(claim, PersistentVolumeClaim)
        # An empty name asks for no class at all.
        if claim.spec.HasField("storage_class_name") or BETA_CLASS in claim.metadata.annotations:
            return
        default = annotated_default(self._objects.list("storage.k8s.io", "storageclasses"), DEFAULT)
        if default:
            claim.spec.storage_class_name = default
