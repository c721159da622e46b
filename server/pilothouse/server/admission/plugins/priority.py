"""Priority: a pod's priority and preemption policy are those of its PriorityClass, and at most one class is the
default."""

from pilothouse.api.core.v1.pods_pb2 import Pod
from pilothouse.api.scheduling.v1.scheduling_pb2 import PriorityClass

from ..base import AdmissionRequest, rejected
from ..environment import Environment
from ..lookups import find
from ..scoped import CREATE_OR_UPDATE, PODS, ScopedPlugin

GROUP, PLURAL = "scheduling.k8s.io", "priorityclasses"
# What counts where no class is the default.
PRIORITY, PREEMPTION = 0, "PreemptLowerPriority"
_COMPUTED = "from the given PriorityClass name"


class Priority(ScopedPlugin):
    name = "Priority"
    resources = frozenset({PODS, (GROUP, PLURAL)})
    operations = CREATE_OR_UPDATE

    def __init__(self, environment: Environment) -> None:
        self._objects = environment.objects

    async def mutate(self, request: AdmissionRequest) -> None:
        pod, old = request.object, request.old
        if not isinstance(pod, Pod):
            return
        if isinstance(old, Pod):
            _keep(pod, old)
            return
        value, policy = PRIORITY, PREEMPTION
        found = await self._class_of(request, pod)
        if found is not None:
            pod.spec.priority_class_name = found.metadata.name
            value, policy = found.value, found.preemption_policy
        _settle(request, pod, value, policy)

    async def validate(self, request: AdmissionRequest) -> None:
        new = request.object
        if not isinstance(new, PriorityClass) or not new.global_default:
            return
        default = self._default()
        if default is not None and (request.old is None or default.metadata.name != new.metadata.name):
            reason = f"PriorityClass {default.metadata.name} is already marked as default. Only one default can exist"
            raise rejected(request, reason)

    async def _class_of(self, request: AdmissionRequest, pod: Pod) -> PriorityClass | None:
        name = pod.spec.priority_class_name
        if not name:
            return self._default()
        found = await find(self._objects, GROUP, PLURAL, "", name)
        if not isinstance(found, PriorityClass):
            raise rejected(request, f"no PriorityClass with name {name} was found")
        return found

    def _default(self) -> PriorityClass | None:
        """The class marked as default; of several, which only a race can make, the lowest."""
        classes = self._objects.list(GROUP, PLURAL)
        marked = [c for c in classes if isinstance(c, PriorityClass) and c.global_default]
        return min(marked, key=lambda c: c.value, default=None)


def _keep(pod: Pod, old: Pod) -> None:
    """An update that leaves out what this plugin had set leaves it as it is."""
    if not pod.spec.HasField("priority") and old.spec.HasField("priority"):
        pod.spec.priority = old.spec.priority
    if not pod.spec.HasField("preemption_policy") and old.spec.HasField("preemption_policy"):
        pod.spec.preemption_policy = old.spec.preemption_policy


def _settle(request: AdmissionRequest, pod: Pod, value: int, policy: str) -> None:
    spec = pod.spec
    if spec.HasField("priority") and spec.priority != value:
        raise rejected(
            request,
            f"the integer value of priority ({spec.priority}) must not be provided in pod spec; priority admission "
            f"controller computed {value} {_COMPUTED}",
        )
    spec.priority = value
    if not policy:
        return
    if spec.HasField("preemption_policy") and spec.preemption_policy != policy:
        raise rejected(
            request,
            f"the string value of PreemptionPolicy ({spec.preemption_policy}) must not be provided in pod spec; "
            f"priority admission controller computed {policy} {_COMPUTED}",
        )
    spec.preemption_policy = policy
