"""OwnerReferencesPermissionEnforcement: who may not delete an object gives it no owner whose end would delete it, and
who may not hold an owner back sets no blockOwnerDeletion on it."""

from google.protobuf.message import Message
from pilothouse.api.meta.v1.meta_pb2 import OwnerReference

from ...authorization.base import Attributes, Authorizer, Decision
from ...meta.resource import ResourceType
from ..base import AdmissionRequest, Operation, Plugin, rejected
from ..environment import Environment
from ..lookups import metadata_of


class OwnerReferencesPermissionEnforcement(Plugin):
    name = "OwnerReferencesPermissionEnforcement"

    def __init__(self, environment: Environment) -> None:
        self._authorizer: Authorizer = environment.authorizer
        self._registry = environment.registry

    def handles(self, resource: ResourceType, subresource: str, operation: Operation) -> bool:
        # What is written through a pod's status cannot change whom it belongs to.
        is_pod_status = not resource.group and (resource.plural, subresource) == ("pods", "status")
        return operation in (Operation.CREATE, Operation.UPDATE) and not is_pod_status

    async def validate(self, request: AdmissionRequest) -> None:
        new, old = _references(request.object), _references(request.old)
        if new == old:
            return
        if request.operation is Operation.UPDATE:
            asked = Attributes.of(request.context)._replace(verb="delete")
            decision, reason = self._authorizer.authorize(asked)
            if decision is not Decision.ALLOW:
                raise rejected(request, f"cannot set an ownerRef on a resource you can't delete: {reason}, <nil>")
        before = {(r.api_version, r.kind, r.name, r.uid) for r in old if r.block_owner_deletion}
        for reference in new:
            key = (reference.api_version, reference.kind, reference.name, reference.uid)
            if reference.block_owner_deletion and key not in before:
                self._check_owner(request, reference)

    def _check_owner(self, request: AdmissionRequest, reference: OwnerReference) -> None:
        owner = self._registry.by_kind(reference.api_version, reference.kind)
        if owner is None:
            raise rejected(
                request,
                "cannot set blockOwnerDeletion in this case because cannot find RESTMapping for APIVersion "
                f"{reference.api_version} Kind {reference.kind}",
            )
        attributes = Attributes(
            request.context.user,
            "update",
            owner.group,
            owner.plural,
            "finalizers",
            request.context.namespace if owner.namespaced else "",
            reference.name,
            owner.version,
        )
        decision, reason = self._authorizer.authorize(attributes)
        if decision is not Decision.ALLOW:
            raise rejected(
                request,
                "cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers "
                f"on: {reason}, <nil>",
            )


def _references(message: Message | None) -> list[OwnerReference]:
    return [] if message is None else list(metadata_of(message).owner_references)
