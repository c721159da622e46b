"""DefinitionPlaces: no definition takes the place of what the server has by itself, in the API or in the store.

A kube-apiserver takes such a definition and never serves it; here it is refused, for nobody can have meant it.
"""

from typing import ClassVar

from pilothouse.api.apiextensions.v1.apiextensions_pb2 import CustomResourceDefinition

from ...meta.resource import REGISTRY_PREFIX, Registry, ResourceType
from ..base import AdmissionRequest, Operation, Plugin, rejected


class DefinitionPlaces(Plugin):
    name: ClassVar[str] = "DefinitionPlaces"

    def __init__(self, registry: Registry) -> None:
        """registry: as it is before any definition is served."""
        own = (*registry, *registry.reviews)
        self._places = {(resource.group, resource.plural) for resource in own}
        self._kinds = {(resource.group, resource.kind) for resource in own}
        self._prefixes = tuple(resource.storage.prefix for resource in registry)

    def handles(self, resource: ResourceType, subresource: str, operation: Operation) -> bool:
        crd = resource.group == "apiextensions.k8s.io" and resource.plural == "customresourcedefinitions"
        return crd and not subresource and operation is Operation.CREATE

    async def validate(self, request: AdmissionRequest) -> None:
        crd = request.object
        assert isinstance(crd, CustomResourceDefinition)
        group, names = crd.spec.group, crd.spec.names
        prefix = f"{REGISTRY_PREFIX}{group}/{names.plural}/"
        if (group, names.plural) in self._places:
            raise rejected(request, f"the server has {names.plural}.{group} by itself")
        if (group, names.kind) in self._kinds:
            raise rejected(request, f"the server has {names.kind}.{group} by itself")
        if any(prefix.startswith(own) or own.startswith(prefix) for own in self._prefixes):
            raise rejected(request, f"its objects would be stored among others, under {prefix}")
