"""StorageObjectInUseProtection: volumes and claims are deleted only when nothing uses them any more, which is what
takes these finalizers away."""

from ..base import AdmissionRequest
from ..lookups import metadata_of
from ..scoped import CREATE, ScopedPlugin

FINALIZERS = {
    ("", "persistentvolumes"): "kubernetes.io/pv-protection",
    ("", "persistentvolumeclaims"): "kubernetes.io/pvc-protection",
    ("storage.k8s.io", "volumeattributesclasses"): "kubernetes.io/vac-protection",
}


class StorageObjectInUseProtection(ScopedPlugin):
    name = "StorageObjectInUseProtection"
    resources = frozenset(FINALIZERS)
    operations = CREATE

    async def mutate(self, request: AdmissionRequest) -> None:
        resource, message = request.context.type, request.object
        assert message is not None
        finalizer, finalizers = FINALIZERS[resource.group, resource.plural], metadata_of(message).finalizers
        if finalizer not in finalizers:
            finalizers.append(finalizer)
