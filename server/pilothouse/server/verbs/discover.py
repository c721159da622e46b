"""Discover: what the server serves. Every authenticated caller may know it."""

from pilothouse.api.dynamic.v1 import dynamic_pb2 as dynamic

from ..meta.versions import preference
from .plane import Plane


def discover(plane: Plane) -> dynamic.DiscoverResponse:
    """Every resource, in the order of groups, versions and names."""
    first: dict[tuple[str, str], str] = {}
    served = (*plane.registry, *plane.registry.reviews)
    for resource in served:
        known = first.get((resource.group, resource.plural), resource.version)
        first[resource.group, resource.plural] = min(known, resource.version, key=preference)
    response = dynamic.DiscoverResponse()
    for resource in sorted(served, key=lambda r: (r.group, r.version, r.plural)):
        response.resources.add(
            name=dynamic.ResourceName(group=resource.group, version=resource.version, resource=resource.plural),
            kind=resource.kind,
            singular=resource.singular,
            namespaced=resource.namespaced,
            short_names=resource.short_names,
            categories=resource.categories,
            verbs=sorted(resource.verbs),
            subresources=[s.name for s in resource.subresources],
            preferred=first[resource.group, resource.plural] == resource.version,
            message="" if resource.definition else resource.message.DESCRIPTOR.full_name,
        )
    return response
