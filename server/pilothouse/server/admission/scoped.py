"""ScopedPlugin: a plugin that says as data which requests it has to do with."""

from typing import ClassVar

from ..meta.resource import ResourceType
from .base import Operation, Plugin
from .environment import Environment

CREATE = frozenset({Operation.CREATE})
UPDATE = frozenset({Operation.UPDATE})
CREATE_OR_UPDATE = CREATE | UPDATE

PODS = ("", "pods")


class ScopedPlugin(Plugin):
    """resources: (group, plural) of each; subresources: "" stands for the object itself."""

    resources: ClassVar[frozenset[tuple[str, str]]]
    subresources: ClassVar[frozenset[str]] = frozenset({""})
    operations: ClassVar[frozenset[Operation]]

    def __init__(self, environment: Environment) -> None:
        """Many need nothing but the request."""

    def handles(self, resource: ResourceType, subresource: str, operation: Operation) -> bool:
        return (
            (resource.group, resource.plural) in self.resources
            and subresource in self.subresources
            and operation in self.operations
        )


class PodPlugin(ScopedPlugin):
    """A plugin for pods themselves."""

    resources = frozenset({PODS})
