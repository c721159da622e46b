"""The chain: plugins in order, each asked only about what it handles."""

from collections.abc import Sequence

from ..meta.resource import ResourceType
from .base import AdmissionRequest, Operation, Plugin

HANDLERS_KEPT = 8192
_Handlers = tuple[Plugin, ...]


class Chain:
    """All plugins of a server, in the order in which they are asked."""

    def __init__(self, plugins: Sequence[Plugin]) -> None:
        self.plugins = tuple(plugins)
        self._handlers: dict[tuple[ResourceType, str, Operation], _Handlers] = {}

    def handlers(self, resource: ResourceType, subresource: str, operation: Operation) -> _Handlers:
        """The plugins that have to do with such requests."""
        key = (resource, subresource, operation)
        found = self._handlers.get(key)
        if found is None:
            if len(self._handlers) >= HANDLERS_KEPT:
                # Types come and go.
                self._handlers.clear()
            found = tuple(p for p in self.plugins if p.handles(resource, subresource, operation))
            self._handlers[key] = found
        return found

    async def mutate(self, request: AdmissionRequest) -> None:
        """Lets each plugin change the object. Raises ApiError."""
        for plugin in self._of(request):
            if plugin.mutates:
                await plugin.mutate(request)

    async def validate(self, request: AdmissionRequest) -> None:
        """Lets each plugin refuse the object as it is now. Raises ApiError."""
        try:
            for plugin in self._of(request):
                if plugin.validates:
                    await plugin.validate(request)
        except BaseException:
            # What one plugin took note of is undone where a later one refuses.
            request.context.settled(0)
            raise

    def _of(self, request: AdmissionRequest) -> _Handlers:
        context = request.context
        return self.handlers(context.type, context.subresource, request.operation)
