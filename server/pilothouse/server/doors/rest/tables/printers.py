"""Which printer shows the objects of a type."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from ....meta.resource import ResourceType
from ....meta.tables import Printer
from ....verbs.plane import Plane
from .base import CREATED, NAME, MessagePrinter, Shown
from .cells import created

# Where the kinds of a group are shown. The modules are read when a table is first asked for.
_MODULES: Mapping[str, tuple[str, ...]] = {
    "": ("core", "pods", "networking", "volumes"),
    "admissionregistration.k8s.io": ("access",),
    "apiextensions.k8s.io": ("cluster",),
    "apiregistration.k8s.io": ("cluster",),
    "apps": ("workloads",),
    "autoscaling": ("autoscaling",),
    "batch": ("workloads",),
    "certificates.k8s.io": ("access",),
    "coordination.k8s.io": ("cluster",),
    "discovery.k8s.io": ("networking",),
    "events.k8s.io": ("core",),
    "flowcontrol.apiserver.k8s.io": ("cluster",),
    "networking.k8s.io": ("networking",),
    "node.k8s.io": ("cluster",),
    "policy": ("workloads",),
    "rbac.authorization.k8s.io": ("access",),
    "resource.k8s.io": ("cluster",),
    "scheduling.k8s.io": ("cluster",),
    "storage.k8s.io": ("volumes",),
}
_PLAIN: Shown[Any] = Shown((NAME, CREATED), lambda it, now: [it.metadata.name, created(it)])


class Printers:
    """Made when a type's table is first asked for. A Kind that brings its own printer is shown by that."""

    def __init__(self, plane: Plane) -> None:
        self._plane = plane
        self._known: dict[ResourceType, Printer] = {}

    def of(self, resource: ResourceType) -> Printer:
        """A type that nothing is known of is shown by name and time of creation. Raises NotFound where the type is no
        longer served."""
        own = self._plane.kind(resource).printer
        if own is not None:
            return own
        printer = self._known.get(resource)
        if printer is None:
            printer = self._known[resource] = printer_for(resource)
        return printer


def printer_for(resource: ResourceType) -> Printer:
    """The printer of a type whose objects are protobuf."""
    return MessagePrinter(resource, _shown(resource))


def _shown(resource: ResourceType) -> Shown[Any]:
    for name in _MODULES.get(resource.group, ()):
        found = import_module(f".{name}", __package__).SHOWN.get(resource.kind)
        if found is not None:
            shown: Shown[Any] = found
            return shown
    return _PLAIN
