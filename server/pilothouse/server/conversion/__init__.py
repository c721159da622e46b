"""One stored identity served as several versions, and the form in which objects rest.

Converters are pure functions between messages, and between the JSON that is stored and the JSON that is served. Which
type is stored as what is said by the .proto files; nothing here reads or writes a store, and custom resources are
converted elsewhere.
"""

from collections.abc import Mapping
from types import MappingProxyType

from ..meta.resource import ResourceType
from . import autoscaling, events
from .definitions import definition_from_stored, definition_to_stored
from .stored import Conversion

_CONVERSIONS: Mapping[tuple[str, str], Conversion] = MappingProxyType(
    {
        ("autoscaling/v1", "HorizontalPodAutoscaler"): Conversion(autoscaling.from_v1, autoscaling.to_v1),
        ("events.k8s.io/v1", "Event"): Conversion(events.to_core, events.from_core),
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition"): Conversion(
            json_to_stored=definition_to_stored, json_to_served=definition_from_stored
        ),
    }
)
_SAME = Conversion()


def conversion_of(resource: ResourceType) -> Conversion:
    """What lies between a type and its storage identity."""
    return _CONVERSIONS.get((resource.api_version, resource.kind), _SAME)
