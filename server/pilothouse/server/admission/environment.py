"""What a plugin is made from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from ..authorization.base import Authorizer, Follow, OnChange
from ..meta.resource import Registry, ResourceType
from .base import Objects, Plugin
from .policies.forms import Forms, PlainForms


def _nobody_tells(resource: ResourceType, on_change: OnChange) -> None:
    """Follow where there is nothing to learn."""


@dataclass(frozen=True, slots=True)
class Environment:
    """now: seconds since the epoch; configuration: the plugin's own section of the AdmissionConfiguration, empty where
    there is none; follow: how a plugin learns of objects; forms: what those look like."""

    objects: Objects
    authorizer: Authorizer
    registry: Registry
    now: Callable[[], float]
    configuration: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    follow: Follow = field(default=_nobody_tells)
    forms: Forms = field(default_factory=PlainForms)


Factory = Callable[[Environment], Plugin]
"""Makes a plugin, once. Raises ConfigurationError where its section is wrong."""


class ConfigurationError(ValueError):
    """A plugin's section of the AdmissionConfiguration is wrong. The text says what, without the plugin's name."""
