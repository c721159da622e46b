"""One stored identity served as several versions, and the form in which objects rest."""

from ..meta.resource import ResourceType
from .stored import Conversion


def conversion_of(resource: ResourceType) -> Conversion:
    """What lies between a type and its storage identity."""
    return Conversion()
