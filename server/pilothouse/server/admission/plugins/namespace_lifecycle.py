"""NamespaceLifecycle: objects are written only where their namespace exists, none is created where it is being
terminated, and the namespaces of the system stay."""

from collections import OrderedDict

from pilothouse.api.core.v1.core_pb2 import Namespace

from ...errors import Cause, Forbidden, NotFound
from ...meta.resource import ResourceType
from ..base import AdmissionRequest, Operation, Plugin, rejected
from ..environment import Environment

IMMORTAL = frozenset({"default", "kube-system", "kube-public"})
# For how long the cache is not believed that a namespace lives which this server was asked to delete, in seconds, and
# how many such namespaces are remembered.
LIVE_SECONDS = 30.0
LIVE_AT_MOST = 1000
TERMINATING = "Terminating"


class NamespaceLifecycle(Plugin):
    name = "NamespaceLifecycle"

    def __init__(self, environment: Environment) -> None:
        self._objects = environment.objects
        self._now = environment.now
        self._deleted: OrderedDict[str, float] = OrderedDict()

    def handles(self, resource: ResourceType, subresource: str, operation: Operation) -> bool:
        if operation is Operation.DELETE:
            return _is_namespace(resource)
        return resource.namespaced and operation is not Operation.CONNECT

    async def mutate(self, request: AdmissionRequest) -> None:
        """Changes nothing: refuses before anybody looks at the object."""
        context = request.context
        if _is_namespace(context.type):
            return
        creates = request.operation is Operation.CREATE
        cached = self._objects.get("", "namespaces", "", context.namespace)
        # The cache may be some milliseconds old: it lets through, and refuses nothing.
        if isinstance(cached, Namespace) and not (creates and self._doubts(cached)):
            return
        namespace = await self._stored(context.namespace)
        if creates and namespace.status.phase == TERMINATING:
            raise _terminating(request)

    async def validate(self, request: AdmissionRequest) -> None:
        if request.operation is not Operation.DELETE:
            return
        if request.name in IMMORTAL:
            raise rejected(request, "this namespace may not be deleted")
        if not request.context.dry_run:
            self._remember(request.name)

    def _doubts(self, namespace: Namespace) -> bool:
        """Whether the store is to be asked about a namespace that the cache has."""
        if namespace.status.phase == TERMINATING:
            return True
        return bool(self._deleted) and self._deleted.get(namespace.metadata.name, 0.0) > self._now()

    async def _stored(self, name: str) -> Namespace:
        found = await self._objects.read("", "namespaces", "", name)
        if found is None or not isinstance(found[0], Namespace):
            raise NotFound(f'namespaces "{name}" not found', kind="namespaces", name=name)
        return found[0]

    def _remember(self, name: str) -> None:
        self._deleted[name] = self._now() + LIVE_SECONDS
        self._deleted.move_to_end(name)
        while len(self._deleted) > LIVE_AT_MOST:
            self._deleted.popitem(last=False)


def _is_namespace(resource: ResourceType) -> bool:
    return not resource.group and resource.plural == "namespaces"


def _terminating(request: AdmissionRequest) -> Forbidden:
    name = request.context.namespace
    cause = Cause("NamespaceTerminating", f"namespace {name} is being terminated", "metadata.namespace")
    return rejected(
        request, f"unable to create new content in namespace {name} because it is being terminated", [cause]
    )
