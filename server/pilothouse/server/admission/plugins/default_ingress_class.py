"""DefaultIngressClass: an Ingress that names no class is given the one marked as default."""

from pilothouse.api.networking.v1.networking_pb2 import Ingress

from ..base import AdmissionRequest
from ..environment import Environment
from ..lookups import annotated_default
from ..scoped import CREATE, ScopedPlugin

LEGACY_CLASS = "kubernetes.io/ingress.class"
DEFAULT = ("ingressclass.kubernetes.io/is-default-class",)


class DefaultIngressClass(ScopedPlugin):
    name = "DefaultIngressClass"
    resources = frozenset({("networking.k8s.io", "ingresses")})
    operations = CREATE

    def __init__(self, environment: Environment) -> None:
        self._objects = environment.objects

    async def mutate(self, request: AdmissionRequest) -> None:
        ingress = request.object
        assert isinstance(ingress, Ingress)
        if ingress.spec.HasField("ingress_class_name") or LEGACY_CLASS in ingress.metadata.annotations:
            return
        default = annotated_default(self._objects.list("networking.k8s.io", "ingressclasses"), DEFAULT)
        if default:
            ingress.spec.ingress_class_name = default
