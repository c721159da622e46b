"""The plugin: new objects, and changes that ask for more, are charged to the quotas of their namespace."""

from collections.abc import Iterable
from typing import cast

from google.protobuf.message import Message
from pilothouse.api.core.v1.pods_pb2 import Pod
from pilothouse.api.core.v1.quotas_pb2 import ResourceQuota

from ....meta.quantities import Quantity
from ....meta.resource import ResourceType
from ....strategies.pod_resources import Amounts
from ...base import AdmissionRequest, Objects, Operation, Plugin, rejected
from .ledger import Deltas, Ledger, arithmetic
from .scopes import in_scope
from .usage import concerned, unspecified, usage

# (group, plural, subresource) whose updates can ask for more.
_GROWING = frozenset(
    (
        ("", "pods", "resize"),
        ("", "services", ""),
        ("", "persistentvolumeclaims", ""),
        ("", "persistentvolumeclaims", "status"),
        ("resource.k8s.io", "resourceclaims", ""),
    )
)


class ResourceQuotas(Plugin):
    name = "ResourceQuota"

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self.ledger = Ledger(objects)

    def handles(self, resource: ResourceType, subresource: str, operation: Operation) -> bool:
        if not resource.namespaced or resource.plural == "events":
            return False
        if operation is Operation.CREATE:
            return not subresource
        return operation is Operation.UPDATE and (resource.group, resource.plural, subresource) in _GROWING

    async def validate(self, request: AdmissionRequest) -> None:
        deltas = self._deltas(request)
        if not deltas:
            return
        context = request.context
        # What storage has been given already is counted, however much it is.
        checked = context.subresource != "status"
        if context.dry_run:
            text = await self.ledger.refusal(context.namespace, deltas) if checked else ""
        else:
            text = await self.ledger.charge(context.namespace, deltas, checked=checked)
        if text:
            raise rejected(request, text)
        if not context.dry_run:
            context.outcome.append(lambda revision: self._settled(context.namespace, deltas, revision))

    def _settled(self, namespace: str, deltas: Deltas, revision: int | None) -> None:
        if revision == 0:
            self.ledger.give_back(namespace, deltas)

    def _deltas(self, request: AdmissionRequest) -> Deltas:
        """What is to be charged, by quota. Raises Forbidden where a quota demands what the object does not say."""
        resource, found = request.context.type, request.object
        assert found is not None
        quotas = self._objects.list("", "resourcequotas", request.context.namespace)
        matching = self._matching(request, found, cast(Iterable[ResourceQuota], quotas))
        if not matching:
            return {}
        now = usage(resource.group, resource.plural, found)
        negative = sorted(name for name, amount in now.items() if amount.nanos < 0)
        if negative:
            raise rejected(request, f"quota usage is negative for resource(s): {','.join(negative)}")
        before = usage(resource.group, resource.plural, request.old) if request.old is not None else {}
        deltas = {}
        for quota, names in matching:
            counted = request.old is not None and in_scope(quota, request.old)
            delta = _more(now, before if counted else {}, names)
            if delta:
                deltas[quota.metadata.name] = delta
                if request.notes is not None:
                    request.notes.append(f"quota {quota.metadata.name}: {arithmetic(quota, delta, sorted(delta))}")
        return deltas

    def _matching(
        self, request: AdmissionRequest, found: Message, quotas: Iterable[ResourceQuota]
    ) -> list[tuple[ResourceQuota, list[str]]]:
        """The quotas that an object falls under, each with its resources that the object counts towards."""
        resource = request.context.type
        matching = []
        for quota in quotas:
            names = concerned(resource.group, resource.plural, quota.status.hard)
            if not names or not in_scope(quota, found):
                continue
            missing = unspecified(found, names) if isinstance(found, Pod) else ""
            if missing:
                raise rejected(request, f"failed quota: {quota.metadata.name}: must specify {missing}")
            unknown = sorted(name for name in names if name not in quota.status.used)
            if unknown:
                text = f"status unknown for quota: {quota.metadata.name}, resources: {','.join(unknown)}"
                raise rejected(request, text)
            matching.append((quota, names))
        return matching


def _more(now: Amounts, before: Amounts, names: Iterable[str]) -> Amounts:
    """By how much each resource grows, of those that do."""
    zero = Quantity(0)
    grown = {name: now[name] - before.get(name, zero) for name in names if name in now}
    return {name: amount for name, amount in grown.items() if amount.nanos > 0}
