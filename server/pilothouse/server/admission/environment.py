"""What a plugin is made from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from ..authorization.base import Authorizer
from ..meta.resource import Registry
from .base import Objects, Plugin


@dataclass(frozen=True, slots=True)
class Environment:
    """now: seconds since the epoch; configuration: the plugin's own section of the AdmissionConfiguration, empty where
    there is none."""

    objects: Objects
    authorizer: Authorizer
    registry: Registry
    now: Callable[[], float]
    configuration: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))


Factory = Callable[[Environment], Plugin]
"""Makes a plugin, once. Raises ConfigurationError where its section is wrong."""


class ConfigurationError(ValueError):
    """A plugin's section of the AdmissionConfiguration is wrong. The text says what, without the plugin's name."""
